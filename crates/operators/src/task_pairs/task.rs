//! A task as it waits for another one.

use std::collections::HashSet;
use std::sync::Arc;

use ragstill_core::{Record, RecordId};
use ragstill_ingest::{DEDUP_JACCARD, Shingles, content_hash};
use rand::RngCore;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::config::TaskPairsConfig;
use crate::question::{Asked, accepted_answers, names};

/// What of a task its pairs hold.
#[derive(Debug)]
pub(super) struct Task {
    /// Its record.
    pub id: RecordId,
    /// Its question.
    pub question: String,
    /// What it is about.
    pub identifier: String,
    /// The answers that count as right, the preferred one first.
    pub answers: Vec<String>,
    /// The text that it was made from.
    pub text: Arc<str>,
    /// The name of its document, if it has one.
    pub source: Option<Arc<str>>,
    /// The name of its document, or what stands for it.
    pub document: Arc<str>,
    /// Decides between pairs that are equally close.
    pub draw: u64,
    order: u128,
    key_words: Shingles,
}

/// Texts, each held once.
#[derive(Debug, Default)]
pub(super) struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn one(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }
}

impl Task {
    /// The task of a record; `None` when it lacks a part.
    pub(super) fn of(
        record: &Record,
        config: &TaskPairsConfig,
        texts: &mut Texts,
        mut rng: ChaCha8Rng,
    ) -> Option<Self> {
        let part = |field: &str| {
            let text = record.get(field).and_then(Value::as_str).map(str::trim);
            text.filter(|text| !text.is_empty())
        };
        let question = part(&config.input_question_key)?;
        let identifier = part(&config.input_identifier_key)?;
        let optional = config.input_optional_key.as_deref();
        let answers = accepted_answers(record, &config.input_answer_key, optional).ok()?;
        let source = part(&config.input_source_key).map(|name| texts.one(name));
        let document = source.clone().unwrap_or_else(|| {
            // What `split_by` takes for the document of a record without one.
            let id = record.id.as_str();
            texts.one(id.split_once('/').map_or(id, |(root, _)| root))
        });
        let asked = Asked::of(question, config.language);
        Some(Self {
            id: record.id.clone(),
            question: question.to_owned(),
            identifier: identifier.to_owned(),
            answers,
            text: texts.one(part(&config.input_text_key)?),
            source,
            document,
            draw: rng.next_u64(),
            order: asked.order,
            key_words: Shingles::of_hashes(asked.words),
        })
    }

    /// Whether a question can ask for both answers: the two ask for different things, have different answers, and neither
    /// gives the other's away.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        self.order != other.order
            && self.key_words.jaccard(&other.key_words) < DEDUP_JACCARD
            && !self.shares_an_answer_with(other)
            && !self.gives_away(other)
            && !other.gives_away(self)
    }

    fn shares_an_answer_with(&self, other: &Self) -> bool {
        let own: Vec<u128> = self.answers.iter().map(|answer| content_hash(answer)).collect();
        other.answers.iter().any(|answer| own.contains(&content_hash(answer)))
    }

    fn gives_away(&self, other: &Self) -> bool {
        other.answers.iter().any(|answer| names(&self.question, answer) || names(&self.identifier, answer))
    }

    /// The task as its pairs hold it.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "question": self.question,
            "identifier": self.identifier,
            "answer": self.answers.first(),
            "optional_answer": self.answers,
            "source": self.source.as_deref(),
            "text": &*self.text,
        })
    }
}
