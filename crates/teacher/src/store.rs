//! The durable answers: every answer that was paid for, under the hash of its request, on disk before anybody sees
//! it.
//!
//! SQLite in WAL mode: any tool can read the file, also while a run writes. One thread writes; it commits all answers
//! that wait in one transaction and syncs it to disk (`synchronous=FULL`), so a lone answer is durable in one sync and
//! a crowd shares one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};
use tokio::sync::oneshot;

use crate::chat::{Answer, Ask, Finish, Key, Usage};
use crate::error::{Error, Kind, Result};

/// Marks the file as ours (`PRAGMA application_id`): "rags".
const APPLICATION_ID: i32 = 0x7261_6773;
/// The version of the tables (`PRAGMA user_version`).
const VERSION: i32 = 1;
/// What to do about a file that is not ours.
const ELSEWHERE: &str = "move it away or choose another --out";
/// The most answers in one transaction: bounds the memory of a commit.
const GROUP: usize = 1024;
/// How long an answer waits for others to be committed with it.
const LINGER: Duration = Duration::from_millis(3);
/// How long no answer must have come for those in the log to be moved to their place in the file.
const LULL: Duration = Duration::from_millis(20);
/// How many answers in the log are worth that.
const WORTH_MOVING: usize = 64;

const TABLES: &str = "
    CREATE TABLE answers (
        key TEXT NOT NULL UNIQUE,           -- BLAKE3 of model, messages, sampling, schema and sample number
        model TEXT NOT NULL,
        step TEXT NOT NULL,                 -- who asked first
        prompt TEXT NOT NULL,
        request TEXT NOT NULL,              -- JSON: messages, sampling, schema, sample
        text TEXT NOT NULL,
        reasoning TEXT,
        finish TEXT NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        estimated INTEGER NOT NULL,         -- 1 when the server did not count the tokens
        cost REAL                           -- US dollars at the price of the day; NULL when no price was known
    );";

/// The store of a run's answers.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// There until the store is dropped.
    reader: Mutex<Option<Connection>>,
    queue: Option<mpsc::Sender<Write>>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Write {
    row: Row,
    done: oneshot::Sender<Result<()>>,
}

#[derive(Debug)]
struct Row {
    key: String,
    model: String,
    step: String,
    prompt: String,
    request: String,
    answer: Answer,
    cost: Option<f64>,
}

impl Store {
    /// Opens the store at `path`, or makes it.
    ///
    /// # Errors
    /// [`Kind::Store`] when the file is not a store of answers, is of a later version, is damaged, or cannot be
    /// written.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path).map_err(|error| fault(path, "cannot be opened", &error))?;
        let is_new = prepare(&connection, path)?;
        let reader = open_reader(path)?;
        let (queue, waiting) = mpsc::channel();
        let writer_path = path.to_owned();
        let writer = std::thread::Builder::new()
            .name("answers".to_owned())
            .spawn(move || write_all(connection, &waiting, &writer_path, is_new))
            .map_err(|error| fault(path, "has no thread to write it", &error))?;
        Ok(Self {
            path: path.to_owned(),
            reader: Mutex::new(Some(reader)),
            queue: Some(queue),
            writer: Some(writer),
        })
    }

    /// Opens the store at `path` to read only: for looking into a run, also while it goes on.
    ///
    /// # Errors
    /// [`Kind::Store`] when there is no store of answers of this version at `path`.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let reader = open_reader(path)?;
        check(&reader, path)?;
        Ok(Self { path: path.to_owned(), reader: Mutex::new(Some(reader)), queue: None, writer: None })
    }

    /// The answer to the request with this key, if there is one.
    ///
    /// # Errors
    /// [`Kind::Store`] when the file cannot be read.
    pub fn get(&self, key: &Key) -> Result<Option<Answer>> {
        let reader = self.reader();
        let unreadable = |error: rusqlite::Error| fault(&self.path, "cannot be read", &error);
        let mut select = reader
            .as_ref()
            .ok_or_else(|| self.closed())?
            .prepare_cached(
                "SELECT text, reasoning, finish, prompt_tokens, completion_tokens, estimated FROM answers WHERE key = ?1",
            )
            .map_err(unreadable)?;
        select
            .query_row([key.to_string()], |row| {
                Ok(Answer {
                    text: row.get(0)?,
                    reasoning: row.get(1)?,
                    finish: Finish::from_reason(Some(row.get_ref(2)?.as_str()?)),
                    usage: Usage {
                        prompt_tokens: row.get::<_, i64>(3)?.unsigned_abs(),
                        completion_tokens: row.get::<_, i64>(4)?.unsigned_abs(),
                        estimated: row.get(5)?,
                    },
                    stored: true,
                })
            })
            .optional()
            .map_err(unreadable)
    }

    /// Stores an answer and its cost in US dollars, if it is known; returns when it is on disk.
    ///
    /// # Errors
    /// [`Kind::Store`] when it cannot be written, for instance because the disk is full.
    pub async fn put(
        &self,
        key: Key,
        model: &str,
        ask: &Ask,
        answer: &Answer,
        cost: Option<f64>,
    ) -> Result<()> {
        let (done, written) = oneshot::channel();
        let row = Row {
            key: key.to_string(),
            model: model.to_owned(),
            step: ask.step.to_string(),
            prompt: ask.prompt.to_string(),
            request: ask.to_json(),
            answer: answer.clone(),
            cost,
        };
        let queue = self.queue.as_ref().ok_or_else(|| self.closed())?;
        queue.send(Write { row, done }).map_err(|_| self.closed())?;
        written.await.map_err(|_| self.closed())?
    }

    fn reader(&self) -> MutexGuard<'_, Option<Connection>> {
        self.reader.lock()
    }

    fn closed(&self) -> Error {
        Error::new(Kind::Store, format!("the answer store {} is closed", self.path.display()))
    }

    /// What all answers cost, in US dollars: the cost that was stored with each, or, for those that were stored without
    /// one, what `price` gives for their model and tokens (of requests, of answers).
    ///
    /// # Errors
    /// [`Kind::Store`] when the file cannot be read.
    pub fn total_cost(&self, price: impl Fn(&str, u64, u64) -> f64) -> Result<f64> {
        let unreadable = |error: rusqlite::Error| fault(&self.path, "cannot be read", &error);
        let reader = self.reader();
        let mut select = reader
            .as_ref()
            .ok_or_else(|| self.closed())?
            .prepare(
                "SELECT model, total(cost), total(CASE WHEN cost IS NULL THEN prompt_tokens END),
                        total(CASE WHEN cost IS NULL THEN completion_tokens END)
                 FROM answers GROUP BY model ORDER BY model",
            )
            .map_err(unreadable)?;
        let mut rows = select.query([]).map_err(unreadable)?;
        let mut sum = 0.0;
        while let Some(row) = rows.next().map_err(unreadable)? {
            let (model, cost): (String, f64) =
                (row.get(0).map_err(unreadable)?, row.get(1).map_err(unreadable)?);
            let tokens = |column| row.get::<_, f64>(column).map_err(unreadable);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "sums of token counts"
            )]
            let (tokens_in, tokens_out) = (tokens(2)? as u64, tokens(3)? as u64);
            sum += cost + price(&model, tokens_in, tokens_out);
        }
        Ok(sum)
    }

    /// How many answers there are.
    ///
    /// # Errors
    /// [`Kind::Store`] when the file cannot be read.
    pub fn len(&self) -> Result<u64> {
        self.reader()
            .as_ref()
            .ok_or_else(|| self.closed())?
            .query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
            .map_err(|error| fault(&self.path, "cannot be read", &error))
    }

    /// Whether there is no answer yet.
    ///
    /// # Errors
    /// As [`Store::len`].
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // The writer must be the last to close the file: only then does SQLite fold the log into it and take it away.
        drop(self.reader.lock().take());
        // Closing the queue lets the writer finish what waits; joining it makes sure that it did.
        drop(self.queue.take());
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

fn fault(path: &Path, what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::new(Kind::Store, format!("the answer store {} {what}: {error}", path.display()))
}

fn open_reader(path: &Path) -> Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(|error| fault(path, "cannot be opened", &error))
}

/// Makes the tables if there are none; returns whether it did, and the file is yet to be synced.
fn prepare(connection: &Connection, path: &Path) -> Result<bool> {
    let unusable = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => fault(path, "is no database", &ELSEWHERE),
        _ => fault(path, "cannot be used", &error),
    };
    connection.busy_timeout(Duration::from_secs(10)).map_err(unusable)?;
    let tables: i32 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(unusable)?;
    if tables == 0 {
        // Eight waits for the disk, were they synced here: the writer does it once, before the first answer.
        connection
            .execute_batch(&format!(
                "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            ))
            .map_err(unusable)?;
    }
    check(connection, path)?;
    // A log of a megabyte: the longer it is, the longer a run waits at its end until it is folded in and removed.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 250;",
        )
        .map_err(unusable)?;
    Ok(tables == 0)
}

/// Refuses what is not a store of this version.
fn check(connection: &Connection, path: &Path) -> Result<()> {
    let pragma = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
            .map_err(|error| fault(path, "cannot be used", &error))
    };
    if pragma("application_id")? != APPLICATION_ID {
        return Err(fault(path, "is another program's database", &ELSEWHERE));
    }
    let version = pragma("user_version")?;
    if version != VERSION {
        return Err(fault(
            path,
            "was made by another version of ragstill",
            &format!("its format is {version}, this program's is {VERSION}"),
        ));
    }
    Ok(())
}

fn write_all(mut connection: Connection, waiting: &mpsc::Receiver<Write>, path: &Path, is_new: bool) {
    let unwritable = |error: &dyn std::fmt::Display| {
        fault(
            path,
            "cannot be written",
            &format!("{error}; the answers so far are safe; make room and run the same command again"),
        )
    };
    // Here, while the first requests are on their way.
    let unsynced =
        is_new.then(|| sync(path)).and_then(|synced| synced.map_err(|error| unwritable(&error)).err());
    let mut group = Vec::new();
    let mut in_log = 0;
    loop {
        let first = match waiting.recv_timeout(if in_log < WORTH_MOVING { Duration::MAX } else { LULL }) {
            Ok(first) => first,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                // Now, rather than when the run waits for the store to close. What fails is left to that moment.
                let _ = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
                in_log = 0;
                continue;
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => return,
        };
        group.push(first);
        // A commit for each of a crowd would cost more than all the rest that is done for an answer.
        std::thread::sleep(LINGER);
        group.extend(waiting.try_iter().take(GROUP - 1));
        let result = match &unsynced {
            Some(error) => Err(error.clone()),
            None => write_group(&mut connection, &group).map_err(|error| unwritable(&error)),
        };
        in_log += group.len();
        for write in group.drain(..) {
            // A receiver that is gone no longer needs to know.
            let _ = write.done.send(result.clone());
        }
    }
}

/// Makes sure that the file itself, and not only what is written to it later, outlives a power cut.
fn sync(path: &Path) -> std::io::Result<()> {
    File::open(path)?.sync_all()?;
    match path.parent() {
        // Windows opens no folders, and keeps a journal of their entries itself.
        Some(folder) if cfg!(unix) && !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

fn write_group(connection: &mut Connection, group: &[Write]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT OR IGNORE INTO answers (key, model, step, prompt, request, text, reasoning, finish, prompt_tokens, completion_tokens, estimated, cost)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?;
        for Write { row, .. } in group {
            insert.execute(params![
                row.key,
                row.model,
                row.step,
                row.prompt,
                row.request,
                row.answer.text,
                row.answer.reasoning,
                row.answer.finish.as_str(),
                i64::try_from(row.answer.usage.prompt_tokens).unwrap_or(i64::MAX),
                i64::try_from(row.answer.usage.completion_tokens).unwrap_or(i64::MAX),
                row.answer.usage.estimated,
                row.cost,
            ])?;
        }
    }
    transaction.commit()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::Store;
    use crate::chat::{Finish, Key};
    use crate::error::Kind;
    use crate::testing::{answer, ask};

    #[tokio::test]
    async fn answers_survive_and_come_back_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let question = ask("q");
        let key = Key::of("m", &question);
        let mut given = answer("a \u{0} ü");
        given.reasoning = Some("because".into());
        given.finish = Finish::Length;
        {
            let store = Store::open(&path).unwrap();
            assert_eq!(store.get(&key).unwrap(), None);
            store.put(key, "m", &question, &given, None).await.unwrap();
            // Visible at once, while the writer still runs.
            assert!(store.get(&key).unwrap().is_some());
        }
        let files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().flatten().map(|f| f.file_name()).collect();
        assert_eq!(files, ["answers.sqlite"], "a closed store is one file");
        let store = Store::open(&path).unwrap();
        let found = store.get(&key).unwrap().unwrap();
        assert!(found.stored);
        given.stored = true;
        assert_eq!(found, given);
        assert_eq!(store.len().unwrap(), 1);
    }

    /// Puts that many answers, each from a task of its own.
    async fn put_at_once(store: &Arc<Store>, count: usize) {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..count {
            let store = Arc::clone(store);
            tasks.spawn(async move {
                let question = ask(&n.to_string());
                store.put(Key::of("m", &question), "m", &question, &answer("a"), None).await
            });
        }
        while let Some(put) = tasks.join_next().await {
            put.unwrap().unwrap();
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_lull_moves_the_log_into_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.sqlite");
        let store = Arc::new(Store::open(&path).unwrap());
        let size = || std::fs::metadata(&path).unwrap().len();
        let empty = size();
        put_at_once(&store, super::WORTH_MOVING).await;
        let start = std::time::Instant::now();
        while size() == empty && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(super::LULL);
        }
        assert!(size() > empty, "the log was never moved");
        assert_eq!(store.len().unwrap(), super::WORTH_MOVING as u64);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_crowd_is_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(&folder.path().join("a.sqlite")).unwrap());
        put_at_once(&store, 2000).await;
        assert_eq!(store.len().unwrap(), 2000);
    }

    #[tokio::test]
    async fn what_was_paid_counts_whatever_the_price_is_now() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("a.sqlite")).unwrap();
        for (text, model, cost) in [("a", "old", Some(0.5)), ("b", "new", Some(0.25)), ("c", "new", None)] {
            let question = ask(text);
            store.put(Key::of(model, &question), model, &question, &answer("a"), cost).await.unwrap();
        }
        // Ten tokens in and five out are not priced yet.
        let price = |model: &str, tokens_in: u64, tokens_out: u64| {
            if model == "new" {
                tokens_in as f64 + 10.0 * tokens_out as f64
            } else {
                1000.0 * tokens_in as f64
            }
        };
        assert!((store.total_cost(price).unwrap() - 60.75).abs() < 1e-9);
    }

    #[test]
    fn foreign_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text");
        std::fs::write(&text, "this is not a database, it is a text of some length; more of it").unwrap();
        assert_eq!(Store::open(&text).unwrap_err().kind, Kind::Store);

        let other = folder.path().join("other.sqlite");
        rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
        assert!(Store::open(&other).unwrap_err().context.contains("another program's"));

        let later = folder.path().join("later.sqlite");
        drop(Store::open(&later).unwrap());
        rusqlite::Connection::open(&later).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(Store::open(&later).unwrap_err().context.contains("99"));
    }
}
