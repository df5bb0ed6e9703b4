//! What writes the content of answers.

use std::fmt;
use std::sync::Arc;

use crate::contents;
use crate::request::ChatRequest;

/// A function from a request to the content of its answer.
///
/// It is called on the server's only thread, when the request arrives: it should not block.
#[derive(Clone)]
pub struct Responder(Arc<dyn Fn(&ChatRequest) -> String + Send + Sync>);

impl Responder {
    /// A responder from a closure.
    pub fn new(write: impl Fn(&ChatRequest) -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(write))
    }

    /// The same content for every request.
    pub fn fixed(content: impl Into<String>) -> Self {
        let content = content.into();
        Self::new(move |_| content.clone())
    }

    /// The prompt itself: the last user message.
    pub fn echo() -> Self {
        Self::new(|request| request.prompt().to_owned())
    }

    /// Answers for a run of RARE, RAG data or agentic RAG, told apart by what the prompt asks for.
    ///
    /// A prompt that names `hard_query` gets `{"hard_query": {"question": …, "scenario": …}}`, made of words of
    /// the document in the prompt, so that retrieval with the question works; most of these answers are fenced
    /// and preceded by a sentence of thinking aloud, as models write them. Every other prompt gets several
    /// sentences of reasoning, unless it asks for what the other methods do. The same request always gets the same answer.
    pub fn rare() -> Self {
        Self::new(contents::answer)
    }

    pub(crate) fn write(&self, request: &ChatRequest) -> String {
        (self.0)(request)
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Responder")
    }
}
