//! `ragstill ask`.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use ragstill_core::{Record, RecordId};
use ragstill_engine::{Context, Error, Notes, Result, Teachers};
use ragstill_operators::{
    Chain, ChainAnswerConfig, ChainRunner, ChainStep, End, Style, Told, open_corpus, registry,
};
use ragstill_retrieve::RetrieverKind;
use ragstill_teacher::parse::Action;
use ragstill_teacher::{Prompts, Sampling, Shared, Stop, Store, TeacherConfig, TeacherSpec};
use serde_json::{Map, Value, json};

use crate::args::Color;

/// Which model thinks and searches, and in what: for `ask` and `eval`.
#[derive(Debug, Args)]
pub struct ChainArgs {
    /// Files and folders to search, or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub input: Vec<PathBuf>,
    /// A folder that `ragstill index` made, in place of --input
    #[arg(long, value_name = "DIR", conflicts_with = "input")]
    pub index: Option<PathBuf>,
    /// How passages are found; all but bm25 need an index with vectors
    #[arg(long, value_name = "bm25|dense|hybrid", default_value_t)]
    pub retriever: RetrieverKind,
    /// `extractive` (built in) or the address of an OpenAI-compatible server; several share the load
    #[arg(long, value_name = "extractive|URL", num_args = 1..)]
    pub teacher: Vec<String>,
    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The environment variable that holds the API key
    #[arg(long, value_name = "VAR")]
    pub api_key_env: Option<String>,
    /// The server that answers queries from the passages; by default the same
    #[arg(long, value_name = "extractive|URL", requires = "teacher")]
    pub answerer: Option<String>,
    /// Its model
    #[arg(long, value_name = "NAME", requires = "answerer")]
    pub answerer_model: Option<String>,
    /// How the model is prompted: as any chat model, or as ReaRAG-9B was trained
    #[arg(long, value_name = "chat|rearag", default_value = "chat", value_parser = style, hide_default_value = true)]
    pub style: Style,
    /// How many passages a search finds
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub top_k: usize,
    /// The most steps of a chain
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub max_steps: u32,
    /// How often replies that cannot be used are asked again, in the whole chain
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub max_tries: u32,
    /// The most tokens of a request; longer ones lose their middle
    #[arg(long, value_name = "N", default_value_t = 7166)]
    pub window: usize,
    /// The most tokens of an answer, which has to fit into the model's context behind the window; by default the prompts' own
    #[arg(long, value_name = "N")]
    pub max_tokens: Option<u32>,
    /// Count tokens with this tokenizer.json; without one they are estimated
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// A folder of prompts that replace the built-in ones by name
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
}

/// `ragstill ask`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill ask <QUESTION> <--input PATH...|--index DIR> [OPTIONS]")]
pub struct AskArgs {
    /// What to answer; it may stand after the paths too
    #[arg(value_name = "QUESTION")]
    pub question: Option<String>,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// Print the answer and its chain as JSON
    #[arg(long)]
    pub json: bool,
    /// Print with colours
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    pub color: Color,
}

/// Reads the name of a style.
fn style(name: &str) -> std::result::Result<Style, String> {
    match name {
        "chat" => Ok(Style::Chat),
        "rearag" => Ok(Style::Rearag),
        _ => Err("give chat or rearag".to_owned()),
    }
}

/// Answers a question by a chain of searches, shown as it goes.
pub fn ask(args: &AskArgs) -> Result<ExitCode> {
    let (paths, question) = what_to_ask(args)?;
    let chain = &args.chain;
    let prompts = match &chain.prompts {
        Some(folder) => Prompts::with_overrides(std::slice::from_ref(folder))?,
        None => Prompts::built_in(),
    };
    let runner =
        ChainRunner::load(&prompts, config(chain).chain_options().map_err(|error| as_flags(&error))?, true)
            .map_err(|error| as_flags(&error))?;
    prompts.check_all_used()?;
    let corpus =
        open_corpus(paths, chain.index.as_deref(), chain.retriever).map_err(|error| as_flags(&error))?;
    if corpus.unreadable > 0 {
        eprintln!("warning: {} files or rows of the corpus could not be read", corpus.unreadable);
    }
    // Answers are kept for the time of the command: equal requests are sent once.
    let folder =
        tempfile::tempdir().map_err(|error| Error::failed(format!("a temporary folder: {error}")))?;
    let runtime = super::runtime()?;
    let fields = Map::from_iter([("question".to_owned(), Value::from(question.as_str()))]);
    let record = Record::new(RecordId::given("question"), fields);
    let shown = Shown { colours: colours(args.color), silent: args.json };
    let (chain, answer) = runtime.block_on(async {
        let context = context(chain, folder.path())?;
        let chain =
            runner.run(&record, &context, &question, &corpus.collection, 0, &|told| shown.tell(told)).await?;
        let answer = runner.short_answer(&record, &context, &question, &chain).await?;
        Ok::<_, Error>((chain, answer))
    })?;
    runtime.shutdown_background();
    if args.json {
        super::print(&format!("{}\n", as_json(&question, &chain, answer.as_deref())))?;
    } else if let Some(answer) = &answer {
        super::print(&format!("{}{}\n", shown.label("Answer: ", BOLD), printable(answer)))?;
    }
    match chain.end.trouble(&chain) {
        None => Ok(ExitCode::SUCCESS),
        Some(why) => {
            eprintln!("error: there is no answer: {why}");
            Ok(ExitCode::from(crate::FAILED))
        }
    }
}

/// Where to search, and for what. `--input PATH… QUESTION` reads naturally, but the option takes the question for one more path:
/// it is the last of them, and no path.
fn what_to_ask(args: &AskArgs) -> Result<(&[PathBuf], String)> {
    match (&args.question, args.chain.input.split_last()) {
        (Some(question), _) if !question.trim().is_empty() => {
            Ok((&args.chain.input, question.trim().to_owned()))
        }
        (None, Some((last, paths))) if !paths.is_empty() && !last.exists() => {
            Ok((paths, last.to_string_lossy().trim().to_owned()))
        }
        _ => Err(Error::mistake("there is no question; give one in quotes")),
    }
}

/// The options of an answering step that these flags make.
fn config(args: &ChainArgs) -> ChainAnswerConfig {
    ChainAnswerConfig {
        top_k: args.top_k,
        iter_num_max: args.max_steps,
        max_tries: args.max_tries,
        style: args.style,
        model_max_length: args.window,
        tokenizer: args.tokenizer.clone(),
        ..ChainAnswerConfig::default()
    }
}

/// An error that speaks of flags where it speaks of options.
fn as_flags(error: &Error) -> Error {
    const NAMES: [(&str, &str); 10] = [
        (
            "options `corpus` and `index`: there is nothing to search; name files or folders as `corpus`, or what `ragstill index` made as `index`",
            "there is nothing to search; name files or folders with --input PATH, or what `ragstill index` made with --index DIR",
        ),
        ("option `corpus`", "--input"),
        ("option `index`", "--index"),
        ("option `retriever`", "--retriever"),
        ("give it as `index`", "give it with --index"),
        ("option `tokenizer`", "--tokenizer"),
        ("option `top_k`", "--top-k"),
        ("option `iter_num_max`", "--max-steps"),
        ("option `model_max_length`", "--window"),
        ("option `max_tries`", "--max-tries"),
    ];
    let told = |fault: &String| {
        NAMES.iter().fold(fault.clone(), |fault, (option, flag)| fault.replace(option, flag))
    };
    Error::mistakes(error.faults().iter().map(told).collect())
}

/// What a step has at hand, outside of a run.
fn context(args: &ChainArgs, folder: &std::path::Path) -> Result<Context> {
    let store = Store::open(&folder.join("answers.sqlite")).map_err(|error| Error::failed(error.context))?;
    let shared = Shared {
        store: Arc::new(store),
        stop: Stop::default(),
        telemetry: Arc::default(),
        ledger: Arc::default(),
        purse: None,
        offline: None,
        previews: Arc::new(registry().previews().clone()),
    };
    let mut teachers = Teachers::default();
    let mut seat = |role: &str, config: &TeacherConfig| -> Result<()> {
        let teacher = ragstill_teacher::build(&TeacherSpec { role, config }, &shared)?;
        teachers.seat(role, teacher, config.sampling.clone());
        Ok(())
    };
    let mut default = TeacherConfig {
        model: args.model.clone(),
        api_key_env: args.api_key_env.clone(),
        ..TeacherConfig::default()
    };
    default.sampling.max_tokens = args.max_tokens;
    if !args.teacher.is_empty() {
        default.url.clone_from(&args.teacher);
    }
    seat("default", &default)?;
    if let Some(url) = &args.answerer {
        let model = args.answerer_model.clone().or_else(|| args.model.clone());
        seat(
            "answerer",
            &TeacherConfig {
                url: vec![url.clone()],
                model,
                sampling: Sampling::default(),
                ..default.clone()
            },
        )?;
    }
    Ok(Context::new("ask", 42, Arc::new(teachers), Arc::new(Notes::default())))
}

/// An answer and its chain, for programs.
fn as_json(question: &str, chain: &Chain, answer: Option<&str>) -> Value {
    let own = match &chain.end {
        End::Finished(answer) => Some(answer.as_str()),
        _ => None,
    };
    json!({
        "question": question,
        "answer": answer,
        "chain_answer": own,
        "trouble": chain.end.trouble(chain),
        "counts": chain.counts(),
        "conversation": chain.conversation(question),
    })
}

const BOLD: &str = "1";
const BLUE: &str = "34";
const RED: &str = "31";
const YELLOW: &str = "33";

fn colours(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        Color::Never => false,
    }
}

/// How a chain is shown.
struct Shown {
    colours: bool,
    silent: bool,
}

impl Shown {
    fn label(&self, text: &str, colour: &str) -> String {
        if self.colours { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn tell(&self, told: Told<'_>) {
        let text = match told {
            Told::Retry(number, why) => {
                eprintln!("step {number} is asked for again: {}", printable(why));
                return;
            }
            _ if self.silent => return,
            Told::Step(number, step) => self.step(number, step),
            Told::Observation(number, step) => {
                let label = self.label(&format!("Observation {number}: "), YELLOW);
                let observation = printable(step.observation.as_deref().unwrap_or_default());
                let passages = match step.passages.as_slice() {
                    [] => String::new(),
                    ids => format!("  [{}]\n", printable(&ids.join(", "))),
                };
                format!("{label}{observation}\n{passages}\n")
            }
        };
        // A reader that has gone away is noticed when the answer is printed.
        let _ = super::print(&text);
    }

    fn step(&self, number: u32, step: &ChainStep) -> String {
        let thought = self.label(&format!("Thought {number}: "), BLUE);
        let action = self.label(&format!("Action {number}: "), RED);
        let does = match &step.action {
            Action::Search { query } => format!("search for: {}", printable(query)),
            Action::Finish { answer } => format!("finish with: {}", printable(answer)),
        };
        let gap = if matches!(step.action, Action::Finish { .. }) { "\n" } else { "" };
        format!("{thought}{}\n{action}{does}\n{gap}", printable(&step.thought))
    }
}

/// A text of a model as a terminal may be shown it: without characters that steer one.
fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() && c != '\n' && c != '\t'
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_steers_a_terminal_is_not_printed() {
        assert_eq!(printable("a\u{1b}[31mb\r\nc\td\u{202e}"), "a\u{fffd}[31mb\u{fffd}\nc\td\u{fffd}");
    }
}
