//! The answers in a run's store, under the keys that the fake teacher knows the same requests by.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use ragstill_testkit::ChatRequest;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::server::MODEL;

/// One stored answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The request's key in the server's log.
    pub key: String,
    /// The step that asked.
    pub step: String,
    /// The last message of the request.
    pub prompt: String,
}

/// The answers of a run, also of one that was killed; none when there is no store yet.
///
/// # Errors
/// When there is a store that cannot be read.
pub fn read(run: &Path) -> Result<Vec<Stored>> {
    let path = run.join("answers.sqlite");
    if !path.exists() {
        return Ok(Vec::new());
    }
    let read = || -> Result<Vec<Stored>> {
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        // A run that was killed at once has a file without tables.
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_master WHERE name = 'answers'", [], |row| {
                row.get(0)
            })?;
        if tables == 0 {
            return Ok(Vec::new());
        }
        let mut select = connection.prepare("SELECT step, request FROM answers")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (step, request): (String, String) = row?;
            let (key, prompt) = identify(&request)?;
            Ok(Stored { key, step, prompt })
        })
        .collect()
    };
    read().with_context(|| path.display().to_string())
}

/// The server's keys of a run's stored requests, by their messages (as JSON) and sample numbers.
///
/// # Errors
/// When the store cannot be read.
pub fn keys_by_messages(run: &Path) -> Result<HashMap<(String, u64), String>> {
    let path = run.join("answers.sqlite");
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut select = connection.prepare("SELECT request FROM answers")?;
    let rows = select.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|request| {
        let request = request?;
        let parts: Request<'_> = serde_json::from_str(&request)?;
        // As a log of calls has them.
        let messages: serde_json::Value = serde_json::from_str(parts.messages.get())?;
        Ok(((messages.to_string(), u64::from(parts.sample)), identify(&request)?.0))
    })
    .collect()
}

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    messages: &'a RawValue,
    #[serde(borrow)]
    sampling: Sampling<'a>,
    sample: u32,
}

#[derive(Deserialize)]
struct Sampling<'a> {
    #[serde(borrow)]
    temperature: Option<&'a RawValue>,
    #[serde(borrow)]
    top_p: Option<&'a RawValue>,
    #[serde(borrow)]
    max_tokens: Option<&'a RawValue>,
}

/// The server's key and the last message of a stored request.
///
/// The server knows a request by the bytes it was sent, so the body is put together again as it was.
fn identify(request: &str) -> Result<(String, String)> {
    let request: Request<'_> = serde_json::from_str(request)?;
    let mut body = format!(r#"{{"model":"{MODEL}","messages":{}"#, request.messages);
    let Sampling { temperature, top_p, max_tokens } = request.sampling;
    for (name, value) in [("temperature", temperature), ("top_p", top_p), ("max_tokens", max_tokens)] {
        if let Some(value) = value {
            body.push_str(&format!(r#","{name}":{value}"#));
        }
    }
    if request.sample > 0 {
        body.push_str(&format!(r#","seed":{}"#, request.sample));
    }
    body.push('}');
    let chat = ChatRequest::parse(body.into()).context("a stored request is no chat request")?;
    Ok((chat.key().to_string(), chat.prompt().to_owned()))
}

#[cfg(test)]
mod tests {
    use ragstill_testkit::ChatRequest;

    use super::{identify, read};

    #[test]
    fn a_stored_request_has_the_key_of_the_body_that_was_sent() {
        let sent = r#"{"model":"fake-teacher","messages":[{"role":"user","content":"a \"b\"\n"}],"temperature":0.7,"max_tokens":9,"seed":2}"#;
        let stored = r#"{"messages":[{"role":"user","content":"a \"b\"\n"}],"sampling":{"temperature":0.7,"max_tokens":9},"sample":2}"#;
        let (key, prompt) = identify(stored).unwrap();
        assert_eq!(key, ChatRequest::parse(sent.into()).unwrap().key().to_string());
        assert_eq!(prompt, "a \"b\"\n");
        let first = stored.replace(r#""sample":2"#, r#""sample":0"#);
        assert_ne!(identify(&first).unwrap().0, key);
    }

    #[test]
    fn a_store_is_read_as_it_stands_and_none_is_no_answers() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        let path = folder.path().join("answers.sqlite");
        let connection = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE answers (step, request);").unwrap();
        let request = r#"{"messages":[{"role":"user","content":"q"}],"sampling":{},"sample":0}"#;
        connection.execute("INSERT INTO answers VALUES ('doc2query', ?1)", [request]).unwrap();
        let stored = read(folder.path()).unwrap();
        assert_eq!((stored.len(), stored[0].step.as_str(), stored[0].prompt.as_str()), (1, "doc2query", "q"));
    }
}
