//! How documents are cut.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a document is cut into chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChunkOptions {
    /// What `size` and `overlap` count, and where cuts may be. Default `characters`.
    pub by: ChunkBy,
    /// The most of a chunk, at least 1, in the unit of `by`: characters, tokens, sentences; for `markdown` characters.
    /// Default 4000 characters, 512 tokens, 10 sentences; [`ChunkOptions::resolved_size`] is what holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<usize>,
    /// How much of a chunk stands at the start of the next one again, in the same unit, less than half of `size`. The
    /// place is moved to the nearest bound of a sentence, else of a word. Default 0.
    pub overlap: usize,
    /// Chunks of fewer characters are dropped; by characters and `markdown` at most half of `size`. A document always
    /// keeps its longest chunk, so a short document stays. Default 50.
    pub min: usize,
    /// The `tokenizer.json` (of Hugging Face's tokenizers) that counts tokens, for `by: tokens` alone. Default none:
    /// tokens are estimated, as [`TokenCounter::estimate`](crate::TokenCounter::estimate) does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<PathBuf>,
    /// Whether the texts of rows are cut too, as those of documents. Default false: rows pass through as they are.
    pub rows: bool,
}

/// What the size of a chunk counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChunkBy {
    /// Characters (Unicode scalar values). Chunks are as full as the bounds of paragraphs and sentences allow.
    #[default]
    Characters,
    /// Tokens of a tokenizer, or estimated ones; cut at the same bounds.
    Tokens,
    /// Sentences: so many a chunk, wherever paragraphs end, but at most 16,000 characters. A block of code and a table
    /// are one sentence each; a heading belongs to the next.
    Sentences,
    /// The sections of a Markdown document, joined while they fit and cut by characters when they do not. A document
    /// that is not Markdown is cut by characters.
    Markdown,
}

impl ChunkBy {
    /// The size of a chunk where none is given.
    fn default_size(self) -> usize {
        match self {
            Self::Characters | Self::Markdown => 4000,
            Self::Tokens => 512,
            Self::Sentences => 10,
        }
    }

    /// The unit of sizes, in the plural.
    fn unit(self) -> &'static str {
        match self {
            Self::Characters | Self::Markdown => "characters",
            Self::Tokens => "tokens",
            Self::Sentences => "sentences",
        }
    }
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { by: ChunkBy::default(), size: None, overlap: 0, min: 50, tokenizer: None, rows: false }
    }
}

impl ChunkOptions {
    /// The most of a chunk, in the unit of `by`: `size`, or the default of `by`.
    pub fn resolved_size(&self) -> usize {
        self.size.unwrap_or(self.by.default_size())
    }

    /// What is wrong with the options, in sentences; nothing is opened.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let size = self.resolved_size();
        if size == 0 {
            // One of anything is named in the singular.
            let unit = self.by.unit().trim_end_matches('s');
            faults.push(format!("chunk.size must be at least 1 {unit}"));
        } else {
            if self.overlap > 0 && self.overlap >= size.div_ceil(2) {
                faults.push(format!(
                    "chunk.overlap ({}) must be less than half of chunk.size ({size} {})",
                    self.overlap,
                    self.by.unit()
                ));
            }
            let same_unit = matches!(self.by, ChunkBy::Characters | ChunkBy::Markdown);
            if same_unit && self.min > size / 2 {
                faults.push(format!("chunk.min ({}) must be at most half of chunk.size ({size})", self.min));
            }
        }
        if self.tokenizer.is_some() && self.by != ChunkBy::Tokens {
            faults.push(
                "chunk.tokenizer counts nothing unless chunk.by is `tokens`; set that, or leave it out"
                    .to_owned(),
            );
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::{ChunkBy, ChunkOptions};

    #[test]
    fn defaults_are_the_documented_ones_and_valid() {
        let options: ChunkOptions = serde_json::from_str("{}").unwrap();
        assert_eq!(options, ChunkOptions::default());
        assert_eq!((options.by, options.overlap, options.min), (ChunkBy::Characters, 0, 50));
        assert_eq!((options.tokenizer.as_ref(), options.rows), (None, false));
        let sizes = [
            (ChunkBy::Characters, 4000),
            (ChunkBy::Tokens, 512),
            (ChunkBy::Sentences, 10),
            (ChunkBy::Markdown, 4000),
        ];
        for (by, size) in sizes {
            let options = ChunkOptions { by, ..ChunkOptions::default() };
            assert_eq!((options.resolved_size(), options.faults().len()), (size, 0));
        }
    }

    #[test]
    fn options_are_written_as_they_are_read() {
        let text = r#"{"by":"tokens","size":300,"overlap":20,"min":50,"tokenizer":"t.json","rows":true}"#;
        let options: ChunkOptions = serde_json::from_str(text).unwrap();
        assert_eq!(options.resolved_size(), 300);
        assert_eq!(serde_json::to_string(&options).unwrap(), text);
        let error = serde_json::from_str::<ChunkOptions>(r#"{"by":"words"}"#).unwrap_err().to_string();
        assert!(error.contains("`characters`, `tokens`, `sentences`, `markdown`"), "{error}");
    }

    #[test]
    fn every_fault_is_told() {
        let faults = |options: ChunkOptions| options.faults().join("\n");
        let all = ChunkOptions {
            size: Some(10),
            overlap: 5,
            min: 6,
            tokenizer: Some("t".into()),
            ..<_>::default()
        };
        assert_eq!(
            faults(all),
            "chunk.overlap (5) must be less than half of chunk.size (10 characters)\n\
             chunk.min (6) must be at most half of chunk.size (10)\n\
             chunk.tokenizer counts nothing unless chunk.by is `tokens`; set that, or leave it out"
        );
        let zero = ChunkOptions { by: ChunkBy::Sentences, size: Some(0), ..<_>::default() };
        assert_eq!(faults(zero), "chunk.size must be at least 1 sentence");
        let odd = ChunkOptions { by: ChunkBy::Tokens, size: Some(5), overlap: 2, ..<_>::default() };
        assert_eq!(faults(odd), "", "min is in characters, which tokens are not compared with");
    }
}
