//! The built-in teacher over real texts: every task of its is right by the text.

use std::path::Path;
use std::sync::Arc;

use ragstill_core::{Record, RecordId};
use ragstill_engine::{Branch, Context, Notes, Outcome, Teachers, Work};
use ragstill_operators::registry;
use ragstill_teacher::extractive::Extractive;
use ragstill_teacher::{BuiltTeacher, Prompts, Sampling};
use serde_json::{Map, Value, json};

/// The tasks that the operator makes of these texts with the built-in teacher, and how many of the texts have any.
async fn tasks(texts: &[String]) -> (Vec<(usize, Map<String, Value>)>, usize) {
    let registry = registry();
    let options = json!({"input_key": "text", "data_num": null}).as_object().cloned().unwrap();
    let entry = registry.get("AtomicTaskGenerator").unwrap();
    let Work::Each(operator) = entry.build(options, &Prompts::built_in()).unwrap() else { panic!() };
    let teacher = Extractive::new(Arc::new(registry.previews().clone()));
    let mut teachers = Teachers::default();
    let built = BuiltTeacher { teacher: Arc::new(teacher), model: "built-in".into(), concurrency: 1 };
    teachers.seat("default", built, Sampling::default());
    let context = Context::new("atomic", 42, Arc::new(teachers), Arc::new(Notes::default()));
    let (mut tasks, mut with_tasks) = (Vec::new(), 0);
    for (number, text) in texts.iter().enumerate() {
        let fields = Map::from_iter([("text".to_owned(), Value::from(text.as_str()))]);
        let record = Record::new(RecordId::given(number.to_string()), fields);
        let Outcome::FanOut(branches) = operator.apply(&record, &context).await.unwrap() else { continue };
        with_tasks += 1;
        for branch in branches {
            match branch {
                Branch::Keep(fields) => tasks.push((number, fields)),
                Branch::Filter { fields, reason } | Branch::Reject { fields, reason } => {
                    // Its questions are made of the text, and one may name a text by chance.
                    assert!(reason.contains("names its source"), "{reason}: {fields:?}");
                }
            }
        }
    }
    (tasks, with_tasks)
}

/// Checks tasks against the texts that they were made of.
fn are_right(tasks: &[(usize, Map<String, Value>)], texts: &[String]) {
    for (number, task) in tasks {
        let text = |field: &str| task[field].as_str().unwrap();
        let (question, answer) = (text("question"), text("refined_answer"));
        assert!(question.ends_with('?') && question.len() > 30, "{question}");
        assert!(!question.contains(&format!(" {answer} ")), "{question} {answer}");
        let span: Vec<usize> = serde_json::from_value(task["golden_span"].clone()).unwrap();
        let found: Vec<&str> = texts[*number][span[0]..span[1]].split_whitespace().collect();
        assert_eq!(found.join(" "), answer, "{question}");
        assert_eq!((text("golden_doc_answer"), &task["golden_doc_score"]), (answer, &json!(2)), "{question}");
        assert_eq!((text("llm_answer"), &task["llm_score"]), ("I don't know", &json!(0)), "{question}");
    }
}

#[tokio::test]
async fn over_the_notes_of_the_demo() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/demo");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let texts: Vec<String> = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let (found, with_tasks) = tasks(&texts).await;
    are_right(&found, &texts);
    assert!(with_tasks == texts.len() && found.len() > 3 * texts.len(), "{} tasks", found.len());
    let shown: Vec<String> = found
        .iter()
        .step_by(12)
        .map(|(_, task)| format!("{} {}", task["question"].as_str().unwrap(), task["optional_answer"]))
        .collect();
    insta::assert_snapshot!("questions_of_the_built_in_teacher", shown.join("\n"));
}

#[tokio::test]
async fn over_cranfields_abstracts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cranfield/corpus.jsonl");
    let Ok(rows) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return;
    };
    let text = |line: &str| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    let texts: Vec<String> = rows.lines().map(text).collect();
    let (found, with_tasks) = tasks(&texts).await;
    are_right(&found, &texts);
    assert!(with_tasks > 200 && found.len() > 250, "{} tasks of {with_tasks} abstracts", found.len());
}
