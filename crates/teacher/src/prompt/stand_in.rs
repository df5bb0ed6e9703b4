//! Prompts in the form of another program that stand in for built-in ones: a YAML list of messages, each with a `role` and a
//! `content`, in which `{names}` stand for what is filled in.

use serde::Deserialize;

use super::file::PromptFile;
use crate::messages::MessageRole;

/// How another program calls a prompt and what it fills in.
#[derive(Debug, Clone, Copy)]
pub struct StandIn {
    /// The name of its file, without `.yaml`.
    pub file: &'static str,
    /// What it calls each value, and the value as a template over the variables of the prompt that it stands in for.
    pub values: &'static [(&'static str, &'static str)],
}

#[derive(Deserialize)]
struct RawMessage {
    role: String,
    content: String,
}

impl StandIn {
    /// Reads the messages as sections without front matter.
    pub(super) fn parse(&self, source: &str) -> Result<PromptFile, String> {
        let messages: Vec<RawMessage> = serde_saphyr::from_str(source).map_err(|error| {
            format!("this is no list of messages, each with a `role` and a `content`: {error}")
        })?;
        let mut filled = false;
        let mut sections = Vec::with_capacity(messages.len());
        for RawMessage { role, content } in &messages {
            let role = match role.as_str() {
                "system" => MessageRole::System,
                "user" => MessageRole::User,
                "assistant" => MessageRole::Assistant,
                other => {
                    return Err(format!(
                        "there is no role `{other}`; a message is `system`'s, `user`'s or `assistant`'s"
                    ));
                }
            };
            let (template, fills) = self.template(content.trim());
            filled |= fills;
            sections.push((role, template));
        }
        if !sections.iter().any(|(role, _)| *role == MessageRole::User) {
            return Err("no message is the user's".to_owned());
        }
        if !filled {
            let names: Vec<_> = self.values.iter().map(|(name, _)| format!("`{{{name}}}`")).collect();
            return Err(format!(
                "nothing is filled into any message; put {} where it belongs",
                names.join(" or ")
            ));
        }
        Ok(PromptFile { front_matter: None, sections })
    }

    /// A content as a template, and whether anything is filled into it. What is no value stays as it is written; doubled
    /// braces become single ones, as Python's `format` has it, unless it could not read the content.
    fn template(&self, content: &str) -> (String, bool) {
        let halves = is_format(content);
        let (mut template, mut filled) = (String::with_capacity(content.len() + 64), false);
        let mut rest = content;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            template.push_str(before);
            let doubled = halves && (from.starts_with("{{") || from.starts_with("}}"));
            let value = if doubled { None } else { self.value(from) };
            rest = match value {
                Some((template_of_value, after)) => {
                    template.push_str(template_of_value);
                    filled = true;
                    after
                }
                None => {
                    let brace = &from[..1];
                    // In a template an opening brace may begin something.
                    template.push_str(if brace == "{" { "{{ '{' }}" } else { "}" });
                    &from[if doubled { 2 } else { 1 }..]
                }
            };
        }
        template.push_str(rest);
        (template, filled)
    }

    /// The template of the value whose name in braces begins the text, and what comes after it.
    fn value<'a>(&self, text: &'a str) -> Option<(&'static str, &'a str)> {
        let (name, after) = text.strip_prefix('{')?.split_once('}')?;
        let (_, template) = self.values.iter().find(|(known, _)| *known == name)?;
        Some((template, after))
    }
}

/// Whether every brace of a text is doubled or around a name.
fn is_format(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let from = &rest[at..];
        let name = from.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        rest = match name {
            _ if from.starts_with("{{") || from.starts_with("}}") => &from[2..],
            Some((name, after))
                if !name.is_empty() && name.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric()) =>
            {
                after
            }
            _ => return false,
        };
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{MessageRole, StandIn};

    const STAND_IN: StandIn = StandIn {
        file: "ask",
        values: &[("text", "{{ text }}"), ("chunks", "{% for c in found %}{{ c }};{% endfor %}")],
    };

    #[test]
    fn names_become_values_and_the_rest_stays() {
        let source = "- role: system\n  content: |\n    Be {brief} {{ x }} {% if %} {# no #}.\n\n- role: user\n  content: \"<{text}> {chunks}\"\n- role: assistant\n  content: '{\"a\": {\"b\": \"{text}\"}}'\n- role: user\n  content: '{{text}}'\n";
        let file = STAND_IN.parse(source).unwrap();
        let mut environment = minijinja::Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        let rendered: Vec<String> = file
            .sections
            .iter()
            .map(|(_, template)| {
                let values = serde_json::json!({"text": "a {chunks} {{ b }}", "found": ["c", "d"]});
                environment.render_str(template, minijinja::value::Serde(&values)).unwrap()
            })
            .collect();
        assert_eq!(
            rendered,
            [
                // Python could not read it, so the braces stay doubled.
                "Be {brief} {{ x }} {% if %} {# no #}.",
                "<a {chunks} {{ b }}> c;d;",
                "{\"a\": {\"b\": \"a {chunks} {{ b }}\"}}",
                "{text}",
            ]
        );
        let roles: Vec<MessageRole> = file.sections.iter().map(|(role, _)| *role).collect();
        use MessageRole::{Assistant, System, User};
        assert_eq!(roles, [System, User, Assistant, User]);
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let fault = |source: &str| STAND_IN.parse(source).unwrap_err();
        assert!(fault("a: 1").contains("no list of messages"));
        assert!(fault("- role: user").contains("content"));
        assert!(fault("- {role: tool, content: '{text}'}").contains("no role `tool`"));
        assert!(fault("- {role: system, content: '{text}'}").contains("no message is the user's"));
        assert!(fault("- {role: user, content: 'text'}").contains("put `{text}` or `{chunks}`"));
        assert!(fault("- [").contains("no list of messages"));
    }
}
