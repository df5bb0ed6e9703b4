//! What the built-in teacher answers: the questions one after the other in one sentence.

use ragstill_teacher::extractive::{PreviewInput, Previews, content_words};
use serde_json::{Value, json};

use super::stages::prompts;

/// Words that have a capital letter only where a sentence begins.
const SMALL: &[&str] = &[
    "a",
    "an",
    "at",
    "by",
    "did",
    "does",
    "during",
    "for",
    "from",
    "how",
    "in",
    "is",
    "of",
    "on",
    "regarding",
    "the",
    "to",
    "under",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whose",
    "why",
    "with",
    "an",
    "auf",
    "aus",
    "bei",
    "das",
    "der",
    "die",
    "im",
    "ist",
    "mit",
    "seit",
    "von",
    "wann",
    "warum",
    "was",
    "welche",
    "welchem",
    "welcher",
    "welches",
    "wer",
    "wie",
    "wo",
    "worin",
    "zum",
];

/// Words that only German questions have.
const GERMAN: &[&str] = &[
    "das", "der", "die", "ist", "im", "und", "wann", "warum", "welche", "welchem", "welcher", "welches",
    "wer", "wie", "wo", "wurde", "zum",
];

/// Adds the answers to all of its prompts.
pub(super) fn add(previews: &mut Previews) {
    previews.insert(prompts::MERGE, merge);
    previews.insert(prompts::ORIGIN, origin);
    previews.insert(prompts::VERIFY, verify);
}

/// Answers `width_qa_generator/merge`: `In which year was …, and who …?`.
fn merge(input: &PreviewInput<'_>) -> String {
    let tasks = tasks(input);
    let questions: Vec<&str> = tasks.iter().map(|task| part(task, "question")).collect();
    let identifiers: Vec<&str> = tasks.iter().map(|task| part(task, "identifier")).collect();
    let index: Vec<usize> = (0..tasks.len()).collect();
    let item = json!({
        "question": joined(&questions),
        "index": index,
        "content_identifier": identifiers.join("; "),
    });
    format!("They go together so:\n\n```json\n[{item}]\n```")
}

/// Answers `width_qa_generator/origin`: 1 if the question has the words of all that it was made of.
fn origin(input: &PreviewInput<'_>) -> String {
    let question = input.text("question");
    let asked = content_words(question);
    let tasks = tasks(input);
    let holds = |task: &Value| content_words(part(task, "question")).iter().all(|word| asked.contains(word));
    let state = u8::from(tasks.iter().all(holds));
    let index: Vec<usize> = (0..tasks.len()).collect();
    json!([{"index": index, "complex_question": question, "state": state}]).to_string()
}

/// Answers `width_qa_generator/verify`: it knows nothing, and says so.
fn verify(input: &PreviewInput<'_>) -> String {
    let index = input.variables.get("index").cloned().unwrap_or_default();
    json!([{"index": index, "complex_question": input.text("question"), "llm_answer": "I don't know"}])
        .to_string()
}

fn tasks(input: &PreviewInput<'_>) -> Vec<Value> {
    input.variables.get("tasks").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn part<'a>(task: &'a Value, name: &str) -> &'a str {
    task.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Questions in one sentence.
fn joined(questions: &[&str]) -> String {
    let ends = ['?', '.', '？', '。', ' '];
    let is_chinese =
        questions.iter().any(|question| question.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
    if is_chinese {
        let parts: Vec<&str> = questions.iter().map(|question| question.trim_end_matches(ends)).collect();
        return format!("{}？", parts.join("？另外，"));
    }
    let lower = questions.join(" ").to_lowercase();
    let german = lower.split_whitespace().filter(|word| GERMAN.contains(word)).count();
    let and = if german >= 2 { ", und " } else { ", and " };
    let mut made = String::new();
    for (at, question) in questions.iter().enumerate() {
        let question = question.trim_end_matches(ends);
        if at == 0 {
            made.push_str(question);
            continue;
        }
        made.push_str(and);
        let first = question.split_whitespace().next().unwrap_or_default();
        let small = first.to_lowercase();
        match question.strip_prefix(first) {
            Some(rest) if SMALL.contains(&small.as_str()) => made.extend([small.as_str(), rest]),
            _ => made.push_str(question),
        }
    }
    made.push('?');
    made
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn questions_become_one_sentence() {
        assert_eq!(
            joined(&["In which year did the Forth Bridge open?", "Who designed the Tay Bridge?"]),
            "In which year did the Forth Bridge open, and who designed the Tay Bridge?"
        );
        assert_eq!(
            joined(&["The Silver Bridge fell in which year?", "Regarding Lake Nyos: it is how many m deep?"]),
            "The Silver Bridge fell in which year, and regarding Lake Nyos: it is how many m deep?"
        );
        assert_eq!(
            joined(&["Lake Nyos is how deep?", "Lake Baikal is how long?"]),
            "Lake Nyos is how deep, and Lake Baikal is how long?"
        );
        assert_eq!(
            joined(&["Wann wurde die Brücke eröffnet?", "Wie tief ist der Bodensee?"]),
            "Wann wurde die Brücke eröffnet, und wie tief ist der Bodensee?"
        );
        assert_eq!(
            joined(&["贝加尔湖有多深？", "福斯桥何时通车？"]),
            "贝加尔湖有多深？另外，福斯桥何时通车？"
        );
    }
}
