//! One search of a chain.

use std::sync::Arc;

use ragstill_retrieve::dense::EmbedErrorKind;
use ragstill_retrieve::{Collection, RetrieveError};
use ragstill_teacher::{Error, Kind, Result};

/// The most characters of a passage that the answerer is shown.
const MOST_CHARACTERS: usize = 8_000;

/// A passage that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub id: String,
    /// Title and text, cut.
    pub contents: String,
}

/// The best passages for a query, best first; of those that say the same, the first.
///
/// # Errors
/// Those of the index, which end the run: what is wrong with it is wrong for every chain. One that may be gone later leaves
/// the record for a later run.
pub(super) async fn search(collection: &Arc<Collection>, query: &str, top_k: usize) -> Result<Vec<Found>> {
    let (collection, query) = (Arc::clone(collection), query.to_owned());
    // Queries may be embedded elsewhere, which takes its time.
    let found = tokio::task::spawn_blocking(move || find(&collection, &query, top_k)).await;
    found.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn find(collection: &Collection, query: &str, top_k: usize) -> Result<Vec<Found>> {
    let hits = collection.retriever().search(query, top_k, &|_| false).map_err(|error| failed(&error))?;
    let mut found: Vec<Found> = Vec::with_capacity(hits.len());
    for hit in hits {
        let passage = collection
            .passage(hit.doc)
            .map_err(|error| Error::new(Kind::Config, format!("a passage cannot be read: {error}")))?;
        let contents: String = passage.contents().chars().take(MOST_CHARACTERS).collect();
        if !contents.trim().is_empty() && !found.iter().any(|other| other.contents == contents) {
            found.push(Found { id: passage.id.into_owned(), contents });
        }
    }
    Ok(found)
}

fn failed(error: &RetrieveError) -> Error {
    let kind = match error {
        RetrieveError::Embed(error) if error.kind() == EmbedErrorKind::Temporary => Kind::Down,
        _ => Kind::Config,
    };
    Error::new(kind, format!("a search failed: {error}"))
}
