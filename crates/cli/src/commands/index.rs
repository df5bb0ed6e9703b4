//! `ragstill index`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use ragstill_engine::{Error, Result};
use ragstill_ingest::{Input, Records, Sourced};
use ragstill_retrieve::{
    Analyzer, DenseOptions, EmbedProgress, Entry, HnswOptions, IndexAbout, IndexError, IndexFileError,
    IndexOptions, IndexVectors, IndexWriter, RowKind, attach_faiss, embed_index, graph_index, verify_index,
};

use super::model::{ModelArgs, given, of_index};
use super::search::{bm25_params, next_readable, passage_of, read_options};
use crate::args::Bm25Args;

/// How often it is told how far the vectors are.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// `ragstill index`.
#[derive(Debug, Args)]
#[command(
    override_usage = "ragstill index --input PATH... --out DIR [OPTIONS]\n       ragstill index --verify DIR"
)]
pub struct IndexArgs {
    /// Files and folders of documents, or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1.., required_unless_present = "verify")]
    pub input: Vec<PathBuf>,
    /// The folder for the index
    #[arg(long, value_name = "DIR", required_unless_present = "verify")]
    pub out: Option<PathBuf>,
    /// Add to the index that is there: only new documents are embedded
    #[arg(long, conflicts_with_all = ["text", "k1", "b", "lucene_lengths", "language", "faiss"])]
    pub add: bool,
    /// Read an index whole and check it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["input", "out", "add", "dense", "faiss"])]
    pub verify: Option<PathBuf>,
    /// The field that holds the text
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub text: String,
    #[command(flatten)]
    pub model: ModelArgs,
    /// How vectors are kept: 4, 2 or 1 bytes a number
    #[arg(long, value_name = "f32|f16|int8")]
    pub vectors: Option<RowKind>,
    /// Take the vectors from a flat index that FAISS wrote, in the order of the documents; --dense is the model that made them
    #[arg(long, value_name = "FILE", requires = "dense", conflicts_with = "vectors")]
    pub faiss: Option<PathBuf>,
    /// Make a graph over the vectors (HNSW): a search scores few of them, and finds nearly all of the best
    #[arg(long)]
    pub hnsw: bool,
    /// Links of a vector in the graph, twice as many in its lowest layer; by default 16
    #[arg(long, value_name = "M", requires = "hnsw")]
    pub hnsw_links: Option<usize>,
    /// Candidates among which links are chosen (efConstruction); by default 128
    #[arg(long, value_name = "N", requires = "hnsw")]
    pub hnsw_build: Option<usize>,
    #[command(flatten)]
    pub bm25: Bm25Args,
}

/// Indexes documents into a folder, which `search --index` opens.
pub fn index(args: &IndexArgs) -> Result<ExitCode> {
    if let Some(folder) = &args.verify {
        return verify(folder);
    }
    let Some(folder) = &args.out else {
        return Err(Error::mistake("give the folder for the index: --out DIR"));
    };
    let began = Instant::now();
    // A model that cannot be opened is told of before anything is written.
    let model = if args.add { of_index(folder, &args.model)? } else { given(&args.model)? };
    if args.vectors.is_some() && model.is_none() {
        return Err(Error::mistake(
            "--vectors says how vectors are kept, and there is no model that makes any; give --dense FOLDER|URL",
        ));
    }
    let graph = graph_options(args)?;
    if graph.is_some() && model.is_none() {
        return Err(Error::mistake(
            "--hnsw makes a graph over vectors, and there is no model that makes any; give --dense FOLDER|URL",
        ));
    }
    let lost = if args.add { None } else { vectors_of(folder) };
    let counted = write_documents(args, folder)?;
    super::print(&counted)?;
    if let Some(model) = &model {
        super::print(&make_vectors(args, folder, model)?)?;
        super::print(&make_graph(args, folder, graph)?)?;
    } else if let Some(IndexVectors { model, .. }) = lost {
        eprintln!(
            "note: the index that was there had vectors of `{model}`, and this one has none; with --dense they are used again"
        );
    }
    let folder = folder.display();
    let mut next = format!(
        "done in {:.1} s\n\nsearch them with  ragstill search --index {folder} \"QUERY\"\n",
        began.elapsed().as_secs_f64()
    );
    if model.is_some() {
        next.push_str(&format!(
            "                  ragstill search --index {folder} --retriever hybrid \"QUERY\"\n"
        ));
    }
    super::print(&next)?;
    Ok(ExitCode::SUCCESS)
}

/// The vectors of the index in a folder, if there is one.
fn vectors_of(folder: &Path) -> Option<IndexVectors> {
    IndexAbout::read(folder).ok()?.vectors
}

/// Writes the documents and the index of their words; returns what to tell.
fn write_documents(args: &IndexArgs, folder: &Path) -> Result<String> {
    let began = Instant::now();
    let (writer, input, field) = if args.add {
        let writer = IndexWriter::add(folder).map_err(unusable)?;
        let field = writer.options().text_field.clone();
        let input = Input::open(&args.input, &read_options(&field))?;
        (writer, input, field)
    } else {
        // The input comes before the folder, which is not made for nothing.
        let input = Input::open(&args.input, &read_options(&args.text))?;
        let options = IndexOptions {
            text_field: args.text.clone(),
            params: bm25_params(&args.bm25),
            analyzer: Analyzer::for_language(args.bm25.language),
        };
        (IndexWriter::create(folder, options).map_err(unusable)?, input, args.text.clone())
    };
    let mut entries = Entries { records: input.records(), field: &field, place: None, fault: None };
    let written = writer.write(&mut entries);
    if let Some(fault) = entries.fault {
        return Err(fault);
    }
    let written = written.map_err(|error| match (&error, &entries.place) {
        (IndexError::DuplicateId { .. }, Some(place)) => Error::mistake(format!("{place}: {error}")),
        _ => Error::mistake(error.to_string()),
    })?;
    if written.is_empty() {
        return Err(Error::mistake("the input has no records: no file has any text in it"));
    }
    let [index, documents] = written.bytes();
    let mut told = if args.add {
        format!("{} documents added; {} documents indexed", written.added(), written.len())
    } else {
        format!("{} documents indexed", written.len())
    };
    told.push_str(&format!(
        " in {:.1} s; {} of index, {} of documents\n",
        began.elapsed().as_secs_f64(),
        megabytes(index),
        megabytes(documents)
    ));
    if written.repeated() > 0 {
        told.push_str(&format!("{} documents were there already and are left out\n", written.repeated()));
    }
    // Of nothing new there is nothing to write.
    if !args.add || written.added() > 0 {
        written.commit().map_err(unusable)?;
    }
    Ok(told)
}

/// Gives the documents of a folder their vectors; returns what to tell.
fn make_vectors(args: &IndexArgs, folder: &Path, model: &ragstill_embed::Model) -> Result<String> {
    let began = Instant::now();
    let (name, dimension) = (model.embedder.name(), model.embedder.dimension());
    let kept = if args.add { vectors_of(folder).and_then(|vectors| vectors.rows) } else { None };
    let options = DenseOptions {
        embedder: &*model.embedder,
        from: &model.from,
        model_options: model.options.clone(),
        rows: args.vectors.or(kept).unwrap_or_default(),
    };
    if let Some(file) = &args.faiss {
        let vectors = attach_faiss(folder, file, &options).map_err(unusable)?;
        return Ok(format!("{vectors} vectors of {dimension} numbers in {}\n", file.display()));
    }
    let mut told = began;
    let at = embed_index(folder, &options, &mut |EmbedProgress { done, embedded, total }| {
        if told.elapsed() >= TOLD_EVERY && done < total {
            told = Instant::now();
            let rate = embedded as f64 / began.elapsed().as_secs_f64();
            eprintln!("{done} of {total} passages have vectors, {rate:.0} embedded a second");
        }
    });
    let at = at.map_err(|error| match error {
        IndexError::Embed { .. } => Error::failed(error.to_string()),
        _ => Error::mistake(error.to_string()),
    })?;
    Ok(format!(
        "{} of {} passages embedded by `{name}` in {:.1} s; {} of vectors ({dimension} numbers, {})\n",
        at.embedded,
        at.total,
        began.elapsed().as_secs_f64(),
        megabytes((at.total * options.rows.row_bytes(dimension)) as u64),
        options.rows
    ))
}

/// How the graph is to be made, if one is.
fn graph_options(args: &IndexArgs) -> Result<Option<HnswOptions>> {
    if !args.hnsw {
        return Ok(None);
    }
    let default = HnswOptions::default();
    let options = HnswOptions {
        links: args.hnsw_links.unwrap_or(default.links),
        build: args.hnsw_build.unwrap_or(default.build),
        ..default
    };
    match options.fault() {
        Some(fault) => Err(Error::mistake(format!("--hnsw-links and --hnsw-build: {fault}"))),
        None => Ok(Some(options)),
    }
}

/// Makes the graph over the vectors of a folder, or inserts new ones into the one that is there; returns what to tell.
fn make_graph(args: &IndexArgs, folder: &Path, options: Option<HnswOptions>) -> Result<String> {
    let began = Instant::now();
    let mut told = began;
    let mut make = |options| {
        let made = graph_index(folder, options, &mut |done, total| {
            if told.elapsed() >= TOLD_EVERY && done < total {
                told = Instant::now();
                eprintln!("{done} of {total} vectors are in the graph");
            }
        });
        made.map_err(unusable)
    };
    // A graph that is added to stays what it was made as, unless it is said how else.
    let is_kept = args.add && args.hnsw_links.is_none() && args.hnsw_build.is_none();
    let made = match if is_kept { make(None)? } else { None } {
        Some(made) => Some(made),
        None => make(options)?,
    };
    let Some(made) = made else { return Ok(String::new()) };
    Ok(format!(
        "{} of {} vectors put into the graph in {:.1} s; {} of graph (M {}, efConstruction {})\n",
        made.inserted,
        made.vectors,
        began.elapsed().as_secs_f64(),
        megabytes(made.bytes),
        made.options.links,
        made.options.build
    ))
}

/// Reads an index whole.
fn verify(folder: &Path) -> Result<ExitCode> {
    let began = Instant::now();
    let files = verify_index(folder).map_err(unusable)?;
    for (name, bytes) in &files {
        super::print(&format!("{:>12}  {name}\n", megabytes(*bytes)))?;
    }
    super::print(&format!(
        "{} files are whole, checked in {:.1} s\n",
        files.len(),
        began.elapsed().as_secs_f64()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// An index that cannot be written or read.
pub fn unusable(error: IndexFileError) -> Error {
    Error::mistake(error.to_string())
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The documents of an input.
struct Entries<'a> {
    records: Records,
    field: &'a str,
    /// Where the last one stands.
    place: Option<String>,
    /// What ended them early.
    fault: Option<Error>,
}

impl Entries<'_> {
    fn read(&mut self) -> Result<Option<Entry>> {
        let Some(item) = next_readable(&mut self.records) else { return Ok(None) };
        let Sourced { record, place, .. } = item?;
        let passage = passage_of(&record, self.field);
        let passage = passage.map_err(|fault| Error::mistake(format!("{place}: {fault}")))?;
        self.place = Some(place.to_string());
        Ok(Some(Entry { passage, line: record.to_json_line() }))
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        if self.fault.is_some() {
            return None;
        }
        self.read().unwrap_or_else(|fault| {
            self.fault = Some(fault);
            None
        })
    }
}
