//! Fake teachers for RARE runs.

use std::time::{Duration, Instant};

pub use ragstill_testkit::Running;
use ragstill_testkit::{ChatRequest, Config, FakeTeacher, Fault, Responder};

use super::{MODEL, UNANSWERABLE};

/// A fake teacher that answers a RARE run, configured further by `change`.
pub fn fake_teacher(change: impl FnOnce(Config) -> Config) -> Running {
    let config = Config::default().model(MODEL).keep_log(true).responder(Responder::rare());
    FakeTeacher::start(change(config))
}

/// Answers nonsense where a question about an unanswerable document is asked for, however often.
pub fn rejects_some(config: Config) -> Config {
    config.inject(|request| {
        let marked = asks_for_question(request) && request.prompt().contains(UNANSWERABLE);
        marked.then_some(Fault::Nonsense)
    })
}

/// Whether the request is Doc2Query's.
pub fn asks_for_question(request: &ChatRequest) -> bool {
    request.messages().iter().any(|message| message.content.contains("hard_query"))
}

/// Whether the request is ReasonDistill's.
pub fn asks_for_reasoning(request: &ChatRequest) -> bool {
    !asks_for_question(request)
}

/// How many requests the teacher has got.
pub fn requests(teacher: &Running) -> u64 {
    teacher.stats().requests
}

/// Waits until the condition holds, which must be soon.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
