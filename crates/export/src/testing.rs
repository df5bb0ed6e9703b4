//! What the tests of the formats share.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::file::reader::SerializedFileReader;
use parquet::record::reader::RowIter;
use ragstill_core::{Conversation, Example, RecordId, Role, Task, ToolCall, Triplet, Turn};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::error::Result;
use crate::format::{ExampleWriter, Target, Written, find_format};
use crate::options::ExportOptions;

/// The rows of a Parquet file.
pub(crate) fn read_parquet(path: &Path) -> Vec<Value> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    RowIter::from_file_into(Box::new(reader)).map(|row| row.unwrap().to_json_value()).collect()
}

/// A conversation of these turns: `s`, `u`, `a` and `o` for the roles, a `*` after it when it is trained, and the text.
pub(crate) fn conversation(id: &str, turns: &[(&str, &str)]) -> Example {
    let turns = turns
        .iter()
        .map(|(role, text)| {
            let role_name = role.trim_end_matches('*');
            let role_of = match role_name {
                "s" => Role::System,
                "u" => Role::User,
                "a" => Role::Assistant,
                _ => Role::Observation,
            };
            Turn::new(role_of, *text, role.ends_with('*'))
        })
        .collect();
    Example::Conversation(Conversation { id: RecordId::given(id), turns })
}

/// The conversation with a call of the tool `search` in one of its turns.
pub(crate) fn with_call(example: Example, turn: usize, thought: &str, query: &str) -> Example {
    let Example::Conversation(mut conversation) = example else { panic!("no conversation") };
    let arguments = Map::from_iter([("query".to_owned(), Value::from(query))]);
    conversation.turns[turn].call =
        Some(ToolCall { thought: thought.to_owned(), name: "search".to_owned(), arguments });
    Example::Conversation(conversation)
}

/// A task with these answers and no metadata.
pub(crate) fn task(id: &str, question: &str, answers: &[&str]) -> Example {
    Example::Task(Task {
        id: RecordId::given(id),
        question: question.to_owned(),
        answers: answers.iter().map(|answer| (*answer).to_owned()).collect(),
        metadata: Map::new(),
    })
}

/// A triplet.
pub(crate) fn triplet(id: &str, query: &str, positives: &[&str], negatives: &[&str]) -> Example {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Example::Triplet(Triplet {
        id: RecordId::given(id),
        query: query.to_owned(),
        positives: texts(positives),
        negatives: texts(negatives),
    })
}

/// Files of one format in a folder that goes away with it.
pub(crate) struct Export {
    /// The folder.
    pub(crate) folder: TempDir,
    writer: Option<Box<dyn ExampleWriter>>,
}

impl Export {
    /// Starts a format under its own file name.
    pub(crate) fn start(name: &str, splits: &[&str], options: &ExportOptions) -> Result<Self> {
        let folder = tempfile::tempdir().unwrap();
        let format = find_format(name).unwrap();
        let splits = splits.iter().map(|split| (*split).to_owned()).collect();
        let target = Target { path: folder.path().join(format.file_name), splits };
        let writer = (format.create)(&target, options)?;
        Ok(Self { folder, writer: Some(writer) })
    }

    /// Starts a format with one split and without options.
    pub(crate) fn plain(name: &str) -> Self {
        Self::start(name, &["train"], &ExportOptions::default()).unwrap()
    }

    /// Writes an example into the first split.
    pub(crate) fn write(&mut self, example: &Example) -> Result<()> {
        self.write_to(example, 0)
    }

    /// Writes an example.
    pub(crate) fn write_to(&mut self, example: &Example, split: usize) -> Result<()> {
        self.writer.as_mut().unwrap().write(example.clone(), split)
    }

    /// Finishes; the files' paths stay as they are.
    pub(crate) fn finish(&mut self) -> Written {
        self.writer.take().unwrap().finish().unwrap()
    }

    /// A file by its path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The text of a file by its path in the folder.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }
}

/// The only file of examples written in a format with one file, with what else was said.
pub(crate) fn export(name: &str, examples: &[Example]) -> (String, Written) {
    export_with(name, examples, &ExportOptions::default())
}

/// [`export`] with options.
pub(crate) fn export_with(name: &str, examples: &[Example], options: &ExportOptions) -> (String, Written) {
    let mut export = Export::start(name, &["train"], options).unwrap();
    examples.iter().for_each(|example| export.write(example).unwrap());
    let written = export.finish();
    assert_eq!(written.files.len(), 1);
    let text = std::fs::read_to_string(&written.files[0].0).unwrap();
    assert_eq!(text.lines().count() as u64, written.files[0].1);
    (text, written)
}

/// What a format says to an example that it refuses.
pub(crate) fn refusal(name: &str, example: &Example) -> String {
    Export::plain(name).write(example).unwrap_err().to_string()
}
