//! What ranks passages that are like the source: words, vectors, or both.

use ragstill_embed::{Control, EmbedOptions, KeptError, KeptModel, Made};
use ragstill_engine::{Asking, Error, Preparation, Result};
use ragstill_retrieve::{Analyzer, Bm25Builder, Hybrid, HybridOptions, Retriever, RetrieverKind};

use super::config::{Distractors, SimulatedRetrievalConfig};
use super::nearest::Nearest;
use crate::bm25_hard_neg::{Miner, MinerOptions};

/// The file in the run directory that keeps vectors.
const VECTORS: &str = "vectors.sqlite";

/// What ranks passages, as the options say.
#[derive(Debug)]
pub(super) enum Similar {
    /// BM25.
    Words,
    /// The vectors of a model, together with BM25 or not.
    Vectors(Box<ByVectors>),
}

/// A model, and how it is asked.
#[derive(Debug)]
pub(super) struct ByVectors {
    from: String,
    options: EmbedOptions,
    is_hybrid: bool,
    /// There once it is open.
    model: Option<KeptModel>,
}

impl Similar {
    /// What the options ask for.
    ///
    /// # Errors
    /// When they do not fit together.
    pub(super) fn of(config: &SimulatedRetrievalConfig) -> Result<Self> {
        let kind = match config.distractors {
            Distractors::Mixed => config.retriever,
            _ if config.retriever != RetrieverKind::default() => {
                return Err(Error::mistake(format!(
                    "option `retriever` is for `distractors: mixed`; for nothing but what {0} finds set `distractors: {0}`",
                    config.retriever
                )));
            }
            Distractors::Random | Distractors::Bm25 => RetrieverKind::Bm25,
            Distractors::Dense => RetrieverKind::Dense,
            Distractors::Hybrid => RetrieverKind::Hybrid,
        };
        match (&config.dense, kind.needs_model()) {
            (None, true) => Err(Error::mistake(
                "option `dense`: vectors need a model; name its folder, or the address of a server with /v1/embeddings, such as http://localhost:8080/v1",
            )),
            (Some(_), false) => Err(Error::mistake(
                "option `dense` names a model, and nothing asks for vectors; set `distractors` to dense or hybrid, or to mixed with `retriever: dense`",
            )),
            (None, false) => Ok(Self::Words),
            (Some(from), true) => {
                let options = config.dense_options.clone();
                let faults: Vec<String> = options
                    .faults()
                    .into_iter()
                    .map(|fault| format!("option `dense_options`: {fault}"))
                    .collect();
                if !faults.is_empty() {
                    return Err(Error::mistakes(faults));
                }
                if options.query_prefix.is_some() {
                    return Err(Error::mistake(
                        "option `dense_options`: query_prefix: nothing is a query here; passages are compared with passages",
                    ));
                }
                let is_hybrid = kind == RetrieverKind::Hybrid;
                Ok(Self::Vectors(Box::new(ByVectors { from: from.clone(), options, is_hybrid, model: None })))
            }
        }
    }

    /// Whether a model is asked for vectors.
    pub(super) fn has_vectors(&self) -> bool {
        matches!(self, Self::Vectors(_))
    }

    /// Opens a model of a folder, and checks the address of another.
    ///
    /// # Errors
    /// When it cannot be used; the message starts with the option's name.
    pub(super) fn open(&mut self) -> Result<()> {
        let Self::Vectors(vectors) = self else { return Ok(()) };
        let model = KeptModel::open(&vectors.from, &vectors.options);
        vectors.model = Some(model.map_err(|error| Error::mistake(format!("option `dense`: {error}")))?);
        Ok(())
    }

    /// Indexes a corpus. Vectors that are not in the run directory are asked for, if that is allowed; a forecast that lacks
    /// some goes by the words.
    ///
    /// # Errors
    /// When they cannot be had.
    pub(super) fn index(
        &mut self,
        texts: Vec<String>,
        options: MinerOptions,
        preparation: &Preparation<'_>,
    ) -> Result<Miner> {
        match self {
            Self::Words => Miner::new(texts, options),
            Self::Vectors(vectors) => vectors.index(texts, options, preparation),
        }
    }
}

impl ByVectors {
    fn index(
        &mut self,
        texts: Vec<String>,
        options: MinerOptions,
        preparation: &Preparation<'_>,
    ) -> Result<Miner> {
        let model = match &self.model {
            Some(model) => model,
            None => return Err(Error::failed("the model of the vectors was not opened")),
        };
        let file = preparation.folder().map(|folder| folder.join(VECTORS));
        if preparation.asking() == Asking::Forecast {
            let missing = model.missing(file.as_deref(), &texts).map_err(told)?;
            if missing > 0 {
                let note = format!(
                    "passages would first be embedded by {}, which is not in the table; until they are, what would be found beside a passage is guessed by its words",
                    self.from
                );
                preparation.note(missing, &note);
                return Miner::new(texts, options);
            }
        }
        if texts.is_empty() {
            return Miner::new(texts, options);
        }
        let file = file.ok_or_else(|| {
            Error::failed("option `dense`: there is no run directory that would keep vectors")
        })?;
        let control = Control {
            may_ask: preparation.asking() == Asking::Allowed,
            is_stopped: &|| preparation.is_stopped(),
            progress: &|done, total| preparation.embedded(done, total),
        };
        let Made { model, numbers, embedded } = model.vectors(&file, &texts, &control).map_err(told)?;
        if embedded > 0 {
            preparation.note(embedded, &format!("passages were embedded by `{}`", model.name));
        }
        let nearest = Nearest::new(&texts, model.dimension, numbers);
        let retriever: Box<dyn Retriever> = if self.is_hybrid {
            let words = Bm25Builder::new()
                .params(options.bm25)
                .analyzer(Analyzer::for_language(options.language))
                .build(texts.iter().map(String::as_str))
                .map_err(|error| Error::mistake(format!("the corpus cannot be indexed: {error}")))?;
            Box::new(Hybrid::new(Box::new(words), Box::new(nearest), HybridOptions::default()))
        } else {
            Box::new(nearest)
        };
        Miner::over(retriever, texts, options)
    }
}

/// An error of the vectors: before a teacher is asked. A model that cannot be used is a mistake; one that is down, or a full
/// disk, may be better later.
fn told(error: KeptError) -> Error {
    use ragstill_retrieve::EmbedErrorKind::Permanent;
    let fault = format!("option `dense`: {error}");
    match error {
        KeptError::Model(error) if error.kind() == Permanent => Error::mistake(fault),
        KeptError::OtherModel { .. } => Error::mistake(fault),
        _ => Error::failed(fault),
    }
}
