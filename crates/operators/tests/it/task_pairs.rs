use std::collections::{HashMap, HashSet};

use proptest::prelude::*;
use ragstill_core::Record;
use ragstill_engine::Gathered;
use ragstill_operators::registry;
use ragstill_teacher::Prompts;
use serde_json::{Value, json};

use crate::gathering::{gathered, gathered_as, records, rejects};

fn task(question: &str, answer: Value, source: &str) -> Value {
    json!({
        "text": format!("The text of {source}."),
        "source": source,
        "identifier": format!("Subject of {source}"),
        "question": question,
        "refined_answer": answer,
        "kind": "atomic",
    })
}

fn lakes() -> Vec<Value> {
    vec![
        task("How deep is Lake Baikal?", json!("1,642 m"), "baikal.md"),
        task("How long is Lake Baikal?", json!("636 km"), "baikal.md"),
        task("How deep is Lake Tanganyika?", json!("1,470 m"), "tanganyika.md"),
        task("Who designed the Tay Bridge?", json!("Thomas Bouch"), "tay.md"),
        task("In which year did the Tay Bridge fall?", json!(1879), "tay.md"),
        task("What inhibits vitamin K epoxide reductase?", json!("warfarin"), "warfarin.md"),
    ]
}

/// The ids of the tasks of each pair.
fn pairs(given: &[Gathered]) -> Vec<(String, String)> {
    let id = |task: &Value| task["id"].as_str().unwrap().to_owned();
    records(given)
        .into_iter()
        .filter_map(|record| record.get("pair").unwrap().as_array())
        .map(|pair| (id(&pair[0]), id(&pair[1])))
        .collect()
}

#[test]
fn tasks_go_on_and_pairs_follow() {
    let given = gathered("TaskPairs", &json!({}), 42, &lakes());
    let all = records(&given);
    assert!(rejects(&given).is_empty());
    for (task, record) in lakes().iter().zip(&all) {
        let mut own = record.fields.clone();
        assert_eq!(
            (own.shift_remove("pair"), own.shift_remove("pair_sources")),
            (Some(Value::Null), Some(Value::Null))
        );
        assert_eq!(Value::Object(own), *task);
    }
    assert_eq!(pairs(&given), [("r0".to_owned(), "r1".to_owned()), ("r3".to_owned(), "r4".to_owned())]);
    let pair = all[6];
    assert_eq!(pair.id.as_str(), "r0+r1");
    assert_eq!(pair.get("kind").unwrap(), "width");
    assert_eq!(pair.get("pair_sources").unwrap(), &json!(["baikal.md"]));
    assert_eq!((pair.get("question"), pair.get("text")), (Some(&Value::Null), Some(&Value::Null)));
    assert_eq!(
        pair.get("pair").unwrap()[1],
        json!({"id": "r1", "question": "How long is Lake Baikal?", "identifier": "Subject of baikal.md", "answer": "636 km",
            "optional_answer": ["636 km"], "source": "baikal.md", "text": "The text of baikal.md."})
    );
    assert_eq!(all[7].get("pair").unwrap()[1]["answer"], "1879", "a number is taken as a text");
}

#[test]
fn pairs_are_within_and_across_documents_as_often_as_allowed() {
    let given = gathered("TaskPairs", &json!({"max_uses": 2}), 42, &lakes());
    let found = pairs(&given);
    assert!(found.contains(&("r0".into(), "r2".into())), "{found:?}");
    assert!(!found.iter().any(|(a, b)| a == "r5" || b == "r5"), "nothing is close to it: {found:?}");
    let across = records(&given).into_iter().find(|record| record.id.as_str() == "r0+r2").unwrap();
    assert_eq!(across.get("pair_sources").unwrap(), &json!(["baikal.md", "tanganyika.md"]));
    let one = gathered("TaskPairs", &json!({"max_uses": 2, "max_pairs": 1}), 42, &lakes());
    assert_eq!(pairs(&one).len(), 1);
    for none in [json!({"max_uses": 0}), json!({"max_pairs": 0})] {
        let off = gathered("TaskPairs", &none, 42, &lakes());
        assert!(pairs(&off).is_empty());
        assert!(records(&off).iter().all(|record| record.get("pair") == Some(&Value::Null)));
    }
}

#[test]
fn pairs_can_be_kept_within_documents_or_across_them() {
    let of = |documents: &str| {
        let options = json!({"max_uses": 3, "documents": documents});
        let given = gathered("TaskPairs", &options, 42, &lakes());
        let sources = |record: &&Record| record.get("pair_sources").unwrap().as_array().map(Vec::len);
        records(&given).iter().filter_map(sources).collect::<Vec<usize>>()
    };
    assert_eq!(of("same"), [1, 1]);
    assert!(of("different").iter().all(|sources| *sources == 2) && !of("different").is_empty());
    assert!(of("any").contains(&1) && of("any").contains(&2));
}

#[test]
fn some_tasks_do_not_go_together() {
    let with = |question: &str, answer: Value| task(question, answer, "baikal.md");
    let first = with("How deep is Lake Baikal?", json!("1,642 m"));
    for (other, why) in [
        (with("how deep was the lake Baikal", json!("some 1,600 m")), "the same question"),
        (with("How long is Lake Baikal?", json!("1,642 M")), "the same answer"),
        (
            with("How long is Lake Baikal, which is 1,642 m deep?", json!("636 km")),
            "it gives the answer away",
        ),
        (with("How long is Lake Baikal?", json!("Lake Baikal")), "its own answer is given away"),
        (with("How long is Lake Baikal?", json!(null)), "it has no answer"),
        (with("", json!("636 km")), "it has no question"),
    ] {
        let given = gathered("TaskPairs", &json!({}), 42, &[first.clone(), other]);
        assert_eq!((records(&given).len(), pairs(&given).len()), (2, 0), "{why}");
    }
    let mut other = with("How long is Lake Baikal?", json!("636 km"));
    other["optional_answer"] = json!(["636,000 m", "1,642 m"]);
    let mut one = first;
    one["optional_answer"] = json!([]);
    let options = json!({"input_optional_key": "optional_answer"});
    assert!(pairs(&gathered("TaskPairs", &options, 42, &[one.clone(), other.clone()])).is_empty());
    assert_eq!(pairs(&gathered("TaskPairs", &json!({}), 42, &[one, other])).len(), 1);
}

#[test]
fn few_tasks_and_bad_ones() {
    for count in 0..=3 {
        let given = gathered("TaskPairs", &json!({}), 42, &lakes()[..count]);
        assert_eq!((records(&given).len(), pairs(&given).len()), (count + count / 2, count / 2));
    }
    let bad = [json!({}), json!({"question": 7}), json!({"question": ["a"], "refined_answer": {}})];
    let given = gathered("TaskPairs", &json!({}), 42, &bad);
    assert_eq!((records(&given).len(), pairs(&given).len()), (3, 0));
}

#[test]
fn ids_of_pairs_are_never_those_of_something_else() {
    let [a, b] = [&lakes()[0], &lakes()[1]].map(Clone::clone);
    let id = |rows: &[(&str, Value)]| -> Vec<String> {
        let given = gathered_as("TaskPairs", &json!({}), 42, rows);
        records(&given).into_iter().map(|record| record.id.to_string()).collect()
    };
    assert_eq!(id(&[("x/0", a.clone()), ("y/1", b.clone())])[2], "x/0+y/1");
    let odd = id(&[("x+y", a.clone()), ("z", b.clone())]);
    let other = id(&[("x", a.clone()), ("y+z", b.clone())]);
    assert!(odd[2].len() == 16 && odd[2] != other[2], "{odd:?} {other:?}");
    let taken = id(&[("x", a), ("x+y", json!({"question": null})), ("y", b)]);
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 4, "{taken:?}");
}

#[test]
fn documents_without_a_name_are_known_by_the_ids_of_their_rows() {
    let rows: Vec<(&str, Value)> = [("doc/0", 0), ("doc/1", 1), ("other/0", 2)]
        .map(|(id, at)| {
            let mut task = lakes()[at].clone();
            task.as_object_mut().unwrap().shift_remove("source");
            (id, task)
        })
        .to_vec();
    let given = gathered_as("TaskPairs", &json!({"max_uses": 5}), 42, &rows);
    let sources: Vec<&Value> =
        records(&given)[3..].iter().map(|record| record.get("pair_sources").unwrap()).collect();
    assert_eq!(sources, [&json!(["doc"]), &json!(["doc", "other"]), &json!(["doc", "other"])]);
}

#[test]
fn options_out_of_range_are_told() {
    let options = json!({"neighbours": 0}).as_object().cloned().unwrap();
    let built = registry().get("TaskPairs").unwrap().build(options, &Prompts::built_in());
    assert!(built.unwrap_err().to_string().contains("option `neighbours`"));
}

/// Questions about some subjects, of some documents.
fn tasks() -> impl Strategy<Value = Vec<Value>> {
    let one = (0..6_usize, 0..5_usize, 0..4_usize, 0..30_usize);
    proptest::collection::vec(one, 0..60).prop_map(|all| {
        let words = ["depth", "length", "age", "area", "volume", "name"];
        let subjects = ["Baikal", "Constance", "Nyos", "Tahoe", "Placid"];
        all.into_iter()
            .map(|(word, subject, source, answer)| {
                task(
                    &format!("What is the {} of {}?", words[word], subjects[subject]),
                    json!(format!("answer{answer}")),
                    &format!("d{source}"),
                )
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn tasks_are_used_as_often_as_allowed_and_pairs_are_apart(rows in tasks(), max_uses in 0..4_usize, seed in 0..3_u64, max_pairs in proptest::option::of(0..10_usize)) {
        let options = json!({"max_uses": max_uses, "max_pairs": max_pairs});
        let given = gathered("TaskPairs", &options, seed, &rows);
        let found = pairs(&given);
        let mut uses: HashMap<&str, usize> = HashMap::new();
        let mut seen = HashSet::new();
        for (a, b) in &found {
            prop_assert!(a != b && seen.insert((a, b)) && !seen.contains(&(b, a)));
            *uses.entry(a).or_default() += 1;
            *uses.entry(b).or_default() += 1;
            let [a, b] = [a, b].map(|id| &rows[id[1..].parse::<usize>().unwrap()]);
            prop_assert_ne!(&a["refined_answer"], &b["refined_answer"]);
            prop_assert_ne!(&a["question"], &b["question"]);
        }
        prop_assert!(uses.values().all(|uses| *uses <= max_uses));
        prop_assert!(max_pairs.is_none_or(|most| found.len() <= most));
        prop_assert_eq!(records(&given).len(), rows.len() + found.len());
        let ids: HashSet<String> = records(&given).iter().map(|record: &&Record| record.id.to_string()).collect();
        prop_assert_eq!(ids.len(), rows.len() + found.len());
        // The same on another number of threads.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        prop_assert_eq!(pool.install(|| gathered("TaskPairs", &options, seed, &rows)), given);
    }
}

#[test]
fn the_seed_decides_between_pairs_that_are_equally_close() {
    let subjects = ["Baikal", "Constance", "Nyos", "Tahoe", "Placid", "Erie", "Huron", "Ontario"];
    let rows: Vec<Value> = (0..subjects.len())
        .map(|at| {
            task(&format!("How deep is {}?", subjects[at]), json!(format!("{at} m")), &format!("d{at}"))
        })
        .collect();
    let of = |seed| pairs(&gathered("TaskPairs", &json!({}), seed, &rows));
    assert_eq!(of(1).len(), 4);
    let different: HashSet<Vec<(String, String)>> = (0..10).map(of).collect();
    assert!(different.len() > 3, "{different:?}");
}
