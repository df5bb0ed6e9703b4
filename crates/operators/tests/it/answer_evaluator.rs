use ragstill_engine::Outcome;
use ragstill_teacher::Finish;
use serde_json::{Value, json};

use crate::script::{bench, kept, record};

fn row(prediction: Value) -> Value {
    json!({"question": "How deep is it?", "prediction": prediction, "answer": ["208 m", "208 metres"]})
}

#[tokio::test]
async fn words_are_compared_without_a_judge() {
    let bench = bench("AnswerEvaluator", json!({}), &[("x", Finish::Stop)]);
    for (prediction, em, f1) in [("208 M.", 1, 1.0), ("it is 208 m", 0, 2.0 / 3.0), ("", 0, 0.0)] {
        let fields = kept(bench.apply(&record(row(json!(prediction)))).await);
        assert_eq!((fields["EM"].as_u64(), fields["F1Score"].as_f64()), (Some(em), Some(f1)), "{prediction}");
        assert_eq!(fields["gold_answers"], json!(["208 m", "208 metres"]));
        assert!(!fields.contains_key("ACC_L"));
    }
    assert!(bench.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_judge_is_asked_where_there_is_something_to_judge() {
    let says = "Well. {\"reason\": \"The same in words.\", \"correct\": true}";
    let bench = bench("AnswerEvaluator", json!({"judge": true}), &[(says, Finish::Stop)]);
    let fields = kept(bench.apply(&record(row(json!("two hundred and eight metres")))).await);
    assert_eq!((&fields["ACC_L"], &fields["judge_reason"]), (&json!(1), &json!("The same in words.")));
    for (prediction, correct) in [("208 m", 1), (" ", 0)] {
        let fields = kept(bench.apply(&record(row(json!(prediction)))).await);
        assert_eq!(fields["ACC_L"], json!(correct));
    }
    assert_eq!(bench.asked.lock().unwrap().len(), 1);
    insta::assert_snapshot!("answer_evaluator_judge", bench.first_request());
}

#[tokio::test]
async fn a_judge_who_gives_no_verdict_is_no_mark() {
    let bench =
        bench("AnswerEvaluator", json!({"judge": true, "max_attempts": 2}), &[("perhaps", Finish::Stop)]);
    match bench.apply(&record(row(json!("deep")))).await {
        Outcome::RejectWith(fields, reason) => {
            assert!(reason.starts_with("the judge gave no verdict") && fields.contains_key("EM"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.asked.lock().unwrap().len(), 2);
}
