//! One step of a reasoning chain: a thought and one action.
//!
//! ````text
//! Thought 1: The library's place has to be known first.
//! Action 1:
//! ```
//! {'function': 'search', 'parameters': {'query': 'Where is Yuma's library?'}}
//! ```
//! ````
//!
//! Models like to run ahead: they write what a search might have found, and the steps after it. Only the first step of a reply
//! counts. Its action is read, never evaluated: see [`action`](fn@action).
//!
//! | module | what it decides |
//! |---|---|
//! | `marks` | where thoughts, actions and observations begin |
//! | `action` | what an action says |
//! | `repair` | what one with unescaped quotes says, where its shape leaves no doubt |

mod action;
mod marks;
#[cfg(test)]
mod properties;
mod repair;
#[cfg(test)]
mod tests;

pub use action::{Action, MOST_CHARACTERS, action};

use super::excerpt::excerpt;
use super::reasoning::separate;
use action::first_action;
use marks::{Kind, Mark, next_mark};

/// One step of a reasoning chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number that the reply gives the step, if it gives one.
    pub number: Option<u32>,
    /// What is thought before the action, trimmed; may be empty.
    pub thought: String,
    /// What is done.
    pub action: Action,
}

impl Step {
    /// The step as text, under this number; [`step`](fn@step) reads it back.
    pub fn render(&self, number: u32) -> String {
        format!("Thought {number}: {}\nAction {number}:\n```\n{}\n```", self.thought, self.action)
    }
}

/// The first step of a reply. Reasoning is dropped first, and what stands before the first thought; all that follows the first
/// action is not looked at.
///
/// ```
/// use ragstill_teacher::parse::{Action, step};
///
/// let reply = "Thought 1: Where it is must be known.\nAction 1:\n```\n{'function': 'search', 'parameters': \
///              {'query': 'Where is Yuma's library?'}}\n```\nObservation 1: In Yuma.\nThought 2: …";
/// let first = step(reply)?;
/// assert_eq!((first.number, first.thought.as_str()), (Some(1), "Where it is must be known."));
/// assert_eq!(first.action, Action::Search { query: "Where is Yuma's library?".into() });
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// A sentence, when the reply does not begin with a step, or its action is not one of the two there are.
pub fn step(reply: &str) -> Result<Step, String> {
    let separated = separate(reply);
    if !separated.closed {
        return Err("the reply ended inside its reasoning".to_owned());
    }
    let text = separated.text.as_str();
    if text.is_empty() {
        return Err("the reply is empty".to_owned());
    }
    let step = first_step(text)?;
    // Written down again, a tag in the thought would cut the step in two.
    let rendered = step.render(step.number.unwrap_or(1));
    if separate(&rendered).text != rendered {
        return Err("the thought has a tag of reasoning in it".to_owned());
    }
    Ok(step)
}

fn first_step(text: &str) -> Result<Step, String> {
    let no_action = || format!("the reply has no action, and begins {}", excerpt(text));
    let first = next_mark(text, 0).ok_or_else(no_action)?;
    let (thought, begun, mark) = match first.kind {
        Kind::Observation => {
            return Err("the reply begins with an observation, which is not its to make".to_owned());
        }
        Kind::Action => (&text[..first.start], None, first),
        Kind::Thought => {
            let next = next_mark(text, first.end);
            let mark = next.filter(|mark| mark.kind == Kind::Action).ok_or_else(no_action)?;
            (&text[first.end..mark.start], Some(first), mark)
        }
    };
    let number = number(begun.as_ref(), &mark)?;
    let action = first_action(text, mark.end)?;
    Ok(Step { number, thought: thought.trim().to_owned(), action })
}

/// The number of the step whose marks these are.
fn number(thought: Option<&Mark<'_>>, action: &Mark<'_>) -> Result<Option<u32>, String> {
    let thought = thought.map(Mark::number).transpose()?.flatten();
    let action = action.number()?;
    match (thought, action) {
        (Some(thought), Some(action)) if thought != action => {
            Err(format!("the thought is numbered {thought} and its action {action}"))
        }
        (thought, action) => Ok(thought.or(action)),
    }
}
