//! The calls of a row, for logs: what was asked on its behalf and what came back, in order.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use ragstill_core::RecordId;
use ragstill_teacher::{Answer, Ask};
use serde_json::json;

/// A call that was answered.
#[derive(Debug)]
struct Call {
    record: RecordId,
    step: Arc<str>,
    lane: u32,
    line: String,
}

tokio::task_local! {
    /// The calls of the row that the current task works on; not there unless they are recorded.
    static CALLS: RefCell<Vec<Call>>;
}

/// Runs a row's work and returns its calls beside its result, a line of JSON each.
pub(crate) async fn recorded<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    CALLS
        .scope(RefCell::default(), async {
            let result = work.await;
            (result, in_order(CALLS.with(RefCell::take)).into_iter().map(|call| call.line).collect())
        })
        .await
}

/// The calls in an order that does not hang on which answer came first.
///
/// Records that were made from the row ask at the same time; each by itself goes through its steps one after the other, and
/// asks in order but for what it asks at once, in lanes.
fn in_order(mut calls: Vec<Call>) -> Vec<Call> {
    let mut steps: HashMap<(RecordId, Arc<str>), usize> = HashMap::new();
    for call in &calls {
        let next = steps.len();
        steps.entry((call.record.clone(), Arc::clone(&call.step))).or_insert(next);
    }
    let step_of = |call: &Call| steps.get(&(call.record.clone(), Arc::clone(&call.step))).copied();
    calls.sort_by_cached_key(|call| (call.record.clone(), step_of(call), call.lane));
    calls
}

/// Notes a call, if calls are recorded.
pub(super) fn note(ask: &Ask, lane: u32, answer: &Answer) {
    // Without a scope nobody wants to know.
    let _ = CALLS.try_with(|calls| {
        let line = json!({
            "record": ask.record,
            "step": &*ask.step,
            "prompt": &*ask.prompt,
            "sample": ask.sample,
            "messages": ask.messages,
            "reasoning": answer.reasoning,
            "answer": answer.text,
        });
        let (record, step) = (ask.record.clone(), Arc::clone(&ask.step));
        calls.borrow_mut().push(Call { record, step, lane, line: line.to_string() });
    });
}

#[cfg(test)]
mod tests {
    use ragstill_core::RecordId;

    use super::{Call, in_order};

    #[test]
    fn calls_made_at_once_have_one_order() {
        let call = |record: &str, step: &str, lane: u32, line: &str| Call {
            record: RecordId::given(record),
            step: step.into(),
            lane,
            line: line.to_owned(),
        };
        let order = |calls: Vec<Call>| in_order(calls).into_iter().map(|call| call.line).collect::<Vec<_>>();
        let expected = ["1", "2", "3", "4", "5", "6", "7"];
        // Step `b` comes before step `a`; the second lane of `b` was faster in one of the two runs.
        let slow = vec![
            call("r", "b", 0, "1"),
            call("r", "b", 0, "2"),
            call("r", "b", 1, "3"),
            call("r", "a", 0, "4"),
            call("r/1", "a", 0, "7"),
            call("r/0", "a", 0, "5"),
            call("r/0", "a", 0, "6"),
        ];
        let fast = vec![
            call("r", "b", 1, "3"),
            call("r", "b", 0, "1"),
            call("r", "b", 0, "2"),
            call("r", "a", 0, "4"),
            call("r/0", "a", 0, "5"),
            call("r/0", "a", 0, "6"),
            call("r/1", "a", 0, "7"),
        ];
        assert_eq!(
            (order(slow), order(fast)),
            (expected.map(String::from).into(), expected.map(String::from).into())
        );
    }
}
