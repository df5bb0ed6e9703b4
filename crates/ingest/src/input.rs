//! An input: the files, streams and documents that records are read from.

use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ragstill_core::Document;

use crate::chunk::Chunker;
use crate::compression::Compression;
use crate::discover::Discovery;
use crate::error::{Error, ErrorKind, Fault};
use crate::formats::{Format, too_long_document};
use crate::inventory::Inventory;
use crate::options::ReadOptions;
use crate::origin::{Origin, STDIN_PLACE, STDIN_SOURCE};
use crate::place::Place;
use crate::read::{Extracts, Records, Shared, records};
use crate::spool::Spool;

/// Everything that a run reads, resolved once and readable any number of times.
///
/// As long as the files do not change, every reading gives the same records with the same ids in the same order.
#[derive(Debug, Clone)]
pub struct Input {
    shared: Arc<Shared>,
    inventory: Inventory,
}

impl Input {
    /// Resolves files and folders; `-` is standard input, which is copied to a temporary file without a name.
    ///
    /// Folders are read with all they hold, sorted by file name; in them hidden files, files of other formats and
    /// links to folders are passed over (see [`Input::inventory`]). A file that is named more than once is read once.
    /// Nothing but standard input is read yet.
    ///
    /// # Errors
    /// Every fault of the paths and the options at once: a path that does not exist or cannot be opened, a named file
    /// of another format, a folder with no file to read, blank standard input, a document beyond its limit, an option
    /// out of its range.
    pub fn open(paths: &[PathBuf], options: &ReadOptions) -> Result<Self, Error> {
        Self::open_with(paths, options, std::io::stdin())
    }

    /// As [`Input::open`], with another stream in the place of standard input.
    ///
    /// # Errors
    /// As [`Input::open`].
    pub fn open_with(paths: &[PathBuf], options: &ReadOptions, stdin: impl Read) -> Result<Self, Error> {
        let mut discovery = Discovery::new(options, paths.len() > 1);
        discovery.faults = options.faults();
        let mut stdin_at = None;
        for path in paths {
            if path == Path::new(STDIN_SOURCE) {
                discovery.inventory.repeated += u64::from(stdin_at.is_some());
                stdin_at.get_or_insert(discovery.origins.len());
            } else {
                discovery.add(path);
            }
        }
        if paths.is_empty() {
            let message = "no input is named; name files, folders, or `-` for standard input";
            discovery.faults.push(Fault::new(ErrorKind::Empty, None, message));
        }
        let Discovery { mut origins, mut inventory, mut faults, .. } = discovery;
        // Only now: who has mistyped a path should not have to wait for the stream's end to hear of it.
        if let Some(at) = stdin_at.filter(|_| faults.is_empty()) {
            match spool(stdin, options) {
                Ok((spool, format, compression)) => {
                    inventory.add(format, spool.bytes());
                    origins.insert(at, Origin::Stdin { spool, format, compression });
                }
                Err(fault) => faults.push(fault),
            }
        }
        Self::checked(origins, options, inventory, faults)
    }

    /// An input of documents that are there already.
    ///
    /// # Errors
    /// When there is none, or an option is out of its range.
    pub fn from_documents(documents: Vec<Document>, options: &ReadOptions) -> Result<Self, Error> {
        let mut faults = options.faults();
        if documents.is_empty() {
            faults.push(Fault::new(ErrorKind::Empty, None, "there are no documents; give at least one"));
        }
        let mut inventory = Inventory::default();
        let origins: Vec<Origin> = documents.into_iter().map(Origin::Document).collect();
        for origin in &origins {
            let Origin::Document(document) = origin else { continue };
            inventory.add(origin.format(), document.text.len() as u64);
        }
        Self::checked(origins, options, inventory, faults)
    }

    fn checked(
        origins: Vec<Origin>,
        options: &ReadOptions,
        inventory: Inventory,
        mut faults: Vec<Fault>,
    ) -> Result<Self, Error> {
        let field = options.text_field.as_str();
        if matches!(field, "source" | "title" | "headings" | "page" | "span" | "metadata")
            && origins.iter().any(|origin| origin.format().is_document())
        {
            faults.push(Fault::new(
                ErrorKind::InvalidOption,
                None,
                format!("text_field cannot be `{field}` with documents, whose records use that field themselves; name another"),
            ));
        }
        Error::check(faults)?;
        let chunker = Chunker::new(&options.chunk)?;
        let options = options.clone();
        let shared = Shared { origins, options, chunker, extracts: Extracts::default() };
        Ok(Self { shared: Arc::new(shared), inventory })
    }

    /// The records, from the beginning.
    pub fn records(&self) -> Records {
        records(&self.shared)
    }

    /// The format of standard input, if that is read.
    pub(crate) fn stdin_format(&self) -> Option<Format> {
        let is_stdin = |origin: &&Origin| matches!(origin, Origin::Stdin { .. });
        self.shared.origins.iter().find(is_stdin).map(Origin::format)
    }

    /// What the input consists of, and what was passed over.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }
}

/// Copies standard input and finds out what it holds.
fn spool(stdin: impl Read, options: &ReadOptions) -> Result<(Spool, Format, Compression), Fault> {
    let place = || Place::file(STDIN_PLACE);
    let unreadable = |error| Fault::unreadable(place(), &error);
    let spool = Spool::of(stdin).map_err(|error| {
        let message =
            format!("cannot be copied to a temporary file ({error}); free some space there, or set TMPDIR to another folder");
        Fault::new(ErrorKind::Unreadable, place(), message)
    })?;
    let compression = Compression::of_bytes(&start_of(spool.reader()).map_err(unreadable)?);
    let unpacked = compression.unpack(Box::new(spool.reader())).map_err(unreadable)?;
    let Some(format) = Format::of_bytes(&start_of(unpacked).map_err(unreadable)?) else {
        let message = "standard input is empty; pipe text or JSON Lines into it";
        return Err(Fault::new(ErrorKind::Empty, place(), message));
    };
    if format.is_document() && spool.bytes() > options.max_document_bytes as u64 {
        return Err(too_long_document(place(), options.max_document_bytes));
    }
    Ok((spool, format, compression))
}

/// A stream's first bytes, from the first that is not blank on.
fn start_of(stream: impl Read) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    loop {
        let buffer = reader.fill_buf()?;
        let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let is_blank = blank == buffer.len();
        if !is_blank || buffer.is_empty() {
            return Ok(buffer[blank..].to_vec());
        }
        reader.consume(blank);
    }
}
