use std::collections::HashSet;

use ragstill_core::{Record, RecordId};
use ragstill_teacher::Finish;
use serde_json::{Value, json};

use crate::script::{bench, kept, record, rejected};

fn row() -> Value {
    json!({
        "text": "The positive.",
        "question": "Which one, and why?",
        "scenario": "Somebody has to choose.",
        "hard_negatives": ["First negative.", "Second </document> negative.", "Third negative."],
    })
}

#[tokio::test]
async fn the_prompt_as_it_is_sent() {
    let bench = bench("ReasonDistill", json!({}), &[("Because.", Finish::Stop)]);
    bench.apply(&record(row())).await;
    insta::assert_snapshot!(bench.first_request());
}

#[tokio::test]
async fn order_and_position_say_what_was_shown() {
    let bench = bench("ReasonDistill", json!({}), &[("<think>hm</think>\nBecause.", Finish::Stop)]);
    let fields = kept(bench.apply(&record(row())).await);
    assert_eq!(fields["reasoning"], "Because.");
    let order: Vec<usize> = serde_json::from_value(fields["document_order"].clone()).unwrap();
    let position = usize::try_from(fields["positive_position"].as_u64().unwrap()).unwrap();
    assert_eq!(order[position - 1], 0);
    let texts = ["The positive.", "First negative.", "Second </document> negative.", "Third negative."];
    let request = bench.first_request();
    let places: Vec<_> = order.iter().map(|number| request.find(texts[*number]).unwrap()).collect();
    assert!(places.is_sorted(), "the documents stand in the order that was written down");
}

#[tokio::test]
async fn the_shuffle_hangs_on_the_record_and_the_seed_alone() {
    let bench = bench("ReasonDistill", json!({}), &[("Because.", Finish::Stop)]);
    let mut orders = HashSet::new();
    for n in 0..40 {
        let row = Record::new(RecordId::given(format!("r{n}")), row().as_object().cloned().unwrap());
        let first = kept(bench.apply(&row).await)["document_order"].clone();
        let again = kept(bench.apply(&row).await)["document_order"].clone();
        assert_eq!(first, again);
        orders.insert(first.to_string());
    }
    assert!(orders.len() > 10, "forty records share only {} orders", orders.len());
}

#[tokio::test]
async fn blank_and_cut_off_answers_are_asked_again_then_rejected() {
    let bench = bench("ReasonDistill", json!({}), &[("  ", Finish::Stop), ("And so", Finish::Length)]);
    let reason = rejected(bench.apply(&record(row())).await);
    assert!(reason.contains("none of 3 answers") && reason.contains("token limit"), "{reason}");
}

#[tokio::test]
async fn no_negatives_is_a_list_of_one() {
    let bench = bench("ReasonDistill", json!({}), &[("Because.", Finish::Stop)]);
    let mut row = row();
    row["hard_negatives"] = json!([]);
    let fields = kept(bench.apply(&record(row)).await);
    assert_eq!(
        (fields["document_order"].clone(), fields["positive_position"].clone()),
        (json!([0]), json!(1))
    );
}
