//! The file format of prompts: YAML front matter between `---` lines, then sections `# system`, `# user` and, for
//! worked examples, `# assistant`.

use serde::Deserialize;
use serde_json::Value;

use crate::chat::Sampling;
use crate::messages::MessageRole;

/// What stands between the `---` lines of a prompt file.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontMatter {
    /// What the prompt is for, for people.
    #[serde(default)]
    pub description: Option<String>,
    /// The teacher role that answers: `default`, `small`, `large`, `judge` or `answerer`.
    #[serde(default)]
    pub role: Option<String>,
    /// Sampling temperature, 0 to 2.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// Nucleus sampling, above 0 to 1.
    #[serde(default)]
    pub top_p: Option<f64>,
    /// The most tokens of an answer, reasoning included.
    #[serde(default)]
    pub max_tokens: Option<u32>,
    /// Texts at which the answer ends.
    #[serde(default)]
    pub stop: Vec<String>,
    /// How many tokens an answer usually has, for forecasts and rate limits.
    #[serde(default)]
    pub expected_tokens: Option<u32>,
    /// The names that the sections may use.
    #[serde(default)]
    pub variables: Vec<String>,
    /// The JSON Schema of the answer, when it must be JSON.
    #[serde(default)]
    pub schema: Option<Value>,
}

impl FrontMatter {
    /// The sampling settings that the prompt asks for.
    pub fn sampling(&self) -> Sampling {
        Sampling {
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: self.max_tokens,
            stop: self.stop.clone(),
            extra: serde_json::Map::new(),
        }
    }
}

/// A prompt file taken apart: its front matter, if it has one, and its sections in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PromptFile {
    pub front_matter: Option<FrontMatter>,
    pub sections: Vec<(MessageRole, String)>,
}

impl PromptFile {
    /// Takes a prompt file apart.
    ///
    /// Sections are found before anything is rendered into them, so a document that contains `# user` cannot open
    /// one.
    pub(super) fn parse(source: &str) -> Result<Self, String> {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source).replace("\r\n", "\n");
        let (front_matter, body) = split_front_matter(&source)?;
        let mut sections: Vec<(MessageRole, String)> = Vec::new();
        for line in body.lines() {
            let role = match line.trim_end() {
                "# system" => Some(MessageRole::System),
                "# user" => Some(MessageRole::User),
                "# assistant" => Some(MessageRole::Assistant),
                _ => None,
            };
            match (role, sections.last_mut()) {
                (Some(role), _) => sections.push((role, String::new())),
                (None, Some((_, text))) => {
                    text.push_str(line);
                    text.push('\n');
                }
                (None, None) if line.trim().is_empty() => {}
                (None, None) => {
                    return Err(format!(
                        "text stands before the first section: `{}`; start with a line `# system` or `# user`",
                        line.chars().take(60).collect::<String>()
                    ));
                }
            }
        }
        if !sections.iter().any(|(role, _)| *role == MessageRole::User) {
            return Err("there is no `# user` section".to_owned());
        }
        for (_, text) in &mut sections {
            *text = text.trim().to_owned();
        }
        Ok(Self { front_matter, sections })
    }
}

fn split_front_matter(source: &str) -> Result<(Option<FrontMatter>, &str), String> {
    let Some(rest) = source.strip_prefix("---\n") else { return Ok((None, source)) };
    let Some(end) = rest.find("\n---\n") else {
        return Err("the front matter that starts with `---` has no closing `---` line".to_owned());
    };
    let front_matter = serde_saphyr::from_str(&rest[..end])
        .map_err(|error| format!("the front matter cannot be read: {error}"))?;
    Ok((Some(front_matter), &rest[end + 5..]))
}

#[cfg(test)]
mod tests {
    use super::PromptFile;
    use crate::messages::MessageRole;

    #[test]
    fn front_matter_and_sections() {
        let file = PromptFile::parse(
            "---\ntemperature: 0.5\nvariables: [text]\nschema:\n  type: object\n---\n\n# system\nYou.\n\n# user\n## A heading\n{{ text }}\n",
        )
        .unwrap();
        let front = file.front_matter.unwrap();
        assert_eq!(front.temperature, Some(0.5));
        assert_eq!(front.schema, Some(serde_json::json!({"type": "object"})));
        assert_eq!(
            file.sections,
            [
                (MessageRole::System, "You.".to_owned()),
                (MessageRole::User, "## A heading\n{{ text }}".to_owned())
            ]
        );
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let fault = |source: &str| PromptFile::parse(source).unwrap_err();
        assert!(fault("hello\n# user\nx").contains("before the first section"));
        assert!(fault("# system\nx").contains("no `# user` section"));
        assert!(fault("---\na: 1\n# user\nx").contains("no closing"));
        assert!(fault("---\ntemprature: 1\n---\n# user\nx").contains("temprature"));
    }
}
