use ragstill_engine::Outcome;
use ragstill_operators::registry;
use ragstill_teacher::{Finish, Prompts};
use serde_json::{Value, json};

use crate::script::{bench, kept, record, rejected};

type Reply = (&'static str, Finish);

const MERGED: Reply = (
    "So:\n```json\n[{\"question\": \"Who designed the Tay Bridge, and when was the Forth Bridge opened?\", \"index\": [1, 0], \"content_identifier\": \"Scottish bridges\"}]\n```",
    Finish::Stop,
);
const WHOLE: Reply = (r#"[{"index": [0, 1], "complex_question": "Who?", "state": 1}]"#, Finish::Stop);
const BROKEN: Reply = (r#"[{"index": [0, 1], "complex_question": "Who?", "state": 0}]"#, Finish::Stop);
const UNKNOWN: Reply =
    (r#"[{"index": [0, 1], "complex_question": "Who?", "llm_answer": "I don't know"}]"#, Finish::Stop);
const KNOWN: Reply =
    (r#"[{"index": [0, 1], "complex_question": "Who?", "llm_answer": "Thomas Bouch; 1890"}]"#, Finish::Stop);
const HALF: Reply =
    (r#"[{"index": [0, 1], "complex_question": "Who?", "llm_answer": "Thomas Bouch; 1888"}]"#, Finish::Stop);
const JUDGED_0: Reply = (r#"{"answer_analysis": "The year differs.", "answer_score": 0}"#, Finish::Stop);
const JUDGED_1: Reply = (r#"{"answer_analysis": "It says `more`.", "answer_score": 1}"#, Finish::Stop);
const NONSENSE: Reply = ("I cannot say.", Finish::Stop);

fn row() -> Value {
    json!({"pair": [
        {"id": "a/0", "question": "In which year was the Forth Bridge opened?", "identifier": "Forth Bridge", "answer": 1890,
            "optional_answer": ["1890", "in 1890"], "source": "forth.md", "text": "…"},
        {"id": "b/3", "question": "Who designed the Tay Bridge?", "identifier": "Tay Bridge", "answer": "Thomas Bouch"},
    ]})
}

async fn made(options: Value, row: Value, replies: &[Reply]) -> (Outcome, usize) {
    let bench = bench("WidthQAGenerator", options, replies);
    let outcome = bench.apply(&record(row)).await;
    let asked = bench.asked.lock().unwrap().len();
    (outcome, asked)
}

#[tokio::test]
async fn the_prompts_as_they_are_sent() {
    let bench = bench("WidthQAGenerator", json!({}), &[MERGED, WHOLE, UNKNOWN]);
    kept(bench.apply(&record(row())).await);
    let asked = bench.asked.lock().unwrap();
    let sent = asked.iter().map(|ask| {
        let messages: String =
            ask.messages.iter().map(|m| format!("# {:?}\n{}\n", m.role, m.content)).collect();
        format!("## {}\n{messages}", ask.prompt)
    });
    insta::assert_snapshot!(sent.collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn one_question_for_both_answers() {
    let (outcome, asked) = made(json!({}), row(), &[MERGED, WHOLE, UNKNOWN]).await;
    assert_eq!(
        Value::Object(kept(outcome)),
        json!({
            "generated_width_task": "Who designed the Tay Bridge, and when was the Forth Bridge opened?",
            "content_identifier": "Scottish bridges",
            "qa_index": [1, 0],
            "original_answer": ["Thomas Bouch", "1890"],
            "original_question": ["Who designed the Tay Bridge?", "In which year was the Forth Bridge opened?"],
            "state": 1,
            "width_answers": ["Thomas Bouch; 1890", "Thomas Bouch; in 1890", "Thomas Bouch and 1890", "Thomas Bouch and in 1890"],
            "width_llm_answer": "I don't know",
            "width_llm_score": 0,
        })
    );
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn records_that_are_no_pairs_go_on() {
    let (outcome, asked) = made(json!({}), json!({"pair": null, "question": "Q?"}), &[NONSENSE]).await;
    let fields = kept(outcome);
    assert_eq!((fields.len(), asked), (9, 0));
    assert!(fields.values().all(Value::is_null));
}

#[tokio::test]
async fn pairs_are_dropped_with_the_stage_and_nothing_later_is_paid_for() {
    for (replies, asked, reason, is_filter) in [
        (vec![NONSENSE], 3, "merge: none of 3 answers", false),
        (vec![MERGED, NONSENSE], 4, "origin check: none of 3", false),
        (vec![MERGED, BROKEN], 2, "origin check: state 0, the question does not", true),
        (vec![MERGED, WHOLE, NONSENSE], 5, "closed book: none of 3", false),
        (vec![MERGED, WHOLE, (KNOWN.0, Finish::Length)], 5, "closed book: none of 3", false),
        (vec![MERGED, WHOLE, KNOWN], 3, "closed book: score 2", true),
        (
            vec![MERGED, WHOLE, HALF, JUDGED_1],
            4,
            "closed book: score 1, the answer is known without a document: `It says 'more'.`",
            true,
        ),
        (vec![MERGED, WHOLE, HALF, NONSENSE], 6, "closed book: the judge gave no score", false),
    ] {
        let (outcome, calls) = made(json!({}), row(), &replies).await;
        let (found, filters) = match outcome {
            Outcome::Reject(found) => (found, false),
            Outcome::Filter(found) => (found, true),
            other => panic!("{reason}: {other:?}"),
        };
        assert!(found.starts_with(reason), "{found}");
        assert_eq!((calls, filters), (asked, is_filter), "{reason}");
    }
    let (outcome, asked) = made(json!({}), row(), &[MERGED, WHOLE, HALF, JUDGED_0]).await;
    let fields = kept(outcome);
    assert_eq!((&fields["width_llm_answer"], asked), (&json!("Thomas Bouch; 1888"), 4));
}

#[tokio::test]
async fn places_and_texts_that_a_model_makes_up_are_asked_again() {
    const WRONG: &[Reply] = &[
        (
            r#"[{"question": "Who designed it, and when was the other opened?", "index": [0, 7], "content_identifier": "x"}]"#,
            Finish::Stop,
        ),
        (
            r#"[{"question": "Who designed it, and when was the other opened?", "index": ["0", "1"], "content_identifier": "x"}]"#,
            Finish::Stop,
        ),
        (
            r#"[{"question": "Did Thomas Bouch design it, and when was the other opened?", "index": [0, 1], "content_identifier": "x"}]"#,
            Finish::Stop,
        ),
        (r#"[]"#, Finish::Stop),
        (r#"{"index": [0, 1]}"#, Finish::Stop),
    ];
    let replies: Vec<Reply> = WRONG
        .iter()
        .copied()
        .chain([MERGED])
        .chain([
            (r#"[{"index": [0], "complex_question": "Who?", "state": 1}]"#, Finish::Stop),
            (r#"[{"index": [0, 1], "complex_question": "Who?", "state": "1"}]"#, Finish::Stop),
            WHOLE,
            (r#"[{"index": [3], "complex_question": "Who?", "llm_answer": "x"}]"#, Finish::Stop),
            (r#"[{"index": [0, 1], "complex_question": "Who?", "llm_answer": null}]"#, Finish::Stop),
            UNKNOWN,
        ])
        .collect();
    let (outcome, asked) = made(json!({"max_attempts": 6}), row(), &replies).await;
    assert_eq!((kept(outcome)["qa_index"].clone(), asked), (json!([1, 0]), replies.len()));
}

#[tokio::test]
async fn a_flood_of_items_is_no_answer() {
    let item = r#"{"question": "Who designed it, and when was the other opened?", "index": [0, 1], "content_identifier": "x"}"#;
    let flood = format!("[{}]", vec![item; 200].join(","));
    let bench = bench("WidthQAGenerator", json!({}), &[(flood.as_str(), Finish::Stop)]);
    let found = rejected(bench.apply(&record(row())).await);
    assert!(found.contains("one item was asked for, found 200"), "{found}");
}

#[tokio::test]
async fn pairs_that_lack_something_are_rejected_unasked() {
    let task = |answer: Value| json!({"question": "Q?", "identifier": "X", "answer": answer});
    for (row, reason) in [
        (json!({}), "`pair` is missing"),
        (json!({"pair": "x"}), "must be a list of tasks"),
        (json!({"pair": [task(json!("a"))]}), "2 to 8 tasks, found 1"),
        (json!({"pair": vec![task(json!("a")); 200]}), "found 200"),
        (json!({"pair": [task(json!("a")), task(json!(null))]}), "task 2 of `pair`"),
        (json!({"pair": [task(json!({"a": 1})), task(json!("a"))]}), "task 1 of `pair`"),
    ] {
        let (outcome, asked) = made(json!({}), row, &[MERGED]).await;
        let found = rejected(outcome);
        assert!(found.contains(reason) && asked == 0, "{found}");
    }
}

#[tokio::test]
async fn german_and_chinese() {
    let task =
        |question: &str, answer: &str| json!({"question": question, "identifier": "X", "answer": answer});
    let german = json!({"pair": [task("Wie tief ist der Bodensee?", "251 m"), task("Wann wurde die Brücke eröffnet?", "1890")]});
    let merged = (
        r#"[{"question": "Wie tief ist der Bodensee, und wann wurde die Brücke eröffnet?", "index": [0, 1], "content_identifier": "X"}]"#,
        Finish::Stop,
    );
    let (outcome, _) = made(json!({}), german, &[merged, WHOLE, UNKNOWN]).await;
    assert!(kept(outcome)["width_answers"].as_array().unwrap().contains(&json!("251 m und 1890")));
    let chinese = json!({"pair": [task("贝加尔湖有多深？", "1642米"), task("福斯桥何时通车？", "1890年")]});
    let leak = (
        r#"[{"question": "1890年通车的桥和贝加尔湖？", "index": [0, 1], "content_identifier": "X"}]"#,
        Finish::Stop,
    );
    let merged = (
        r#"[{"question": "贝加尔湖有多深，福斯桥何时通车？", "index": [0, 1], "content_identifier": "X"}]"#,
        Finish::Stop,
    );
    let (outcome, asked) = made(json!({}), chinese, &[leak, merged, WHOLE, UNKNOWN]).await;
    assert!(kept(outcome)["width_answers"].as_array().unwrap().contains(&json!("1642米、1890年")));
    assert_eq!(asked, 4);
}

#[test]
fn options_out_of_range_are_told() {
    for name in ["max_attempts", "closed_book_samples"] {
        let options = json!({name: 0}).as_object().cloned().unwrap();
        let built = registry().get("WidthQAGenerator").unwrap().build(options, &Prompts::built_in());
        assert!(built.unwrap_err().to_string().contains(name));
    }
}
