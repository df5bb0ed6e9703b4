//! `ragstill serve` as a process: where it listens, what it refuses before it does, and how it ends.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ragstill_testkit::Responder;
use serde_json::Value;

use crate::support::{MODEL, Sandbox, Spawned, fake_teacher, wait_until};

const TOKEN: (&str, &str) = ("RAGSTILL_TEST_TOKEN", "correct-horse-battery");

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "corpus.jsonl",
        "{\"id\": \"a\", \"contents\": \"Lake\\nA dimictic lake mixes twice a year.\"}\n{\"id\": \"b\", \"contents\": \"Bridge\\nThe Forth Bridge was opened on 4 March 1890.\"}\n",
    );
    sandbox
}

/// Starts a server; its address is what it prints.
pub(super) fn serve(sandbox: &Sandbox, args: &[&str], env: &[(&str, &str)]) -> (Spawned, String) {
    let args: Vec<_> = ["serve", "--port", "0"].iter().chain(args).collect();
    let mut served = sandbox.spawn_with_env(&args, env);
    let line = served.first_line();
    let address = line.trim().strip_prefix("serving at http://").unwrap_or_else(|| panic!("{line}"));
    (served, address.to_owned())
}

/// Sends a request and returns the status and the body.
fn send(address: &str, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

pub(super) fn search(address: &str, query: &str) -> Value {
    let (status, body) = send(address, "POST", "/search", "", &format!("{{\"query\": \"{query}\"}}"));
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

#[test]
fn documents_and_an_index_of_them_are_served_alike() {
    let sandbox = sandbox();
    sandbox.ragstill(&["index", "--input", "corpus.jsonl", "--out", "idx"]).exits(0);
    for source in [["--input", "corpus.jsonl"], ["--index", "idx"]] {
        let (served, address) = serve(&sandbox, &source, &[]);
        assert!(address.starts_with("127.0.0.1:"));
        let found = search(&address, "dimictic lake");
        assert_eq!(
            found.to_string(),
            r#"[{"id":"a","contents":"Lake\nA dimictic lake mixes twice a year."}]"#
        );
        served.interrupt();
        served.ends_within(Duration::from_secs(30)).exits(0).complains(&["2 passages", "stopping"]);
    }
}

#[test]
fn the_built_in_teacher_answers_and_a_signal_ends_it() {
    let sandbox = sandbox();
    let (served, address) = serve(&sandbox, &["--input", "corpus.jsonl", "--teacher", "extractive"], &[]);
    let question = r#"{"question": "When was the Forth Bridge opened?", "form": "short"}"#;
    let (status, body) = send(&address, "POST", "/v1/answer", "", question);
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["answer"], "4 March 1890");
    served.terminate();
    served.ends_within(Duration::from_secs(30)).exits(0);
}

#[test]
fn a_teacher_is_asked_with_the_folder_s_prompts() {
    let sandbox = sandbox();
    let teacher = fake_teacher(|config| {
        config.responder(Responder::new(|request| {
            let used = if request.prompt().starts_with("Ours:") { "[1]" } else { "[]" };
            format!("{{\"answer\": \"yes\", \"used\": {used}}}")
        }))
    });
    sandbox.write("prompts/answer/short.md", "# user\nOurs: {{ question }} {{ passages | join(' ') }}");
    let url = teacher.url();
    let args = ["--input", "corpus.jsonl", "--teacher", &url, "--model", MODEL, "--prompts", "prompts"];
    let (served, address) = serve(&sandbox, &args, &[]);
    let (status, body) =
        send(&address, "POST", "/v1/answer", "", r#"{"question": "a lake?", "form": "short"}"#);
    assert_eq!(status, 200, "{body}");
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&answer["answer"], &answer["passages"][0]["used"]), (&"yes".into(), &true.into()));
    drop(served);
}

#[test]
fn a_token_keeps_others_out_and_other_addresses_are_warned_of() {
    let sandbox = sandbox();
    let args = ["--input", "corpus.jsonl", "--host", "0.0.0.0", "--token-env", TOKEN.0];
    let (served, address) = serve(&sandbox, &args, &[TOKEN]);
    let address = address.replace("0.0.0.0", "127.0.0.1");
    let body = r#"{"query": "lake"}"#;
    assert_eq!(send(&address, "POST", "/search", "", body).0, 401);
    let header = format!("Authorization: Bearer {}\r\n", TOKEN.1);
    assert_eq!(send(&address, "POST", "/search", &header, body).0, 200);
    assert_eq!(send(&address, "GET", "/health", "", "").0, 200);
    served.terminate();
    let ended = served.ends_within(Duration::from_secs(30)).exits(0);
    assert!(!ended.stderr.contains("warning") && !ended.stderr.contains(TOKEN.1), "{}", ended.stderr);

    let (served, _) = serve(&sandbox, &["--input", "corpus.jsonl", "--host", "0.0.0.0"], &[]);
    served.terminate();
    served.ends_within(Duration::from_secs(30)).exits(0).complains(&["warning: 0.0.0.0", "--token-env"]);
}

#[test]
fn limits_are_set_and_checked() {
    let sandbox = sandbox();
    let args = ["--input", "corpus.jsonl", "--set", "max_top_n=3", "--threads", "1"];
    let (served, address) = serve(&sandbox, &args, &[]);
    let (status, body) = send(&address, "POST", "/search", "", r#"{"query": "lake", "top_n": 4}"#);
    assert_eq!(status, 422);
    assert!(body.contains("less than or equal to 3"), "{body}");
    drop(served);
    let base = ["serve", "--input", "corpus.jsonl", "--port", "0"];
    let refused = |more: &[&str], parts: &[&str]| {
        let args: Vec<_> = base.iter().chain(more).collect();
        sandbox.ragstill(&args).exits(2).complains(parts);
    };
    refused(&["--set", "max_topn=3"], &["max_topn"]);
    refused(&["--set", "max_top_n=many", "--set", "batch"], &["`many` is not a number", "LIMIT=VALUE"]);
    refused(&["--set", "max_top_n=0", "--timeout", "0"], &["max_top_n:", "timeout_seconds:"]);
}

#[test]
fn what_keeps_it_from_serving_is_told_first() {
    let sandbox = sandbox();
    let refused = |args: &[&str], parts: &[&str]| {
        let args: Vec<_> = ["serve"].iter().chain(args).collect();
        sandbox.ragstill(&args).exits(2).complains(parts);
    };
    refused(&[], &["--input", "--index"]);
    refused(&["--input", "nothing.jsonl", "--port", "0"], &["nothing.jsonl"]);
    refused(&["--index", "nothing", "--port", "0"], &["nothing", "ragstill index"]);
    refused(&["--input", "corpus.jsonl", "--host", "203.0.113.7"], &["203.0.113.7", "--host"]);
    refused(&["--input", "corpus.jsonl", "--token-env", "RAGSTILL_TEST_UNSET"], &["RAGSTILL_TEST_UNSET"]);
    refused(&["--input", "corpus.jsonl", "--model", "m"], &["--teacher"]);
    refused(&["--input", "corpus.jsonl", "--port", "0", "--teacher", "http://127.0.0.1:9/v1"], &["--model"]);
    let nobody =
        ["--input", "corpus.jsonl", "--port", "0", "--teacher", "http://127.0.0.1:9/v1", "--model", "m"];
    refused(&nobody, &["the teacher cannot be asked", "127.0.0.1:9", "start it first"]);
    sandbox.write("prompts/answer/long.md", "# user\n{{ qestion }}");
    let args = ["--input", "corpus.jsonl", "--port", "0", "--teacher", "extractive", "--prompts", "prompts"];
    refused(&args, &["qestion"]);

    let short = sandbox.ragstill_with_env(
        &["serve", "--input", "corpus.jsonl", "--token-env", "RAGSTILL_TEST_TOKEN"],
        &[("RAGSTILL_TEST_TOKEN", "short")],
    );
    short.exits(2).complains(&["RAGSTILL_TEST_TOKEN", "at least 8"]);

    let (served, address) = serve(&sandbox, &["--input", "corpus.jsonl"], &[]);
    let port = address.rsplit(':').next().unwrap();
    refused(&["--input", "corpus.jsonl", "--port", port], &[port, "is in use", "--port"]);
    drop(served);
}

#[test]
fn an_index_that_is_damaged_or_of_another_release_is_refused() {
    let sandbox = sandbox();
    sandbox.ragstill(&["index", "--input", "corpus.jsonl", "--out", "idx"]).exits(0);
    let path = sandbox.path("idx/bm25.idx");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    sandbox.ragstill(&["serve", "--index", "idx", "--port", "0"]).exits(2).complains(&["bm25.idx"]);
    std::fs::write(&path, b"something else altogether, long enough to be looked at").unwrap();
    sandbox.ragstill(&["serve", "--index", "idx", "--port", "0"]).exits(2).complains(&["bm25.idx"]);
}

#[test]
fn a_request_that_has_begun_is_finished() {
    let sandbox = sandbox();
    let (mut served, address) = serve(&sandbox, &["--input", "corpus.jsonl"], &[]);
    let mut stream = TcpStream::connect(&address).unwrap();
    let body = r#"{"query": "lake"}"#;
    write!(stream, "POST /search HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
    // It counts as begun once the server has its headers.
    wait_until("the request has begun", || {
        send(&address, "GET", "/metrics", "", "").1.contains("ragstill_requests_in_flight 2\n")
    });
    served.terminate();
    wait_until("no connection is taken", || TcpStream::connect(&address).is_err());
    assert!(!served.has_ended());
    stream.write_all(body.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200") && response.contains("dimictic"), "{response}");
    served.ends_within(Duration::from_secs(30)).exits(0);
}
