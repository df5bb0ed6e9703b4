//! What an input consists of, before anything of it is read.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::formats::Format;

/// The files of an input, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Inventory {
    /// What will be read, by format.
    pub formats: BTreeMap<Format, FileCount>,
    /// What was passed over in folders: files by extension (lower case, without the dot), `(none)` for those without
    /// one, `(linked folder)` for links to folders.
    pub skipped: BTreeMap<String, u64>,
    /// Files that were named more than once; each is read once.
    pub repeated: u64,
}

/// Files of one format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FileCount {
    /// How many there are.
    pub files: u64,
    /// Their size together, in bytes.
    pub bytes: u64,
}

impl Inventory {
    /// How many files will be read.
    pub fn files(&self) -> u64 {
        self.formats.values().map(|count| count.files).sum()
    }

    /// How many files and linked folders were passed over.
    pub fn skipped(&self) -> u64 {
        self.skipped.values().sum()
    }

    pub(crate) fn add(&mut self, format: Format, bytes: u64) {
        let count = self.formats.entry(format).or_default();
        count.files += 1;
        count.bytes += bytes;
    }
}

/// `12 files (2 jsonl, 10 markdown); skipped 3 (1 csv, 2 pdf)`.
impl fmt::Display for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.files();
        write!(f, "{files} {}", if files == 1 { "file" } else { "files" })?;
        let listed = |counts: Vec<String>| {
            if counts.is_empty() { String::new() } else { format!(" ({})", counts.join(", ")) }
        };
        f.write_str(&listed(
            self.formats.iter().map(|(format, count)| format!("{} {format}", count.files)).collect(),
        ))?;
        if !self.skipped.is_empty() {
            write!(f, "; skipped {}", self.skipped())?;
            f.write_str(&listed(
                self.skipped.iter().map(|(name, count)| format!("{count} {name}")).collect(),
            ))?;
        }
        if self.repeated > 0 {
            write!(f, "; {} named more than once", self.repeated)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Inventory;
    use crate::Format;

    #[test]
    fn shown_in_a_line() {
        let mut inventory = Inventory::default();
        inventory.add(Format::Markdown, 10);
        assert_eq!(inventory.to_string(), "1 file (1 markdown)");
        inventory.add(Format::JsonLines, 5);
        inventory.add(Format::Markdown, 1);
        inventory.skipped.insert("pdf".into(), 2);
        inventory.skipped.insert("csv".into(), 1);
        inventory.repeated = 1;
        assert_eq!(
            inventory.to_string(),
            "3 files (2 markdown, 1 jsonl); skipped 3 (1 csv, 2 pdf); 1 named more than once"
        );
        assert_eq!(
            serde_json::to_string(&inventory.formats).unwrap(),
            r#"{"markdown":{"files":2,"bytes":11},"jsonl":{"files":1,"bytes":5}}"#
        );
    }
}
