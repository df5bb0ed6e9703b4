//! What people read at the end of a command.

use std::fmt::Write as _;

use ragstill_core::Record;
use ragstill_engine::{Exported, Forecast, Recipe, RunOptions, Status, Summary};
use ragstill_teacher::extractive::Extractive;
use serde_json::Value;

/// What to type after the demo.
pub const NEXT: &str = "
What to do next
  your own documents, still without a model:
    ragstill run rare --input my/documents --out out/first
  with a model (vLLM, SGLang, llama.cpp, Ollama, OpenAI, OpenRouter: anything OpenAI-compatible):
    ragstill run rare --input my/documents --out out/second --teacher http://localhost:8000/v1 --model NAME
  what that would ask and cost, before it does:
    ragstill plan rare --input my/documents --teacher http://localhost:8000/v1 --model NAME
  the recipe as a file to change:
    ragstill config rare > my.yaml
";

/// The most different reasons for rejects that are shown for a step.
const REASONS: usize = 5;

/// The end of a run.
pub fn summary(summary: &Summary, options: &RunOptions) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    for change in &summary.changes {
        let _ = writeln!(out, "changed since the last run here: {change}");
    }
    let how = match &summary.status {
        Status::Complete => "complete".to_owned(),
        Status::Interrupted => "interrupted; the same command goes on from here".to_owned(),
        Status::Missing => "incomplete: answers are missing and nothing was asked (--offline)".to_owned(),
        Status::Failed(_) => "stopped".to_owned(),
    };
    let _ = writeln!(out, "{}: {how}, {:.1} s", summary.recipe, summary.times.seconds);
    for (role, model) in &summary.teachers {
        let note = if model == Extractive::MODEL {
            " (built in: for trying things, not for data to train on)"
        } else {
            ""
        };
        let _ = writeln!(out, "  teacher     {role}: {model}{note}");
    }
    let _ =
        writeln!(out, "  input       {}, {}", count(summary.files, "document"), count(summary.rows, "row"));
    if summary.failures.count > 0 {
        let _ = writeln!(
            out,
            "  unreadable  {} (told above; run.json lists them)",
            number(summary.failures.count)
        );
    }
    let _ = writeln!(out, "  records     {}", number(summary.records));
    let _ = writeln!(out, "  rejects     {}", number(summary.rejects));
    for (step, reasons) in summary.rejects_by_step() {
        let total: u64 = reasons.iter().map(|(_, count)| count).sum();
        let _ = writeln!(out, "    {step}: {}", number(total));
        for (reason, count) in reasons.iter().take(REASONS) {
            let _ = writeln!(out, "      {count} × {reason}");
        }
        if reasons.len() > REASONS {
            let _ = writeln!(out, "      and {} other reasons in rejects.jsonl", reasons.len() - REASONS);
        }
    }
    if summary.pending > 0 {
        let _ = writeln!(out, "  unfinished  {}", number(summary.pending));
    }
    for (prompt, count) in &summary.missing {
        let _ = writeln!(out, "  missing     {count} × {prompt} (listed in missing.jsonl)");
    }
    for (note, count) in &summary.notes {
        let _ = writeln!(out, "  note        {count} {note}");
    }
    for note in &summary.teacher_notes {
        let _ = writeln!(out, "  note        {note}");
    }
    let total = &summary.usage["total"];
    let tokens = |name: &str| number(total[name].as_u64().unwrap_or_default());
    let estimated = if total["estimated"].as_u64().unwrap_or_default() > 0 { " (estimated)" } else { "" };
    let _ = writeln!(
        out,
        "  tokens      {} in, {} out{estimated}; ${:.4} in all",
        tokens("prompt_tokens"),
        tokens("completion_tokens"),
        total["cost"].as_f64().unwrap_or_default()
    );
    let teacher = &summary.teacher;
    let _ = writeln!(
        out,
        "  requests    {} answered now, {} from the store, {} sent again",
        number(teacher.answered),
        number(teacher.from_store),
        number(teacher.retried)
    );
    if summary.kept_earlier {
        let _ = writeln!(
            out,
            "  kept        the results of the complete run before; this one's answers are stored, its records were not written"
        );
        return out;
    }
    let _ = writeln!(out, "  written     {}", options.out.join("records.jsonl").display());
    for export in &summary.exports {
        for line in exported_files(export).lines() {
            let _ = writeln!(out, "              {line}");
        }
    }
    out
}

/// One export, and what a user has to do with it.
pub fn exported(exported: &Exported) -> String {
    let mut out = exported_files(exported);
    if let Some(hint) = &exported.hint {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "\n{}", hint.trim_end());
    }
    out
}

/// The files of an export.
fn exported_files(exported: &Exported) -> String {
    let mut out = String::new();
    for (path, rows) in &exported.files {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{} ({})", path.display(), count(*rows, "row"));
    }
    for (why, left_out) in &exported.left_out {
        let _ = writeln!(out, "  {} left out: {why}", count(*left_out, "example"));
    }
    out
}

/// What a run would ask.
pub fn forecast(forecast: &Forecast, recipe: &Recipe) -> String {
    let mut out = format!("{}: {}; nothing was sent\n\n", recipe.recipe, count(forecast.rows, "row"));
    let widest = forecast.lines.iter().map(|line| line.prompt.len()).fold(28, usize::max);
    let _ = writeln!(
        out,
        "  {:<widest$} {:<10} {:>9} {:>9} {:>13} {:>13} {:>11}",
        "prompt", "teacher", "stored", "to ask", "tokens in", "tokens out", "cost"
    );
    for line in &forecast.lines {
        let cost = line.cost.map_or_else(|| "no price".to_owned(), |cost| format!("${cost:.4}"));
        let _ = writeln!(
            out,
            "  {:<widest$} {:<10} {:>9} {:>9} {:>13} {:>13} {:>11}",
            line.prompt,
            line.role,
            number(line.stored),
            number(line.requests),
            number(line.prompt_tokens),
            number(line.completion_tokens),
            cost
        );
    }
    out.push('\n');
    if forecast.partly_known > 0 {
        let _ = writeln!(
            out,
            "Not counted: the later steps of {}, which hang on answers that nobody can guess.",
            count(forecast.partly_known, "row")
        );
    }
    for (note, count) in &forecast.notes {
        let _ = writeln!(out, "{count} {note}.");
    }
    let _ = writeln!(
        out,
        "Tokens are estimates: four bytes a token in, the prompt's expected length out; later steps are rendered with the\nbuilt-in teacher's answers. Answers that must be asked again are not counted."
    );
    match (forecast.cost(), recipe.max_cost) {
        (Some(cost), Some(limit)) if cost > limit => {
            let _ = writeln!(out, "The run would stop at its budget of ${limit:.2}.");
        }
        (None, _) => {
            out.push_str("For a cost, give the teacher a price: --set 'teachers.default.price={input: 0.4, output: 1.6}'\n");
        }
        _ => {}
    }
    out
}

/// A finished RARE record, for people.
pub fn example(record: &Record) -> String {
    let mut out = String::from("\nOne finished example\n");
    let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
    for (title, field) in [("scenario", "scenario"), ("question", "question")] {
        section(&mut out, title, text(field));
    }
    section(&mut out, "positive", &first_words(text("text"), 240));
    if let Some(Value::Array(negatives)) = record.get("hard_negatives") {
        for (rank, negative) in negatives.iter().enumerate() {
            let start = first_words(negative.as_str().unwrap_or_default(), 160);
            section(&mut out, &format!("negative {}", rank + 1), &start);
        }
    }
    section(&mut out, "reasoning", text("reasoning"));
    out
}

fn section(out: &mut String, title: &str, text: &str) {
    for (index, line) in wrap(text, 94).into_iter().enumerate() {
        let label = if index == 0 { title } else { "" };
        let _ = writeln!(out, "{}", format!("  {label:<11} {line}").trim_end());
    }
}

/// The lines of a text, broken at spaces to at most this many characters where they can be.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The start of a text on one line, with an ellipsis where it was cut; control characters become spaces.
pub fn first_words(text: &str, characters: usize) -> String {
    let flat = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in flat {
        if line.chars().count() + word.chars().count() + 1 > characters {
            line.push('…');
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A number and what it counts, which takes an `s` unless it is one.
pub fn count(number_of: u64, what: &str) -> String {
    format!("{} {what}{}", number(number_of), if number_of == 1 { "" } else { "s" })
}

/// A number with a comma after every three digits.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, first_words, number, wrap};

    #[test]
    fn numbers_and_plurals() {
        assert_eq!([0, 7, 999, 1000, 1_234_567].map(number), ["0", "7", "999", "1,000", "1,234,567"]);
        assert_eq!((count(1, "row"), count(2, "row")), ("1 row".into(), "2 rows".into()));
    }

    #[test]
    fn texts_fit_their_lines() {
        assert_eq!(first_words("a\u{7}b  c\nd", 50), "a b c d");
        assert_eq!(first_words("alpha beta gamma", 11), "alpha beta…");
        assert_eq!(wrap("one two three\n\nfour", 8), ["one two", "three", "", "four"]);
    }
}
