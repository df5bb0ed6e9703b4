//! Mistakes: each is told by its own message and exit code, and costs nothing.

mod directory;
mod input;
mod recipe;
mod server;

use crate::support::{MODEL, Outcome, Sandbox, fake_teacher, requests};

/// `run rare` with these arguments and a teacher that works: it must be refused before anything is asked.
#[track_caller]
fn refused(sandbox: &Sandbox, args: &[&str]) -> Outcome {
    refused_recipe(sandbox, "rare", args)
}

/// As [`refused`], for another recipe.
#[track_caller]
fn refused_recipe(sandbox: &Sandbox, recipe: &str, args: &[&str]) -> Outcome {
    let teacher = fake_teacher(|config| config);
    let url = teacher.url();
    let mut line = vec!["run", recipe, "--teacher", &url, "--model", MODEL];
    if !args.contains(&"--out") {
        line.extend(["--out", "out"]);
    }
    line.extend(args);
    let outcome = sandbox.ragstill(&line).exits(2);
    assert_eq!(requests(&teacher), 0, "a mistake must not cost anything");
    assert!(!sandbox.path("out/records.jsonl").exists(), "a mistake leaves no results");
    outcome
}
