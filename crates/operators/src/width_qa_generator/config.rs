//! Options of WidthQAGenerator.

use serde::{Deserialize, Serialize};

/// Options of WidthQAGenerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WidthQaGeneratorConfig {
    /// How often each prompt is asked, the first time included, before a pair is rejected because no answer could be used;
    /// at least 1, default 3.
    pub max_attempts: u32,
    /// How often a question is answered without documents; the best answer counts. At least 1, default 1.
    pub closed_book_samples: u32,
    /// The temperature of these answers, 0 to 2; `null`, the default: the prompt's.
    pub closed_book_temperature: Option<f64>,
    /// The field with the tasks that become one; records in which it is null are no pairs and go on; default `pair`.
    pub input_pair_key: String,
    /// What the question is called in each of these tasks; default `question`.
    pub input_question_key: String,
    /// What is called there what the question is about; default `identifier`.
    pub input_identifier_key: String,
    /// What the answer is called there: a text, a number, or a list of which the first counts; default `answer`.
    pub input_answer_key: String,
    /// What is called there a list of all answers that count as right, if there is one; default `optional_answer`.
    pub input_optional_key: String,
    /// The field that gets the question; default `generated_width_task`.
    pub output_question_key: String,
    /// The field that gets what the question is about; default `content_identifier`.
    pub output_identifier_key: String,
    /// The field that gets the places of the tasks in the pair, from 0, in the order in which they are asked; default
    /// `qa_index`.
    pub output_index_key: String,
    /// The field that gets the list of their answers, in this order; default `original_answer`.
    pub output_answers_key: String,
    /// The field that gets the list of their questions, in this order; default `original_question`.
    pub output_questions_key: String,
    /// The field that gets what the check of the origin said, 1 in what is kept; default `state`.
    pub output_state_key: String,
    /// The field that gets the answers to the whole question that count as right; default `width_answers`.
    pub output_width_answers_key: String,
    /// The field that gets the answer without documents; default `width_llm_answer`.
    pub output_llm_answer_key: String,
    /// The field that gets its score, 0 in what is kept; default `width_llm_score`.
    pub output_llm_score_key: String,
}

impl Default for WidthQaGeneratorConfig {
    fn default() -> Self {
        let name = str::to_owned;
        Self {
            max_attempts: 3,
            closed_book_samples: 1,
            closed_book_temperature: None,
            input_pair_key: name("pair"),
            input_question_key: name("question"),
            input_identifier_key: name("identifier"),
            input_answer_key: name("answer"),
            input_optional_key: name("optional_answer"),
            output_question_key: name("generated_width_task"),
            output_identifier_key: name("content_identifier"),
            output_index_key: name("qa_index"),
            output_answers_key: name("original_answer"),
            output_questions_key: name("original_question"),
            output_state_key: name("state"),
            output_width_answers_key: name("width_answers"),
            output_llm_answer_key: name("width_llm_answer"),
            output_llm_score_key: name("width_llm_score"),
        }
    }
}

impl WidthQaGeneratorConfig {
    /// The fields that a record gets, in the order in which they are written.
    pub(super) fn outputs(&self) -> [&String; 9] {
        [
            &self.output_question_key,
            &self.output_identifier_key,
            &self.output_index_key,
            &self.output_answers_key,
            &self.output_questions_key,
            &self.output_state_key,
            &self.output_width_answers_key,
            &self.output_llm_answer_key,
            &self.output_llm_score_key,
        ]
    }
}
