use ragstill_engine::Outcome;
use ragstill_operators::registry;
use ragstill_teacher::{Finish, Prompts};
use serde_json::{Value, json};

use crate::script::{bench, kept, record, rejected};

type Reply = (&'static str, Finish);

const STEP: Reply = (
    r#"Thus: {"identifier": "the lakes of Siberia", "relation": "the one with a fifth of all fresh water"}"#,
    Finish::Stop,
);
const VALID: Reply = (r#"{"analysis": "It is.", "new_query": "valid"}"#, Finish::Stop);
const INVALID: Reply = (r#"{"analysis": "There are `two`.", "new_query": "invalid"}"#, Finish::Stop);
const DEEPER: Reply = (
    r#"{"new_query": "How deep is the lake of Siberia that holds a fifth of all fresh water?"}"#,
    Finish::Stop,
);
const STEP_2: Reply = (r#"{"identifier": "the rift lakes of Asia", "relation": "the oldest"}"#, Finish::Stop);
const DEEPER_2: Reply = (r#"{"new_query": "How deep is the oldest rift lake of Asia?"}"#, Finish::Stop);
const UNKNOWN: Reply = ("I don't know", Finish::Stop);
const KNOWN: Reply = ("1,642 m", Finish::Stop);
const NONSENSE: Reply = ("I cannot say.", Finish::Stop);

fn row() -> Value {
    json!({
        "text": "Lake Baikal is 1,642 m deep.",
        "identifier": "Lake Baikal",
        "question": "How deep is Lake Baikal?",
        "refined_answer": "1,642 m",
    })
}

async fn made(options: Value, row: Value, replies: &[Reply]) -> (Outcome, usize) {
    let bench = bench("DepthQAGenerator", options, replies);
    let outcome = bench.apply(&record(row)).await;
    let asked = bench.asked.lock().unwrap().len();
    (outcome, asked)
}

#[tokio::test]
async fn the_prompts_as_they_are_sent() {
    let mut row = row();
    row.as_object_mut().unwrap().shift_remove("identifier");
    let name = (r#"{"content_identifier": "Lake Baikal"}"#, Finish::Stop);
    let bench = bench(
        "DepthQAGenerator",
        json!({"n_rounds": 2}),
        &[name, STEP, VALID, DEEPER, UNKNOWN, STEP_2, VALID, DEEPER_2, UNKNOWN],
    );
    kept(bench.apply(&record(row)).await);
    let asked = bench.asked.lock().unwrap();
    let sent: Vec<String> = asked
        .iter()
        .enumerate()
        .filter(|(at, ask)| !ask.prompt.starts_with("answer_check") && ![6, 7].contains(at))
        .map(|(_, ask)| {
            let messages: String =
                ask.messages.iter().map(|m| format!("# {:?}\n{}\n", m.role, m.content)).collect();
            format!("## {}\n{messages}", ask.prompt)
        })
        .collect();
    insta::assert_snapshot!(sent.join("\n"));
}

#[tokio::test]
async fn two_rounds() {
    let replies = [STEP, VALID, DEEPER, UNKNOWN, STEP_2, VALID, DEEPER_2, UNKNOWN];
    let (outcome, asked) = made(json!({}), row(), &replies).await;
    assert_eq!(
        Value::Object(kept(outcome)),
        json!({
            "new_identifier_1": "the lakes of Siberia",
            "relation_1": "the one with a fifth of all fresh water",
            "depth_question_1": "How deep is the lake of Siberia that holds a fifth of all fresh water?",
            "new_identifier_2": "the rift lakes of Asia",
            "relation_2": "the oldest",
            "depth_question_2": "How deep is the oldest rift lake of Asia?",
            "depth_question": "How deep is the oldest rift lake of Asia?",
            "depth_hops": 2,
            "depth_stop": null,
        })
    );
    assert_eq!(asked, 8, "four calls a round");
}

#[tokio::test]
async fn a_round_that_fails_keeps_what_was_made_and_costs_no_more() {
    let good = [STEP, VALID, DEEPER, UNKNOWN];
    for (replies, asked, stop) in [
        (vec![NONSENSE], 3, "round 2: backward: none of 3 answers"),
        (vec![STEP_2, INVALID], 2, "round 2: superset check: the step is not valid: `There are 'two'.`"),
        (vec![STEP_2, NONSENSE], 4, "round 2: superset check: none of 3"),
        (vec![STEP_2, VALID, NONSENSE], 5, "round 2: question: none of 3"),
        (vec![STEP_2, VALID, DEEPER], 5, "round 2: question: none of 3"),
        (vec![STEP_2, VALID, DEEPER_2, KNOWN], 4, "round 2: closed book: score 2"),
        (vec![STEP_2, VALID, DEEPER_2, ("cut", Finish::Length)], 6, "round 2: closed book: "),
    ] {
        let replies: Vec<Reply> = good.iter().copied().chain(replies).collect();
        let (outcome, calls) = made(json!({}), row(), &replies).await;
        let fields = kept(outcome);
        assert_eq!(calls, 4 + asked, "{stop}");
        assert!(fields["depth_stop"].as_str().unwrap().starts_with(stop), "{stop}: {}", fields["depth_stop"]);
        assert_eq!(fields["depth_question"], fields["depth_question_1"]);
        assert_eq!((&fields["depth_hops"], &fields["new_identifier_2"]), (&json!(1), &Value::Null));
        let strict = made(json!({"keep_partial": false}), row(), &replies).await.0;
        let (reason, is_filter) = match strict {
            Outcome::Reject(reason) => (reason, false),
            Outcome::Filter(reason) => (reason, true),
            other => panic!("{other:?}"),
        };
        assert!(reason.starts_with(stop), "{reason}");
        assert_eq!(is_filter, stop.contains("not valid") || stop.contains("score"), "{reason}");
    }
}

#[tokio::test]
async fn a_first_round_that_fails_leaves_nothing_but_the_reason() {
    let (outcome, _) = made(json!({"n_rounds": 1}), row(), &[STEP, INVALID]).await;
    let fields = kept(outcome);
    assert_eq!((&fields["depth_question"], &fields["depth_hops"]), (&Value::Null, &json!(0)));
    assert!(!fields.contains_key("relation_2"));
    assert!(fields["depth_stop"].as_str().unwrap().starts_with("round 1: superset check"));
}

#[tokio::test]
async fn what_gives_something_away_is_asked_again() {
    let leaks = [
        (r#"{"new_query": "How deep is Lake Baikal, the lake of Siberia?"}"#, Finish::Stop),
        (r#"{"new_query": "Which lake of Siberia is 1,642 m deep?"}"#, Finish::Stop),
    ];
    let (outcome, asked) =
        made(json!({"n_rounds": 1}), row(), &[STEP, VALID, leaks[0], leaks[1], DEEPER, UNKNOWN]).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(1), 6));
    // In the second round the first superset may not come back either.
    let back = (r#"{"new_query": "How deep is the oldest of the lakes of Siberia?"}"#, Finish::Stop);
    let replies = [STEP, VALID, DEEPER, UNKNOWN, STEP_2, VALID, back, DEEPER_2, UNKNOWN];
    let (outcome, asked) = made(json!({}), row(), &replies).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(2), 9));
    let step = (r#"{"identifier": "lake baikal!", "relation": "itself"}"#, Finish::Stop);
    let (outcome, asked) = made(json!({"n_rounds": 1}), row(), &[step, STEP, VALID, DEEPER, UNKNOWN]).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(1), 5));
}

#[tokio::test]
async fn other_accepted_answers_are_answers_too() {
    let mut with = row();
    with["optional_answer"] = json!(["1,642 m", "1642 metres"]);
    let leak = (r#"{"new_query": "Which lake is 1642 metres deep?"}"#, Finish::Stop);
    let options = json!({"n_rounds": 1, "input_optional_key": "optional_answer"});
    let known = ("1642 metres", Finish::Stop);
    let (outcome, asked) = made(options, with, &[STEP, VALID, leak, DEEPER, known]).await;
    let stop = kept(outcome)["depth_stop"].clone();
    assert!(stop.as_str().unwrap().contains("closed book: score 2") && asked == 5, "{stop}");
}

#[tokio::test]
async fn several_samples_find_a_lucky_guess() {
    let options = json!({"n_rounds": 1, "closed_book_samples": 3});
    let (outcome, asked) = made(options, row(), &[STEP, VALID, DEEPER, UNKNOWN, KNOWN]).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(0), 5));
}

#[tokio::test]
async fn off_asks_nothing_and_needs_nothing() {
    let (outcome, asked) = made(json!({"n_rounds": 0}), json!({}), &[NONSENSE]).await;
    assert_eq!(
        Value::Object(kept(outcome)),
        json!({"depth_question": null, "depth_hops": 0, "depth_stop": null})
    );
    assert_eq!(asked, 0);
    let Ok(ragstill_engine::Work::Each(off)) = built(json!({"n_rounds": 0})) else { panic!("an operator") };
    assert!(off.fields().reads.is_empty());
    let Ok(ragstill_engine::Work::Each(on)) = built(json!({"n_rounds": 3})) else { panic!("an operator") };
    assert!(on.fields().writes.contains(&"depth_question_3".to_owned()) && on.fields().writes.len() == 12);
}

#[tokio::test]
async fn rows_that_lack_something_are_rejected_unasked() {
    for (field, value, reason) in [
        ("question", json!(null), "`question` must be a string, found null"),
        ("question", json!(" "), "`question` is empty"),
        ("question", json!(7), "found a number"),
        ("refined_answer", json!(null), "`refined_answer` must be an answer"),
        ("refined_answer", json!([]), "an empty list"),
        ("refined_answer", json!({"a": 1}), "an object"),
        ("refined_answer", json!("  "), "an empty text"),
    ] {
        let mut lacking = row();
        lacking[field] = value;
        let (outcome, asked) = made(json!({}), lacking, &[STEP]).await;
        let found = rejected(outcome);
        assert!(found.contains(reason) && asked == 0, "{found}");
    }
    // A number is an answer, and the first of a list is.
    for answer in [json!(1642), json!(["1642", "1,642 m"])] {
        let mut with = row();
        with["refined_answer"] = answer;
        let known = ("1642", Finish::Stop);
        let (outcome, _) = made(json!({"n_rounds": 1}), with, &[STEP, VALID, DEEPER, known]).await;
        assert!(kept(outcome)["depth_stop"].as_str().unwrap().contains("score 2"));
    }
}

#[tokio::test]
async fn the_identifier_is_made_where_there_is_none() {
    for identifier in [json!(null), json!(""), json!(7)] {
        let mut without = row();
        without["identifier"] = identifier;
        let name = (r#"{"content_identifier": "Lake Baikal"}"#, Finish::Stop);
        let wrong = (r#"{"content_identifier": "Lake Placid"}"#, Finish::Stop);
        let (outcome, asked) =
            made(json!({"n_rounds": 1}), without.clone(), &[wrong, name, STEP, VALID, DEEPER, UNKNOWN]).await;
        assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(1), 6));
        let (outcome, asked) = made(json!({}), without, &[wrong]).await;
        let fields = kept(outcome);
        assert!(fields["depth_stop"].as_str().unwrap().starts_with("identifier: "), "{fields:?}");
        assert_eq!(asked, 3);
    }
}

#[tokio::test]
async fn german_and_chinese() {
    let german = json!({"text": "", "identifier": "Bodensee", "question": "Wie tief ist der Bodensee?", "refined_answer": "251 m"});
    let step =
        (r#"{"identifier": "die Seen im Alpenvorland", "relation": "der größte von ihnen"}"#, Finish::Stop);
    let leak = (r#"{"new_query": "Wie tief ist das Becken des Bodensees?"}"#, Finish::Stop);
    let fine = (r#"{"new_query": "Wie tief ist der größte See im Alpenvorland?"}"#, Finish::Stop);
    let nothing = ("Ich weiß es nicht.", Finish::Stop);
    let (outcome, asked) = made(json!({"n_rounds": 1}), german, &[step, VALID, leak, fine, nothing]).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(1), 5));
    let chinese = json!({"text": "", "identifier": "贝加尔湖", "question": "贝加尔湖有多深？", "refined_answer": "1642米"});
    let step = (r#"{"identifier": "西伯利亚的湖泊", "relation": "其中最深的一个"}"#, Finish::Stop);
    let leak = (r#"{"new_query": "西伯利亚最深的湖贝加尔湖有多深？"}"#, Finish::Stop);
    let fine = (r#"{"new_query": "西伯利亚最深的湖有多深？"}"#, Finish::Stop);
    let nothing = ("不知道。", Finish::Stop);
    let (outcome, asked) = made(json!({"n_rounds": 1}), chinese, &[step, VALID, leak, fine, nothing]).await;
    assert_eq!((kept(outcome)["depth_hops"].clone(), asked), (json!(1), 5));
}

fn built(options: Value) -> ragstill_engine::Result<ragstill_engine::Work> {
    registry()
        .get("DepthQAGenerator")
        .unwrap()
        .build(options.as_object().cloned().unwrap(), &Prompts::built_in())
}

#[test]
fn options_out_of_range_are_told() {
    for (name, value) in [("n_rounds", 11), ("max_attempts", 0), ("closed_book_samples", 0)] {
        let fault = built(json!({name: value})).unwrap_err().to_string();
        assert!(fault.contains(name), "{fault}");
    }
}
