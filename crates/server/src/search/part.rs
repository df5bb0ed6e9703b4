//! What is found, written as it will be sent.

use std::io::Write as _;

use axum::http::StatusCode;
use ragstill_retrieve::{Collection, EmbedErrorKind, Hit, RetrieveError};
use serde::Serialize;

use crate::http::Refusal;

/// How what is found is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `[{"id", "contents"}, …]`, and the scores as a list of their own.
    Documents,
    /// `[{"document": {"id", "contents"}, "score"}, …]`.
    Scored,
    /// Not at all: as values.
    Passages,
}

/// What was found for some queries.
#[derive(Debug, Default)]
pub(crate) struct Part {
    /// A list for each query, with commas between them.
    pub items: Vec<u8>,
    /// A list of scores for each, likewise; of [`Shape::Documents`] only.
    pub scores: Vec<u8>,
    /// What was found for all of them; of [`Shape::Passages`] only.
    pub passages: Vec<Found>,
}

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Found {
    pub id: String,
    pub contents: String,
    pub score: f32,
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    contents: &'a str,
}

#[derive(Serialize)]
struct Scored<'a> {
    document: Document<'a>,
    score: f32,
}

impl Part {
    /// Adds what was found for the next query.
    ///
    /// # Errors
    /// 500 when a passage cannot be read, 413 when there are more bytes than `most`.
    pub(crate) fn push(
        &mut self,
        collection: &Collection,
        hits: &[Hit],
        shape: Shape,
        most: usize,
    ) -> Result<(), Refusal> {
        if shape != Shape::Passages {
            open(&mut self.items);
            open(&mut self.scores);
        }
        for (rank, hit) in hits.iter().enumerate() {
            let passage = collection.passage(hit.doc).map_err(|error| {
                let detail = format!("A passage that was found cannot be read: {error}");
                Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
            })?;
            let contents = passage.contents();
            if self.items.len() + contents.len() > most {
                return Err(too_large(most));
            }
            if rank > 0 && shape != Shape::Passages {
                self.items.push(b',');
                self.scores.push(b',');
            }
            let document = Document { id: &passage.id, contents: &contents };
            // Plain structures always serialise, and writing to memory does not fail.
            let _ = match shape {
                Shape::Documents => {
                    let _ = write_score(&mut self.scores, hit.score);
                    serde_json::to_writer(&mut self.items, &document)
                }
                Shape::Scored => {
                    serde_json::to_writer(&mut self.items, &Scored { document, score: hit.score })
                }
                Shape::Passages => {
                    let (id, contents) = (passage.id.clone().into_owned(), contents.into_owned());
                    self.passages.push(Found { id, contents, score: hit.score });
                    Ok(())
                }
            };
        }
        if shape != Shape::Passages {
            self.items.push(b']');
            self.scores.push(b']');
        }
        // Escapes make it longer than its texts.
        if self.items.len() > most { Err(too_large(most)) } else { Ok(()) }
    }

    /// Adds the part of the queries that follow.
    ///
    /// # Errors
    /// 413 when there are more bytes than `most`.
    pub(crate) fn append(&mut self, next: Self, most: usize) -> Result<(), Refusal> {
        if self.items.is_empty() && self.passages.is_empty() {
            *self = next;
            return Ok(());
        }
        if self.items.len() + next.items.len() > most {
            return Err(too_large(most));
        }
        self.items.push(b',');
        self.items.extend_from_slice(&next.items);
        self.scores.push(b',');
        self.scores.extend_from_slice(&next.scores);
        self.passages.extend(next.passages);
        Ok(())
    }
}

fn open(list: &mut Vec<u8>) {
    if !list.is_empty() {
        list.push(b',');
    }
    list.push(b'[');
}

fn write_score(scores: &mut Vec<u8>, score: f32) -> std::io::Result<()> {
    // A score is finite, so this is JSON; `1` becomes `1.0`, as Python writes it.
    write!(scores, "{score:?}")
}

fn too_large(most: usize) -> Refusal {
    let detail = format!(
        "What was found has more than {most} bytes; ask for fewer passages, or with fewer queries at once"
    );
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
}

/// What it means to whoever asked that a search has no result.
pub(crate) fn unanswered(error: &RetrieveError) -> Refusal {
    match error {
        RetrieveError::Embed(error) if error.kind() == EmbedErrorKind::Temporary => {
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string()).retry_after(1)
        }
        _ => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
