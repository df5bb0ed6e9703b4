//! No teacher: tasks that are close to each other become pairs.

use std::collections::HashSet;

use ragstill_core::{Record, RecordId};
use ragstill_engine::{Context, Define, Error, Fields, Gather, Gathered, Give, Result};
use ragstill_teacher::Prompts;
use ragstill_teacher::extractive::Previews;
use serde_json::{Map, Value, json};

use super::choose::choose;
use super::config::TaskPairsConfig;
use super::task::{Task, Texts};

/// The kind of task that a pair is to become.
const WIDTH: &str = "width";

/// Puts tasks that are close to each other into pairs.
///
/// Tasks go on as they are. After them come the pairs, in the order of their tasks: each is a record of its own that holds both
/// tasks, with null in all other fields. It holds the questions, their answers, and each text once.
#[derive(Debug)]
pub struct TaskPairs {
    config: TaskPairsConfig,
}

impl Define for TaskPairs {
    type Config = TaskPairsConfig;

    const NAME: &'static str = "TaskPairs";
    const ABOUT: &'static str = "puts tasks that are close to each other into pairs";

    fn build(config: TaskPairsConfig, _: &Prompts) -> Result<Self> {
        if config.neighbours == 0 {
            return Err(Error::mistake("option `neighbours` must be at least 1"));
        }
        Ok(Self { config })
    }

    fn previews(_: &mut Previews) {}
}

impl Gather for TaskPairs {
    fn fields(&self) -> Fields {
        let config = &self.config;
        let mut reads = vec![
            config.input_question_key.clone(),
            config.input_identifier_key.clone(),
            config.input_answer_key.clone(),
            config.input_text_key.clone(),
        ];
        reads.extend(config.input_optional_key.clone());
        let writes = vec![config.output_pair_key.clone(), config.output_sources_key.clone()];
        Fields { reads, writes, reads_corpus: Vec::new() }
    }

    fn gather(
        &self,
        records: &mut dyn Iterator<Item = Result<Record>>,
        context: &Context,
        give: &mut Give<'_>,
    ) -> Result<()> {
        let config = &self.config;
        let wants_pairs = config.max_uses > 0 && config.max_pairs != Some(0);
        let mut tasks: Vec<Task> = Vec::new();
        let mut texts = Texts::default();
        let mut fields: Vec<String> = Vec::new();
        let mut names = Names::default();
        for record in records {
            let mut record = record?;
            if wants_pairs {
                match Task::of(&record, config, &mut texts, context.rng(&record.id)) {
                    Some(task) => tasks.push(task),
                    None => context.note("tasks are in no pair because a part of them is missing or blank"),
                }
                let new = record.fields.keys().filter(|name| !fields.contains(name));
                let new: Vec<String> = new.cloned().collect();
                fields.extend(new);
                names.note(&record.id);
            }
            record.fields.extend(self.own_fields(Value::Null, Value::Null));
            give(Gathered::Record(record))?;
        }
        if tasks.len() < 2 {
            return Ok(());
        }
        for (a, b) in choose(&tasks, config)? {
            let (a, b) = (&tasks[a], &tasks[b]);
            let mut sources = vec![&*a.document, &*b.document];
            sources.dedup();
            let mut record: Map<String, Value> =
                fields.iter().map(|name| (name.clone(), Value::Null)).collect();
            record.insert(config.input_kind_key.clone(), Value::from(WIDTH));
            record.extend(self.own_fields(json!([a.to_json(), b.to_json()]), json!(sources)));
            give(Gathered::Record(Record::new(names.of_pair(&a.id, &b.id), record)))?;
        }
        Ok(())
    }
}

impl TaskPairs {
    fn own_fields(&self, pair: Value, sources: Value) -> [(String, Value); 2] {
        [(self.config.output_pair_key.clone(), pair), (self.config.output_sources_key.clone(), sources)]
    }
}

/// What stands between the ids of two tasks in that of their pair.
const AND: char = '+';

/// Ids of pairs: `one+other`, or, where that might be the id of something else, a hash of both.
#[derive(Debug, Default)]
struct Names {
    /// Ids of tasks that look like those of pairs.
    taken: HashSet<RecordId>,
}

impl Names {
    fn note(&mut self, id: &RecordId) {
        if id.as_str().contains(AND) {
            self.taken.insert(id.clone());
        }
    }

    fn of_pair(&self, a: &RecordId, b: &RecordId) -> RecordId {
        let plain = RecordId::given(format!("{a}{AND}{b}"));
        let is_plain = [a, b].iter().all(|id| !id.as_str().contains(AND)) && !self.taken.contains(&plain);
        if is_plain { plain } else { RecordId::of(a.as_str(), b.as_str()) }
    }
}
