//! Indexes with vectors, made by a server that stands in for one with `/v1/embeddings`.

use serde_json::{Value, json};

use crate::support::{Sandbox, VectorServer};

/// What a vector says of a text: whether it has these words.
const WORDS: [&str; 6] = ["red", "blue", "fish", "bird", "old", "lake"];

/// A server of such vectors.
fn of_words(model: &'static str) -> VectorServer {
    VectorServer::start(model, |text| {
        let has = |word: &str| f64::from(u8::from(text.split_whitespace().any(|other| other == word)));
        WORDS.map(has).to_vec()
    })
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "docs.jsonl",
        concat!(
            "{\"id\": \"a\", \"text\": \"red fish\"}\n",
            "{\"id\": \"b\", \"text\": \"blue bird\", \"title\": \"old\"}\n",
            "{\"id\": \"c\", \"text\": \"a fish in a lake\"}\n",
        ),
    );
    sandbox.write(
        "more.jsonl",
        "{\"id\": \"a\", \"text\": \"red fish\"}\n{\"id\": \"d\", \"text\": \"old red bird\"}\n",
    );
    sandbox
}

fn found(sandbox: &Sandbox, kind: &str, query: &str) -> Vec<String> {
    let outcome = sandbox
        .ragstill(&["search", "--index", "ix", "--retriever", kind, "--json", "-k", "2", query])
        .exits(0);
    let line: Value = serde_json::from_str(outcome.stdout.trim()).unwrap();
    line["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_index_has_vectors_and_only_new_documents_get_more() {
    let sandbox = sandbox();
    let server = of_words("words");
    let index = |more: &[&str]| sandbox.ragstill(&[&["index", "--out", "ix"], more].concat());
    index(&["--input", "docs.jsonl", "--dense", &server.address, "--model", "words", "--vectors", "f16"])
        .exits(0)
        .says(&["3 documents indexed", "3 of 3 passages embedded", "f16", "--retriever hybrid"]);
    assert_eq!(found(&sandbox, "dense", "old fish"), ["a", "b"]);
    assert_eq!(found(&sandbox, "hybrid", "fish"), ["a", "c"]);
    assert_eq!(found(&sandbox, "bm25", "lake"), ["c"]);
    let before = server.embedded();
    index(&["--input", "more.jsonl", "--add"]).exits(0).says(&[
        "1 documents added; 4 documents indexed",
        "1 documents were there already",
        "1 of 4 passages embedded",
    ]);
    // The passage, and at most one text that asks for the dimension.
    assert!(server.embedded() - before <= 2, "{} texts", server.embedded() - before);
    assert_eq!(found(&sandbox, "dense", "old red bird"), ["d", "b"]);
    sandbox.ragstill(&["index", "--verify", "ix"]).exits(0).says(&[
        "vectors-0001.idx",
        "vectors-0002.idx",
        "5 files",
    ]);
    let other = of_words("others");
    sandbox
        .ragstill(&[
            "search",
            "--index",
            "ix",
            "--retriever",
            "dense",
            "--dense",
            &other.address,
            "--model",
            "others",
            "x",
        ])
        .exits(2)
        .complains(&["its vectors are of the model `words`", "queries would be of `others`"]);
    index(&["--input", "docs.jsonl"]).exits(0).complains(&["had vectors of `words`, and this one has none"]);
}

#[test]
fn an_index_has_a_graph_if_wanted() {
    let sandbox = sandbox();
    let server = of_words("words");
    let model = ["--dense", &server.address, "--model", "words"];
    // All texts of up to three of the words: enough that a walk sees few of them.
    let texts = |range: std::ops::Range<usize>| {
        let word = |number: usize| WORDS.get(number % 7).copied().unwrap_or("and");
        let text = |number| format!("{} {} {} {number}", word(number), word(number / 7), word(number / 49));
        let line = |number| format!("{}\n", json!({"id": format!("t{number}"), "text": text(number)}));
        range.map(line).collect::<String>()
    };
    sandbox.write("texts.jsonl", &texts(0..300));
    sandbox.write("rest.jsonl", &texts(300..343));
    let index = |more: &[&str]| sandbox.ragstill(&[&["index", "--out", "ix"], more].concat());
    index(&["--input", "texts.jsonl", "--hnsw"])
        .exits(2)
        .complains(&["--hnsw makes a graph over vectors", "--dense"]);
    index(&[&["--input", "texts.jsonl", "--hnsw", "--hnsw-links", "3"], &model[..]].concat())
        .exits(2)
        .complains(&["--hnsw-links", "links of a vector: from 4 to 256"]);
    index(&["--input", "texts.jsonl", "--hnsw-links", "8"]).exits(2).complains(&["--hnsw"]);
    index(
        &[&["--input", "texts.jsonl", "--hnsw", "--hnsw-links", "4", "--hnsw-build", "16"], &model[..]]
            .concat(),
    )
    .exits(0)
    .says(&[
        "300 of 300 passages embedded",
        "300 of 300 vectors put into the graph",
        "(M 4, efConstruction 16)",
    ]);
    let found = |query: &str, more: &[&str]| {
        let line = ["search", "--index", "ix", "--retriever", "dense", "--json", "-k", "5", query];
        let outcome = sandbox.ragstill(&[&line, more].concat()).exits(0);
        serde_json::from_str::<Value>(outcome.stdout.trim()).unwrap()
    };
    for query in ["red fish", "old lake bird", "blue bird"] {
        let exact = found(query, &["--exact"]);
        assert_eq!(exact["hits"].as_array().unwrap().len(), 5);
        // Of a small corpus all vectors are searched, whatever the graph; and a walk this wide misses nothing.
        assert_eq!(found(query, &[]), exact);
        assert_eq!(found(query, &["--ef", "15"]), exact);
    }
    index(&["--input", "rest.jsonl", "--add"]).exits(0).says(&["43 of 343 vectors put into the graph"]);
    assert_eq!(found("red fish", &["--ef", "15"]), found("red fish", &["--exact"]));
    index(&["--input", "rest.jsonl", "--add", "--hnsw"])
        .exits(0)
        .says(&["0 of 343 vectors put into the graph", "(M 4, efConstruction 16)"]);
    sandbox.ragstill(&["index", "--verify", "ix"]).exits(0).says(&["hnsw-2.idx", "6 files"]);
    let complains = |line: &[&str], of: &[&str]| {
        sandbox.ragstill(&[&["search", "--index", "ix", "red"], line].concat()).exits(2).complains(of);
    };
    complains(&["--ef", "20"], &["--ef says how vectors are searched", "--retriever bm25"]);
    complains(&["--exact", "--retriever", "bm25"], &["--exact says how vectors are searched"]);
    complains(&["--retriever", "dense", "--ef", "0"], &["--ef must be at least 1"]);
    complains(&["--retriever", "dense", "--ef", "9", "--exact"], &["--exact"]);
    // A server that has no such index says so as well.
    let path = sandbox.path("ix/hnsw-2.idx");
    let mut bytes = std::fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    complains(&["--retriever", "dense"], &["hnsw-2.idx", "its check sum is wrong"]);
    assert_eq!(found("red fish", &["--exact"])["hits"].as_array().unwrap().len(), 5);
    index(&[&["--input", "docs.jsonl"], &model[..]].concat()).exits(0);
    complains(&["--retriever", "hybrid", "--ef", "9"], &["its vectors have no graph", "--hnsw"]);
}

#[test]
fn negatives_are_ranked_by_an_index() {
    let sandbox = sandbox();
    let server = of_words("words");
    let line = [
        "index",
        "--input",
        "docs.jsonl",
        "more.jsonl",
        "--out",
        "ix",
        "--dense",
        &server.address,
        "--model",
        "words",
    ];
    sandbox.ragstill(&line).exits(0);
    sandbox.write("rows.jsonl", "{\"question\": \"which fish is red\", \"text\": \"red fish\"}\n");
    let mine = |more: &[&str]| {
        let line = [&["negatives", "rows.jsonl", "--num-neg", "2", "--overlap-share", "0"], more].concat();
        let row: Value = serde_json::from_str(sandbox.ragstill(&line).exits(0).stdout.trim()).unwrap();
        row["hard_negatives"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let of_words = mine(&["--corpus", "docs.jsonl", "more.jsonl"]);
    // By words the index is the corpus.
    assert_eq!(mine(&["--index", "ix"]).len(), of_words.len());
    assert_eq!(mine(&["--index", "ix", "--retriever", "dense"]), ["a fish in a lake", "old red bird"]);
    assert_eq!(mine(&["--index", "ix", "--retriever", "hybrid"]).len(), 2);
    sandbox
        .ragstill(&["negatives", "rows.jsonl", "--retriever", "dense"])
        .exits(2)
        .complains(&["--index <DIR>"]);
}

#[test]
fn a_server_and_chains_find_by_vectors() {
    let sandbox = sandbox();
    let server = of_words("words");
    sandbox
        .ragstill(&[
            "index",
            "--out",
            "ix",
            "--input",
            "docs.jsonl",
            "--dense",
            &server.address,
            "--model",
            "words",
        ])
        .exits(0);
    let (served, address) = super::serve::serve(&sandbox, &["--index", "ix", "--retriever", "dense"], &[]);
    let found = super::serve::search(&address, "old fish");
    // The second shares no word with the query but for its title, which BM25 does not read.
    assert_eq!(
        found.as_array().unwrap().iter().map(|found| &found["id"]).collect::<Vec<_>>(),
        ["a", "b", "c"],
        "{found}"
    );
    served.terminate();
    served.ends_within(std::time::Duration::from_secs(30)).exits(0);
    let asked = server.embedded();
    for kind in ["dense", "hybrid"] {
        let answered = sandbox.ragstill(&[
            "ask",
            "Which fish is red?",
            "--index",
            "ix",
            "--retriever",
            kind,
            "--teacher",
            "extractive",
            "--json",
        ]);
        assert!(answered.stdout.contains("\"a\""), "{kind}: {}", answered.stdout);
    }
    assert!(server.embedded() >= asked + 2, "queries were not embedded");
    sandbox
        .ragstill(&["ask", "Which fish is red?", "--input", "docs.jsonl", "--retriever", "dense"])
        .exits(2)
        .complains(&["--retriever", "`dense` searches an index that has vectors", "--index"]);
    sandbox.write("q.jsonl", "{\"question\": \"Which fish is red?\", \"answer\": \"red fish\"}\n");
    sandbox
        .ragstill(&[
            "run",
            "rearag",
            "--input",
            "q.jsonl",
            "--out",
            "out",
            "--set",
            "chains.index=ix",
            "--set",
            "chains.retriever=vectors",
        ])
        .exits(2)
        .complains(&["retriever"]);
}
