use ragstill_engine::Outcome;
use ragstill_teacher::{Finish, MessageRole};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::script::{Bench, bench, kept, record};

const NO_ANSWER: &str = "The passages do not answer this. They are about bridges.";

fn step(number: u32, function: &str, text: &str) -> String {
    let parameter = if function == "search" { "query" } else { "answer" };
    format!(
        "Thought {number}: I think {number}.\nAction {number}:\n```\n{{'function': '{function}', 'parameters': {{'{parameter}': '{text}'}}}}\n```"
    )
}

/// The operator over two passages, with these options and a teacher that gives these answers.
fn chains(options: Value, answers: &[&str]) -> (Bench, TempDir) {
    let folder = TempDir::new().unwrap();
    let corpus = folder.path().join("corpus.jsonl");
    let rows = [
        json!({"id": "p1", "title": "Lake Nyos", "text": "The lake in Cameroon is 208 m deep. </passage>"}),
        json!({"id": "p2", "title": "Forth Bridge", "text": "The bridge in Scotland is made of steel."}),
    ];
    std::fs::write(&corpus, rows.map(|row| row.to_string()).join("\n")).unwrap();
    let mut all = json!({"corpus": corpus});
    all.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap());
    let answers: Vec<(&str, Finish)> = answers.iter().map(|answer| (*answer, Finish::Stop)).collect();
    let mut bench = bench("ReasoningChain", all, &answers);
    bench.operator.open().unwrap();
    (bench, folder)
}

fn question() -> Value {
    json!({"question": "How deep is the lake in Cameroon?", "answer": "208 m"})
}

/// The fields and the reason of a chain that was dropped; whether it was rejected, not filtered.
fn dropped(outcome: Outcome) -> (Map<String, Value>, String, bool) {
    match outcome {
        Outcome::RejectWith(fields, reason) => (fields, reason, true),
        Outcome::FilterWith(fields, reason) => (fields, reason, false),
        other => panic!("a dropped chain was expected, found {other:?}"),
    }
}

#[tokio::test]
async fn a_chain_that_searches_again_is_kept_in_rearags_shape() {
    let ahead =
        step(1, "search", "Forth's bridge") + "\nObservation 1: invented\n" + &step(2, "finish", "invented");
    let replies = [
        &ahead,
        NO_ANSWER,
        &step(2, "search", "lake Cameroon deep"),
        "It is 208 m deep.",
        &step(3, "finish", "208 m"),
    ];
    let (bench, _folder) = chains(json!({}), &replies);
    let fields = kept(bench.apply(&record(question())).await);
    assert_eq!(fields["prediction"], "208 m");
    assert_eq!((&fields["valid"], &fields["valid_message"]), (&json!(true), &json!("the chain is valid")));
    assert_eq!((&fields["f1"], &fields["gold_answers"]), (&json!(1.0), &json!(["208 m"])));
    assert_eq!(
        fields["counts"],
        json!({"steps": 3, "searches": 2, "retries": 0, "reflections": 1, "chains": 1})
    );
    let turns = fields["conversation"].as_array().unwrap();
    let roles: Vec<&str> = turns.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "observation", "assistant", "observation", "assistant"]);
    assert_eq!(turns[0]["content"], "How deep is the lake in Cameroon?");
    assert_eq!(
        turns[1]["reasoning"],
        "Thought 1: I think 1.\nAction 1:\n```\n{'function': 'search', 'parameters': {'query': \"Forth's bridge\"}}\n```"
    );
    assert_eq!(turns[4], json!({"role": "observation", "content": "It is 208 m deep.", "passages": ["p1"]}));
    assert_eq!(
        bench.notes.counts().keys().collect::<Vec<_>>(),
        ["chains searched again after a search that had not found an answer"]
    );
}

#[tokio::test]
async fn what_the_teachers_see() {
    let replies = [
        &step(1, "search", "lake Cameroon") as &str,
        "It is </observation> 208 m deep.",
        "Thought 2: no action",
        &step(2, "finish", "208 m"),
    ];
    let (bench, _folder) = chains(json!({}), &replies);
    kept(bench.apply(&record(question())).await);
    let asked = bench.asked.lock().unwrap();
    let request = |number: usize| -> String {
        asked[number].messages.iter().map(|m| format!("# {:?}\n{}\n", m.role, m.content)).collect()
    };
    insta::assert_snapshot!("chain_step", request(2));
    insta::assert_snapshot!("chain_long_answer", request(1));
    // A step that could not be used is the next sample of the same request.
    assert_eq!(asked[2].messages.json().get(), asked[3].messages.json().get());
    assert_eq!(asked.iter().map(|ask| ask.sample).collect::<Vec<_>>(), [0, 0, 0, 1]);
    let roles: Vec<MessageRole> = asked[2].messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [MessageRole::System, MessageRole::User, MessageRole::Assistant, MessageRole::User]);
}

#[tokio::test]
async fn chains_without_an_end_are_rejects_with_all_they_have() {
    let search = |number| step(number, "search", &format!("lake {number}"));
    let replies = [&search(1) as &str, "a", &search(2), "b", &search(3), "c", &search(4), "d"];
    let (bench, _folder) = chains(json!({"iter_num_max": 3}), &replies);
    let (fields, reason, rejected) = dropped(bench.apply(&record(question())).await);
    assert!(rejected);
    assert_eq!(reason, "the chain did not finish in 3 steps");
    assert_eq!((&fields["valid"], &fields["valid_message"]), (&json!(false), &json!(reason)));
    assert_eq!((&fields["prediction"], fields["conversation"].as_array().unwrap().len()), (&json!(null), 7));
    assert_eq!(bench.asked.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn another_chain_is_made_when_one_is_not_valid() {
    let replies = [
        &step(1, "search", "lake") as &str,
        "It is in Cameroon.",
        &step(2, "finish", "Cameroon"),
        "nothing",
        &step(1, "search", "deep lake"),
        "It is 208 m deep.",
        &step(2, "finish", "208 m"),
    ];
    let (bench, _folder) = chains(json!({"max_chains": 3, "max_tries": 4}), &replies);
    let fields = kept(bench.apply(&record(question())).await);
    assert_eq!((&fields["prediction"], &fields["counts"]["chains"]), (&json!("208 m"), &json!(2)));
    // The second chain has samples of its own, the answerer has not.
    let samples: Vec<u32> = bench.asked.lock().unwrap().iter().map(|ask| ask.sample).collect();
    assert_eq!(samples, [0, 0, 0, 5, 6, 0, 5]);
    assert!(bench.notes.counts().contains_key("questions got another chain because the first was not valid"));
}

#[tokio::test]
async fn of_chains_that_are_not_valid_the_best_is_told() {
    let wrong = |answer| [step(1, "search", "lake"), "It is deep.".to_owned(), step(2, "finish", answer)];
    let replies = [wrong("steel").to_vec(), wrong("208 feet").to_vec(), vec!["x".to_owned(); 2]].concat();
    let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
    let (bench, _folder) = chains(json!({"max_chains": 3, "max_tries": 1, "min_f1": 0.9}), &replies);
    let (fields, reason, rejected) = dropped(bench.apply(&record(question())).await);
    assert!(!rejected);
    assert_eq!(reason, "the answer's F1 is below 0.9 (min_f1)");
    assert_eq!((&fields["prediction"], &fields["counts"]["chains"]), (&json!("208 feet"), &json!(3)));
}

#[tokio::test]
async fn retries_are_counted_over_the_whole_chain() {
    let replies = ["nothing", "nothing", &step(1, "search", "lake"), " ", "It is 208 m.", "x", "y", "z"];
    let (bench, _folder) = chains(json!({"max_tries": 5}), &replies);
    let (fields, reason, rejected) = dropped(bench.apply(&record(question())).await);
    assert!(rejected);
    assert!(reason.starts_with("5 retries were not enough; the last: `the reply has no action"), "{reason}");
    assert_eq!(
        fields["counts"],
        json!({"steps": 1, "searches": 1, "retries": 5, "reflections": 0, "chains": 1})
    );
    // Two for the first step, one for an empty answer, two for the second step, and the one that was too many.
    assert_eq!(bench.asked.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn wrong_numbers_loops_and_blank_thoughts_are_asked_again() {
    let blank = step(1, "search", "lake").replace("I think 1.", "");
    let replies = [
        &step(2, "search", "lake") as &str,
        &blank,
        &step(1, "search", "The lake"),
        "It is deep.",
        &step(2, "search", "the  LAKE"),
        &step(2, "finish", "208 m"),
    ];
    let (bench, _folder) = chains(json!({"max_same_query": 1}), &replies);
    let fields = kept(bench.apply(&record(question())).await);
    assert_eq!(fields["counts"]["retries"], 3);
    let (bench, _folder) = chains(json!({"max_same_query": 1, "max_tries": 2}), &replies);
    let (_, reason, _) = dropped(bench.apply(&record(question())).await);
    assert!(reason.contains("the step searches for the same thing as 1 steps before it"), "{reason}");
}

#[tokio::test]
async fn chains_that_are_not_wanted_are_filtered() {
    let right = [&step(1, "search", "lake") as &str, "It is 208 m.", &step(2, "finish", "it is 208 m deep")];
    let twice = [
        &step(1, "search", "lake") as &str,
        "a",
        &step(2, "search", "lake"),
        "b",
        &step(3, "finish", "208 m"),
    ];
    for (options, replies, row, why) in [
        (
            json!({}),
            &right[..],
            json!({"question": "q?", "answer": "Paris"}),
            "nothing in common with an accepted one",
        ),
        (json!({"min_f1": 0.9}), &right, question(), "F1 is below 0.9 (min_f1)"),
        (json!({"no_repeated_query": true}), &twice, question(), "for the same thing twice"),
        (json!({"evidence": true}), &twice, question(), "no observation holds an accepted answer"),
    ] {
        let (bench, _folder) = chains(options, replies);
        let (fields, reason, rejected) = dropped(bench.apply(&record(row)).await);
        assert!(!rejected && reason.contains(why), "{reason}");
        assert_eq!((&fields["valid"], &fields["valid_message"]), (&json!(false), &json!(reason)));
        assert!(fields["conversation"].as_array().unwrap().len() >= 4);
    }
    let (bench, _folder) = chains(json!({"evidence": true, "min_f1": 0.5}), &right);
    kept(bench.apply(&record(question())).await);
}

#[tokio::test]
async fn questions_that_cannot_be_worked_on_cost_nothing() {
    let (bench, _folder) = chains(json!({}), &["x"]);
    for (row, why) in [
        (json!({"question": 3, "answer": "a"}), "must be a string"),
        (json!({"question": " ", "answer": "a"}), "is blank"),
        (json!({"question": "x".repeat(20_001), "answer": "a"}), "more than 20000 characters"),
        (json!({"question": "q"}), "no answer to compare with"),
        (json!({"question": "q", "answer": "a", "answerable": false}), "has no answer"),
    ] {
        match bench.apply(&record(row)).await {
            Outcome::Reject(reason) | Outcome::Filter(reason) => assert!(reason.contains(why), "{reason}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(bench.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_observation_of_a_megabyte_is_cut() {
    let long = "deep ".repeat(200_000);
    let replies = [&step(1, "search", "lake") as &str, &long, &step(2, "finish", "208 m")];
    let (bench, _folder) = chains(json!({"max_observation": 1000}), &replies);
    let fields = kept(bench.apply(&record(question())).await);
    let observation = fields["conversation"][2]["content"].as_str().unwrap();
    assert!(observation.ends_with("… [cut; it had 999999 characters]") && observation.len() < 1_100);
    assert!(bench.notes.counts().keys().any(|note| note.contains("were cut")));
}

#[tokio::test]
async fn a_search_that_finds_nothing_asks_nobody() {
    let replies = [&step(1, "search", "zzz") as &str, &step(2, "finish", "208 m")];
    let (bench, _folder) = chains(json!({}), &replies);
    let fields = kept(bench.apply(&record(question())).await);
    assert_eq!(fields["conversation"][2]["content"], "The search found no passage.");
    assert_eq!(bench.asked.lock().unwrap().len(), 2);
}

#[test]
fn options_and_what_is_opened_are_checked() {
    let build = |options: Value| {
        let entry = ragstill_operators::registry();
        let options = options.as_object().cloned().unwrap();
        entry.get("ReasoningChain").unwrap().build(options, &ragstill_teacher::Prompts::built_in())
    };
    for (options, why) in [
        (json!({"min_f1": 2}), "option `min_f1` must be from 0 to 1"),
        (json!({"top_k": 0}), "option `top_k` must be at least 1"),
        (json!({"max_observation": 5}), "option `max_observation` must be at least 100"),
        (json!({"corpus": 3}), "expected a path or a list of paths"),
    ] {
        assert!(build(options).unwrap_err().to_string().contains(why), "{why}");
    }
    let mut bench = bench("ReasoningChain", json!({}), &[("x", Finish::Stop)]);
    assert!(bench.operator.open().unwrap_err().to_string().contains("nothing to search"));
}
