//! The calls of a run with their latencies, by the record that they were made for.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::answers;
use crate::lab::{Lab, Seen};

/// The record and the latency of each call that was sent, in the order of the log: from a second run over the stored answers,
/// which asks nothing and logs every call under its record. What two records ask in the same words is asked once, and told
/// once.
///
/// # Errors
/// When that run fails, or has calls that the first one has not.
pub fn calls(lab: &Lab<'_>, seen: &Seen, yaml: &str, input: &Path) -> Result<Vec<(String, Duration)>> {
    let recipe = seen.out.with_extension("logged.yaml");
    std::fs::write(&recipe, format!("{yaml}log_calls: true\n"))?;
    let status = Command::new(&lab.tools.ragstill)
        .arg("run")
        .arg(&recipe)
        .arg("--input")
        .arg(input)
        .arg("--out")
        .arg(&seen.out)
        .args(["--teacher", "http://127.0.0.1:9/v1", "--model", crate::server::MODEL, "--offline"])
        .output()?;
    if !status.status.success() {
        bail!("the logged run failed: {}", String::from_utf8_lossy(&status.stderr));
    }
    let latencies: HashMap<&str, Duration> =
        seen.log.iter().map(|exchange| (exchange.key.as_str(), exchange.latency())).collect();
    let keys = answers::keys_by_messages(&seen.out)?;
    let mut asked = HashSet::new();
    let mut calls = Vec::new();
    for line in BufReader::new(File::open(seen.out.join("calls.jsonl"))?).lines() {
        let call: Value = serde_json::from_str(&line?)?;
        let id = call["record"].as_str().context("a call without a record")?;
        let sample = call["sample"].as_u64().context("a call without a sample")?;
        let key = keys.get(&(call["messages"].to_string(), sample)).context("a call that is not stored")?;
        if asked.insert(key) {
            let latency = *latencies.get(key.as_str()).context("a call that was never asked")?;
            calls.push((id.to_owned(), latency));
        }
    }
    Ok(calls)
}
