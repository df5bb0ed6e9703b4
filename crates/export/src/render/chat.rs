//! Rendering by the chat template of a model, as transformers' `apply_chat_template` does.

use std::path::Path;

use minijinja::{Environment, Value};
use ragstill_core::{Role, Turn};

use super::environment::{chat_environment, sentence};
use super::marks::{Marks, Signs};
use super::{Segment, append, generation, source, spans};
use crate::error::{Error, Result};
use crate::options::ExportOptions;

const OPTION: &str = "chat_template";

#[derive(Debug)]
pub(super) struct ChatTemplate {
    environment: Environment<'static>,
    tokens: Vec<(String, String)>,
    /// Whether it has `{% generation %}` blocks.
    pub(super) has_blocks: bool,
}

/// What a template wrote.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rendering {
    pub(super) text: String,
    /// The bytes of its `{% generation %}` blocks, in order.
    pub(super) blocks: Vec<std::ops::Range<usize>>,
}

impl ChatTemplate {
    pub(super) fn load(path: &Path, options: &ExportOptions) -> Result<Self> {
        let source = source::read(path, options)?;
        let wrong = |error: minijinja::Error| {
            Error::option(OPTION, format!("{} does not compile: {}", path.display(), sentence(&error)))
        };
        let (template, has_blocks) = generation::rewrite(&source.template);
        let mut environment = chat_environment().map_err(wrong)?;
        environment.add_template_owned(OPTION, template).map_err(wrong)?;
        let names = environment.get_template(OPTION).map_err(wrong)?.undeclared_variables(false);
        if !names.contains("messages") {
            let message = format!("{} does not use `messages`, so it is no chat template", path.display());
            return Err(Error::option(OPTION, message));
        }
        Ok(Self { environment, tokens: source.tokens, has_blocks })
    }

    /// What it writes itself that looks like a mark.
    pub(super) fn marks(&self) -> Marks {
        let source = self.environment.get_template(OPTION).map(|template| template.source().to_owned());
        let tokens = self.tokens.iter().map(|(_, token)| token.as_str());
        Marks::of_templates(tokens.chain([source.unwrap_or_default().as_str()]))
    }

    /// The token that ends a turn, when it is known.
    pub(super) fn eos(&self) -> Option<&str> {
        self.tokens.iter().find(|(name, _)| name == "eos_token").map(|(_, token)| token.as_str())
    }

    /// A conversation.
    pub(super) fn segments(&self, turns: &[Turn], signs: &Signs) -> Result<Vec<Segment>, String> {
        let (text, spans) = spans::trained(self, turns, signs)?;
        let mut segments = Vec::with_capacity(2 * spans.len() + 1);
        let mut done = 0;
        for span in spans {
            append(&mut segments, &[&text[done..span.start]], false);
            append(&mut segments, &[&text[span.clone()]], true);
            done = span.end;
        }
        append(&mut segments, &[&text[done..]], false);
        Ok(segments)
    }

    /// Renders messages.
    pub(super) fn render(
        &self,
        messages: &[Value],
        prompt: bool,
        signs: &Signs,
    ) -> Result<Rendering, String> {
        let template = self.environment.get_template(OPTION).map_err(|error| sentence(&error))?;
        let given = [
            ("messages", Value::from(messages.to_vec())),
            ("add_generation_prompt", Value::from(prompt)),
            ("tools", Value::from(())),
            ("documents", Value::from(())),
            (generation::SIGNS.0, Value::from(signs.block.0.to_string())),
            (generation::SIGNS.1, Value::from(signs.block.1.to_string())),
        ];
        let tokens = self.tokens.iter().map(|(name, token)| (name.as_str(), Value::from(token.as_str())));
        let text =
            template.render(Value::from_pairs(given.into_iter().chain(tokens))).map_err(|e| sentence(&e))?;
        Ok(take_blocks(text, signs))
    }
}

/// The turn as a message. An observation is what templates call `tool`.
pub(super) fn message(role: Role, text: &str) -> Value {
    let role = if role == Role::Observation { "tool" } else { role.as_str() };
    Value::from_pairs([("role", role), ("content", text)])
}

/// Takes the signs of blocks out of a rendering.
fn take_blocks(text: String, signs: &Signs) -> Rendering {
    let (begin, end) = signs.block;
    if !text.contains([begin, end]) {
        return Rendering { text, blocks: Vec::new() };
    }
    let mut out = String::with_capacity(text.len());
    let mut blocks = Vec::new();
    // A block within a block is part of it.
    let mut open = Vec::new();
    let mut done = 0;
    for (at, sign) in text.match_indices([begin, end]) {
        out.push_str(&text[done..at]);
        done = at + sign.len();
        if sign.starts_with(begin) {
            open.push(out.len());
        } else if let Some(start) = open.pop()
            && open.is_empty()
        {
            blocks.push(start..out.len());
        }
    }
    out.push_str(&text[done..]);
    Rendering { text: out, blocks }
}
