//! Options of TaskPairs.

use ragstill_retrieve::analysis::Language;
use serde::{Deserialize, Serialize};

/// Which tasks a pair may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Documents {
    /// Any two.
    #[default]
    Any,
    /// Two of one document.
    Same,
    /// Two of different documents: to answer for both, both have to be found.
    Different,
}

/// Options of TaskPairs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskPairsConfig {
    /// How many pairs a task may be in; 0 makes none; default 1.
    pub max_uses: usize,
    /// The most pairs, the closest ones first; default none, which is as many as there are.
    pub max_pairs: Option<usize>,
    /// Whether the tasks of a pair are of the same document, of different ones, or of any; default `any`.
    pub documents: Documents,
    /// How many of the most similar questions are looked at for each task, at least 1; default 10.
    pub neighbours: usize,
    /// The language of the questions, by its code or English name; default `en`.
    pub language: Language,
    /// The field with the question; default `question`.
    pub input_question_key: String,
    /// The field with what the question is about; default `identifier`.
    pub input_identifier_key: String,
    /// The field with the answer: a text, a number, or a list of which the first counts; default `refined_answer`.
    pub input_answer_key: String,
    /// The field with a list of all answers that count as right; default none.
    pub input_optional_key: Option<String>,
    /// The field with the text that the question was made from; default `text`.
    pub input_text_key: String,
    /// The field with the name of its document, if there is one; default `source`.
    pub input_source_key: String,
    /// The field with the kind of a task, if there is one; that of a pair is `width`; default `kind`.
    pub input_kind_key: String,
    /// The field that gets the two tasks of a pair; null in the tasks themselves; default `pair`.
    pub output_pair_key: String,
    /// The field that gets the documents of a pair, for `split_by`; null in the tasks themselves; default `pair_sources`.
    pub output_sources_key: String,
}

impl Default for TaskPairsConfig {
    fn default() -> Self {
        Self {
            max_uses: 1,
            max_pairs: None,
            documents: Documents::Any,
            neighbours: 10,
            language: Language::English,
            input_question_key: "question".to_owned(),
            input_identifier_key: "identifier".to_owned(),
            input_answer_key: "refined_answer".to_owned(),
            input_optional_key: None,
            input_text_key: "text".to_owned(),
            input_source_key: "source".to_owned(),
            input_kind_key: "kind".to_owned(),
            output_pair_key: "pair".to_owned(),
            output_sources_key: "pair_sources".to_owned(),
        }
    }
}
