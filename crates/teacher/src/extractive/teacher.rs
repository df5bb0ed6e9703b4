//! The built-in teacher.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::chat::{Answer, Ask, Finish, Teacher, Usage, estimate_tokens};
use crate::error::{Error, Kind, Result};

/// What a preview may look at.
#[derive(Debug, Clone, Copy)]
pub struct PreviewInput<'a> {
    /// What the prompt was rendered with.
    pub variables: &'a Map<String, Value>,
    /// The number of the sample, from 0: another sample may give another answer.
    pub sample: u32,
}

impl PreviewInput<'_> {
    /// A variable's text; empty when it is missing or no text.
    pub fn text(&self, variable: &str) -> &str {
        self.variables.get(variable).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Writes the built-in teacher's answer to one prompt. It must be a pure function of its input.
pub type Preview = fn(&PreviewInput<'_>) -> String;

/// The previews by prompt name. Each operator adds those of its own prompts.
pub type Previews = BTreeMap<&'static str, Preview>;

/// The teacher that answers from the text alone.
#[derive(Debug)]
pub struct Extractive {
    previews: Arc<Previews>,
}

impl Extractive {
    /// The name under which its answers are stored. It changes when its answers do.
    pub const MODEL: &'static str = "extractive-1";

    /// A teacher that answers these prompts.
    pub fn new(previews: Arc<Previews>) -> Self {
        Self { previews }
    }
}

#[async_trait::async_trait]
impl Teacher for Extractive {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let Some(preview) = self.previews.get(&*ask.prompt) else {
            return Err(Error::new(
                Kind::Config,
                format!(
                    "the built-in teacher cannot answer the prompt `{}`; give a real one with --teacher URL --model NAME",
                    ask.prompt
                ),
            ));
        };
        let text = preview(&PreviewInput { variables: &ask.variables, sample: ask.sample });
        let usage = Usage {
            prompt_tokens: ask.prompt_tokens_estimated(),
            completion_tokens: estimate_tokens(&text),
            estimated: true,
        };
        Ok(Answer { text, reasoning: None, usage, finish: Finish::Stop, stored: false })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Extractive, Previews};
    use crate::chat::Teacher;
    use crate::error::Kind;
    use crate::testing::ask;

    #[tokio::test]
    async fn answers_the_prompts_it_knows_and_says_so_of_others() {
        let mut previews = Previews::new();
        previews.insert("step/prompt", |input| format!("{}-{}", input.text("missing"), input.sample));
        let teacher = Extractive::new(Arc::new(previews));
        let answer = teacher.ask(&ask("q")).await.unwrap();
        assert_eq!(answer.text, "-0");
        assert!(answer.usage.estimated);
        let mut other = ask("q");
        other.prompt = "unknown".into();
        assert_eq!(teacher.ask(&other).await.unwrap_err().kind, Kind::Config);
    }
}
