use ragstill_teacher::extractive::PreviewInput;
use ragstill_teacher::parse;
use serde_json::{Value, json};

use super::{long_answer, short_answer, step};
use crate::chain::observation::NO_ANSWER;

const NYOS: &str = "# Lake Nyos and the danger of meromixis\n\nLake Nyos in Cameroon, 208 m deep, lies in a volcanic crater. Within hours the lake released a cloud of carbon dioxide.";
const BAIKAL: &str = "# Lake Baikal: oxygen at 1,600 metres\n\nIt reaches a depth of 1,642 m.";

fn ask(preview: fn(&PreviewInput<'_>) -> String, variables: Value) -> String {
    preview(&PreviewInput { variables: variables.as_object().unwrap(), sample: 0 })
}

fn observe(query: &str) -> String {
    ask(long_answer, json!({"query": query, "passages": [BAIKAL, NYOS], "no_answer": NO_ANSWER}))
}

#[test]
fn two_hops() {
    let question = "How deep is the lake that released a cloud of carbon dioxide?";
    let mut steps = Vec::new();
    let mut queries = Vec::new();
    loop {
        let reply = ask(step, json!({"question": question, "steps": steps}));
        let step = parse::step(&reply).unwrap();
        queries.push(step.action.text().to_owned());
        if step.action.function() == "finish" {
            break;
        }
        steps.push(json!({"query": step.action.text(), "observation": observe(step.action.text())}));
        assert!(steps.len() < 10);
    }
    assert_eq!(
        queries,
        ["What is the lake that released a cloud of carbon dioxide?", "How deep is Lake Nyos?", "208 m"]
    );
    let searches: Vec<Value> =
        steps.iter().map(|step| json!({"query": step["query"], "result": step["observation"]})).collect();
    assert_eq!(ask(short_answer, json!({"question": question, "searches": searches})), "208 m");
}

#[test]
fn bad_observations_lead_to_other_queries_and_an_end() {
    let mut steps: Vec<Value> = Vec::new();
    let mut queries = Vec::new();
    for _ in 0..6 {
        let reply = ask(step, json!({"question": "Who built the Forth Bridge in Scotland?", "steps": steps}));
        let step = parse::step(&reply).unwrap();
        queries.push(step.action.text().to_owned());
        if step.action.function() == "finish" {
            break;
        }
        steps.push(json!({"query": step.action.text(), "observation": observe(step.action.text())}));
    }
    assert_eq!(
        queries,
        [
            "Who built the Forth Bridge in Scotland?",
            "built Forth Bridge Scotland",
            "Forth Bridge Scotland",
            "not found"
        ]
    );
    assert!(steps.iter().all(|step| step["observation"].as_str().unwrap().starts_with(NO_ANSWER)));
}

#[test]
fn nothing_makes_it_panic() {
    for text in [
        "",
        "?",
        "the",
        "the that which",
        "湖有多深？",
        "How many",
        "\u{0}",
        "It is ",
        "It is .",
        "\" says: ",
    ] {
        let steps = json!([{"query": text, "observation": text}, {"query": text, "observation": format!("It is {text}")}]);
        for variables in [json!({"question": text, "steps": steps}), json!({"question": text})] {
            let reply = ask(step, variables);
            parse::step(&reply).unwrap_or_else(|why| panic!("{reply}: {why}"));
        }
        ask(long_answer, json!({"query": text, "passages": [text, NYOS], "no_answer": NO_ANSWER}));
        ask(short_answer, json!({"question": text, "searches": [{"query": text, "result": text}]}));
    }
}
