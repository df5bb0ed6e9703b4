//! One thing to read: a file, standard input, or a document that is there already.

use std::fs::File;
use std::sync::Arc;

use ragstill_core::Document;

use crate::compression::Compression;
use crate::discover::Found;
use crate::error::Fault;
use crate::formats::{Content, Format};
use crate::place::Place;
use crate::spool::Spool;

/// The source of records that came through standard input.
pub(crate) const STDIN_SOURCE: &str = "-";
/// What places call standard input.
pub(crate) const STDIN_PLACE: &str = "<stdin>";

#[derive(Debug, Clone)]
pub(crate) enum Origin {
    File(Found),
    Stdin {
        spool: Spool,
        format: Format,
        compression: Compression,
    },
    Document(Document),
    /// What was found and cannot be read, in the place where it would have been.
    Failed(Fault),
}

impl Origin {
    pub(crate) fn format(&self) -> Format {
        match self {
            Self::File(found) => found.format,
            Self::Stdin { format, .. } => *format,
            Self::Document(document) => Format::of_path(document.source.as_ref()).unwrap_or(Format::Text),
            Self::Failed(_) => Format::Text,
        }
    }

    /// What ids are made with: the path relative to the input.
    pub(crate) fn source(&self) -> String {
        match self {
            Self::File(found) => found.source(),
            Self::Stdin { .. } => STDIN_SOURCE.to_owned(),
            Self::Document(document) => document.source.clone(),
            Self::Failed(_) => String::new(),
        }
    }

    /// [`Place::file`].
    pub(crate) fn file(&self) -> Arc<str> {
        match self {
            Self::File(found) => found.path().to_string_lossy().into(),
            Self::Stdin { .. } => STDIN_PLACE.into(),
            Self::Document(document) => document.source.as_str().into(),
            Self::Failed(_) => "".into(),
        }
    }

    /// The bytes as they lie, before they are unpacked; 0 when that is not known.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::File(found) => found.path().metadata().map_or(0, |metadata| metadata.len()),
            Self::Stdin { spool, .. } => spool.bytes(),
            Self::Document(_) | Self::Failed(_) => 0,
        }
    }

    /// Opens it at its beginning, uncompressed. Documents that are there already are empty.
    pub(crate) fn open(&self) -> Result<Content, Fault> {
        let unreadable = |error| Fault::unreadable(Place::file(self.file()), &error);
        let (stream, compression): (Box<dyn std::io::Read + Send>, _) = match self {
            Self::File(found) => {
                let file = File::open(found.path()).map_err(unreadable)?;
                if found.compression == Compression::None {
                    return Ok(Content::File(file));
                }
                (Box::new(file), found.compression)
            }
            Self::Stdin { spool, compression, .. } => (Box::new(spool.reader()), *compression),
            Self::Document(_) => return Ok(Content::Stream(Box::new(std::io::empty()))),
            Self::Failed(fault) => return Err(fault.clone()),
        };
        compression.unpack(stream).map(Content::Stream).map_err(unreadable)
    }
}
