//! Options of DepthQAGenerator.

use serde::{Deserialize, Serialize};

/// The most rounds. Each makes the question longer by what it takes to find one more thing.
pub(super) const MOST_ROUNDS: u32 = 10;

/// Options of DepthQAGenerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DepthQaGeneratorConfig {
    /// How many times a question is made deeper, at most 10; 0 turns the step off; default 2.
    pub n_rounds: u32,
    /// How often each prompt is asked, the first time included, before an answer that cannot be used ends the round; at least
    /// 1, default 3.
    pub max_attempts: u32,
    /// How often a deeper question is answered without documents; the best answer counts. At least 1, default 1.
    pub closed_book_samples: u32,
    /// The temperature of these answers, 0 to 2; `null`, the default: the prompt's.
    pub closed_book_temperature: Option<f64>,
    /// Whether a record of which a round fails keeps what the rounds before it made; else it is dropped; default true.
    pub keep_partial: bool,
    /// The field with the question; default `question`.
    pub input_key: String,
    /// The field with its answer: a text, a number, or a list of which the first counts; default `refined_answer`.
    pub input_answer_key: String,
    /// The field with a list of all answers that count as right; default none.
    pub input_optional_key: Option<String>,
    /// The field with what the question is about; made from the question where a record has none; default `identifier`.
    pub input_identifier_key: String,
    /// The field with the text that the question was made from, if there is one; default `text`.
    pub input_text_key: String,
    /// The field that gets the deepest question, or null; with `_1`, `_2` … added, the fields that get that of each round;
    /// default `depth_question`.
    pub output_key: String,
    /// The field that gets how many rounds have succeeded; default `depth_hops`.
    pub output_hops_key: String,
    /// The field that gets why there were no more, or null; default `depth_stop`.
    pub output_stop_key: String,
}

impl Default for DepthQaGeneratorConfig {
    fn default() -> Self {
        Self {
            n_rounds: 2,
            max_attempts: 3,
            closed_book_samples: 1,
            closed_book_temperature: None,
            keep_partial: true,
            input_key: "question".to_owned(),
            input_answer_key: "refined_answer".to_owned(),
            input_optional_key: None,
            input_identifier_key: "identifier".to_owned(),
            input_text_key: "text".to_owned(),
            output_key: "depth_question".to_owned(),
            output_hops_key: "depth_hops".to_owned(),
            output_stop_key: "depth_stop".to_owned(),
        }
    }
}

impl DepthQaGeneratorConfig {
    /// The fields of a round, from 1: its identifier, its relation, its question.
    pub(super) fn fields_of_round(&self, round: u32) -> [String; 3] {
        [
            format!("new_identifier_{round}"),
            format!("relation_{round}"),
            format!("{}_{round}", self.output_key),
        ]
    }
}
