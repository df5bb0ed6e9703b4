//! What this crate's unit tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ragstill_core::RecordId;

use crate::chat::{Answer, Ask, Finish, Sampling, Teacher, Usage};
use crate::error::Result;
use crate::messages::{Message, MessageRole};

/// A request with this text.
pub(crate) fn ask(text: &str) -> Ask {
    Ask {
        record: RecordId::given("r"),
        step: "step".into(),
        prompt: "step/prompt".into(),
        variables: Arc::default(),
        messages: vec![Message { role: MessageRole::User, content: text.into() }].into(),
        sampling: Sampling { max_tokens: Some(100), ..Sampling::default() },
        schema: None,
        sample: 0,
        again: false,
        expected_tokens: 10,
    }
}

/// An answer with this text.
pub(crate) fn answer(text: &str) -> Answer {
    Answer {
        text: text.to_owned(),
        reasoning: None,
        usage: Usage { prompt_tokens: 10, completion_tokens: 5, estimated: false },
        finish: Finish::Stop,
        stored: false,
    }
}

/// A teacher that answers by a script: a function of the request and the number of the call, from 0.
pub(crate) struct Script<F> {
    script: F,
    calls: AtomicUsize,
}

impl<F> Script<F>
where
    F: Fn(&Ask, usize) -> Result<Answer> + Send + Sync,
{
    pub(crate) fn new(script: F) -> Self {
        Self { script, calls: AtomicUsize::new(0) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl<F> Teacher for Script<F>
where
    F: Fn(&Ask, usize) -> Result<Answer> + Send + Sync,
{
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        (self.script)(ask, call)
    }
}
