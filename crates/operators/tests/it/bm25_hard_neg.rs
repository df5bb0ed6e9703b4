use ragstill_core::{Record, RecordId};
use ragstill_engine::{Corpus, Result};
use ragstill_operators::registry;
use ragstill_teacher::{Finish, Prompts};
use serde_json::json;

use crate::script::{bench, kept, prepare};

struct Rows(Vec<Record>);

impl Corpus for Rows {
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record>> + Send + '_> {
        Box::new(self.0.iter().cloned().map(Ok))
    }
}

fn corpus() -> Rows {
    let texts = [
        "Granite cools slowly deep below the surface, so its crystals grow large.",
        "Basalt cools fast at the surface, so its crystals stay small.",
        "Obsidian cools so fast that no crystals form at all.",
        "Granite cools slowly deep below the surface, so its crystals grow large!",
        "Bread rises because yeast makes gas.",
    ];
    Rows(
        texts
            .iter()
            .enumerate()
            .map(|(n, text)| {
                let fields = json!({"text": text}).as_object().cloned().unwrap();
                Record::new(RecordId::given(format!("d{n}")), fields)
            })
            .collect(),
    )
}

fn asking(id: &str) -> Record {
    let mut record = corpus().0.remove(0);
    record.id = RecordId::given(id);
    record.set("question", "Why do crystals grow large when rock cools slowly?");
    record
}

#[tokio::test]
async fn the_whole_corpus_is_searched_and_copies_are_left_out() {
    let mut bench = bench("BM25HardNeg", json!({"num_neg": 5}), &[("", Finish::Stop)]);
    prepare(&mut bench, &corpus());
    // The record itself, and one made from it by an earlier step.
    for id in ["d0", "d0/3"] {
        let fields = kept(bench.apply(&asking(id)).await);
        assert_eq!(
            fields["hard_negatives"],
            json!([
                "Obsidian cools so fast that no crystals form at all.",
                "Basalt cools fast at the surface, so its crystals stay small."
            ])
        );
    }
    let notes: Vec<_> = bench.notes.counts().into_iter().collect();
    assert!(matches!(&notes[..], [(note, 2)] if note.contains("fewer hard negatives")), "{notes:?}");
}

#[tokio::test]
async fn explanations_name_records_and_random_negatives_hang_on_the_record() {
    let options = json!({"num_neg": 2, "strategy": "mixed", "explain": true});
    let mut bench = bench("BM25HardNeg", options, &[("", Finish::Stop)]);
    prepare(&mut bench, &corpus());
    let fields = kept(bench.apply(&asking("d0")).await);
    let told = &fields["hard_negatives_explain"];
    assert_eq!(
        (&told["negatives"][0]["from"], &told["negatives"][1]["from"]),
        (&json!("bm25"), &json!("random"))
    );
    let passed: Vec<_> = told["passed_over"].as_array().unwrap().iter().map(|one| &one["document"]).collect();
    assert!(passed.contains(&&json!("d0")) && passed.contains(&&json!("d3")), "{told}");
    let mut seen = std::collections::HashSet::new();
    for n in 0..40 {
        let record = asking(&format!("d0/{n}"));
        let first = kept(bench.apply(&record).await)["hard_negatives"].clone();
        assert_eq!(first, kept(bench.apply(&record).await)["hard_negatives"]);
        seen.insert(first.to_string());
    }
    assert!(seen.len() > 1, "{seen:?}");
}

#[test]
fn options_out_of_range_are_told_before_anything_is_read() {
    for (options, part) in [
        (json!({"num_neg": 0}), "num_neg"),
        (json!({"b": 2.0}), "b"),
        (json!({"k1": -1.0}), "k1"),
        (json!({"overlap_share": 1.0}), "overlap_share"),
        (json!({"overlap_pool": 0}), "overlap_pool"),
        (json!({"random_share": -0.1}), "random_share"),
        (json!({"strategy": "best"}), "bm25"),
    ] {
        let options = options.as_object().cloned().unwrap();
        let registry = registry();
        let entry = registry.get("BM25HardNeg").unwrap();
        let Err(fault) = entry.build(options, &Prompts::built_in()) else { panic!("{part} was accepted") };
        assert!(fault.to_string().contains(part), "{fault}");
    }
}
