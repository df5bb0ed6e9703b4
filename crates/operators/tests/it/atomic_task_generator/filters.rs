//! What is dropped although nothing went wrong.

use ragstill_engine::{Branch, Outcome};
use ragstill_teacher::Ask;
use serde_json::{Value, json};

use super::teacher::{CLOSED_BOOK, CONCLUSIONS, GOLDEN, JUDGE, OPTIONAL, QUESTION, atomic, good, kept};

/// The reasons and fields of branches that are all filtered.
fn filtered(branches: Vec<Branch>) -> Vec<(String, Value)> {
    let filtered = |branch| match branch {
        Branch::Filter { fields, reason } => (reason, Value::Object(fields)),
        other => panic!("a filter was expected, found {other:?}"),
    };
    branches.into_iter().map(filtered).collect()
}

#[tokio::test]
async fn what_is_known_without_the_document() {
    let knows = |ask: &Ask| match &*ask.prompt {
        CLOSED_BOOK if ask.record.as_str() == "r1/0" => "251 M.".to_owned(),
        CLOSED_BOOK => "In 1963, I think".to_owned(),
        _ => good(ask),
    };
    let atomic = atomic(json!({}), knows);
    let dropped = filtered(atomic.branches().await);
    let reasons: Vec<&str> = dropped.iter().map(|(reason, _)| reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "closed book: score 2, the answer is known without a document: `It is the accepted answer.`",
            "closed book: score 1, the answer is known without a document: `The year is 'in' it.`",
        ]
    );
    assert_eq!(
        (&dropped[1].1["llm_answer"], &dropped[1].1["llm_score"]),
        (&json!("In 1963, I think"), &json!(1))
    );
    assert_eq!((atomic.times(JUDGE), atomic.times(GOLDEN)), (1, 0), "the same letters need no judge");
}

#[tokio::test]
async fn what_the_document_does_not_lead_to() {
    let lost = |ask: &Ask| match &*ask.prompt {
        GOLDEN if ask.record.as_str() == "r1/0" => "Ich weiß es nicht.".to_owned(),
        GOLDEN => "1964".to_owned(),
        JUDGE => json!({"answer_analysis": "Another year.", "answer_score": 0}).to_string(),
        _ => good(ask),
    };
    let atomic = atomic(json!({}), lost);
    let dropped = filtered(atomic.branches().await);
    let reasons: Vec<&str> = dropped.iter().map(|(reason, _)| reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "golden document: score 0, the document does not lead to the answer: `It gives no answer.`",
            "golden document: score 0, the document does not lead to the answer: `Another year.`",
        ]
    );
    assert_eq!(dropped[1].1["golden_doc_answer"], "1964");
    assert_eq!((atomic.times(JUDGE), atomic.times(OPTIONAL)), (1, 0));
}

#[tokio::test]
async fn a_document_without_facts() {
    let atomic = atomic(json!({}), |ask: &Ask| match &*ask.prompt {
        CONCLUSIONS => "There is nothing to ask about.\n```json\n[]\n```".to_owned(),
        _ => good(ask),
    });
    let Outcome::Filter(reason) = atomic.outcome().await else { panic!() };
    assert!(reason.starts_with("conclusions: the document states no fact"), "{reason}");
    assert_eq!(atomic.times(QUESTION), 0);
}

#[tokio::test]
async fn the_best_of_several_answers_counts_and_the_first_right_one_is_the_last() {
    let lucky = |ask: &Ask| match &*ask.prompt {
        // Three attempts a round: samples 0, 3, 6, 9.
        CLOSED_BOOK => match (ask.record.as_str(), ask.sample) {
            ("r1/0", 6) => "251 m".to_owned(),
            ("r1/0", _) => "200 m".to_owned(),
            ("r1/1", 3) => "half an answer[cut]".to_owned(),
            _ => "I don't know".to_owned(),
        },
        JUDGE if ask.variables["answer"] == "200 m" => {
            json!({"answer_analysis": "Another number.", "answer_score": 0}).to_string()
        }
        _ => good(ask),
    };
    let atomic = atomic(json!({"closed_book_samples": 4, "closed_book_temperature": 1.2}), lucky);
    let branches = atomic.branches().await;
    let Branch::Filter { fields, reason } = &branches[0] else { panic!("{branches:?}") };
    assert!(reason.contains("score 2") && fields["llm_answer"] == "251 m", "{reason}");
    assert_eq!(kept(&branches[1])["llm_answer"], "I don't know");
    let asked = atomic.asked.lock().unwrap();
    let of = |id: &str| -> Vec<(u32, bool)> {
        let closed = asked.iter().filter(|ask| &*ask.prompt == CLOSED_BOOK && ask.record.as_str() == id);
        closed.map(|ask| (ask.sample, ask.again)).collect()
    };
    assert_eq!(of("r1/0"), [(0, false), (3, false), (6, false)]);
    assert_eq!(of("r1/1"), [(0, false), (3, false), (4, true), (6, false), (9, false)]);
    let judged = asked.iter().filter(|ask| &*ask.prompt == JUDGE && ask.record.as_str() == "r1/0").count();
    assert_eq!(judged, 1, "an answer that was judged is not judged again");
    assert!(
        asked
            .iter()
            .filter(|ask| &*ask.prompt == CLOSED_BOOK)
            .all(|ask| ask.sampling.temperature == Some(1.2))
    );
}
