//! A teacher that answers by a script, and what an operator needs around it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ragstill_core::{Record, RecordId};
use ragstill_engine::{
    Asking, Context, Corpus, Monitor, Notes, Operator, Outcome, Preparation, Teachers, Work,
};
use ragstill_operators::registry;
use ragstill_teacher::{Answer, Ask, BuiltTeacher, Finish, Prompts, Result, Sampling, Teacher, Usage};
use serde_json::{Map, Value};

/// Gives its answers one after the other, the last one for ever, and keeps what it was asked.
pub struct Script {
    answers: Vec<(String, Finish)>,
    asked: Arc<Mutex<Vec<Ask>>>,
}

#[async_trait]
impl Teacher for Script {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let mut asked = self.asked.lock().unwrap();
        let (text, finish) = self.answers[asked.len().min(self.answers.len() - 1)].clone();
        asked.push(ask.clone());
        Ok(Answer { text, reasoning: None, usage: Usage::default(), finish, stored: false })
    }
}

/// An operator at work on its own.
pub struct Bench {
    pub operator: Box<dyn Operator>,
    pub context: Context,
    pub asked: Arc<Mutex<Vec<Ask>>>,
    pub notes: Arc<Notes>,
}

/// The operator of this name with these options and a teacher that gives these answers.
pub fn bench(name: &str, options: Value, answers: &[(&str, Finish)]) -> Bench {
    let options = options.as_object().cloned().unwrap();
    let Work::Each(operator) = registry().get(name).unwrap().build(options, &Prompts::built_in()).unwrap()
    else {
        panic!("{name} works on all records together");
    };
    let asked = Arc::default();
    let answers = answers.iter().map(|(text, finish)| ((*text).to_owned(), *finish)).collect();
    let script = Script { answers, asked: Arc::clone(&asked) };
    let mut teachers = Teachers::default();
    let built = BuiltTeacher { teacher: Arc::new(script), model: "script".into(), concurrency: 1 };
    teachers.seat("default", built, Sampling::default());
    let notes = Arc::new(Notes::default());
    let context = Context::new("step", 42, Arc::new(teachers), Arc::clone(&notes));
    Bench { operator, context, asked, notes }
}

impl Bench {
    /// What the operator makes of a record.
    pub async fn apply(&self, record: &Record) -> Outcome {
        self.operator.apply(record, &self.context).await.unwrap()
    }

    /// The messages of the first request, as text.
    pub fn first_request(&self) -> String {
        let asked = self.asked.lock().unwrap();
        asked[0].messages.iter().map(|m| format!("# {:?}\n{}\n", m.role, m.content)).collect()
    }
}

/// A record of these fields.
pub fn record(fields: Value) -> Record {
    Record::new(RecordId::given("r1"), fields.as_object().cloned().unwrap())
}

/// The fields that an outcome keeps.
pub fn kept(outcome: Outcome) -> Map<String, Value> {
    match outcome {
        Outcome::Keep(fields) => fields,
        other => panic!("kept was expected, found {other:?}"),
    }
}

/// The reason for which an outcome rejects.
pub fn rejected(outcome: Outcome) -> String {
    match outcome {
        Outcome::Reject(reason) => reason,
        other => panic!("a reject was expected, found {other:?}"),
    }
}

/// Lets the operator look at a corpus, in no run directory.
pub fn prepare(bench: &mut Bench, corpus: &dyn Corpus) {
    let monitor = Monitor::default();
    let notes = Arc::clone(&bench.notes);
    let preparation = Preparation::new(None, Asking::Allowed, &notes, &monitor);
    bench.operator.prepare(corpus, &preparation).unwrap();
}
