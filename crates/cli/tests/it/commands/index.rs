//! `ragstill index`, and `search` in what it made.

use serde_json::Value;

use crate::support::Sandbox;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_corpus(40);
    sandbox.write(
        "more.jsonl",
        "{\"id\": \"é-1\", \"text\": \"Zebras graze.\", \"n\": 1}\n{\"text\": \"Zebras gallop, graze and sleep.\"}\n",
    );
    sandbox
}

fn files(sandbox: &Sandbox, folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(sandbox.path(folder)).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_is_found_is_the_same_with_and_without() {
    let sandbox = sandbox();
    let input = ["--input", "docs", "more.jsonl"];
    sandbox
        .ragstill(&[&["index", "--out", "ix"], &input[..]].concat())
        .exits(0)
        .says(&["42 documents indexed", "ragstill search --index ix"]);
    assert_eq!(files(&sandbox, "ix"), ["bm25.idx", "documents.idx", "documents.jsonl", "index.json"]);
    let about: Value = serde_json::from_str(&sandbox.read("ix/index.json")).unwrap();
    assert_eq!((&about["documents"], &about["k1"]), (&Value::from(42), &Value::from(0.9)));
    sandbox.write("q.txt", "zebras graze\nlake water\nunheard\n");
    for more in [&["--queries", "q.txt", "--json"][..], &["grazing zebras"], &["sleep", "-k", "1"]] {
        let read = sandbox.ragstill(&[&["search"], more, &input[..]].concat()).exits(0);
        let opened = sandbox.ragstill(&[&["search"], more, &["--index", "ix"]].concat()).exits(0);
        assert_eq!(opened.stdout, read.stdout);
        assert!(opened.stdout.contains("é-1") || more.contains(&"-k"), "{}", opened.stdout);
    }
}

#[test]
fn documents_come_from_standard_input_too() {
    let sandbox = Sandbox::new();
    let index = |more: &[&str], rows: &str| {
        sandbox.ragstill_with_stdin(&[&["index", "--input", "-", "--out", "ix"], more].concat(), rows)
    };
    index(&[], "{\"id\": \"a\", \"text\": \"red fish\"}\n").exits(0).says(&["1 documents indexed"]);
    index(&["--add"], "{\"id\": \"b\", \"text\": \"blue fish\"}\n").exits(0).says(&["2 documents indexed"]);
    sandbox.ragstill(&["search", "--index", "ix", "blue"]).exits(0).says(&["b  blue fish"]);
}

#[test]
fn an_index_keeps_its_language_and_parameters() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "d.jsonl",
        "{\"id\": \"a\", \"text\": \"Die Häuser am See\"}\n{\"id\": \"b\", \"text\": \"Berge\"}\n",
    );
    let line =
        ["index", "--input", "d.jsonl", "--out", "ix", "--language", "german", "--k1", "2", "--b", "0"];
    sandbox.ragstill(&line).exits(0);
    sandbox.ragstill(&["search", "--index", "ix", "Haus"]).exits(0).says(&["  a  Die H"]);
    sandbox
        .ragstill(&["search", "--index", "ix", "Haus", "--k1", "1"])
        .exits(2)
        .complains(&["'--index <DIR>' cannot be used with '--k1 <X>'"]);
}

#[test]
fn a_folder_that_is_no_index_or_not_whole_is_refused() {
    let sandbox = sandbox();
    let search = |sandbox: &Sandbox| sandbox.ragstill(&["search", "--index", "ix", "zebra"]);
    search(&sandbox).exits(2).complains(&["ix/index.json: ", "`ix` is no folder that `ragstill index` made"]);
    sandbox.ragstill(&["index", "--input", "docs", "--out", "ix"]).exits(0);
    for (name, what) in [
        ("bm25.idx", "this index is damaged: its check sum is wrong"),
        ("documents.idx", "this index is damaged: its check sum is wrong"),
    ] {
        let path = sandbox.path(&format!("ix/{name}"));
        let whole = std::fs::read(&path).unwrap();
        let mut damaged = whole.clone();
        *damaged.last_mut().unwrap() ^= 1;
        std::fs::write(&path, damaged).unwrap();
        search(&sandbox).exits(2).complains(&[name, what, "make it again with `ragstill index`"]);
        std::fs::write(&path, &whole[..10]).unwrap();
        search(&sandbox).exits(2).complains(&[name, "this is no index of ragstill"]);
        std::fs::write(&path, whole).unwrap();
    }
    let lines = sandbox.read("ix/documents.jsonl");
    sandbox.write("ix/documents.jsonl", &lines[1..]);
    search(&sandbox).exits(2).complains(&["ix/documents.jsonl", "when it was indexed and has"]);
    // The documents of another index beside this one's.
    sandbox.write("ix/documents.jsonl", &lines);
    sandbox.ragstill(&["index", "--input", "more.jsonl", "--out", "other"]).exits(0);
    std::fs::copy(sandbox.path("other/bm25.idx"), sandbox.path("ix/bm25.idx")).unwrap();
    search(&sandbox).exits(2).complains(&["ix/bm25.idx", "but of another index"]);
    sandbox.ragstill(&["index", "--verify", "ix"]).exits(2).complains(&["but of another index"]);
    sandbox.ragstill(&["index", "--verify", "other"]).exits(0).says(&[
        "bm25.idx",
        "documents.jsonl",
        "3 files are whole",
    ]);
}

#[test]
fn documents_are_added_once() {
    let sandbox = sandbox();
    let add = |file: &str| sandbox.ragstill(&["index", "--input", file, "--out", "ix", "--add"]);
    add("more.jsonl").exits(2).complains(&["`ix` is no folder that `ragstill index` made"]);
    assert!(!sandbox.path("ix").exists());
    sandbox.ragstill(&["index", "--input", "docs", "--out", "ix", "--k1", "1.2"]).exits(0);
    add("more.jsonl").exits(0).says(&["2 documents added; 42 documents indexed"]);
    add("more.jsonl")
        .exits(0)
        .says(&["0 documents added; 42", "2 documents were there already and are left out"]);
    sandbox.ragstill(&["search", "--index", "ix", "zebras graze"]).exits(0).says(&["é-1"]);
    let about: Value = serde_json::from_str(&sandbox.read("ix/index.json")).unwrap();
    assert_eq!((&about["documents"], &about["k1"]), (&Value::from(42), &Value::from(1.2)));
    assert_eq!(files(&sandbox, "ix").len(), 4);
    // As if all had been indexed at once.
    sandbox.ragstill(&["index", "--input", "docs", "more.jsonl", "--out", "other", "--k1", "1.2"]).exits(0);
    let found = |folder: &str| {
        sandbox.ragstill(&["search", "--index", folder, "water zebra", "--json"]).exits(0).stdout
    };
    assert_eq!(found("ix"), found("other"));
    sandbox.write(
        "again.jsonl",
        "{\"id\": \"x\", \"text\": \"new\"}\n{\"id\": \"é-1\", \"text\": \"Zebras run.\"}\n",
    );
    add("again.jsonl").exits(2).complains(&[
        "again.jsonl:2: the id `é-1` is that of document 41 already",
        "every document needs an id of its own",
    ]);
    assert_eq!(files(&sandbox, "ix").len(), 4);
    add("more.jsonl").exits(0);
    sandbox
        .ragstill(&["index", "--input", "docs", "--out", "ix", "--add", "--k1", "2"])
        .exits(2)
        .complains(&["'--add' cannot be used with '--k1 <X>'"]);
}

#[test]
fn what_needs_vectors_says_so() {
    let sandbox = sandbox();
    sandbox
        .ragstill(&["search", "--input", "docs", "--retriever", "dense", "water"])
        .exits(2)
        .complains(&["--retriever dense searches an index that has vectors", "--dense MODEL"]);
    sandbox.ragstill(&["index", "--input", "docs", "--out", "ix"]).exits(0);
    for kind in ["dense", "hybrid"] {
        sandbox
            .ragstill(&["search", "--index", "ix", "--retriever", kind, "water"])
            .exits(2)
            .complains(&["ix: this index has no vectors; make them with `ragstill index … --dense MODEL`"]);
    }
    sandbox
        .ragstill(&["search", "--index", "ix", "--retriever", "sparse", "water"])
        .exits(2)
        .complains(&["give bm25, dense or hybrid"]);
    sandbox
        .ragstill(&["index", "--input", "docs", "--out", "ix", "--vectors", "f16"])
        .exits(2)
        .complains(&["there is no model that makes any", "--dense FOLDER|URL"]);
    sandbox
        .ragstill(&["index", "--input", "docs", "--out", "ix", "--dense", "no/such/model"])
        .exits(2)
        .complains(&["no/such/model"]);
    sandbox
        .ragstill(&["index", "--input", "docs", "--out", "ix", "--faiss", "f.index"])
        .exits(2)
        .complains(&["--dense <FOLDER|URL>"]);
}

#[test]
fn bad_input_leaves_the_index_that_was_there() {
    let sandbox = sandbox();
    sandbox.ragstill(&["index", "--input", "docs", "--out", "ix"]).exits(0);
    let before = sandbox.read("ix/documents.jsonl");
    sandbox.write("bad.jsonl", "{\"text\": \"fine\"}\n{\"text\": 7}\n");
    sandbox.ragstill(&["index", "--input", "bad.jsonl", "--out", "ix"]).exits(2).complains(&["bad.jsonl:2"]);
    sandbox.write("empty.jsonl", "");
    sandbox.ragstill(&["index", "--input", "empty.jsonl", "--out", "ix"]).exits(2);
    assert_eq!(sandbox.read("ix/documents.jsonl"), before);
    sandbox.ragstill(&["search", "--index", "ix", "water"]).exits(0);
}
