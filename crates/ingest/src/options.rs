//! How inputs are read.

use std::path::Path;

use ignore::overrides::{Override, OverrideBuilder};
use ragstill_core::RECORD_ID_FIELD;
use serde::{Deserialize, Serialize};

use crate::chunk::ChunkOptions;
use crate::column::TextColumn;
use crate::error::{Error, ErrorKind, Fault};

/// How inputs become records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The field that holds a record's text: rows that have it pass through as they are, documents are put there.
    /// Default `text`.
    pub text_field: String,
    /// Which column of a row holds its text. Default [`TextColumn::AsIs`].
    pub column: TextColumn,
    /// How documents are cut.
    pub chunk: ChunkOptions,
    /// Which files of folders are read, as in a `.gitignore`: `*.md`, `docs/**`, and with a `!` which are not. Default all
    /// whose format can be read.
    pub glob: Vec<String>,
    /// Whether to read files of folders, too, that a `.gitignore` or `.ignore` file leaves out. Default false.
    pub no_ignore: bool,
    /// The most bytes of one row, at least 1; a longer one is a fault. A row is held in memory whole.
    /// Default 67,108,864 (64 MiB).
    pub max_row_bytes: usize,
    /// The most bytes of one document, at least 1, as it is and as it unpacks; a longer one is a fault. A document is held
    /// in memory whole. Default 268,435,456 (256 MiB).
    pub max_document_bytes: usize,
    /// The most seconds that getting the text out of one document may take, at least 1. Default 120.
    pub max_seconds: u64,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            text_field: "text".to_owned(),
            column: TextColumn::default(),
            chunk: ChunkOptions::default(),
            glob: Vec::new(),
            no_ignore: false,
            max_row_bytes: 64 << 20,
            max_document_bytes: 256 << 20,
            max_seconds: 120,
        }
    }
}

impl ReadOptions {
    /// Checks every option's range.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidOption`], with a fault for each option out of its range.
    pub fn check(&self) -> Result<(), Error> {
        Error::check(self.faults())
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |message: String| faults.push(Fault::new(ErrorKind::InvalidOption, None, message));
        if self.text_field.is_empty() {
            fault("text_field is empty; name the field that holds the text".to_owned());
        }
        if self.text_field == RECORD_ID_FIELD {
            fault(format!(
                "text_field cannot be `{RECORD_ID_FIELD}`, which holds the record's id; name another"
            ));
        }
        for message in self.chunk.faults() {
            fault(message);
        }
        for (name, bytes) in
            [("max_row_bytes", self.max_row_bytes), ("max_document_bytes", self.max_document_bytes)]
        {
            if bytes == 0 {
                fault(format!("{name} must be at least 1"));
            }
        }
        if self.max_seconds == 0 {
            fault("max_seconds must be at least 1".to_owned());
        }
        if let Err(message) = globs(Path::new(""), &self.glob) {
            fault(message);
        }
        faults
    }
}

/// The patterns, for the files of a folder.
///
/// # Errors
/// Which pattern is broken and why.
pub(crate) fn globs(folder: &Path, patterns: &[String]) -> Result<Override, String> {
    let mut globs = OverrideBuilder::new(folder);
    for pattern in patterns {
        globs.add(pattern).map_err(|error| format!("glob `{pattern}` is not a pattern ({error})"))?;
    }
    globs.build().map_err(|error| format!("the glob patterns cannot be used ({error})"))
}

#[cfg(test)]
mod tests {
    use super::ReadOptions;
    use crate::ChunkOptions;

    #[test]
    fn defaults_are_the_documented_ones_and_valid() {
        let options: ReadOptions = serde_json::from_str("{}").unwrap();
        assert_eq!(options, ReadOptions::default());
        assert_eq!(
            (options.text_field.as_str(), options.chunk.resolved_size(), options.chunk.min),
            ("text", 4000, 50)
        );
        assert_eq!((options.max_row_bytes, options.max_document_bytes), (67_108_864, 268_435_456));
        assert_eq!(options.check(), Ok(()));
    }

    #[test]
    fn unknown_options_are_refused() {
        let error = serde_json::from_str::<ReadOptions>(r#"{"chunk":{"sise":1}}"#).unwrap_err().to_string();
        assert!(error.contains("unknown field `sise`"), "{error}");
    }

    #[test]
    fn every_option_out_of_range_is_listed() {
        let options = ReadOptions {
            glob: vec!["[".to_owned()],
            max_seconds: 0,
            text_field: String::new(),
            chunk: ChunkOptions { size: Some(10), min: 6, ..ChunkOptions::default() },
            max_row_bytes: 0,
            max_document_bytes: 0,
            ..ReadOptions::default()
        };
        let error = options.check().unwrap_err();
        assert_eq!(error.faults().len(), 6, "{error}");
        assert!(
            error.to_string().contains("chunk.min (6) must be at most half of chunk.size (10)"),
            "{error}"
        );
        let options = ReadOptions { text_field: "record_id".into(), ..ReadOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("text_field cannot be `record_id`"));
        let chunk = ChunkOptions { size: Some(0), min: 0, ..ChunkOptions::default() };
        let options = ReadOptions { chunk, ..ReadOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("chunk.size must be at least 1"));
    }
}
