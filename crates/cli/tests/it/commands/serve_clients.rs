//! `ragstill serve` as the clients of other projects use it, with Python's `requests`, as those projects do.

use std::path::Path;
use std::process::Command;

use crate::support::{MODEL, Sandbox, fake_teacher};

#[test]
fn clients_of_other_projects_pass_unchanged() {
    let python = |args: &[&str]| Command::new("python3").args(args).output();
    if !python(&["-c", "import requests"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 with `requests` is not here");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sandbox = Sandbox::new();
    let teacher = fake_teacher(|config| config);
    let (url, demo) = (teacher.url(), root.join("demo"));
    let demo = demo.to_str().unwrap();
    let args = ["serve", "--port", "0", "--input", demo, "--teacher", &url, "--model", MODEL];
    let mut served = sandbox.spawn(&args);
    let line = served.first_line();
    let url = line.trim().strip_prefix("serving at ").unwrap();
    let script = root.join("../../scripts/serve/clients.py");
    let output = python(&[script.to_str().unwrap(), url]).unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 8, "{said}");
}
