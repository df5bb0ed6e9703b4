//! A teacher that answers by the prompt's name, and the operator with it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ragstill_core::Record;
use ragstill_engine::{Branch, Context, Notes, Operator, Outcome, Teachers, Work};
use ragstill_operators::registry;
use ragstill_teacher::{
    Answer, Ask, BuiltTeacher, Error, Finish, Kind, Prompts, Result, Sampling, Teacher, Usage,
};
use serde_json::{Map, Value, json};

use crate::script::record;

pub const IDENTIFIER: &str = "atomic_task_generator/identifier";
pub const CONCLUSIONS: &str = "atomic_task_generator/conclusions";
pub const QUESTION: &str = "atomic_task_generator/question";
pub const CLEAN: &str = "atomic_task_generator/clean";
pub const CLOSED_BOOK: &str = "answer_check/closed_book";
pub const GOLDEN: &str = "answer_check/golden_document";
pub const OPTIONAL: &str = "atomic_task_generator/optional_answers";
pub const JUDGE: &str = "answer_check/judge";

/// The prompts in the order of the stages.
pub const STAGES: [&str; 7] = [IDENTIFIER, CONCLUSIONS, QUESTION, CLEAN, CLOSED_BOOK, GOLDEN, OPTIONAL];

pub const TEXT: &str = "Lake Constance is 251 m deep. It last froze over in 1963.";

/// What a good model answers about [`TEXT`].
pub fn good(ask: &Ask) -> String {
    let text = |variable: &str| ask.variables[variable].as_str().unwrap().to_owned();
    match &*ask.prompt {
        IDENTIFIER => json!({"content_identifier": "Lake Constance"}).to_string(),
        CONCLUSIONS => json!([
            {"conclusion": "251 m", "R": "the depth of Lake Constance"},
            {"conclusion": "in 1963", "R": "the year in which Lake Constance last froze over"},
        ])
        .to_string(),
        QUESTION => json!({"Q": format!("What is {}?", text("relation"))}).to_string(),
        CLEAN => json!({"question": "", "original_answer": "", "refined_answer": text("answer").replace("in ", "")}).to_string(),
        CLOSED_BOOK => "I don't know".to_owned(),
        GOLDEN if text("question").contains("depth") => "251 m".to_owned(),
        GOLDEN => "It last froze in 1963".to_owned(),
        JUDGE => json!({"answer_analysis": "The year is `in` it.", "answer_score": 1}).to_string(),
        OPTIONAL => json!([text("answer"), format!("about {}", text("answer"))]).to_string(),
        other => panic!("who asks {other}?"),
    }
}

type Answers = dyn Fn(&Ask) -> std::result::Result<String, Kind> + Send + Sync;

struct ByPrompt {
    answers: Box<Answers>,
    asked: Arc<Mutex<Vec<Ask>>>,
}

#[async_trait]
impl Teacher for ByPrompt {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        self.asked.lock().unwrap().push(ask.clone());
        // Others go first now and then, as over a network.
        tokio::task::yield_now().await;
        let (text, finish) = match (self.answers)(ask) {
            Ok(text) => match text.strip_suffix("[cut]") {
                Some(text) => (text.to_owned(), Finish::Length),
                None => (text, Finish::Stop),
            },
            Err(kind) => return Err(Error::new(kind, "the teacher's own trouble")),
        };
        Ok(Answer { text, reasoning: None, usage: Usage::default(), finish, stored: false })
    }
}

/// The operator at work on its own.
pub struct Atomic {
    operator: Box<dyn Operator>,
    context: Context,
    pub asked: Arc<Mutex<Vec<Ask>>>,
    pub notes: Arc<Notes>,
}

/// The operator with these options and a teacher that answers so.
pub fn atomic(options: Value, answers: impl Fn(&Ask) -> String + Send + Sync + 'static) -> Atomic {
    atomic_failing(options, move |ask| Ok(answers(ask)))
}

/// As [`atomic`], with a teacher that may fail.
pub fn atomic_failing(
    options: Value,
    answers: impl Fn(&Ask) -> std::result::Result<String, Kind> + Send + Sync + 'static,
) -> Atomic {
    let mut all = json!({"input_key": "text"});
    all.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap());
    let entry = registry().get("AtomicTaskGenerator").copied().unwrap();
    let Work::Each(operator) = entry.build(all.as_object().cloned().unwrap(), &Prompts::built_in()).unwrap()
    else {
        panic!("it works on one record at a time")
    };
    let asked = Arc::default();
    let teacher = ByPrompt { answers: Box::new(answers), asked: Arc::clone(&asked) };
    let mut teachers = Teachers::default();
    let built = BuiltTeacher { teacher: Arc::new(teacher), model: "script".into(), concurrency: 8 };
    teachers.seat("default", built, Sampling::default());
    let notes = Arc::new(Notes::default());
    let context = Context::new("atomic", 42, Arc::new(teachers), Arc::clone(&notes));
    Atomic { operator, context, asked, notes }
}

impl Atomic {
    pub async fn apply(&self, record: &Record) -> Result<Outcome> {
        self.operator.apply(record, &self.context).await
    }

    /// What it makes of [`TEXT`].
    pub async fn branches(&self) -> Vec<Branch> {
        match self.apply(&record(json!({"text": TEXT}))).await.unwrap() {
            Outcome::FanOut(branches) => branches,
            other => panic!("a fan-out was expected, found {other:?}"),
        }
    }

    /// What it makes of [`TEXT`] when that is no fan-out.
    pub async fn outcome(&self) -> Outcome {
        self.apply(&record(json!({"text": TEXT}))).await.unwrap()
    }

    /// How often a prompt was asked.
    pub fn times(&self, prompt: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|ask| &*ask.prompt == prompt).count()
    }

    pub fn fields(&self) -> ragstill_engine::Fields {
        self.operator.fields()
    }
}

/// The fields of a branch that goes on.
pub fn kept(branch: &Branch) -> &Map<String, Value> {
    match branch {
        Branch::Keep(fields) => fields,
        other => panic!("kept was expected, found {other:?}"),
    }
}
