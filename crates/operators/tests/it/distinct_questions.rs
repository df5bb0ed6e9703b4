use std::io::{BufRead, BufReader};

use ragstill_engine::Gathered;
use ragstill_operators::registry;
use ragstill_teacher::Prompts;
use serde_json::{Value, json};

use crate::gathering::{gathered, gathered_as, records, rejects};

fn questions(options: Value, questions: &[&str]) -> Vec<Gathered> {
    let rows: Vec<Value> = questions.iter().map(|question| json!({"question": question, "n": 1})).collect();
    gathered("DistinctQuestions", &options, 42, &rows)
}

/// The ids of what is dropped.
fn dropped(given: &[Gathered]) -> Vec<&str> {
    rejects(given).into_iter().map(|(id, _)| id).collect()
}

const REPEATED: &[&str] = &[
    "In which year was the Forth Bridge opened?",
    "How deep is Lake Baikal?",
    "in which year was the Forth Bridge opened",
    "What year did the Forth Bridge open?",
    "Who won the Nobel Prize in 1921?",
    "Who won the Nobel Prize in 1922?",
    "In 1921, who won the Nobel Prize?",
    "Which lakes freeze in winter?",
    "Which lakes do not freeze in winter?",
    "How deep is Lake Constance?",
];

#[test]
fn the_first_of_each_question_is_kept() {
    let given = questions(json!({}), REPEATED);
    assert_eq!(
        rejects(&given),
        [
            ("r2", "duplicate_question: it asks what another one asks (`record r0`)"),
            ("r3", "duplicate_question: it asks what another one asks (`record r0`)"),
            ("r6", "duplicate_question: it asks what another one asks (`record r4`)"),
        ]
    );
    let kept = records(&given);
    assert_eq!(kept.len(), 7);
    assert!(kept.iter().all(|record| record.fields.len() == 2), "records go on as they are");
    // What goes on and what does not stand in the order in which they came.
    let order: Vec<bool> = given.iter().map(|gathered| matches!(gathered, Gathered::Record(_))).collect();
    assert_eq!(order, [true, true, false, false, true, true, false, true, true, true]);
}

#[test]
fn fewer_can_be_rejected_or_none() {
    assert_eq!(dropped(&questions(json!({"duplicates": "exact"}), REPEATED)), ["r2"]);
    let off = questions(json!({"duplicates": "off"}), REPEATED);
    assert_eq!((records(&off).len(), off.len()), (10, 10));
}

#[test]
fn questions_with_the_same_answer_may_differ_in_more() {
    let rows = [
        ("How many lead authors does an IPCC report chapter have?", json!("2")),
        ("How many coordinating lead authors does an IPCC report chapter have?", json!("2")),
        ("How many coordinating lead authors does an IPCC report chapter have?", json!("3")),
        ("How many lead authors does a NASA report chapter have?", json!("2")),
        ("How many lead authors does an IPCC report section have?", json!("2")),
        ("How many lead authors does every IPCC report chapter have?", json!(2)),
        ("How many main lead authors does an IPCC report chapter have?", json!(["2", "two"])),
        ("How many lead authors does an IPCC report chapter have in 1990?", json!("2")),
        ("How many lead authors does no IPCC report chapter have?", json!("2")),
        ("How many old lead authors does an IPCC report chapter have?", json!(null)),
    ];
    let rows: Vec<Value> = rows.iter().map(|(q, a)| json!({"question": q, "answer": a})).collect();
    let near = gathered("DistinctQuestions", &json!({"input_answer_key": "answer"}), 42, &rows);
    // Another name, another number, a denial, and another answer make another question, whatever else is shared.
    assert_eq!(dropped(&near), ["r1", "r5", "r6"]);
    let reason = rejects(&near)[0].1;
    assert!(
        reason.starts_with("duplicate_question: it asks nearly what another one with the same answer asks (`record r0, similarity 0."),
        "{reason}"
    );
    let loose = json!({"input_answer_key": "answer", "threshold": 0.7});
    assert_eq!(dropped(&gathered("DistinctQuestions", &loose, 42, &rows)), ["r1", "r4", "r5", "r6"]);
    let strict = json!({"input_answer_key": "answer", "threshold": 1.0});
    // The question of the second, which is kept then.
    assert_eq!(dropped(&gathered("DistinctQuestions", &strict, 42, &rows)), ["r2"]);
    assert_eq!(dropped(&gathered("DistinctQuestions", &json!({}), 42, &rows)), ["r2"]);
}

#[test]
fn other_languages() {
    let german = questions(
        json!({"language": "de"}),
        &[
            "In welchem Jahr wurde die Brücke eröffnet?",
            "Welches Jahr: Wurde die Brücke da eröffnet?",
            "In welchem Jahr wurde die Brücke nicht eröffnet?",
            "In welchem Jahr wurde die Brücke geschlossen?",
        ],
    );
    assert_eq!(dropped(&german), ["r1"]);
    let chinese = questions(
        json!({"language": "zh"}),
        &[
            "福斯桥在1890年通车吗？",
            "福斯桥在1890年通车吗",
            "福斯桥在1891年通车吗？",
            "福斯桥在1890年没通车吗？",
        ],
    );
    assert_eq!(dropped(&chinese), ["r1"]);
}

#[test]
fn what_is_no_question_is_a_reject_of_its_own() {
    let rows = [
        json!({"question": null}),
        json!({}),
        json!({"question": "  "}),
        json!({"question": 7}),
        json!({"question": "?"}),
        json!({"question": "!"}),
    ];
    let given = gathered("DistinctQuestions", &json!({}), 42, &rows);
    assert_eq!(dropped(&given), ["r0", "r1", "r2", "r3"]);
    assert!(rejects(&given).iter().all(|(_, reason)| reason.contains("`question`")));
    assert!(gathered("DistinctQuestions", &json!({}), 42, &[]).is_empty());
}

#[test]
fn what_is_rejected_repeats_a_question_that_was_kept() {
    // Each differs from the one before by one word of many; the last has little in common with the first.
    let mut words: Vec<String> = (0..12).map(|n| format!("word{}", char::from(b'a' + n))).collect();
    let mut rows = Vec::new();
    for change in 0..12_usize {
        rows.push((
            format!("r{change}"),
            json!({"question": format!("{}?", words.join(" ")), "answer": "x"}),
        ));
        words[change] = format!("other{}", char::from(b'a' + change as u8));
    }
    let named: Vec<(&str, Value)> = rows.iter().map(|(id, row)| (id.as_str(), row.clone())).collect();
    let given = gathered_as("DistinctQuestions", &json!({"input_answer_key": "answer"}), 42, &named);
    let kept: Vec<&str> = records(&given).into_iter().map(|record| record.id.as_str()).collect();
    assert!(kept.len() >= 4, "{kept:?}");
    for (_, reason) in rejects(&given) {
        let of = reason.split(['`', ',']).nth(1).unwrap().strip_prefix("record ").unwrap();
        assert!(kept.contains(&of), "{reason}");
    }
}

#[test]
fn options_out_of_range_are_told() {
    for threshold in [json!(0.4), json!(1.1)] {
        let options = json!({"threshold": threshold}).as_object().cloned().unwrap();
        let built = registry().get("DistinctQuestions").unwrap().build(options, &Prompts::built_in());
        assert!(built.unwrap_err().to_string().contains("option `threshold`"));
    }
}

/// 10,535 questions that people have asked about Wikipedia's passages, several people about each. What is called a duplicate
/// among them was looked at by hand.
#[test]
fn questions_of_people() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/passages/queries_short.jsonl");
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let rows: Vec<Value> =
        BufReader::new(file).lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let given = gathered("DistinctQuestions", &json!({}), 42, &rows);
    let found = rejects(&given);
    for (id, reason) in &found {
        let of = reason.split('`').nth(1).unwrap().strip_prefix("record ").unwrap();
        let question = |id: &str| rows[id[1..].parse::<usize>().unwrap()]["question"].as_str().unwrap();
        println!("{}\n    {}", question(of), question(id));
    }
    assert_eq!(found.len(), 15);
}
