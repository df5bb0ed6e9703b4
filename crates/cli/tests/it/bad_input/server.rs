//! Teachers that cannot be asked, or do not want to be.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use ragstill_testkit::Refusal;

use super::refused;
use crate::support::{MODEL, Outcome, Running, Sandbox, fake_teacher, read_json, requests};

const SECRET: &str = "sk-test-0123456789abcdef";

/// A run against a teacher that refuses everything: it must stop, soon and after few requests, and be resumable.
#[track_caller]
fn stopped(sandbox: &Sandbox, teacher: &Running, more: &[&str]) -> Outcome {
    let args = [&["--concurrency", "4"], more].concat();
    let outcome = sandbox.run_rare(teacher, "out", &args).exits(1);
    let status = read_json(&sandbox.path("out/run.json"));
    assert_eq!(status["status"], "failed", "{status}");
    assert!(requests(teacher) >= 1);
    outcome
}

#[test]
fn a_key_variable_that_is_not_set() {
    let sandbox = Sandbox::with_corpus(4);
    refused(&sandbox, &["--input", "docs", "--api-key-env", "NO_SUCH_KEY"]).complains(&[
        "NO_SUCH_KEY",
        "is not set",
        "--api-key-env",
    ]);
    // OpenAI's own address has a variable of its own.
    sandbox
        .ragstill(&[
            "run",
            "rare",
            "--input",
            "docs",
            "--out",
            "out",
            "--model",
            "m",
            "--teacher",
            "https://api.openai.com/v1",
        ])
        .exits(2)
        .complains(&["OPENAI_API_KEY", "is not set"]);
}

#[test]
fn what_is_not_an_address() {
    let sandbox = Sandbox::with_corpus(4);
    let run = |url: &str| {
        let args = ["run", "rare", "--input", "docs", "--out", "out", "--model", "m", "--teacher", url];
        sandbox.ragstill(&args).exits(2).complains(&["--teacher: teachers.default.url:"])
    };
    run("localhost:8000")
        .complains(&["`localhost:8000` is not an http or https address; write it like http://"]);
    run("gpt-5").complains(&["`gpt-5` is not an address", "write it like http://localhost:8000/v1"]);
    let with_password = run("http://me:hunter2@localhost:8000/v1").complains(&["environment variable"]);
    assert!(!with_password.stderr.contains("hunter2"), "{}", with_password.stderr);
}

#[test]
fn no_model() {
    let sandbox = Sandbox::with_corpus(4);
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    sandbox
        .ragstill(&["run", "rare", "--input", "docs", "--out", "out", "--teacher", &url])
        .exits(2)
        .complains(&["model: the server must be told which model; give --model NAME"]);
    assert_eq!(requests(&teacher), 0);
}

#[test]
fn an_address_where_nothing_answers() {
    let sandbox = Sandbox::with_corpus(20);
    let teacher = fake_teacher(|config| config);
    teacher.go_down();
    let start = Instant::now();
    sandbox.run_rare(&teacher, "out", &[]).exits(1).complains(&[
        "error: the teacher is down: cannot reach http://127.0.0.1",
        "check the address and that the server is running; nothing was spent",
    ]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    // The same command goes on when it is there.
    teacher.come_up().unwrap();
    sandbox.run_rare(&teacher, "out", &[]).exits(0);
}

#[test]
fn a_key_that_the_server_does_not_accept() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher =
        fake_teacher(|config| config.refuse(Refusal::UnauthorizedUnless("sk-the-right-one".into())));
    let url = teacher.url();
    let args = [
        "run",
        "rare",
        "--input",
        "docs",
        "--out",
        "out",
        "--teacher",
        &url,
        "--model",
        MODEL,
        "--concurrency",
        "4",
        "--api-key-env",
        "SOME_KEY",
    ];
    let outcome = sandbox.ragstill_with_env(&args, &[("SOME_KEY", SECRET)]).exits(1).complains(&[
        "the server does not accept the API key",
        "--api-key-env",
        "HTTP 401",
    ]);
    assert!(requests(&teacher) <= 4, "{} requests for a wrong key", requests(&teacher));
    shows_no_secret(&sandbox, &outcome);

    // The right key in the same variable: the same command goes on.
    sandbox.ragstill_with_env(&args, &[("SOME_KEY", "sk-the-right-one")]).exits(0);
}

#[test]
fn a_key_is_never_stored_or_shown() {
    let sandbox = Sandbox::with_corpus(6);
    let teacher = fake_teacher(|config| config.refuse(Refusal::UnauthorizedUnless(SECRET.into())));
    let url = teacher.url();
    let args = [
        "run",
        "rare",
        "--input",
        "docs",
        "--out",
        "out",
        "--teacher",
        &url,
        "--model",
        MODEL,
        "--api-key-env",
        "SOME_KEY",
        "--json",
    ];
    let outcome = sandbox.ragstill_with_env(&args, &[("SOME_KEY", SECRET)]).exits(0);
    shows_no_secret(&sandbox, &outcome);
}

#[test]
fn a_key_that_the_server_quotes_is_not_passed_on() {
    let sandbox = Sandbox::with_corpus(3);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    // Careless gateways put the key they were sent into their errors.
    std::thread::spawn(move || {
        let body = format!("{{\"error\": {{\"message\": \"Incorrect API key provided: {SECRET}.\"}}}}");
        let reply = format!("HTTP/1.1 401 Unauthorized\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 1 << 16]);
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    let args = [
        "run",
        "rare",
        "--input",
        "docs",
        "--out",
        "out",
        "--model",
        "m",
        "--teacher",
        &url,
        "--api-key-env",
        "SOME_KEY",
        "--concurrency",
        "1",
    ];
    let outcome = sandbox
        .ragstill_with_env(&args, &[("SOME_KEY", SECRET)])
        .exits(1)
        .complains(&["Incorrect API key provided: [API key]."]);
    shows_no_secret(&sandbox, &outcome);
}

/// Checks every byte that was printed and every byte of every file in the run directory.
fn shows_no_secret(sandbox: &Sandbox, outcome: &Outcome) {
    assert!(!outcome.stdout.contains(SECRET) && !outcome.stderr.contains(SECRET));
    let mut folders = vec![sandbox.path("out")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            files += 1;
            let bytes = std::fs::read(entry.path()).unwrap();
            let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!found, "the key is in {}", entry.path().display());
        }
    }
    assert!(files >= 4, "the store, the configuration and the results were looked at");
}

#[test]
fn a_model_that_the_server_does_not_know() {
    let sandbox = Sandbox::with_corpus(30);
    let teacher = fake_teacher(|config| config.model("another-model").refuse(Refusal::UnknownModel));
    stopped(&sandbox, &teacher, &[]).complains(&[
        "the server does not know this address or model; check --teacher and --model",
        "HTTP 404: The model `fake-teacher` does not exist.",
    ]);
    assert!(requests(&teacher) <= 4, "{} requests for a wrong name", requests(&teacher));
}

#[test]
fn an_account_without_money() {
    for refusal in [Refusal::PaymentRequired, Refusal::QuotaExhausted] {
        let sandbox = Sandbox::with_corpus(30);
        let teacher = fake_teacher(|config| config.refuse(refusal.clone()));
        stopped(&sandbox, &teacher, &[]).complains(&["the account has no money or quota left"]);
        assert!(requests(&teacher) <= 4, "{} requests", requests(&teacher));
        // Nothing was lost: with money, the same command completes.
        teacher.set(fake_config()).unwrap();
        sandbox.run_rare(&teacher, "out", &[]).exits(0);
    }
}

fn fake_config() -> ragstill_testkit::Config {
    use ragstill_testkit::{Config, Responder};
    Config::default().model(MODEL).responder(Responder::rare())
}

#[test]
fn a_budget_without_a_price() {
    let sandbox = Sandbox::with_corpus(4);
    refused(&sandbox, &["--input", "docs", "--max-cost", "1"])
        .complains(&["--max-cost needs to know what the teacher `default` costs", "price"]);
}

#[test]
#[cfg(unix)]
fn more_connections_than_the_system_allows() {
    let sandbox = Sandbox::with_corpus(12);
    let teacher = fake_teacher(|config| config);
    let run = |limit: &str, out: &str| {
        let output = std::process::Command::new("sh")
            .current_dir(sandbox.folder())
            .args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_ragstill")])
            .args(["run", "rare", "--input", "docs", "--out", out, "--teacher", &teacher.url()])
            .args(["--model", MODEL, "--concurrency", "200"])
            .env_remove("http_proxy")
            .env_remove("HTTP_PROXY")
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, stderr) = run("-n 128", "out");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("concurrency 200 needs some 264 open files at once, and this system allows 128"),
        "{stderr}"
    );
    assert!(stderr.contains("lower --concurrency"), "{stderr}");
    assert_eq!(requests(&teacher), 0);
    assert!(!sandbox.path("out").exists());
    // A soft limit is raised without a word.
    let (code, stderr) = run("-S -n 128", "out");
    assert_eq!(code, Some(0), "{stderr}");
}
