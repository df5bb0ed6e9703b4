//! `ragstill search`.

use serde_json::Value;

use crate::support::{Outcome, Sandbox};

fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs/rows.jsonl",
        concat!(
            "{\"_id\": \"a\", \"text\": \"A dimictic lake mixes twice a year.\"}\n",
            "{\"_id\": \"b\", \"text\": \"A monomictic lake mixes once, in winter.\"}\n",
            "{\"id\": 7, \"text\": \"Bridges expand in summer and contract in winter.\"}\n",
        ),
    );
    sandbox.write("docs/note.md", "# Turbines\n\nA turbine that vibrates is stopped.");
    sandbox
}

fn lines(outcome: &Outcome) -> Vec<Value> {
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn ids(line: &Value) -> Vec<&str> {
    line["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap()).collect()
}

#[test]
fn for_people() {
    let sandbox = corpus();
    let outcome = sandbox.ragstill(&["search", "mixing of a dimictic lake", "--input", "docs"]).exits(0);
    insta::assert_snapshot!("search", outcome.stdout);
    sandbox.ragstill(&["search", "zebra", "--input", "docs"]).exits(0).says(&["nothing found"]);
}

#[test]
fn the_query_may_stand_after_the_paths() {
    let sandbox = corpus();
    let before = sandbox.ragstill(&["search", "winter", "--input", "docs"]).exits(0).stdout;
    assert_eq!(sandbox.ragstill(&["search", "--input", "docs", "winter"]).exits(0).stdout, before);
    sandbox.ragstill(&["search", "--input", "docs"]).exits(2).complains(&["there is no query"]);
    sandbox
        .ragstill(&["search", "--input", "docs", "docs/note.md"])
        .exits(2)
        .complains(&["there is no query"]);
    sandbox
        .ragstill(&["search", "winter", "--input", "docs", "nowhere"])
        .exits(2)
        .complains(&["nowhere: does not exist"]);
}

#[test]
fn for_programs() {
    let sandbox = corpus();
    let args = ["search", "lake winter", "--input", "docs", "--json", "-k", "2"];
    let found = lines(&sandbox.ragstill(&args).exits(0));
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["query"], &found[0]["query_id"]), (&Value::from("lake winter"), &Value::Null));
    assert_eq!(ids(&found[0]), ["b", "a"], "of equals the first in the input");
    let scores: Vec<f64> =
        found[0]["hits"].as_array().unwrap().iter().map(|hit| hit["score"].as_f64().unwrap()).collect();
    // Lucene's formula by hand: without stop words the documents have 4, 5, 5 and 5 words; each word of the query is in
    // two of the four.
    let idf = (1.0_f64 + 2.5 / 2.5).ln();
    let once = idf / (1.0 + 0.9 * (0.6 + 0.4 * 5.0 / 4.75));
    assert!((scores[0] - 2.0 * once).abs() < 1e-5 && (scores[1] - once).abs() < 1e-5, "{scores:?}, {once}");
}

#[test]
fn a_file_of_queries() {
    let sandbox = corpus();
    sandbox.write(
        "queries.jsonl",
        "{\"id\": \"q1\", \"text\": \"dimictic\"}\n\n{\"question\": \"turbine\"}\nplain bridges\n",
    );
    let args = ["search", "--queries", "queries.jsonl", "--input", "docs", "--json", "-k", "1"];
    let found = lines(&sandbox.ragstill(&args).exits(0));
    let names: Vec<_> = found.iter().map(|line| line["query_id"].as_str().unwrap()).collect();
    assert_eq!(names, ["q1", "3", "4"]);
    assert_eq!((ids(&found[0]), ids(&found[2])), (vec!["a"], vec!["7"]));
    let people = sandbox.ragstill(&["search", "--queries", "queries.jsonl", "--input", "docs"]).exits(0);
    people.says(&["q1: dimictic", "4: plain bridges"]);
    sandbox.write("queries.jsonl", "{\"id\": \"q1\"}\n");
    sandbox.ragstill(&args).exits(2).complains(&["queries.jsonl:1: a query needs a `text`"]);
    sandbox.ragstill(&["search", "--queries", "nowhere", "--input", "docs"]).exits(2).complains(&["nowhere"]);
}

#[test]
fn parameters_out_of_range() {
    let sandbox = corpus();
    sandbox.ragstill(&["search", "lake", "--input", "docs", "--b", "1.5"]).exits(2).complains(&["b = 1.5"]);
}
