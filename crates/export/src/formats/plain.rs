//! `jsonl` and `parquet`: folders with everything that is known of the examples, a file for each kind that there is.
//!
//! For trainers that have no format of their own here, and for one's own programs. With `datasets` open `parquet` or
//! `hf-dataset`: it guesses types from the first lines of a JSON file, and `metadata` and `call` have no one type.

use std::path::{Path, PathBuf};

use ragstill_core::{Example, ExampleKind};

use super::plain_columns::PlainPart;
use crate::error::{Error, Result};
use crate::format::{ExampleWriter, Target, Written};
use crate::jsonl::JsonlPart;
use crate::options::ExportOptions;
use crate::parquet::ParquetPart;
use crate::splits::{DataFile, Naming, Splits};

/// The name of the format of JSON lines.
pub(crate) const JSONL: &str = "jsonl";
/// The name of the format of Parquet files.
pub(crate) const PARQUET: &str = "parquet";

/// Starts a folder of JSON lines.
pub(crate) fn create_jsonl(target: &Target, options: &ExportOptions) -> Result<Box<dyn ExampleWriter>> {
    Ok(Box::new(Plain(ByKind::<JsonlPart>::create(target, options, Layout::Flat)?)))
}

/// Starts a folder of Parquet files.
pub(crate) fn create_parquet(target: &Target, options: &ExportOptions) -> Result<Box<dyn ExampleWriter>> {
    Ok(Box::new(Plain(ByKind::<ParquetPart>::create(target, options, Layout::Flat)?)))
}

/// Where the files of a kind are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// All in the folder: `conversations.jsonl`.
    Flat,
    /// As data sets on the Hugging Face Hub: `data/conversation/train-00000-of-00001.parquet`.
    Hub,
}

/// Files for each kind of example, which are started with its first example.
pub(super) struct ByKind<P: PlainPart> {
    target: Target,
    shard_rows: Option<u64>,
    layout: Layout,
    kinds: Vec<(ExampleKind, Splits<P>)>,
}

impl<P: PlainPart> ByKind<P> {
    /// Makes the folder.
    pub(super) fn create(target: &Target, options: &ExportOptions, layout: Layout) -> Result<Self> {
        make_folder(&target.path)?;
        Ok(Self { target: target.clone(), shard_rows: options.shard_rows, layout, kinds: Vec::new() })
    }

    /// Adds an example to the files of its kind.
    pub(super) fn write(&mut self, example: &Example, split: usize) -> Result<()> {
        let kind = example.kind();
        let index = match self.kinds.iter().position(|(known, _)| *known == kind) {
            Some(index) => index,
            None => {
                let (path, naming) = self.place(kind)?;
                let splits =
                    Splits::create(&path, &self.target.splits, naming, self.shard_rows, P::plan(kind)?)?;
                self.kinds.push((kind, splits));
                self.kinds.len() - 1
            }
        };
        self.kinds[index].1.next_row(split)?.example(example)
    }

    /// Finishes the files of all kinds, in the order of their names.
    pub(super) fn finish(mut self) -> Result<Vec<(ExampleKind, Vec<DataFile>)>> {
        self.kinds.sort_by_key(|(kind, _)| kind.as_str());
        self.kinds.into_iter().map(|(kind, splits)| Ok((kind, splits.finish()?))).collect()
    }

    fn place(&self, kind: ExampleKind) -> Result<(PathBuf, Naming)> {
        let folder = &self.target.path;
        match self.layout {
            Layout::Flat => Ok((folder.join(format!("{}s.{}", kind.as_str(), P::EXTENSION)), Naming::After)),
            Layout::Hub => {
                let folder = folder.join("data").join(kind.as_str());
                make_folder(&folder)?;
                Ok((folder.join(format!("split.{}", P::EXTENSION)), Naming::Hub))
            }
        }
    }
}

fn make_folder(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| Error::write(folder, error))
}

struct Plain<P: PlainPart>(ByKind<P>);

impl<P: PlainPart> ExampleWriter for Plain<P> {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        self.0.write(&example, split)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let kinds = self.0.finish()?;
        let hint = kinds.is_empty().then(|| "There are no examples, so there are no files.".to_owned());
        let files =
            kinds.into_iter().flat_map(|(_, files)| files).map(|file| (file.path, file.rows)).collect();
        Ok(Written { files, left_out: Vec::new(), hint })
    }
}

#[cfg(test)]
mod tests {
    use ragstill_core::Example;
    use serde_json::json;

    use crate::options::ExportOptions;
    use crate::testing::{Export, conversation, read_parquet, task, triplet, with_call};

    /// One example of each kind, with everything that they can have.
    fn everything() -> [Example; 3] {
        let mut talk =
            with_call(conversation("r/0", &[("u", "«q»"), ("a*", "[x]"), ("o", "found é")]), 1, "hm", "x");
        if let Example::Conversation(talk) = &mut talk {
            talk.turns[2].droppable = vec![0..5, 6..8];
        }
        let mut checked = task("r/1", "Où?\n", &["a", "b"]);
        if let Example::Task(task) = &mut checked {
            task.metadata.insert("hops".into(), json!([2, {"x": null}]));
        }
        [talk, checked, triplet("r/2", "q", &["p\u{2028}"], &[])]
    }

    #[test]
    fn json_lines_say_everything() {
        let mut export = Export::plain("jsonl");
        everything().iter().for_each(|example| export.write(example).unwrap());
        let written = export.finish();
        assert_eq!(written.files.len(), 3);
        assert_eq!(
            export.read("jsonl/conversations.jsonl"),
            concat!(
                r#"{"id":"r/0","messages":[{"role":"user","content":"«q»","train":false},"#,
                r#"{"role":"assistant","content":"[x]","train":true,"call":{"thought":"hm","name":"search","arguments":{"query":"x"}}},"#,
                r#"{"role":"tool","content":"found é","train":false,"droppable":[{"start":0,"end":5},{"start":6,"end":8}]}]}"#,
                "\n"
            )
        );
        assert_eq!(
            export.read("jsonl/tasks.jsonl"),
            "{\"id\":\"r/1\",\"question\":\"Où?\\n\",\"answers\":[\"a\",\"b\"],\"metadata\":{\"hops\":[2,{\"x\":null}]}}\n"
        );
        assert_eq!(
            export.read("jsonl/triplets.jsonl"),
            "{\"id\":\"r/2\",\"query\":\"q\",\"positives\":[\"p\u{2028}\"],\"negatives\":[]}\n"
        );
    }

    #[test]
    fn columns_say_everything() {
        let mut export = Export::plain("parquet");
        everything().iter().for_each(|example| export.write(example).unwrap());
        export.finish();
        let message = |role, content, train, call, droppable| json!({"role": role, "content": content, "train": train, "call": call, "droppable": droppable});
        let call = json!({"thought": "hm", "name": "search", "arguments": "{\"query\":\"x\"}"});
        assert_eq!(
            read_parquet(&export.path("parquet/conversations.parquet")),
            [json!({"id": "r/0", "messages": [
                message("user", "«q»", false, json!(null), json!([])),
                message("assistant", "[x]", true, call, json!([])),
                message("tool", "found é", false, json!(null), json!([{"start": 0, "end": 5}, {"start": 6, "end": 8}])),
            ]})]
        );
        assert_eq!(
            read_parquet(&export.path("parquet/tasks.parquet")),
            [
                json!({"id": "r/1", "question": "Où?\n", "answers": ["a", "b"], "metadata": "{\"hops\":[2,{\"x\":null}]}"})
            ]
        );
        assert_eq!(
            read_parquet(&export.path("parquet/triplets.parquet")),
            [json!({"id": "r/2", "query": "q", "positives": ["p\u{2028}"], "negatives": []})]
        );
    }

    #[test]
    fn splits_and_shards_of_each_kind() {
        let options = ExportOptions { shard_rows: Some(1), ..ExportOptions::default() };
        for format in ["jsonl", "parquet"] {
            let mut export = Export::start(format, &["train", "test"], &options).unwrap();
            for (example, split) in [
                (task("r", "1", &["a"]), 0),
                (triplet("r", "q", &["p"], &[]), 1),
                (task("r", "2", &["a"]), 0),
            ] {
                export.write_to(&example, split).unwrap();
            }
            let files: Vec<(String, u64)> = export
                .finish()
                .files
                .iter()
                .map(|(path, rows)| (path.file_stem().unwrap().to_str().unwrap().to_owned(), *rows))
                .collect();
            assert_eq!(
                files,
                [
                    ("tasks-train-00000-of-00002".to_owned(), 1),
                    ("tasks-train-00001-of-00002".to_owned(), 1),
                    ("tasks-test".to_owned(), 0),
                    ("triplets-train".to_owned(), 0),
                    ("triplets-test".to_owned(), 1),
                ]
            );
        }
    }

    #[test]
    fn without_examples_there_are_no_files_and_it_says_so() {
        let written = Export::plain("parquet").finish();
        assert!(written.files.is_empty());
        assert!(written.hint.unwrap().contains("no examples"));
    }
}
