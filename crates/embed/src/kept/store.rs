//! The file of the vectors.
//!
//! SQLite in WAL mode, as the store of answers: what is added is on disk when [`VectorStore::add`] returns, and any tool can read
//! it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use super::KeptError;

/// Marks the file as ours (`PRAGMA application_id`): "ragv".
const APPLICATION_ID: i32 = 0x7261_6776;
/// The version of the tables (`PRAGMA user_version`).
const VERSION: i32 = 1;

/// Bytes of a page: several vectors have room in one, whole.
const PAGE: u32 = 16 << 10;

const TABLES: &str = "
    CREATE TABLE models (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,                 -- what its vectors depend on is in its name
        dimension INTEGER NOT NULL,         -- numbers in a vector
        UNIQUE (name, dimension)
    );
    CREATE TABLE asked (
        spec TEXT PRIMARY KEY,              -- JSON: an address, and the options that change vectors
        model INTEGER NOT NULL              -- which model answered there
    ) WITHOUT ROWID;
    CREATE TABLE vectors (
        model INTEGER NOT NULL,
        text BLOB NOT NULL,                 -- the first 16 bytes of the BLAKE3 of the passage
        numbers BLOB NOT NULL,              -- f32, little-endian
        UNIQUE (model, text)
    );";

/// A hash of a text.
pub(super) type TextKey = [u8; 16];

/// Of a text.
pub(super) fn key_of(text: &str) -> TextKey {
    let mut key = TextKey::default();
    key.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    key
}

/// A model, as its vectors are told from those of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId {
    /// Its name.
    pub name: String,
    /// Numbers in a vector.
    pub dimension: usize,
}

/// A file of vectors, of one model or several.
#[derive(Debug)]
pub struct VectorStore {
    path: PathBuf,
    connection: Connection,
}

impl VectorStore {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// When it is no such file, is of a later version, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, KeptError> {
        let connection = Connection::open(path).map_err(|error| told(path, "cannot be opened", &error))?;
        let store = Self { path: path.to_owned(), connection };
        store.prepare()?;
        Ok(store)
    }

    /// Opens the file to read only; `None` where there is none.
    ///
    /// # Errors
    /// When it is no such file, or is of a later version.
    pub fn open_read_only(path: &Path) -> Result<Option<Self>, KeptError> {
        if !path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)
            .map_err(|error| told(path, "cannot be opened", &error))?;
        let store = Self { path: path.to_owned(), connection };
        store.check()?;
        Ok(Some(store))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the tables if there are none.
    fn prepare(&self) -> Result<(), KeptError> {
        let unusable = |error: rusqlite::Error| told(&self.path, "cannot be used", &error);
        self.connection.busy_timeout(Duration::from_secs(10)).map_err(unusable)?;
        let tables: i32 = self
            .connection
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
            .map_err(unusable)?;
        if tables == 0 {
            let make = format!(
                "PRAGMA page_size = {PAGE}; PRAGMA journal_mode = WAL; BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; COMMIT;"
            );
            self.connection.execute_batch(&make).map_err(unusable)?;
        }
        self.check()?;
        let safe = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
        self.connection.execute_batch(safe).map_err(unusable)
    }

    /// Refuses what is not such a file of this version.
    fn check(&self) -> Result<(), KeptError> {
        let pragma = |name: &str| {
            self.connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
                .map_err(|error| told(&self.path, "cannot be used", &error))
        };
        if pragma("application_id")? != APPLICATION_ID {
            return Err(KeptError::store(
                &self.path,
                "is another program's database; move it away or choose another --out",
            ));
        }
        match pragma("user_version")? {
            VERSION => Ok(()),
            version => Err(KeptError::store(
                &self.path,
                format!(
                    "was made by another version of ragstill: its format is {version}, this program's is {VERSION}"
                ),
            )),
        }
    }

    fn unreadable(&self) -> impl Fn(rusqlite::Error) -> KeptError + '_ {
        |error| told(&self.path, "cannot be read", &error)
    }

    /// Which model answered where this was asked.
    pub(super) fn asked(&self, spec: &str) -> Result<Option<ModelId>, KeptError> {
        self.connection
            .query_row(
                "SELECT name, dimension FROM asked JOIN models ON models.id = asked.model WHERE spec = ?1",
                [spec],
                |row| Ok(ModelId { name: row.get(0)?, dimension: row.get::<_, u32>(1)? as usize }),
            )
            .optional()
            .map_err(self.unreadable())
    }

    /// Notes which model answers where this is asked.
    pub(super) fn answers(&self, spec: &str, model: &ModelId) -> Result<(), KeptError> {
        let number = self.number_of(model)?;
        self.connection
            .execute("INSERT OR REPLACE INTO asked (spec, model) VALUES (?1, ?2)", params![spec, number])
            .map(drop)
            .map_err(|error| unwritable(&self.path, &error))
    }

    /// The number of a model, which gets one if it has none.
    fn number_of(&self, model: &ModelId) -> Result<i64, KeptError> {
        let written = self.connection.execute(
            "INSERT OR IGNORE INTO models (name, dimension) VALUES (?1, ?2)",
            params![model.name, model.dimension as i64],
        );
        written.map_err(|error| unwritable(&self.path, &error))?;
        self.known(model)?
            .ok_or_else(|| KeptError::store(&self.path, "does not keep what is written into it"))
    }

    fn known(&self, model: &ModelId) -> Result<Option<i64>, KeptError> {
        self.connection
            .query_row(
                "SELECT id FROM models WHERE name = ?1 AND dimension = ?2",
                params![model.name, model.dimension as i64],
                |row| row.get(0),
            )
            .optional()
            .map_err(self.unreadable())
    }

    /// Which of these texts have no vector of this model, by position.
    pub(super) fn missing(&self, model: &ModelId, texts: &[TextKey]) -> Result<Vec<usize>, KeptError> {
        let Some(number) = self.known(model)? else { return Ok((0..texts.len()).collect()) };
        let mut select = self
            .connection
            .prepare("SELECT 1 FROM vectors WHERE model = ?1 AND text = ?2")
            .map_err(self.unreadable())?;
        let mut missing = Vec::new();
        for (at, text) in texts.iter().enumerate() {
            if !select.exists(params![number, &text[..]]).map_err(self.unreadable())? {
                missing.push(at);
            }
        }
        Ok(missing)
    }

    /// Adds the vectors of some texts, one after the other; they are on disk when this returns.
    pub(super) fn add(
        &mut self,
        model: &ModelId,
        texts: &[TextKey],
        numbers: &[f32],
    ) -> Result<(), KeptError> {
        let number = self.number_of(model)?;
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            {
                let mut insert = transaction.prepare_cached(
                    "INSERT OR IGNORE INTO vectors (model, text, numbers) VALUES (?1, ?2, ?3)",
                )?;
                for (text, vector) in texts.iter().zip(numbers.chunks_exact(model.dimension)) {
                    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
                    insert.execute(params![number, &text[..], bytes])?;
                }
            }
            transaction.commit()
        };
        write(&mut self.connection).map_err(|error| unwritable(&self.path, &error))
    }

    /// The vectors of texts, one after the other; texts that are the same are read once.
    pub(super) fn read(&self, model: &ModelId, texts: &[Option<TextKey>]) -> Result<Vec<f32>, KeptError> {
        let mut numbers: Vec<f32> = Vec::with_capacity(texts.len() * model.dimension);
        let number = self.known(model)?;
        let mut select = self
            .connection
            .prepare("SELECT numbers FROM vectors WHERE model = ?1 AND text = ?2")
            .map_err(self.unreadable())?;
        let mut places: HashMap<TextKey, usize> = HashMap::new();
        for text in texts {
            let start = numbers.len();
            let Some(text) = text else {
                numbers.resize(start + model.dimension, 0.0);
                continue;
            };
            if let Some(&place) = places.get(text) {
                numbers.extend_from_within(place..place + model.dimension);
                continue;
            }
            let bytes: Vec<u8> =
                select.query_row(params![number, &text[..]], |row| row.get(0)).map_err(self.unreadable())?;
            let read =
                bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
            numbers.extend(read);
            let is_whole = bytes.len() == 4 * model.dimension
                && numbers[start..].iter().all(|number| number.is_finite());
            if !is_whole {
                return Err(KeptError::store(
                    &self.path,
                    "is damaged: a vector is not as long as its model's, or no number; delete the file to have every passage embedded again",
                ));
            }
            places.insert(*text, start);
        }
        Ok(numbers)
    }
}

fn told(path: &Path, what: &str, error: &rusqlite::Error) -> KeptError {
    let hint = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            "; it is no database or damaged: move it away to have every passage embedded again"
        }
        _ => "",
    };
    KeptError::store(path, format!("{what}: {error}{hint}"))
}

fn unwritable(path: &Path, error: &rusqlite::Error) -> KeptError {
    KeptError::store(
        path,
        format!(
            "cannot be written: {error}; the vectors so far are safe; make room and run the same command again"
        ),
    )
}
