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
    search(&sandbox).exits(2).complains(&["it has 40 documents and its index 2"]);
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
