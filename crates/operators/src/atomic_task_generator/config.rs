//! Options of AtomicTaskGenerator.

use serde::{Deserialize, Serialize};

/// Options of AtomicTaskGenerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AtomicTaskGeneratorConfig {
    /// How many records of the input are worked on, the first ones; those behind them are filtered. `null`: all of them.
    /// Default 100.
    pub data_num: Option<u64>,
    /// The most conclusions of a document that questions are asked about; at least 1, default 10.
    pub max_per_task: usize,
    /// The most tasks that are kept of a document; at least 1, default 10.
    pub max_question: usize,
    /// How often each prompt is asked, the first time included, before an answer that cannot be used makes the document,
    /// or the task, a reject; at least 1, default 3.
    pub max_attempts: u32,
    /// How often a question is answered without its document; the best answer counts. At least 1, default 1.
    pub closed_book_samples: u32,
    /// The temperature of these answers, 0 to 2; `null`, the default: the prompt's.
    pub closed_book_temperature: Option<f64>,
    /// The field with the document's text; default `prompts`.
    pub input_key: String,
    /// The field that gets the document's main subject; default `identifier`.
    pub output_identifier_key: String,
    /// The field that gets the conclusion and its relation, as JSON text; default `candidate_tasks_str`.
    pub output_candidate_key: String,
    /// The field that gets the question; default `question`.
    pub output_question_key: String,
    /// The field that gets the answer as the conclusion has it; default `answer`.
    pub output_answer_key: String,
    /// The field that gets the shortest exact answer; default `refined_answer`.
    pub output_refined_answer_key: String,
    /// The field that gets the list of accepted spellings, the refined answer first; default `optional_answer`.
    pub output_optional_answer_key: String,
    /// The field that gets the answer without a document; default `llm_answer`.
    pub output_llm_answer_key: String,
    /// The field that gets the answer from the document; default `golden_doc_answer`.
    pub output_golden_doc_answer_key: String,
    /// The field that gets the score of the answer without a document, 0 in what is kept; default `llm_score`.
    pub output_llm_score_key: String,
    /// The field that gets the score of the answer from the document, 1 or 2 in what is kept; default `golden_doc_score`.
    pub output_golden_doc_score_key: String,
    /// The field that gets the kind of task, `atomic`; default `kind`.
    pub output_kind_key: String,
    /// The field that gets the number of documents that have to be found, 1; default `hops`.
    pub output_hops_key: String,
    /// The field that gets where the answer stands in the document's text, `[start, end]` in bytes, or null when it does not
    /// stand there word for word; default `golden_span`.
    pub output_span_key: String,
}

impl Default for AtomicTaskGeneratorConfig {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            data_num: Some(100),
            max_per_task: 10,
            max_question: 10,
            max_attempts: 3,
            closed_book_samples: 1,
            closed_book_temperature: None,
            input_key: name("prompts"),
            output_identifier_key: name("identifier"),
            output_candidate_key: name("candidate_tasks_str"),
            output_question_key: name("question"),
            output_answer_key: name("answer"),
            output_refined_answer_key: name("refined_answer"),
            output_optional_answer_key: name("optional_answer"),
            output_llm_answer_key: name("llm_answer"),
            output_golden_doc_answer_key: name("golden_doc_answer"),
            output_llm_score_key: name("llm_score"),
            output_golden_doc_score_key: name("golden_doc_score"),
            output_kind_key: name("kind"),
            output_hops_key: name("hops"),
            output_span_key: name("golden_span"),
        }
    }
}

impl AtomicTaskGeneratorConfig {
    /// The first option with a value that it cannot have, as a message that starts with its name.
    pub(super) fn fault(&self) -> Option<String> {
        let counts = [
            ("max_per_task", self.max_per_task as u64),
            ("max_question", self.max_question as u64),
            ("max_attempts", u64::from(self.max_attempts)),
            ("closed_book_samples", u64::from(self.closed_book_samples)),
            ("data_num", self.data_num.unwrap_or(1)),
        ];
        let zero = counts.into_iter().find(|(_, count)| *count == 0);
        zero.map(|(name, _)| format!("option `{name}` must be at least 1"))
    }

    /// The fields that a task gets, in the order in which they are written.
    pub(super) fn outputs(&self) -> [&String; 13] {
        [
            &self.output_identifier_key,
            &self.output_candidate_key,
            &self.output_question_key,
            &self.output_answer_key,
            &self.output_refined_answer_key,
            &self.output_optional_answer_key,
            &self.output_llm_answer_key,
            &self.output_golden_doc_answer_key,
            &self.output_llm_score_key,
            &self.output_golden_doc_score_key,
            &self.output_kind_key,
            &self.output_hops_key,
            &self.output_span_key,
        ]
    }
}
