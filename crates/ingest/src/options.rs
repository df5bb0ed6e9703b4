//! How inputs are read.

use serde::{Deserialize, Serialize};

use ragstill_core::RECORD_ID_FIELD;

use crate::error::{Error, ErrorKind, Fault};

/// How inputs become records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadOptions {
    /// The field that holds a record's text: rows that have it pass through as they are, documents are put there.
    /// Default `text`.
    pub text_field: String,
    /// How documents are cut.
    pub chunk: ChunkOptions,
    /// The most bytes of one JSON row, at least 1; a longer one is a fault. A row is held in memory whole.
    /// Default 67,108,864 (64 MiB).
    pub max_row_bytes: usize,
    /// The most bytes of one text or Markdown document, at least 1; a longer one is a fault. A document is held in
    /// memory whole. Default 268,435,456 (256 MiB).
    pub max_document_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            text_field: "text".to_owned(),
            chunk: ChunkOptions::default(),
            max_row_bytes: 64 << 20,
            max_document_bytes: 256 << 20,
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
        let ChunkOptions { size, min } = self.chunk;
        if size == 0 {
            fault("chunk.size must be at least 1 character".to_owned());
        } else if min > size / 2 {
            fault(format!("chunk.min ({min}) must be at most half of chunk.size ({size})"));
        }
        for (name, bytes) in
            [("max_row_bytes", self.max_row_bytes), ("max_document_bytes", self.max_document_bytes)]
        {
            if bytes == 0 {
                fault(format!("{name} must be at least 1"));
            }
        }
        faults
    }
}

/// How a document is cut into chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChunkOptions {
    /// The most characters (Unicode scalar values) of a chunk, at least 1. Default 4000.
    pub size: usize,
    /// Chunks of fewer characters are dropped; at most half of `size`. A document always keeps its longest chunk, so
    /// a short document stays. Default 50.
    pub min: usize,
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { size: 4000, min: 50 }
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkOptions, ReadOptions};

    #[test]
    fn defaults_are_the_documented_ones_and_valid() {
        let options: ReadOptions = serde_json::from_str("{}").unwrap();
        assert_eq!(options, ReadOptions::default());
        assert_eq!((options.text_field.as_str(), options.chunk.size, options.chunk.min), ("text", 4000, 50));
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
            text_field: String::new(),
            chunk: ChunkOptions { size: 10, min: 6 },
            max_row_bytes: 0,
            max_document_bytes: 0,
        };
        let error = options.check().unwrap_err();
        assert_eq!(error.faults().len(), 4, "{error}");
        assert!(
            error.to_string().contains("chunk.min (6) must be at most half of chunk.size (10)"),
            "{error}"
        );
        let options = ReadOptions { text_field: "record_id".into(), ..ReadOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("text_field cannot be `record_id`"));
        let options = ReadOptions { chunk: ChunkOptions { size: 0, min: 0 }, ..ReadOptions::default() };
        assert!(options.check().unwrap_err().to_string().contains("chunk.size must be at least 1"));
    }
}
