use ragstill_engine::Work;
use ragstill_operators::registry;
use ragstill_teacher::{Finish, Prompts};
use serde_json::{Value, json};

use crate::script::{Bench, bench, kept, record, rejected};

fn evaluator(options: Value) -> Bench {
    bench("QAF1SampleEvaluator", options, &[("", Finish::Stop)])
}

#[tokio::test]
async fn records_get_the_best_f1() {
    let evaluator = evaluator(json!({}));
    for (prediction, truth, f1) in [
        (json!("The Eiffel Tower!"), json!("eiffel tower"), 1.0),
        (json!("a tower in Paris"), json!(["Paris", "the Eiffel Tower", null]), 0.5),
        (json!(1889), json!("in 1889"), 2.0 / 3.0),
        (json!("1889"), json!([1888, 1889]), 1.0),
        (json!(true), json!("True"), 1.0),
        (json!("yes"), json!("yes, it was"), 0.0),
        (json!(null), json!("Paris"), 0.0),
        (json!("Paris"), json!(null), 0.0),
        (json!("Paris"), json!([]), 0.0),
        (json!(""), json!(""), 0.0),
        (json!("北京"), json!("北京市"), 0.0),
    ] {
        let row = record(json!({"refined_answer": prediction, "golden_doc_answer": truth}));
        let fields = kept(evaluator.apply(&row).await);
        assert_eq!(Value::Object(fields), json!({"F1Score": f1}), "{prediction} {truth}");
    }
    assert!(evaluator.asked.lock().unwrap().is_empty(), "it asks no teacher");
    assert!(!evaluator.operator.is_filter());
}

#[tokio::test]
async fn fields_and_the_normalisation_are_options() {
    let evaluator = evaluator(json!({
        "input_prediction_key": "answer",
        "input_ground_truth_key": "gold",
        "output_key": "f1",
        "normalization": "chinese",
    }));
    let fields = kept(evaluator.apply(&record(json!({"answer": "北京", "gold": "北京市"}))).await);
    assert_eq!(Value::Object(fields), json!({"f1": 0.8}));
    let fields = evaluator.operator.fields();
    assert_eq!((fields.reads, fields.writes), (vec!["answer".into(), "gold".into()], vec!["f1".into()]));
}

#[tokio::test]
async fn records_below_the_least_score_are_rejected_with_theirs() {
    let evaluator = evaluator(json!({"min_score": 0.5}));
    assert!(evaluator.operator.is_filter());
    let row = |prediction: &str| {
        record(json!({"refined_answer": prediction, "golden_doc_answer": "Gustave Eiffel"}))
    };
    assert_eq!(
        rejected(evaluator.apply(&row("it was Eiffel who built it")).await),
        "F1 0.2500 is below 0.5 (min_score)"
    );
    assert_eq!(kept(evaluator.apply(&row("Eiffel 1889")).await)["F1Score"], 0.5, "not below");
}

#[tokio::test]
async fn what_is_no_answer_is_rejected_by_name() {
    let evaluator = evaluator(json!({}));
    for (fields, reason) in [
        (json!({"golden_doc_answer": "x"}), "field `refined_answer` is missing"),
        (json!({"refined_answer": "x"}), "field `golden_doc_answer` is missing"),
        (
            json!({"refined_answer": ["x"], "golden_doc_answer": "x"}),
            "field `refined_answer` must be one answer (a string, a number, a boolean or null), found a list",
        ),
        (
            json!({"refined_answer": "x", "golden_doc_answer": [{"text": "x"}]}),
            "field `golden_doc_answer` must be an answer or a list of answers, found an object in it",
        ),
    ] {
        assert_eq!(rejected(evaluator.apply(&record(fields)).await), reason);
    }
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |options: Value| {
        let options = options.as_object().cloned().unwrap();
        let built = registry().get("QAF1SampleEvaluator").unwrap().build(options, &Prompts::built_in());
        match built {
            Ok(Work::Each(_) | Work::All(_)) => panic!("it was built"),
            Err(error) => error.to_string(),
        }
    };
    assert_eq!(refused(json!({"min_score": 1.5})), "option `min_score` must be from 0 to 1");
    assert_eq!(refused(json!({"min_score": -0.1})), "option `min_score` must be from 0 to 1");
    assert!(refused(json!({"normalization": "german"})).contains("`squad` or `chinese`"));
}
