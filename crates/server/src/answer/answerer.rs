//! A teacher as a server's answerer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use ragstill_core::RecordId;
use ragstill_teacher::extractive::Previews;
use ragstill_teacher::openai::{Choice, Completion, Completions};
use ragstill_teacher::{
    Ask, Kind, Message, MessageRole, Messages, Prompt, Prompts, Sampling, Stop, Teacher, TeacherConfig,
    TeacherSpec, Usage, build_unstored, parse,
};
use serde_json::{Map, Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::preview;
use crate::config::ServerConfig;
use crate::error::Result;
use crate::http::{Refusal, Refused};
use crate::search::Found;

const LONG: &str = "answer/long";
const SHORT: &str = "answer/short";

/// How often a question is asked whose answer cannot be read, the first time included.
const ATTEMPTS: u32 = 3;

/// The teacher of a server: it answers questions from passages, and continues texts.
pub struct Answerer {
    teacher: Arc<dyn Teacher>,
    model: String,
    long: Arc<Prompt>,
    short: Arc<Prompt>,
    /// Settings that replace the prompts' own.
    sampling: Sampling,
    /// Not with the built-in teacher, which continues nothing.
    completions: Option<Completions>,
    /// Whether the server is known to have no `/completions`.
    is_chat_only: AtomicBool,
    turns: Arc<Semaphore>,
}

/// How long an answer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sentences.
    #[default]
    Long,
    /// The answer alone.
    Short,
}

impl Form {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// An answer and what it rests on.
#[derive(Debug)]
pub(crate) struct Grounded {
    pub answer: String,
    /// The positions, in `passages`, of those that it rests on.
    pub used: BTreeSet<usize>,
    /// The passages that the teacher saw, as it saw them.
    pub passages: Vec<Found>,
    pub usage: Usage,
}

impl Answerer {
    /// An answerer with this teacher, whose prompts are `answer/long` and `answer/short`. `stop` keeps it from sending
    /// anything more.
    ///
    /// # Errors
    /// When the teacher's settings, its key or a prompt cannot be used.
    pub fn new(
        teacher: &TeacherConfig,
        prompts: &Prompts,
        config: &ServerConfig,
        stop: &Stop,
    ) -> Result<Self> {
        let long = prompts.load(LONG, include_str!("prompts/long.md"))?;
        let short = prompts.load(SHORT, include_str!("prompts/short.md"))?;
        prompts.check_all_used()?;
        let previews = Previews::from([(LONG, preview::long as _), (SHORT, preview::short as _)]);
        let spec = TeacherSpec { role: "answerer", config: teacher };
        let built = build_unstored(&spec, stop, &Arc::default(), Arc::new(previews))?;
        let completions = if teacher.is_extractive() { None } else { Some(Completions::new(teacher)?) };
        Ok(Self {
            teacher: built.teacher,
            model: built.model,
            long,
            short,
            sampling: teacher.sampling.clone(),
            completions,
            is_chat_only: AtomicBool::new(false),
            turns: Arc::new(Semaphore::new(config.max_answers)),
        })
    }

    /// Asks the teacher's servers whether they are there; the built-in one is.
    ///
    /// # Errors
    /// When one does not answer, or does not take the key.
    pub async fn probe(&self) -> Result<()> {
        match &self.completions {
            Some(completions) => Ok(completions.probe().await?),
            None => Ok(()),
        }
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// A turn with the teacher, to be held until it has answered.
    ///
    /// # Errors
    /// 503 when too many are held.
    pub(crate) fn turn(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        Arc::clone(&self.turns).try_acquire_owned().map_err(|_| {
            let detail = "Too many questions are with the teacher; try again in a second";
            Refusal::busy(Refused::Answers, detail)
        })
    }

    /// Answers a question from passages, of which at most `most_chars` characters are shown.
    ///
    /// # Errors
    /// What the teacher's error means, and 502 when it writes nothing that can be read.
    pub(crate) async fn answer(
        &self,
        question: &str,
        form: Form,
        found: Vec<Found>,
        most_chars: usize,
    ) -> Result<Grounded, Refusal> {
        let prompt = if form == Form::Long { &self.long } else { &self.short };
        let passages = shown(found, most_chars);
        let contents: Vec<_> = passages.iter().map(|found| found.contents.as_str()).collect();
        let variables = Map::from_iter([
            ("question".to_owned(), question.into()),
            ("passages".to_owned(), json!(contents)),
        ]);
        let messages = prompt.render(&variables).map_err(|error| Refusal::of_teacher(&error))?;
        let mut ask = Ask {
            record: RecordId::given("question"),
            step: "answer".into(),
            prompt: Arc::clone(prompt.name()),
            variables: Arc::new(variables),
            messages,
            sampling: prompt.sampling().overridden_by(&self.sampling),
            schema: prompt.schema().cloned(),
            sample: 0,
            again: false,
            expected_tokens: prompt.expected_tokens(),
        };
        let mut usage = Usage::default();
        let schema = prompt.schema().map(|schema| schema.compiled());
        for sample in 0..ATTEMPTS {
            ask.sample = sample;
            ask.again = sample > 0;
            let answer = self.teacher.ask(&ask).await.map_err(|error| Refusal::of_teacher(&error))?;
            usage.prompt_tokens += answer.usage.prompt_tokens;
            usage.completion_tokens += answer.usage.completion_tokens;
            if let Some((answer, used)) = parse::json(&answer.text, schema).ok().as_ref().and_then(read) {
                // Numbers are checked, never trusted: there may be no such passage.
                let used = used.into_iter().filter(|at| *at < passages.len()).collect();
                return Ok(Grounded { answer, used, passages, usage });
            }
        }
        let detail = format!("The teacher wrote no answer that can be read, {ATTEMPTS} times");
        Err(Refusal::new(StatusCode::BAD_GATEWAY, detail))
    }

    /// Continues a text as it is; where the server has no address for that, as one message of a chat.
    ///
    /// # Errors
    /// What the teacher's error means, and 501 with the built-in teacher.
    pub(crate) async fn generate(
        &self,
        input: &str,
        parameters: &Map<String, Value>,
    ) -> Result<Completion, Refusal> {
        let Some(completions) = &self.completions else {
            let detail = "The built-in teacher cannot continue a text; start the server with --teacher URL --model NAME";
            return Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, detail));
        };
        if self.is_chat_only.load(Ordering::Relaxed) {
            return self.chat(input, parameters).await;
        }
        match completions.complete(input, parameters).await {
            Ok(completion) => Ok(completion),
            Err(error) if error.kind == Kind::NotFound || error.http_status == Some(501) => {
                // It may be the model that is not found: then the chat is not, either.
                let completion = self.chat(input, parameters).await?;
                self.is_chat_only.store(true, Ordering::Relaxed);
                Ok(completion)
            }
            Err(error) => Err(Refusal::of_teacher(&error)),
        }
    }

    async fn chat(&self, input: &str, parameters: &Map<String, Value>) -> Result<Completion, Refusal> {
        let message = Message { role: MessageRole::User, content: input.into() };
        let ask = Ask {
            record: RecordId::given("generate"),
            step: "generate".into(),
            prompt: "generate".into(),
            variables: Arc::default(),
            messages: Messages::from(vec![message]),
            sampling: Sampling { extra: parameters.clone(), ..Sampling::default() },
            schema: None,
            sample: 0,
            again: false,
            expected_tokens: 256,
        };
        let answer = self.teacher.ask(&ask).await.map_err(|error| Refusal::of_teacher(&error))?;
        let choice = Choice { text: answer.text, stop_reason: Value::Null };
        Ok(Completion { choices: vec![choice], usage: answer.usage })
    }
}

impl std::fmt::Debug for Answerer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answerer").field("model", &self.model).finish_non_exhaustive()
    }
}

/// The answer, and the positions of the passages that it says it rests on.
fn read(value: &Value) -> Option<(String, Vec<usize>)> {
    let answer = value.get("answer")?.as_str()?.trim().to_owned();
    let used = value.get("used")?.as_array()?.iter();
    let used = used.filter_map(|number| usize::try_from(number.as_u64()?).ok()?.checked_sub(1));
    Some((answer, used.collect()))
}

/// The passages that a teacher is shown: the best, until there are too many characters; the last of them is cut.
fn shown(found: Vec<Found>, most_chars: usize) -> Vec<Found> {
    let mut room = most_chars;
    let mut shown = Vec::with_capacity(found.len());
    for mut passage in found {
        if room == 0 {
            break;
        }
        match passage.contents.char_indices().nth(room) {
            Some((end, _)) => {
                passage.contents.truncate(end);
                room = 0;
            }
            None => room -= passage.contents.chars().count(),
        }
        shown.push(passage);
    }
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Found, read, shown};

    #[test]
    fn passages_end_where_there_is_no_more_room() {
        let found = |contents: &str| Found { id: "x".into(), contents: contents.into(), score: 1.0 };
        let texts = |most| -> Vec<String> {
            let found = vec![found("äöü"), found("abcdef"), found("g")];
            shown(found, most).into_iter().map(|found| found.contents).collect()
        };
        assert_eq!(texts(100), ["äöü", "abcdef", "g"]);
        assert_eq!(texts(9), ["äöü", "abcdef"]);
        assert_eq!(texts(5), ["äöü", "ab"]);
        assert_eq!(texts(2), ["äö"]);
    }

    #[test]
    fn numbers_of_passages_are_not_trusted() {
        let value = json!({"answer": " a ", "used": [2, 0, -1, 1, 18_446_744_073_709_551_615_u64]});
        assert_eq!(read(&value), Some(("a".to_owned(), vec![1, 0, usize::MAX - 1])));
    }
}
