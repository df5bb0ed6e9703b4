//! An input: the files, streams and documents that records are read from.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ragstill_core::Document;

use crate::discover::Discovery;
use crate::error::{Error, ErrorKind, Fault};
use crate::formats::{Format, too_long_document};
use crate::inventory::Inventory;
use crate::options::ReadOptions;
use crate::origin::{Origin, STDIN_PLACE, STDIN_SOURCE, guess_format};
use crate::place::Place;
use crate::records::Records;
use crate::spool::Spool;

/// Everything that a run reads, resolved once and readable any number of times.
///
/// As long as the files do not change, every reading gives the same records with the same ids in the same order.
#[derive(Debug, Clone)]
pub struct Input {
    origins: Arc<[Origin]>,
    options: Arc<ReadOptions>,
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
                stdin_at.get_or_insert(discovery.files.len());
            } else {
                discovery.add(path);
            }
        }
        if paths.is_empty() {
            let message = "no input is named; name files, folders, or `-` for standard input";
            discovery.faults.push(Fault::new(ErrorKind::Empty, None, message));
        }
        let Discovery { files, mut inventory, mut faults, .. } = discovery;
        let mut origins: Vec<Origin> = files.into_iter().map(Origin::File).collect();
        // Only now: who has mistyped a path should not have to wait for the stream's end to hear of it.
        if let Some(at) = stdin_at.filter(|_| faults.is_empty()) {
            match spool(stdin, options) {
                Ok((spool, format)) => {
                    inventory.add(format, spool.bytes());
                    origins.insert(at, Origin::Stdin { spool, format });
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
        if matches!(field, "source" | "title" | "span")
            && origins.iter().any(|origin| origin.format().is_document())
        {
            faults.push(Fault::new(
                ErrorKind::InvalidOption,
                None,
                format!("text_field cannot be `{field}` with text or Markdown files, whose records use that field themselves; name another"),
            ));
        }
        Error::check(faults)?;
        Ok(Self { origins: origins.into(), options: Arc::new(options.clone()), inventory })
    }

    /// The records, from the beginning.
    pub fn records(&self) -> Records {
        Records::new(Arc::clone(&self.origins), Arc::clone(&self.options))
    }

    /// What the input consists of, and what was passed over.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }
}

/// Copies standard input and finds out what it holds.
fn spool(stdin: impl Read, options: &ReadOptions) -> Result<(Spool, Format), Fault> {
    let place = || Place::file(STDIN_PLACE);
    let spool = Spool::of(stdin).map_err(|error| {
        let message =
            format!("cannot be copied to a temporary file ({error}); free some space there, or set TMPDIR to another folder");
        Fault::new(ErrorKind::Unreadable, place(), message)
    })?;
    let format = guess_format(spool.reader()).map_err(|error| Fault::unreadable(place(), &error))?;
    let Some(format) = format else {
        let message = "standard input is empty; pipe text or JSON Lines into it";
        return Err(Fault::new(ErrorKind::Empty, place(), message));
    };
    if format.is_document() && spool.bytes() > options.max_document_bytes as u64 {
        return Err(too_long_document(place(), options.max_document_bytes));
    }
    Ok((spool, format))
}
