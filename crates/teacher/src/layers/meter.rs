//! Who used how many tokens, and what they cost.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde::Serialize;

use crate::chat::{Answer, Ask, Teacher};
use crate::config::Price;
use crate::error::Result;
use crate::telemetry::Telemetry;

/// What the answers to one prompt took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Answers used, those from the store included.
    pub answers: u64,
    /// Tokens of their requests.
    pub prompt_tokens: u64,
    /// Tokens of the answers, reasoning included.
    pub completion_tokens: u64,
    /// Answers whose tokens are estimates because the server did not count them.
    pub estimated: u64,
    /// US dollars at the configured price; 0 without one.
    pub cost: f64,
}

/// The tallies of a run by teacher role, step and prompt.
///
/// They count every answer that the run used, whether it was paid for now or earlier, so they are the same however
/// often the run was interrupted.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<BTreeMap<LedgerKey, Tally>>);

type LedgerKey = (Arc<str>, Arc<str>, Arc<str>);

impl Ledger {
    /// Every line, sorted by role, step and prompt.
    pub fn lines(&self) -> Vec<LedgerLine> {
        self.0
            .lock()
            .iter()
            .map(|((role, step, prompt), tally)| LedgerLine {
                role: Arc::clone(role),
                step: Arc::clone(step),
                prompt: Arc::clone(prompt),
                tally: *tally,
            })
            .collect()
    }
}

/// One line of a [`Ledger`].
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    /// The teacher's role.
    pub role: Arc<str>,
    /// The step that asked.
    pub step: Arc<str>,
    /// The prompt.
    pub prompt: Arc<str>,
    /// What its answers took.
    pub tally: Tally,
}

/// Enters every answer into the ledger.
#[derive(Debug)]
pub struct Meter<T> {
    inner: T,
    role: Arc<str>,
    price: Option<Price>,
    ledger: Arc<Ledger>,
    telemetry: Arc<Telemetry>,
}

impl<T> Meter<T> {
    /// Meters the answers of `inner`, which answers for this role at this price.
    pub fn new(
        inner: T,
        role: Arc<str>,
        price: Option<Price>,
        ledger: Arc<Ledger>,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        Self { inner, role, price, ledger, telemetry }
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Meter<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let answer = self.inner.ask(ask).await?;
        let usage = answer.usage;
        let cost = |tokens_in, tokens_out| self.price.map_or(0.0, |price| price.cost(tokens_in, tokens_out));
        if !answer.stored {
            self.telemetry.answered(
                usage.prompt_tokens,
                usage.completion_tokens,
                cost(usage.prompt_tokens, usage.completion_tokens),
            );
        }
        let mut lines = self.ledger.0.lock();
        let tally = lines
            .entry((Arc::clone(&self.role), Arc::clone(&ask.step), Arc::clone(&ask.prompt)))
            .or_default();
        tally.answers += 1;
        tally.prompt_tokens += usage.prompt_tokens;
        tally.completion_tokens += usage.completion_tokens;
        tally.estimated += u64::from(usage.estimated);
        // From the sums, not summed: the order in which answers arrive must not show in the last digit.
        tally.cost = cost(tally.prompt_tokens, tally.completion_tokens);
        drop(lines);
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Ledger, LedgerLine, Meter};
    use crate::chat::Teacher;
    use crate::config::Price;
    use crate::testing::{Script, answer, ask};

    #[tokio::test]
    async fn stored_answers_count_in_the_ledger_but_cost_nothing_now() {
        let script = Script::new(|_, call| {
            let mut given = answer("a");
            given.stored = call > 0;
            Ok(given)
        });
        let (ledger, telemetry) = (Arc::new(Ledger::default()), Arc::default());
        let price = Some(Price { input: 1e6, output: 2e6 });
        let meter = Meter::new(script, "default".into(), price, Arc::clone(&ledger), Arc::clone(&telemetry));
        for _ in 0..3 {
            meter.ask(&ask("q")).await.unwrap();
        }
        let lines = ledger.lines();
        let LedgerLine { role, step, prompt, tally } = &lines[0];
        assert_eq!((&**role, &**step, &**prompt), ("default", "step", "step/prompt"));
        assert_eq!((tally.answers, tally.prompt_tokens, tally.completion_tokens), (3, 30, 15));
        assert!((tally.cost - 60.0).abs() < 1e-9);
        let now = telemetry.snapshot();
        assert_eq!((now.answered, now.prompt_tokens), (1, 10));
        assert!((now.cost - 20.0).abs() < 1e-9);
    }
}
