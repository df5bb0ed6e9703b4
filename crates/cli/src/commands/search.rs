//! `ragstill search`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use ragstill_core::Record;
use ragstill_engine::{Error, Result};
use ragstill_ingest::{ErrorKind, Input, ReadOptions, Records, Sourced, TextColumn};
use ragstill_retrieve::{
    Analyzer, Bm25Builder, Bm25Params, Collection, Passage, RetrieveError, RetrieverKind, own_id,
};
use serde_json::{Map, Value, json};

use super::index::unusable;
use super::model::{GraphArgs, ModelArgs, open_index};
use crate::args::Bm25Args;

/// Queries that are searched together before their hits are printed.
const BATCH: usize = 1024;

/// `ragstill search`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill search <QUERY|--queries FILE> <--input PATH...|--index DIR> [OPTIONS]")]
pub struct SearchArgs {
    /// What to search for; it may stand after the paths too
    #[arg(value_name = "QUERY", conflicts_with = "queries")]
    pub query: Option<String>,
    /// A file of queries: JSONL with `text`, `question` or `query` and perhaps `id`, or one a line
    #[arg(long, value_name = "FILE")]
    pub queries: Option<PathBuf>,
    /// Files and folders of documents, or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "index")]
    pub input: Vec<PathBuf>,
    /// A folder that `ragstill index` made, in place of --input
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "text", "k1", "b", "lucene_lengths", "language"])]
    pub index: Option<PathBuf>,
    /// How passages are found; all but bm25 need an index with vectors
    #[arg(long, value_name = "bm25|dense|hybrid", default_value_t)]
    pub retriever: RetrieverKind,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub graph: GraphArgs,
    /// The field that holds the text
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub text: String,
    /// How many hits a query gets
    #[arg(short, value_name = "N", default_value_t = 10)]
    pub k: usize,
    /// Print ids and scores as JSON, a line for each query
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub bm25: Bm25Args,
}

/// Finds passages for a query or a file of queries.
pub fn search(args: &SearchArgs) -> Result<ExitCode> {
    let (paths, queries) = what_to_search(args)?;
    if args.k == 0 {
        return Err(Error::mistake("-k must be at least 1"));
    }
    let corpus = match &args.index {
        Some(folder) => open_index(folder, args.retriever, &args.model, args.graph)?,
        None if args.retriever.needs_model() => {
            return Err(Error::mistake(format!(
                "--retriever {} searches an index that has vectors; make one with `ragstill index … --dense MODEL`, and give it with --index",
                args.retriever
            )));
        }
        None => read_collection(paths, &args.text, &args.bm25)?,
    };
    for batch in queries.chunks(BATCH) {
        let texts_of: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
        let found = corpus.retriever().search_batch(&texts_of, args.k, &|_, _| false).map_err(unanswered)?;
        let mut out = String::new();
        for ((id, query), hits) in batch.iter().zip(found) {
            if args.json {
                let hits: Vec<_> = hits
                    .iter()
                    .map(|hit| {
                        Ok(json!({"id": corpus.passage(hit.doc).map_err(unusable)?.id, "score": hit.score}))
                    })
                    .collect::<Result<_>>()?;
                // Writing to a String cannot fail.
                let _ = writeln!(out, "{}", json!({"query_id": id, "query": query, "hits": hits}));
                continue;
            }
            if args.queries.is_some() {
                let _ = writeln!(out, "{}: {query}", id.as_deref().unwrap_or("query"));
            }
            if hits.is_empty() {
                out.push_str("nothing found: no passage shares a word with the query\n");
            }
            for (rank, hit) in hits.iter().enumerate() {
                let passage = corpus.passage(hit.doc).map_err(unusable)?;
                let start = crate::show::first_words(&passage.text, 100);
                let _ = writeln!(out, "{:>3}. {:8.4}  {}  {start}", rank + 1, hit.score, passage.id);
            }
        }
        super::print(&out)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Passages of files, indexed in memory.
pub fn read_collection(paths: &[PathBuf], field: &str, bm25: &Bm25Args) -> Result<Collection> {
    let passages = read_corpus(paths, field)?;
    let index = Bm25Builder::new()
        .params(bm25_params(bm25))
        .analyzer(Analyzer::for_language(bm25.language))
        .build(passages.iter().map(|passage| passage.text.as_ref()))
        .map_err(|error| Error::mistake(error.to_string()))?;
    Ok(Collection::new(passages, Box::new(index)))
}

/// A query's id, if it has one, and its text.
type Query = (Option<String>, String);

/// Where to search, and for what. `--input PATH… QUERY` reads naturally, but the option takes the query for one more path:
/// it is the last of them, and no path.
fn what_to_search(args: &SearchArgs) -> Result<(&[PathBuf], Vec<Query>)> {
    match (&args.query, &args.queries, args.input.split_last()) {
        (Some(query), _, _) => Ok((&args.input, vec![(None, query.clone())])),
        (None, Some(file), _) => Ok((&args.input, read_queries(file)?)),
        (None, None, Some((last, paths))) if !paths.is_empty() && !last.exists() => {
            Ok((paths, vec![(None, last.to_string_lossy().into_owned())]))
        }
        _ => Err(Error::mistake(
            "there is no query; give one in quotes, or a file of them with --queries FILE",
        )),
    }
}

/// BM25's parameters from the command line.
pub fn bm25_params(args: &Bm25Args) -> Bm25Params {
    Bm25Params { k1: args.k1, b: args.b, lucene_lengths: args.lucene_lengths }
}

/// How a corpus is read: its text has the name `field`, or in rows without one that which it probably has there.
pub fn read_options(field: &str) -> ReadOptions {
    ReadOptions { text_field: field.to_owned(), column: TextColumn::Guess, ..ReadOptions::default() }
}

/// The next record that can be read; what cannot is told of and passed over.
///
/// # Errors
/// When it is not clear which column holds the text.
pub fn next_readable(records: &mut Records) -> Option<Result<Sourced>> {
    loop {
        match records.next()? {
            Ok(sourced) => return Some(Ok(sourced)),
            Err(error) if error.kind() == ErrorKind::NoTextColumn => return Some(Err(error.into())),
            Err(error) => eprintln!("warning: {error}"),
        }
    }
}

/// The passages of files. A row's own `id` or `_id` names it; what has none goes by its record id.
pub fn read_corpus(paths: &[PathBuf], field: &str) -> Result<Vec<Passage<'static>>> {
    let input = Input::open(paths, &read_options(field))?;
    let mut passages = Vec::new();
    let mut records = input.records();
    while let Some(item) = next_readable(&mut records) {
        let Sourced { record, place, .. } = item?;
        let passage = passage_of(&record, field);
        passages.push(passage.map_err(|fault| Error::mistake(format!("{place}: {fault}")))?);
    }
    if passages.is_empty() {
        return Err(Error::mistake("the input has no records: no file has any text in it"));
    }
    Ok(passages)
}

/// The passage of a record; what is wrong with it if it is none.
pub fn passage_of(record: &Record, field: &str) -> std::result::Result<Passage<'static>, String> {
    let text = record.text(field).map_err(|fault| fault.to_string())?;
    Ok(Passage {
        id: own_id(&record.fields).unwrap_or_else(|| record.id.to_string()).into(),
        title: record
            .text("title")
            .ok()
            .filter(|title| !title.trim().is_empty())
            .map(|title| title.to_owned().into()),
        text: text.to_owned().into(),
    })
}

/// A search without a result.
pub fn unanswered(error: RetrieveError) -> Error {
    Error::failed(error.to_string())
}

/// The queries of a file: JSONL rows, or lines of text.
fn read_queries(file: &Path) -> Result<Vec<Query>> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        Error::mistake(format!("{}: the queries cannot be read: {error}", file.display()))
    })?;
    let mut queries = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = || format!("{}:{}", file.display(), number + 1);
        if !line.trim_start().starts_with('{') {
            queries.push((Some((number + 1).to_string()), line.trim().to_owned()));
            continue;
        }
        let row: Map<String, Value> = serde_json::from_str(line)
            .map_err(|error| Error::mistake(format!("{}: this is not valid JSON: {error}", at())))?;
        let query = ["text", "question", "query"].iter().find_map(|field| row.get(*field)?.as_str());
        let query = query.ok_or_else(|| {
            Error::mistake(format!("{}: a query needs a `text`, `question` or `query` that is a text", at()))
        })?;
        queries.push((own_id(&row).or_else(|| Some((number + 1).to_string())), query.to_owned()));
    }
    if queries.is_empty() {
        return Err(Error::mistake(format!("{}: there are no queries in it", file.display())));
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use super::read_queries;

    #[test]
    fn queries_as_rows_or_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q");
        std::fs::write(
            &path,
            "{\"id\": 7, \"text\": \"a\"}\n\nplain words\n{\"_id\":\"x\",\"question\":\"b\"}\n",
        )
        .unwrap();
        let queries = read_queries(&path).unwrap();
        let named: Vec<_> =
            queries.iter().map(|(id, text)| (id.as_deref().unwrap(), text.as_str())).collect();
        assert_eq!(named, [("7", "a"), ("3", "plain words"), ("x", "b")]);
        std::fs::write(&path, "{\"id\": 7}\n").unwrap();
        assert!(read_queries(&path).unwrap_err().to_string().contains(":1:"));
        std::fs::write(&path, "\n").unwrap();
        assert!(read_queries(&path).unwrap_err().to_string().contains("no queries"));
    }
}
