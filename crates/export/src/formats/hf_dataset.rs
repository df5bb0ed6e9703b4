//! `hf-dataset`: a folder that `datasets.load_dataset(folder)` opens, and that can be uploaded to the Hugging Face Hub as
//! it is.
//!
//! Each kind of example is a configuration of the data set, and the first is the default one, so that a folder with several
//! kinds opens without a name too. The card names every file with rows: a pattern would take in what an earlier
//! export left there.

use std::path::PathBuf;

use ragstill_core::{Example, ExampleKind};
use serde_json::Value;

use super::plain::{ByKind, Layout};
use crate::error::{Error, Result};
use crate::format::{ExampleWriter, Target, Written};
use crate::options::ExportOptions;
use crate::parquet::ParquetPart;
use crate::splits::DataFile;
use crate::whole_file::WholeFile;

/// The format's name.
pub(crate) const NAME: &str = "hf-dataset";

struct HfDataset {
    files: ByKind<ParquetPart>,
    folder: PathBuf,
    splits: Vec<String>,
}

pub(crate) fn create(target: &Target, options: &ExportOptions) -> Result<Box<dyn ExampleWriter>> {
    for split in &target.splits {
        let plain = split.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !split.is_empty();
        if !plain {
            let why =
                format!("`{NAME}` takes only letters, digits and _ in the name of a split, not `{split}`");
            return Err(Error::Option { option: "split", why });
        }
    }
    Ok(Box::new(HfDataset {
        files: ByKind::create(target, options, Layout::Hub)?,
        folder: target.path.clone(),
        splits: target.splits.clone(),
    }))
}

impl ExampleWriter for HfDataset {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        self.files.write(&example, split)
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let Self { files, folder, splits } = *self;
        let kinds = files.finish()?;
        let mut readme = WholeFile::create(&folder.join("README.md"))?;
        WholeFile::write(&mut readme, card(&kinds, &splits, &content(&kinds)?).as_bytes())?;
        readme.finish()?;
        let hint = kinds
            .is_empty()
            .then(|| "There are no examples, and `datasets` cannot open a folder without any.".to_owned());
        let files =
            kinds.into_iter().flat_map(|(_, files)| files).map(|file| (file.path, file.rows)).collect();
        Ok(Written { files, left_out: Vec::new(), hint })
    }
}

/// A hash of the data files.
fn content(kinds: &[(ExampleKind, Vec<DataFile>)]) -> Result<String> {
    let mut hash = blake3::Hasher::new();
    for file in kinds.iter().flat_map(|(_, files)| files) {
        let read = std::fs::File::open(&file.path).and_then(|file| hash.update_reader(file).map(drop));
        read.map_err(|error| Error::write(&file.path, error))?;
    }
    Ok(hash.finalize().to_hex()[..16].to_owned())
}

/// The card: what the folder's files are for the library in front, and for people after it.
///
/// `content` is in it because the library keeps what it has read of a folder under the folder's name and its card: without it,
/// a folder that is written anew, or another one of the same name, would be read as it was before.
fn card(kinds: &[(ExampleKind, Vec<DataFile>)], splits: &[String], content: &str) -> String {
    let mut card = "---\n".to_owned();
    if !kinds.is_empty() {
        card.push_str("dataset_info:\n");
        for (kind, _) in kinds {
            card.push_str(&format!(
                "- config_name: {}\n  description: \"content {content}\"\n",
                kind.as_str()
            ));
        }
        card.push_str("configs:\n");
    }
    for (index, (kind, files)) in kinds.iter().enumerate() {
        card.push_str(&format!("- config_name: {}\n", kind.as_str()));
        if index == 0 {
            card.push_str("  default: true\n");
        }
        card.push_str("  data_files:\n");
        for (split, name) in splits.iter().enumerate() {
            let mut of = files.iter().filter(|file| file.split == split && file.rows > 0).peekable();
            if of.peek().is_none() {
                // The library refuses to open a data set with a split that has no rows.
                continue;
            }
            // In quotes: a split can be called `no` or `1`, which YAML takes for something else.
            card.push_str(&format!("  - split: {}\n    path:\n", Value::from(name.as_str())));
            for file in of {
                let name = file.path.file_name().unwrap_or_default().to_string_lossy();
                let path = format!("data/{}/{name}", kind.as_str());
                card.push_str(&format!("    - {}\n", Value::from(path)));
            }
        }
    }
    card.push_str("---\n\n# Training data for retrieval-augmented generation\n\nMade with ragstill.\n");
    if !kinds.is_empty() {
        card.push_str("\n| configuration | split | rows |\n|---|---|---|\n");
    }
    for (kind, files) in kinds {
        for (split, name) in splits.iter().enumerate() {
            let rows: u64 = files.iter().filter(|file| file.split == split).map(|file| file.rows).sum();
            card.push_str(&format!("| {} | {name} | {rows} |\n", kind.as_str()));
        }
    }
    for (kind, _) in kinds {
        card.push_str(match kind {
            ExampleKind::Conversation => {
                "\n`conversation`: `messages` with `role`, `content` and whether the loss counts the message (`train`); \
                 `call` is the call of a tool in it, with its arguments as JSON, and `droppable` the parts of the content, \
                 in UTF-8 bytes, that may be left out where it is too long.\n"
            }
            ExampleKind::Task => {
                "\n`task`: a `question`, the `answers` that count as right, and what else is known of it as JSON \
                 (`metadata`).\n"
            }
            ExampleKind::Triplet => {
                "\n`triplet`: a `query`, passages that answer it (`positives`) and hard `negatives`, the hardest first.\n"
            }
        });
    }
    card
}

#[cfg(test)]
mod tests {
    use crate::options::ExportOptions;
    use crate::testing::{Export, conversation, read_parquet, task};

    #[test]
    fn the_card_names_every_file_with_rows_and_a_default() {
        let options = ExportOptions { shard_rows: Some(1), ..ExportOptions::default() };
        let mut export = Export::start("hf-dataset", &["train", "test"], &options).unwrap();
        export.write_to(&task("r", "1", &["a"]), 0).unwrap();
        export.write_to(&task("r", "2", &["a"]), 0).unwrap();
        export.write_to(&conversation("r", &[("u", "q"), ("a*", "a")]), 1).unwrap();
        let written = export.finish();
        let card = export.read("hf-dataset/README.md");
        let front = concat!(
            "configs:\n",
            "- config_name: conversation\n  default: true\n  data_files:\n",
            "  - split: \"test\"\n    path:\n    - \"data/conversation/test-00000-of-00001.parquet\"\n",
            "- config_name: task\n  data_files:\n",
            "  - split: \"train\"\n    path:\n",
            "    - \"data/task/train-00000-of-00002.parquet\"\n    - \"data/task/train-00001-of-00002.parquet\"\n",
            "---\n"
        );
        let (info, rest) = card.split_at(card.find("configs:\n").unwrap());
        assert!(rest.starts_with(front), "{card}");
        let described: Vec<&str> = info.lines().filter(|line| line.contains("description")).collect();
        assert!(
            info.starts_with("---\ndataset_info:\n- config_name: conversation\n") && described.len() == 2
        );
        assert!(
            described[0].starts_with("  description: \"content ") && described[0] == described[1],
            "{info}"
        );
        assert!(card.contains("| task | train | 2 |\n| task | test | 0 |\n"), "{card}");
        assert_eq!(written.files.len(), 5);
        let rows = read_parquet(&export.path("hf-dataset/data/task/train-00001-of-00002.parquet"));
        assert_eq!(rows[0]["question"], "2");
    }

    #[test]
    fn a_split_that_the_library_would_refuse_is_told_before_anything_is_written() {
        let error =
            Export::start("hf-dataset", &["held-out"], &ExportOptions::default()).err().unwrap().to_string();
        assert!(error.contains("`held-out`"), "{error}");
    }

    #[test]
    fn without_examples_it_says_so() {
        let mut export = Export::plain("hf-dataset");
        assert!(export.finish().hint.unwrap().contains("no examples"));
        assert!(export.read("hf-dataset/README.md").starts_with("---\n---\n"));
    }
}
