//! `beir`: a folder with `corpus.jsonl`, `queries.jsonl` and `qrels/<split>.tsv`, as BEIR reads test collections.
//!
//! Every passage is in the corpus once, by its text: the positives, which are judged relevant, and the negatives, which are
//! not judged, as is usual for them. The corpus and the queries are those of all splits together; a split is the
//! queries that are judged in it. The names of the files are given, so none is cut into shards.

use std::collections::HashSet;
use std::path::PathBuf;

use ragstill_core::{Example, IdAllocator};
use serde::Serialize;

use super::passages::{PassageId, triplet};
use crate::error::{Error, Result};
use crate::format::{ExampleWriter, Target, Written};
use crate::jsonl::JsonlPart;
use crate::options::ExportOptions;
use crate::splits::Part;
use crate::whole_file::WholeFile;

/// The format's name.
pub(crate) const NAME: &str = "beir";

#[derive(Serialize)]
struct Passage<'a> {
    _id: &'a str,
    title: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Query<'a> {
    _id: &'a str,
    text: &'a str,
}

struct Beir {
    corpus: Counted<JsonlPart>,
    queries: Counted<JsonlPart>,
    judgements: Vec<Counted<WholeFile>>,
    /// The passages that are in the corpus.
    known: HashSet<PassageId>,
    ids: IdAllocator,
}

/// A file and its rows.
struct Counted<F> {
    path: PathBuf,
    file: F,
    rows: u64,
}

pub(crate) fn create(target: &Target, _options: &ExportOptions) -> Result<Box<dyn ExampleWriter>> {
    let folder = target.path.join("qrels");
    std::fs::create_dir_all(&folder).map_err(|error| Error::write(&folder, error))?;
    let lines = |name: &str| -> Result<Counted<JsonlPart>> {
        let path = target.path.join(name);
        Ok(Counted { file: JsonlPart::create(&path, &())?, path, rows: 0 })
    };
    let judgements = target
        .splits
        .iter()
        .map(|split| {
            let path = folder.join(format!("{split}.tsv"));
            let mut file = WholeFile::create(&path)?;
            file.write_line("query-id\tcorpus-id\tscore")?;
            Ok(Counted { path, file, rows: 0 })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Box::new(Beir {
        corpus: lines("corpus.jsonl")?,
        queries: lines("queries.jsonl")?,
        judgements,
        known: HashSet::new(),
        ids: IdAllocator::default(),
    }))
}

impl ExampleWriter for Beir {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        let triplet = triplet(NAME, &example)?;
        // A record can have made several triplets, and a query's id stands for one query.
        let query = self.ids.unique(triplet.id.clone());
        self.queries.file.line(&Query { _id: query.as_str(), text: &triplet.query })?;
        self.queries.rows += 1;
        let mut judged = HashSet::new();
        for positive in &triplet.positives {
            let passage = self.passage(positive)?;
            if judged.insert(passage) {
                let judgements = &mut self.judgements[split];
                judgements.file.write_line(&format!("{}\t{passage}\t1", quoted(query.as_str())))?;
                judgements.rows += 1;
            }
        }
        for negative in &triplet.negatives {
            self.passage(negative)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let Self { corpus, queries, judgements, .. } = *self;
        let mut closed = Vec::new();
        for lines in [corpus, queries] {
            closed.push((lines.file.close()?, lines.path, lines.rows));
        }
        for table in judgements {
            closed.push((table.file.close()?, table.path, table.rows));
        }
        let mut files = Vec::new();
        for (file, path, rows) in closed {
            file.name(&path)?;
            files.push((path, rows));
        }
        Ok(Written { files, left_out: Vec::new(), hint: None })
    }
}

impl Beir {
    /// The name of a passage, which is in the corpus after this.
    fn passage(&mut self, text: &str) -> Result<PassageId> {
        let id = PassageId::of(text);
        if self.known.insert(id) {
            self.corpus.file.line(&Passage { _id: &id.to_string(), title: "", text })?;
            self.corpus.rows += 1;
        }
        Ok(id)
    }
}

/// A field as Python's `csv` reads it, with which BEIR reads the table.
fn quoted(field: &str) -> std::borrow::Cow<'_, str> {
    if field.contains(['\t', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\"")).into()
    } else {
        field.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{PassageId, quoted};
    use crate::options::ExportOptions;
    use crate::testing::{Export, conversation, refusal, triplet};

    #[test]
    fn a_passage_is_in_the_corpus_once() {
        let mut export = Export::start("beir", &["train", "test"], &ExportOptions::default()).unwrap();
        export.write_to(&triplet("r", "«q»", &["p\n1", "p2", "p2"], &["n"]), 0).unwrap();
        export.write_to(&triplet("r", "q2", &["n"], &["p2", "m"]), 1).unwrap();
        let written = export.finish();
        let [p1, p2, n, m] = ["p\n1", "p2", "n", "m"].map(|text| PassageId::of(text).to_string());
        assert_eq!(
            export.read("beir/corpus.jsonl"),
            [(&p1, "p\\n1"), (&p2, "p2"), (&n, "n"), (&m, "m")]
                .map(|(id, text)| format!("{{\"_id\":\"{id}\",\"title\":\"\",\"text\":\"{text}\"}}\n"))
                .concat()
        );
        assert_eq!(
            export.read("beir/queries.jsonl"),
            "{\"_id\":\"r\",\"text\":\"«q»\"}\n{\"_id\":\"r-2\",\"text\":\"q2\"}\n"
        );
        assert_eq!(
            export.read("beir/qrels/train.tsv"),
            format!("query-id\tcorpus-id\tscore\nr\t{p1}\t1\nr\t{p2}\t1\n")
        );
        assert_eq!(export.read("beir/qrels/test.tsv"), format!("query-id\tcorpus-id\tscore\nr-2\t{n}\t1\n"));
        assert_eq!(written.files.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [4, 2, 2, 1]);
    }

    #[test]
    fn nothing_makes_files_that_can_be_read() {
        let mut export = Export::plain("beir");
        export.finish();
        assert_eq!(export.read("beir/corpus.jsonl"), "");
        assert_eq!(export.read("beir/qrels/train.tsv"), "query-id\tcorpus-id\tscore\n");
    }

    #[test]
    fn ids_that_a_table_would_break_at_are_quoted() {
        assert_eq!(quoted("r/0 x"), "r/0 x");
        assert_eq!(quoted("a\t\"b\""), "\"a\t\"\"b\"\"\"");
    }

    #[test]
    fn another_kind_is_refused() {
        assert!(refusal("beir", &conversation("r7", &[("u", "q")])).contains("r7"));
    }
}
