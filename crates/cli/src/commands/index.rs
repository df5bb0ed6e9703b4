//! `ragstill index`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use ragstill_engine::{Error, Result};
use ragstill_export::WholeFile;
use ragstill_ingest::{Input, Records};
use ragstill_retrieve::{Analyzer, Bm25Builder, Collection, Documents, DocumentsWriter, IndexFileError};
use serde_json::json;

use super::search::{bm25_params, next_readable, read_options};
use crate::args::IndexArgs;

/// Indexes documents into a folder, which `search --index` opens.
pub fn index(args: &IndexArgs) -> Result<ExitCode> {
    let began = Instant::now();
    let input = Input::open(&args.input, &read_options(&args.text))?;
    std::fs::create_dir_all(&args.out)
        .map_err(|error| Error::failed(format!("{}: cannot be made: {error}", args.out.display())))?;
    let mut texts = Texts {
        records: input.records(),
        field: &args.text,
        writer: DocumentsWriter::create(&args.out).map_err(unusable)?,
        fault: None,
    };
    let analyzer = Analyzer::for_language(args.bm25.language);
    let index = Bm25Builder::new()
        .params(bm25_params(&args.bm25))
        .analyzer(analyzer)
        .build(&mut texts)
        .map_err(|error| Error::mistake(error.to_string()))?;
    if let Some(fault) = texts.fault {
        return Err(fault);
    }
    if index.is_empty() {
        return Err(Error::mistake("the input has no records: no file has any text in it"));
    }
    texts.writer.finish().map_err(unusable)?;
    index.save(&args.out.join(Collection::BM25)).map_err(unusable)?;
    let params = index.params();
    let about = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "documents": index.len(),
        "text_field": args.text,
        "analysis": analyzer.name(),
        "k1": shortest(params.k1),
        "b": shortest(params.b),
        "lucene_lengths": params.lucene_lengths,
    });
    let mut file = WholeFile::create(&args.out.join(Collection::ABOUT))?;
    file.write_line(&format!("{about:#}"))?;
    file.finish()?;
    super::print(&format!(
        "{} documents indexed in {:.1} s; {} of index, {} of documents\n\nsearch them with  ragstill search --index {} \"QUERY\"\n",
        index.len(),
        began.elapsed().as_secs_f64(),
        megabytes(&args.out.join(Collection::BM25)),
        megabytes(&args.out.join(Documents::LINES)),
        args.out.display(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// An index that cannot be written or read.
pub fn unusable(error: IndexFileError) -> Error {
    Error::mistake(error.to_string())
}

/// 0.9 in single precision as 0.9 in double.
fn shortest(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}

fn megabytes(path: &Path) -> String {
    let bytes = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    format!("{:.1} MB", bytes as f64 / 1e6)
}

/// The texts of an input, each written to the documents as it goes by.
struct Texts<'a> {
    records: Records,
    field: &'a str,
    writer: DocumentsWriter,
    /// What ended the texts early.
    fault: Option<Error>,
}

impl Texts<'_> {
    fn read(&mut self) -> Result<Option<String>> {
        let Some(item) = next_readable(&mut self.records) else { return Ok(None) };
        let item = item?;
        let text = item.record.text(self.field);
        let text = text.map_err(|fault| Error::mistake(format!("{}: {fault}", item.place)))?.to_owned();
        self.writer.push(&item.record.to_json_line()).map_err(unusable)?;
        Ok(Some(text))
    }
}

impl Iterator for Texts<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        if self.fault.is_some() {
            return None;
        }
        self.read().unwrap_or_else(|fault| {
            self.fault = Some(fault);
            None
        })
    }
}
