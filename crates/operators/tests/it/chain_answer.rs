use ragstill_teacher::{Finish, MessageRole};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::script::{Bench, bench, kept, record};

fn search(number: u32, query: &str) -> String {
    format!(
        "Thought {number}: Hm.\nAction {number}:\n```\n{{'function': 'search', 'parameters': {{'query': '{query}'}}}}\n```"
    )
}

const FINISH: &str =
    "Thought 2: Hm.\nAction 2:\n```\n{'function': 'finish', 'parameters': {'answer': 'deep'}}\n```";

fn answers(options: Value, replies: &[&str]) -> (Bench, TempDir) {
    let folder = TempDir::new().unwrap();
    std::fs::write(
        folder.path().join("a.jsonl"),
        "{\"id\": \"p1\", \"text\": \"The lake is 208 m deep.\"}\n",
    )
    .unwrap();
    let mut all = json!({"corpus": folder.path()});
    all.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap());
    let replies: Vec<(&str, Finish)> = replies.iter().map(|reply| (*reply, Finish::Stop)).collect();
    let mut bench = bench("ChainAnswer", all, &replies);
    bench.operator.open().unwrap();
    (bench, folder)
}

#[tokio::test]
async fn the_answerer_gives_the_short_answer_over_all_searches() {
    let (bench, _folder) = answers(json!({}), &[&search(1, "lake"), "It is 208 m deep.", FINISH, "208 m"]);
    let fields = kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    assert_eq!((&fields["prediction"], &fields["trouble"]), (&json!("208 m"), &json!(null)));
    let asked = bench.asked.lock().unwrap();
    let request: String =
        asked[3].messages.iter().map(|m| format!("# {:?}\n{}\n", m.role, m.content)).collect();
    insta::assert_snapshot!("chain_short_answer", request);
}

#[tokio::test]
async fn a_model_that_was_trained_like_rearag_is_prompted_so() {
    let options = json!({"style": "rearag"});
    let (bench, _folder) = answers(options, &[&search(1, "lake"), "It is 208 m deep.", FINISH, "208 m"]);
    kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    let asked = bench.asked.lock().unwrap();
    let messages: Vec<(MessageRole, &str)> =
        asked[2].messages.iter().skip(1).map(|message| (message.role, &*message.content)).collect();
    assert_eq!(messages[0], (MessageRole::User, "How deep is it?"));
    assert_eq!(messages[1].0, MessageRole::Assistant);
    assert_eq!(messages[2], (MessageRole::Observation, "It is 208 m deep."));
    assert_eq!(asked[2].sampling.stop.len(), 3);
}

#[tokio::test]
async fn questions_without_an_answer_are_kept_with_the_reason() {
    let (bench, _folder) = answers(json!({"max_tries": 1}), &["no", "no"]);
    let fields = kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    assert_eq!(fields["prediction"], "");
    assert!(fields["trouble"].as_str().unwrap().starts_with("1 retries were not enough"));
    assert_eq!(bench.notes.counts().len(), 1);
}

#[tokio::test]
async fn an_answer_without_a_search_or_without_a_short_form_is_the_chains_own() {
    let finish = FINISH.replace(" 2:", " 1:");
    let (bench, _folder) = answers(json!({}), &[&finish]);
    let fields = kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    assert_eq!((&fields["prediction"], bench.asked.lock().unwrap().len()), (&json!("deep"), 1));
    let (bench, _folder) =
        answers(json!({"max_tries": 2}), &[&search(1, "lake"), "It is 208 m deep.", FINISH, " "]);
    let fields = kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    assert_eq!((&fields["prediction"], bench.asked.lock().unwrap().len()), (&json!("deep"), 6));
}

#[tokio::test]
async fn long_chains_lose_their_middle() {
    let long = "word ".repeat(700);
    let mut replies: Vec<String> =
        (1..=8).flat_map(|n| [search(n, &format!("lake {n}")), format!("found {n}: {long}")]).collect();
    replies.push(FINISH.replace(" 2:", " 9:"));
    replies.push("208 m".to_owned());
    let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
    let (bench, _folder) = answers(json!({"model_max_length": 3000}), &replies);
    let fields = kept(bench.apply(&record(json!({"question": "How deep is it?"}))).await);
    assert_eq!(fields["counts"]["searches"], 8);
    let asked = bench.asked.lock().unwrap();
    let last_step = &asked[16];
    let all: String = last_step.messages.iter().map(|message| &*message.content).collect();
    assert!(all.contains("How deep is it?") && all.contains("found 8:") && all.contains("[…]"), "{all}");
    assert!(!all.contains("found 5:"));
    assert!(all.len() < 20_000);
    // The chain itself keeps everything.
    assert!(fields["conversation"].to_string().contains("found 5:"));
    assert!(bench.notes.counts().keys().any(|note| note.contains("lost their middle")));
}
