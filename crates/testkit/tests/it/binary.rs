//! The server in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::client::Client;

/// Ends with the test, however the test ends.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_fake-teacher"))
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address =
            line.trim().strip_prefix("listening on http://").and_then(|rest| rest.strip_suffix("/v1"));
        let address = address.unwrap_or_else(|| panic!("unexpected first line: {line:?}")).parse().unwrap();
        Self { child, address }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_serves_as_its_options_say() {
    let options =
        ["--model", "m1", "--seed", "3", "--latency", "fixed:1ms", "--respond", "fixed:Yes.", "--log"];
    let process = Process::start(&options);
    let mut client = Client::connect(process.address);
    assert_eq!(client.chat("hello").unwrap().content(), "Yes.");
    assert_eq!(client.get("/v1/models").json()["data"][0]["id"], "m1");
    assert_eq!(client.get("/log").text().lines().count(), 1);

    let process = Process::start(&["--fault", "500=0.4,429:3=0.6"]);
    let mut client = Client::connect(process.address);
    let statuses: Vec<_> = (0..50).map(|n| client.chat(&n.to_string()).unwrap().status).collect();
    assert!(statuses.contains(&500) && statuses.contains(&429) && !statuses.contains(&200), "{statuses:?}");

    let process = Process::start(&["--rps", "2", "--reasoning", "reasoning_content"]);
    let mut client = Client::connect(process.address);
    let statuses: Vec<_> = (0..4).map(|n| client.chat(&n.to_string()).unwrap().status).collect();
    assert_eq!(statuses, [200, 200, 429, 429]);

    let process = Process::start(&["--refuse", "key:s3"]);
    assert_eq!(Client::connect(process.address).chat("hello").unwrap().status, 401);
}

#[test]
fn it_explains_wrong_options() {
    for (arguments, expected) in [
        (&["--latncy", "1s"][..], "unknown option `--latncy`"),
        (&["--latency", "1s"], "--latency 1s:"),
        (&["--latency"], "needs a value"),
        (&["--fault", "418=0.5"], "no-choices"),
        (&["--fault", "500"], "NAME=PROBABILITY"),
        (&["--fault", "500=0.7,drop=0.7"], "sum to 1.4"),
        (&["--port", "99999"], "--port 99999"),
        (&["--respond", "poem"], "rare, echo or fixed"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_fake-teacher")).args(arguments).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(message.contains(expected), "{arguments:?} gave {message:?}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_fake-teacher")).arg("--help").output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("--latency"));
}
