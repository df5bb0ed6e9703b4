//! The whole configuration of a run.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ragstill_ingest::{ChunkOptions, Dedup, ReadOptions, TextColumn};
use ragstill_teacher::TeacherConfig;
use serde::{Deserialize, Serialize};

use super::example::ExampleSpec;
use super::export::{ExportSpec, SnapshotSpec};
use super::steps::StepSpec;

/// What goes into a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InputSettings {
    /// Files and folders; `-` for standard input.
    pub paths: Vec<PathBuf>,
    /// The fields that every record must have.
    pub fields: Vec<String>,
    /// The field that holds the text of a document or a chunk.
    pub text_field: String,
    /// The column of rows that holds the text and is renamed to `text_field`; unset: guessed, where `fields` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How documents are cut.
    pub chunk: ChunkOptions,
    /// Which files of folders are read, as in a `.gitignore`; none: all whose format is known.
    pub glob: Vec<String>,
    /// Whether to read what a `.gitignore` leaves out, too.
    pub no_ignore: bool,
    /// Whether anything that cannot be read ends the run before it begins.
    pub strict: bool,
    /// Which repetitions of documents and records are left out: `off`, `exact` or `near`.
    pub dedup: Dedup,
    /// Evaluation sets of which the records must hold nothing.
    pub decontaminate: Vec<PathBuf>,
    /// How many words in a row that they share tell that they do.
    pub decontaminate_words: usize,
    /// How many records, of those that are not left out, are drawn to be worked on; unset: all are worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
    /// The most bytes of a row.
    pub max_row_bytes: usize,
    /// The most bytes of a document.
    pub max_document_bytes: usize,
    /// The most seconds for the text of a document.
    pub max_seconds: u64,
}

impl Default for InputSettings {
    fn default() -> Self {
        let ReadOptions {
            text_field,
            chunk,
            glob,
            no_ignore,
            max_row_bytes,
            max_document_bytes,
            max_seconds,
            ..
        } = ReadOptions::default();
        Self {
            paths: Vec::new(),
            fields: vec![text_field.clone()],
            text_field,
            column: None,
            chunk,
            glob,
            no_ignore,
            strict: false,
            dedup: Dedup::default(),
            decontaminate: Vec::new(),
            decontaminate_words: 13,
            sample: None,
            max_row_bytes,
            max_document_bytes,
            max_seconds,
        }
    }
}

impl InputSettings {
    /// The settings for reading files.
    pub fn read_options(&self) -> ReadOptions {
        let column = match &self.column {
            Some(name) => TextColumn::Named(name.clone()),
            None if self.fields.contains(&self.text_field) => TextColumn::Guess,
            None => TextColumn::AsIs,
        };
        ReadOptions {
            text_field: self.text_field.clone(),
            column,
            chunk: self.chunk.clone(),
            glob: self.glob.clone(),
            no_ignore: self.no_ignore,
            max_row_bytes: self.max_row_bytes,
            max_document_bytes: self.max_document_bytes,
            max_seconds: self.max_seconds,
        }
    }
}

/// Folders of prompts, written as a path or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMany", into = "OneOrMany")]
pub struct PromptFolders(pub Vec<PathBuf>);

impl PromptFolders {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "must be a path or a list of paths")]
enum OneOrMany {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl From<OneOrMany> for PromptFolders {
    fn from(folders: OneOrMany) -> Self {
        match folders {
            OneOrMany::One(folder) => Self(vec![folder]),
            OneOrMany::Many(folders) => Self(folders),
        }
    }
}

impl From<PromptFolders> for OneOrMany {
    fn from(PromptFolders(mut folders): PromptFolders) -> Self {
        match folders.pop() {
            Some(folder) if folders.is_empty() => Self::One(folder),
            last => Self::Many(folders.into_iter().chain(last).collect()),
        }
    }
}

/// A recipe in which everything lines up: the whole configuration of a run, as `config.yaml` holds it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recipe {
    /// The recipe's name.
    pub recipe: String,
    /// What it makes, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// What goes in.
    pub input: InputSettings,
    /// The teachers by role.
    pub teachers: BTreeMap<String, TeacherConfig>,
    /// Folders of prompts that replace the built-in ones by name; what the first of them has counts.
    #[serde(skip_serializing_if = "PromptFolders::is_empty")]
    pub prompts: PromptFolders,
    /// The most that the answers of the run's directory may cost, in US dollars.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cost: Option<f64>,
    /// How many records of the input, or of those that were drawn, to work on; unset: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// The steps in order.
    pub steps: Vec<StepSpec>,
    /// How finished records become training examples.
    pub examples: Vec<ExampleSpec>,
    /// The fields that name the documents of a record, each a text or a list of them: records that share one go to the
    /// same split.
    pub split_by: Vec<String>,
    /// What a run writes its examples as.
    pub export: Vec<ExportSpec>,
    /// What is written of records on their way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<SnapshotSpec>,
    /// Whether every call is written down: as `calls.jsonl`, and readable in `logs`.
    pub log_calls: bool,
    /// Whether the calls are made into a dataset too, for training a model to do a teacher's work; needs `log_calls`.
    pub meta_datagen: bool,
}
