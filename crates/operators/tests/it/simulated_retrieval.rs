use std::collections::HashSet;

use ragstill_core::{Record, RecordId};
use ragstill_engine::{Corpus, Result};
use serde_json::{Map, Value, json};

use crate::script::{Bench, bench, kept, prepare};

struct Texts(Vec<Record>);

impl Corpus for Texts {
    fn records(&self) -> Box<dyn Iterator<Item = Result<Record>> + Send + '_> {
        Box::new(self.0.iter().cloned().map(Ok))
    }
}

const SUBJECTS: [&str; 6] = ["lake", "bridge", "reactor", "glacier", "orchard", "turbine"];

/// Texts about six subjects, and a near copy of the first.
fn corpus(size: usize) -> Vec<Record> {
    let text = |n: usize| {
        let subject = SUBJECTS[n % 6];
        format!(
            "The {subject} number {n} of row {} mixes, drifts and turns {} times where water meets stone number {}.",
            n * 7,
            n + 2,
            n * 3
        )
    };
    let mut texts: Vec<String> = (0..size).map(text).collect();
    if size > 3 {
        texts.push(format!("{} Indeed.", text(0)));
    }
    let record = |(n, text): (usize, &String)| {
        let fields = json!({"text": text, "source": format!("{n}.md")});
        Record::new(RecordId::given(format!("r{n}")), fields.as_object().cloned().unwrap())
    };
    texts.iter().enumerate().map(record).collect()
}

fn prepared(size: usize, options: Value) -> (Bench, Vec<Record>) {
    let mut bench = bench("SimulatedRetrieval", options, &[("", ragstill_teacher::Finish::Stop)]);
    let records = corpus(size);
    prepare(&mut bench, &Texts(records.clone()));
    (bench, records)
}

async fn drawn(bench: &Bench, record: &Record) -> (String, Vec<(String, bool)>) {
    let fields: Map<String, Value> = kept(bench.apply(record).await);
    let found = fields["retrieved"].as_array().unwrap().iter();
    let found = found.map(|f| (f["source"].as_str().unwrap().to_owned(), f["is_source"].as_bool().unwrap()));
    (fields["retrieval"].as_str().unwrap().to_owned(), found.collect())
}

#[tokio::test]
async fn successes_have_the_source_and_failures_have_not() {
    for distractors in ["random", "bm25", "mixed"] {
        let (bench, records) = prepared(200, json!({"distractors": distractors}));
        let (mut failures, mut sizes, mut places) = (0, HashSet::new(), HashSet::new());
        for record in &records {
            let (retrieval, found) = drawn(&bench, record).await;
            assert_eq!((retrieval.clone(), found.clone()), drawn(&bench, record).await, "seeded");
            let own = record.text("source").unwrap();
            assert!((1..=3).contains(&found.len()), "{found:?}");
            assert_eq!(found.iter().collect::<HashSet<_>>().len(), found.len(), "no passage twice");
            assert!(found.iter().all(|(source, is_source)| (source == own) == *is_source), "{found:?}");
            let place = found.iter().position(|(_, is_source)| *is_source);
            assert_eq!(place.is_some(), retrieval == "success");
            failures += usize::from(place.is_none());
            sizes.insert(found.len());
            places.extend(place);
        }
        // 0.4 of 201, six standard deviations either way.
        assert!((39..=122).contains(&failures), "{distractors}: {failures} failures");
        assert_eq!(sizes, [1, 2, 3].into());
        assert_eq!(places, [0, 1, 2].into(), "the source stands anywhere");
    }
}

#[tokio::test]
async fn near_copies_of_the_source_are_no_distractors() {
    for distractors in ["random", "bm25"] {
        let options =
            json!({"distractors": distractors, "rag_failure_percentage": 1.0, "rag_max_chunks": 50});
        let (bench, records) = prepared(30, options);
        let (_, found) = drawn(&bench, &records[0]).await;
        assert!(!found.is_empty() && found.iter().all(|(source, _)| source != "30.md"), "{found:?}");
        let (_, found) = drawn(&bench, &records[30]).await;
        assert!(!found.is_empty() && found.iter().all(|(source, _)| source != "0.md"), "{found:?}");
    }
}

#[tokio::test]
async fn corpora_of_one_two_and_three_passages() {
    for size in 1..=3 {
        for share in [0.0, 1.0] {
            let (bench, records) =
                prepared(size, json!({"rag_failure_percentage": share, "rag_max_chunks": 9}));
            for record in &records {
                let (retrieval, found) = drawn(&bench, record).await;
                let success = share == 0.0;
                assert_eq!(retrieval, if success { "success" } else { "failure" });
                assert!(found.len() <= size - usize::from(!success), "{size}: {found:?}");
                assert_eq!(found.iter().filter(|(_, is_source)| *is_source).count(), usize::from(success));
            }
        }
    }
}

#[test]
fn options_out_of_range_are_told() {
    let registry = ragstill_operators::registry();
    let entry = registry.get("SimulatedRetrieval").unwrap();
    let prompts = ragstill_teacher::Prompts::built_in();
    for (options, fault) in [
        (json!({"rag_failure_percentage": 40}), "`rag_failure_percentage` must be a number from 0 to 1"),
        (json!({"rag_max_chunks": 0}), "`rag_max_chunks` must be at least 1"),
        (json!({"distractors": "vectors"}), "unknown variant `vectors`"),
        (json!({"distractors": "dense"}), "`dense`: vectors need a model"),
    ] {
        let error = entry.build(options.as_object().cloned().unwrap(), &prompts).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}
