//! Rendering by a small template for each role, as Augmentoolkit does for Axolotl's `input_output`.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};
use ragstill_core::{Role, Turn};

use super::marks::Marks;
use super::presence::stands_in;
use super::{Segment, append};
use crate::error::{Error, Result};
use crate::options::ExportOptions;

/// What stands for the text of a turn while a template is tried.
const PROBE: &str = "\u{FDD0}probe\u{FDD1}";

#[derive(Debug)]
pub(super) struct TurnFormats {
    environment: Environment<'static>,
    bos: String,
    eos: String,
    /// What the format of an assistant turn writes before its text.
    header: String,
    /// By role, what stands before and after the text in formats that do nothing else: nearly all, and far the fastest.
    plain: Vec<(Role, String, String)>,
    marks: Marks,
}

/// The option of a role's template, and the variable in it.
fn names(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::System => ("system_format", "system"),
        Role::User => ("user_format", "user"),
        Role::Assistant => ("assistant_format", "assistant"),
        Role::Observation => ("observation_format", "observation"),
    }
}

impl TurnFormats {
    pub(super) fn new(options: &ExportOptions) -> Result<Self> {
        let sources = [
            (Role::System, &options.system_format),
            (Role::User, &options.user_format),
            (Role::Assistant, &options.assistant_format),
            (Role::Observation, &options.observation_format),
        ];
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        // A format is taken as it is written: a line break at its end is one in every turn.
        let syntax = SyntaxConfig::builder().keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|error| Error::option("assistant_format", error))?);
        let (mut header, mut plain) = (String::new(), Vec::new());
        for (role, source) in sources {
            let (option, variable) = names(role);
            let wrong = |error: minijinja::Error| Error::option(option, super::environment::sentence(&error));
            environment.add_template_owned(option, source.clone()).map_err(wrong)?;
            let template = environment.get_template(option).map_err(wrong)?;
            if let Some(other) =
                template.undeclared_variables(false).iter().filter(|name| *name != variable).min()
            {
                let message =
                    format!("there is no variable `{other}`; the text of the turn is `{{{{ {variable} }}}}`");
                return Err(Error::option(option, message));
            }
            let probe = template.render(Value::from_pairs([(variable, PROBE)])).map_err(wrong)?;
            let Some(at) = probe.find(PROBE) else {
                let message = format!(
                    "does not write the text of the turn; put `{{{{ {variable} }}}}` where it belongs"
                );
                return Err(Error::option(option, message));
            };
            if role == Role::Assistant {
                header = probe[..at].to_owned();
            }
            if is_plain(source, variable) {
                plain.push((role, probe[..at].to_owned(), probe[at + PROBE.len()..].to_owned()));
            }
        }
        let sources = sources.iter().map(|(_, source)| source.as_str());
        let marks = Marks::of_templates(sources.chain([options.bos.as_str(), options.eos.as_str()]));
        Ok(Self { environment, bos: options.bos.clone(), eos: options.eos.clone(), header, plain, marks })
    }

    pub(super) fn marks(&self) -> Marks {
        self.marks.clone()
    }

    /// A conversation.
    pub(super) fn segments(&self, turns: &[Turn]) -> Result<Vec<Segment>, String> {
        let mut segments = Vec::with_capacity(turns.len() + 1);
        append(&mut segments, &[&self.bos], false);
        for (at, turn) in turns.iter().enumerate() {
            let rendered;
            let plain = self.plain.iter().find(|(role, _, _)| *role == turn.role);
            let (before, text, after) = match plain {
                Some((_, before, after)) => (before.as_str(), turn.text.as_str(), after.as_str()),
                None => {
                    rendered = self.text(turn, at)?;
                    // A template that looks at its text may write something else before it; then nothing is known to be
                    // header.
                    let is_headed = turn.role == Role::Assistant && rendered.starts_with(&self.header);
                    let (header, body) = rendered.split_at(if is_headed { self.header.len() } else { 0 });
                    (header, body, "")
                }
            };
            if turn.role == Role::Assistant {
                // After a trained turn the model writes on; else the header stands in the prompt.
                let goes_on = turn.train && at.checked_sub(1).is_some_and(|before| turns[before].train);
                append(&mut segments, &[before], goes_on);
                append(&mut segments, &[text, after, &self.eos], turn.train);
            } else {
                append(&mut segments, &[before, text, after], turn.train);
            }
        }
        Ok(segments)
    }

    /// A turn as its template renders it.
    fn text(&self, turn: &Turn, at: usize) -> Result<String, String> {
        let (option, variable) = names(turn.role);
        let wrong = |error: minijinja::Error| {
            format!("`{option}` cannot render turn {}: {}", at + 1, super::environment::sentence(&error))
        };
        let template = self.environment.get_template(option).map_err(wrong)?;
        let text = template.render(Value::from_pairs([(variable, &turn.text)])).map_err(wrong)?;
        if stands_in(&turn.text, &text) {
            return Ok(text);
        }
        Err(format!("`{option}` leaves out the text of turn {} ({})", at + 1, turn.role.as_str()))
    }
}

/// Whether a format is its text with other text around it and nothing else.
fn is_plain(source: &str, variable: &str) -> bool {
    let Some((before, rest)) = source.split_once("{{") else { return false };
    let Some((inside, after)) = rest.split_once("}}") else { return false };
    let marks = ["{{", "{%", "{#"];
    inside.trim() == variable && !marks.iter().any(|mark| before.contains(mark) || after.contains(mark))
}
