//! One call a passage, to the small teacher.

use std::sync::Arc;

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Context, Define, Error, Fields, Operator, Outcome, Result};
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::{Prompt, Prompts, StandIn, parse};
use serde_json::{Map, Value};

use super::config::ChunkFilterConfig;
use super::preview;

const PROMPT: &str = "chunk_filter/suitability";

/// Augmentoolkit's.
const STAND_IN: StandIn = StandIn { file: "filter", values: &[("text", "{{ text }}")] };

/// Drops passages that no good question can be asked about: contents pages, legal notices, bare lists.
#[derive(Debug)]
pub struct ChunkFilter {
    config: ChunkFilterConfig,
    prompt: Arc<Prompt>,
}

impl Define for ChunkFilter {
    type Config = ChunkFilterConfig;

    const NAME: &'static str = "ChunkFilter";
    const ABOUT: &'static str = "drops passages that no good question can be asked about";

    fn build(config: ChunkFilterConfig, prompts: &Prompts) -> Result<Self> {
        if config.max_attempts == 0 {
            return Err(Error::mistake("option `max_attempts` must be at least 1"));
        }
        let prompt = prompts.load_or(PROMPT, include_str!("prompts/suitability.md"), &STAND_IN)?;
        Ok(Self { config, prompt })
    }

    fn previews(previews: &mut Previews) {
        previews.insert(PROMPT, preview::suitability);
    }
}

#[async_trait]
impl Operator for ChunkFilter {
    fn fields(&self) -> Fields {
        Fields { reads: vec![self.config.input_text_key.clone()], ..Fields::default() }
    }

    fn is_filter(&self) -> bool {
        true
    }

    async fn apply(&self, record: &Record, context: &Context) -> ragstill_teacher::Result<Outcome> {
        if self.config.skip_filter_chunks {
            return Ok(Outcome::Keep(Map::new()));
        }
        let text = match record.text(&self.config.input_text_key) {
            Ok(text) => text,
            Err(reason) => return Ok(Outcome::Reject(reason)),
        };
        let variables = Map::from_iter([("text".to_owned(), Value::from(text))]);
        let attempts = self.config.max_attempts;
        let verdict = context
            .ask_until(record, &self.prompt, variables, attempts, |answer| verdict(&answer.text))
            .await?;
        Ok(match verdict {
            Ok(true) => Outcome::Keep(Map::new()),
            Ok(false) => Outcome::Reject("the passage is not suitable for questions".to_owned()),
            Err(reason) => Outcome::Reject(reason),
        })
    }
}

/// What a reply decides: its last line, which must say nothing else. Augmentoolkit's prompt has it say for what, and has other
/// words for no.
fn verdict(reply: &str) -> std::result::Result<bool, String> {
    let text = parse::prose(reply);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let words: Vec<String> = last
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Models announce their verdict: "Verdict: Suitable", "Step 5. Final Judgment: Unsuitable for educational questions".
    let announced = [
        "verdict",
        "decision",
        "judgement",
        "judgment",
        "answer",
        "conclusion",
        "final",
        "the",
        "is",
        "step",
    ];
    let announces = |word: &&str| announced.contains(word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let mut decided = words.iter().copied().skip_while(announces);
    if decided.next() == Some("suitable") && decided.next().is_none_or(|word| word == "for") {
        return Ok(true);
    }
    let (mut yes, mut no) = (false, false);
    for (before, word) in std::iter::once(&"").chain(&words).zip(&words) {
        match (*before, *word) {
            ("not", "suitable" | "suited") | (_, "unsuitable") => no = true,
            (_, "suitable") => yes = true,
            _ => {}
        }
    }
    if no && !yes {
        return Ok(false);
    }
    Err("the reply does not end with Suitable or Not suitable".to_owned())
}

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn the_last_line_decides() {
        for (reply, suitable) in [
            ("It has facts.\n\nSuitable", true),
            ("Not suitable at first sight.\n**Suitable.**\n", true),
            ("A list.\n\n**Verdict:** Not suitable", false),
            ("Final decision: Unsuitable.", false),
            ("<think>Suitable</think>not-suitable", false),
            ("Step 5. Final Judgment: Suitable for educational questions.", true),
            (
                "Step 5. Final Judgment: Unsuitable for educational questions due to its unclear content.",
                false,
            ),
            (
                "Step 5. Final Judgment: Due to being a table of contents, this is not suited for questions.",
                false,
            ),
        ] {
            assert_eq!(verdict(reply), Ok(suitable), "{reply:?}");
        }
        for reply in [
            "",
            "It is suitable for some",
            "Suitable or Not suitable",
            "Not suitable? It is suitable",
            "Suitable? Hardly",
            "<think>Suitable",
        ] {
            assert!(verdict(reply).is_err(), "{reply:?}");
        }
    }
}
