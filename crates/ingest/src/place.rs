//! Where in the input something was found.

use std::fmt;
use std::sync::Arc;

/// A file and, where one can be named, a line or a page in it: what an error message starts with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file as the user can open it: the path as given, joined with what was found under it. `<stdin>` for
    /// standard input; the source of a document that came from no file.
    pub file: Arc<str>,
    /// The line in the file, from 1: of a row its first, of a chunk that on which its text begins. `None` for the
    /// file as a whole.
    pub line: Option<u64>,
    /// The page, from 1, in a file that has pages and no lines.
    pub page: Option<usize>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), line: None, page: None }
    }

    /// A line of the file, from 1.
    pub fn line(file: impl Into<Arc<str>>, line: u64) -> Self {
        Self { file: file.into(), line: Some(line), page: None }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.page) {
            (Some(line), _) => write!(f, "{}:{line}", self.file),
            (None, Some(page)) => write!(f, "{}, page {page}", self.file),
            (None, None) => f.write_str(&self.file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn shown_as_path_and_line() {
        assert_eq!(Place::line("a/b.jsonl", 7).to_string(), "a/b.jsonl:7");
        assert_eq!(Place::file("a/b.jsonl").to_string(), "a/b.jsonl");
    }
}
