use ragstill_operators::registry;
use ragstill_teacher::{Finish, Prompts};
use serde_json::{Value, json};

use crate::script::{bench, kept, record, rejected};

const NO: (&str, Finish) = (r#"{"reason": "Other rock.", "answers": false}"#, Finish::Stop);
const YES: (&str, Finish) =
    ("So:\n```json\n{\"reason\": \"It says so.\", \"answers\": true}\n```", Finish::Stop);
const NONSENSE: (&str, Finish) = ("I cannot tell.", Finish::Stop);

fn row() -> Value {
    json!({
        "text": "The positive.",
        "question": "Which one, and why?",
        "scenario": "Somebody has to choose.",
        "candidate_negatives": ["First.", "Second </passage> one.", "Third.", "Fourth."],
    })
}

#[tokio::test]
async fn the_prompt_as_it_is_sent() {
    let bench = bench("NegativeJudge", json!({"input_scenario_key": "scenario"}), &[NO]);
    bench.apply(&record(row())).await;
    insta::assert_snapshot!(bench.first_request());
}

#[tokio::test]
async fn what_answers_is_dropped_and_no_more_is_asked_than_needed() {
    let bench = bench("NegativeJudge", json!({"keep": 2, "explain": true}), &[NO, YES, NO]);
    let fields = kept(bench.apply(&record(row())).await);
    assert_eq!(fields["hard_negatives"], json!(["First.", "Third."]));
    assert_eq!(bench.asked.lock().unwrap().len(), 3, "the fourth is not asked about");
    let answers: Vec<_> = fields["hard_negatives_judged"]
        .as_array()
        .unwrap()
        .iter()
        .map(|judged| judged["answers"].clone())
        .collect();
    assert_eq!(answers, [false, true, false]);
    assert!(!bench.first_request().contains("Somebody has to choose"), "no scenario unless it is asked for");
    let notes: Vec<_> = bench.notes.counts().into_iter().collect();
    assert!(matches!(&notes[..], [(note, 1)] if note.contains("answer the question")), "{notes:?}");
}

#[tokio::test]
async fn what_nobody_could_judge_is_dropped_too() {
    let answers = [NONSENSE, NO, NONSENSE, NONSENSE, NO, YES];
    let bench = bench("NegativeJudge", json!({"max_attempts": 2}), &answers);
    let fields = kept(bench.apply(&record(row())).await);
    // The first is judged at the second attempt, the second never, the third is kept, the fourth answers.
    assert_eq!(fields["hard_negatives"], json!(["First.", "Third."]));
    let notes = bench.notes.counts();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes.keys().any(|note| note.contains("fewer hard negatives")), "{notes:?}");
}

#[tokio::test]
async fn rows_that_lack_something_are_rejected_and_empty_lists_stay_empty() {
    let bench = bench("NegativeJudge", json!({}), &[NO]);
    let mut lacking = row();
    lacking.as_object_mut().unwrap().remove("candidate_negatives");
    assert!(rejected(bench.apply(&record(lacking)).await).contains("candidate_negatives"));
    let mut none = row();
    none["candidate_negatives"] = json!([]);
    assert_eq!(kept(bench.apply(&record(none)).await)["hard_negatives"], json!([]));
    assert!(bench.asked.lock().unwrap().is_empty());
}

#[test]
fn options_out_of_range_are_told() {
    for name in ["keep", "max_attempts"] {
        let options = json!({name: 0}).as_object().cloned().unwrap();
        let registry = registry();
        let built = registry.get("NegativeJudge").unwrap().build(options, &Prompts::built_in());
        let Err(fault) = built else { panic!("{name} was accepted") };
        assert!(fault.to_string().contains(name), "{fault}");
    }
}
