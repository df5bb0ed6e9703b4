//! No teacher: two answers compared.

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_score::{Scorer, answer_text, answer_texts};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::{Map, Value};

use super::config::QaF1SampleEvaluatorConfig;

/// Adds the token F1 of an answer against those that count as right.
#[derive(Debug)]
pub struct QaF1SampleEvaluator {
    config: QaF1SampleEvaluatorConfig,
}

impl Define for QaF1SampleEvaluator {
    type Config = QaF1SampleEvaluatorConfig;

    const NAME: &'static str = "QAF1SampleEvaluator";
    const ABOUT: &'static str = "scores each answer by its token F1 against those that count as right";

    fn build(config: QaF1SampleEvaluatorConfig, _: &Prompts) -> Result<Self> {
        if !(0.0..=1.0).contains(&config.min_score) {
            return Err(Error::mistake("option `min_score` must be from 0 to 1"));
        }
        Ok(Self { config })
    }

    fn previews(_: &mut Previews) {}
}

#[async_trait]
impl Operator for QaF1SampleEvaluator {
    fn fields(&self) -> Fields {
        let config = &self.config;
        Fields {
            reads: vec![config.input_prediction_key.clone(), config.input_ground_truth_key.clone()],
            writes: vec![config.output_key.clone()],
            reads_corpus: Vec::new(),
        }
    }

    fn is_filter(&self) -> bool {
        self.config.min_score > 0.0
    }

    async fn apply(&self, record: &Record, _: &Context) -> ragstill_teacher::Result<Outcome> {
        Ok(match self.f1(record) {
            Ok(f1) if f1 < self.config.min_score => {
                Outcome::Reject(format!("F1 {f1:.4} is below {} (min_score)", self.config.min_score))
            }
            Ok(f1) => Outcome::Keep(Map::from_iter([(self.config.output_key.clone(), Value::from(f1))])),
            Err(reason) => Outcome::Reject(reason),
        })
    }
}

impl QaF1SampleEvaluator {
    /// # Errors
    /// A sentence that names the field and what is wrong with it.
    fn f1(&self, record: &Record) -> std::result::Result<f64, String> {
        let (prediction, truth) = (&self.config.input_prediction_key, &self.config.input_ground_truth_key);
        let value = |field: &str| record.get(field).ok_or_else(|| format!("field `{field}` is missing"));
        let named = |field: &str, fault: String| format!("field `{field}` {fault}");
        let answer = answer_text(value(prediction)?).map_err(|fault| named(prediction, fault))?;
        let truths = answer_texts(value(truth)?).map_err(|fault| named(truth, fault))?;
        Ok(Scorer::new(self.config.normalization).f1(&answer, &truths))
    }
}
