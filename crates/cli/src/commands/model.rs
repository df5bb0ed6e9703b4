//! Models that make vectors, on the command line.

use std::path::Path;

use clap::Args;
use ragstill_embed::Model;
use ragstill_engine::{Error, Result};
use ragstill_retrieve::{Collection, DenseSearch, RetrieverKind};
use serde_json::{Map, Value};

use super::index::unusable;

/// A model that makes vectors, and how it is used.
#[derive(Debug, Clone, Default, Args)]
pub struct ModelArgs {
    /// The model that makes vectors: its folder, or the address of a server with `/v1/embeddings`
    #[arg(long, value_name = "FOLDER|URL")]
    pub dense: Option<String>,
    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The environment variable that holds the API key
    #[arg(long, value_name = "VAR")]
    pub api_key_env: Option<String>,
    /// What stands before a query, when the model's folder does not say it
    #[arg(long, value_name = "TEXT")]
    pub query_prefix: Option<String>,
    /// What stands before a passage, likewise
    #[arg(long, value_name = "TEXT")]
    pub passage_prefix: Option<String>,
}

impl ModelArgs {
    /// What was given, by the names that models have for it.
    fn options(&self) -> Map<String, Value> {
        let given = [
            ("model", &self.model),
            ("api_key_env", &self.api_key_env),
            ("query_prefix", &self.query_prefix),
            ("passage_prefix", &self.passage_prefix),
        ];
        let given = given.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        given.map(|(name, value)| (name.to_owned(), value.as_str().into())).collect()
    }
}

/// How an index's vectors are searched.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct GraphArgs {
    /// Vectors that a search of an index with a graph keeps while it walks: more miss fewer and take longer
    #[arg(long, value_name = "N", requires = "index", conflicts_with = "exact")]
    pub ef: Option<usize>,
    /// Compare all vectors, although the index has a graph
    #[arg(long, requires = "index")]
    pub exact: bool,
}

impl GraphArgs {
    /// How to search, with this retriever.
    fn search(self, kind: RetrieverKind) -> Result<DenseSearch> {
        match self.ef {
            None if !self.exact => Ok(DenseSearch::AsMade),
            _ if !kind.needs_model() => Err(Error::mistake(format!(
                "--{} says how vectors are searched, and --retriever {kind} searches none; give --retriever dense or hybrid",
                if self.exact { "exact" } else { "ef" }
            ))),
            None => Ok(DenseSearch::Exact),
            Some(0) => Err(Error::mistake("--ef must be at least 1")),
            Some(ef) => Ok(DenseSearch::Ef(ef)),
        }
    }
}

/// Opens the model that was given.
pub fn given(args: &ModelArgs) -> Result<Option<Model>> {
    let Some(from) = &args.dense else { return Ok(None) };
    Model::open(from.clone(), args.options()).map(Some).map_err(|error| Error::mistake(error.to_string()))
}

/// Opens the model that was given, or else the one that made the vectors of an index, with the options of then but where
/// others are given.
pub fn of_index(folder: &Path, args: &ModelArgs) -> Result<Option<Model>> {
    if args.dense.is_some() {
        return given(args);
    }
    Model::of_index(folder, args.options()).map_err(|error| Error::mistake(error.to_string()))
}

/// Opens what `ragstill index` made, to be searched as it is wanted.
pub fn open_index(
    folder: &Path,
    kind: RetrieverKind,
    args: &ModelArgs,
    graph: GraphArgs,
) -> Result<Collection> {
    let search = graph.search(kind)?;
    let model = if kind.needs_model() { of_index(folder, args)? } else { None };
    Collection::open_searched(folder, kind, model.map(|model| model.embedder), search).map_err(unusable)
}
