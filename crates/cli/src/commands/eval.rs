//! `ragstill eval`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ragstill_core::Record;
use ragstill_engine::{Result, RunOptions, Summary, read_records};
use ragstill_operators::{Style, registry};
use serde_json::{Map, Value, json};

use super::ask::ChainArgs;
use crate::args::{FileArgs, ReadingArgs, RecipeArgs};
use crate::progress::Show;
use crate::settings;
use crate::show::{count, number};

/// `ragstill eval`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill eval <FILE> <--input PATH...|--index DIR> --out DIR [OPTIONS]")]
pub struct EvalArgs {
    /// Rows with a question and its accepted answers: HotpotQA, MuSiQue, NQ, FlashRAG and the like as they are
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub chain: ChainArgs,
    /// The run directory; a second run into it continues the first
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Let a judge say of each answer whether it is correct (ACC_L)
    #[arg(long)]
    pub judge: bool,
    /// The judge's server; by default the teacher's
    #[arg(long, value_name = "URL", requires = "judge")]
    pub judge_teacher: Option<String>,
    /// The judge's model
    #[arg(long, value_name = "NAME", requires = "judge_teacher")]
    pub judge_model: Option<String>,
    /// The most requests in flight
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
    /// Work on the first N questions only
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// The most that this directory's answers may cost, in US dollars
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Answer from the stored answers alone
    #[arg(long)]
    pub offline: bool,
    /// Go on although most of the first 50 questions are rejected
    #[arg(long)]
    pub keep_going: bool,
    /// Change any other setting of the recipe `eval`
    #[arg(long, value_name = "STEP.OPTION=VALUE")]
    pub set: Vec<String>,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// Answers the questions of a file by chains of searches, and evaluates the answers.
pub fn eval(args: &EvalArgs) -> Result<ExitCode> {
    let registry = registry();
    let resolved = settings::resolve(&recipe_args(args), &registry)?;
    let options = RunOptions { out: args.out.clone(), offline: args.offline, keep_going: args.keep_going };
    let summary = super::run::run_checked(
        resolved.checked,
        registry,
        resolved.input,
        options.clone(),
        Show::for_people(),
    )?;
    let means = Means::of(&summary, args)?;
    let text =
        if args.json { format!("{}\n", means.to_json(&summary, args)) } else { means.table(&summary, args) };
    super::print(&text)?;
    super::run::complain(&summary, &options);
    Ok(super::run::exit_code(&summary))
}

/// The run that these flags ask for.
fn recipe_args(args: &EvalArgs) -> RecipeArgs {
    let chain = &args.chain;
    let mut set = Vec::new();
    let mut option = |name: &str, value: Value| set.push(format!("{name}={value}"));
    // Only what was said, so that `--set` and the recipe keep the rest.
    if !chain.input.is_empty() {
        let paths: Vec<_> = chain.input.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        option("answers.corpus", json!(paths));
    }
    option("answers.retriever", json!(chain.retriever));
    if let Some(index) = &chain.index {
        option("answers.index", json!(index.to_string_lossy()));
    }
    if let Some(tokenizer) = &chain.tokenizer {
        option("answers.tokenizer", json!(tokenizer.to_string_lossy()));
    }
    option("answers.style", json!(if chain.style == Style::Rearag { "rearag" } else { "chat" }));
    option("answers.top_k", json!(chain.top_k));
    option("answers.iter_num_max", json!(chain.max_steps));
    option("answers.max_tries", json!(chain.max_tries));
    option("answers.model_max_length", json!(chain.window));
    option("scores.judge", json!(args.judge));
    if let Some(most) = chain.max_tokens {
        option("teachers.default.sampling", json!({"max_tokens": most}));
    }
    let mut role = |role: &str, url: &Option<String>, model: &Option<String>| {
        if let Some(url) = url {
            option(&format!("teachers.{role}.url"), json!(url));
            if let Some(model) = model.as_ref().or(chain.model.as_ref()) {
                option(&format!("teachers.{role}.model"), json!(model));
            }
        }
    };
    role("answerer", &chain.answerer, &chain.answerer_model);
    role("judge", &args.judge_teacher, &args.judge_model);
    set.extend(args.set.iter().cloned());
    RecipeArgs {
        recipe: "eval".to_owned(),
        input: vec![args.file.clone()],
        reading: ReadingArgs {
            files: FileArgs { text_field: None, glob: Vec::new(), no_ignore: false, strict: false },
            dedup: None,
            decontaminate: Vec::new(),
        },
        teacher: chain.teacher.clone(),
        model: chain.model.clone(),
        api_key_env: chain.api_key_env.clone(),
        concurrency: args.concurrency,
        limit: args.limit,
        sample: None,
        seed: None,
        prompts: chain.prompts.clone(),
        max_cost: args.max_cost,
        set,
        export: Vec::new(),
    }
}

/// What the records of an evaluation come to.
#[derive(Debug, Default)]
struct Means {
    /// Questions that came through, with or without an answer.
    evaluated: u64,
    /// Those whose chain came to no answer.
    without_answer: u64,
    em: f64,
    f1: f64,
    judged: f64,
    searches: u64,
    retries: u64,
}

impl Means {
    fn of(summary: &Summary, args: &EvalArgs) -> Result<Self> {
        let mut means = Self::default();
        if summary.kept_earlier {
            return Ok(means);
        }
        for record in read_records(&args.out)? {
            means.add(&record?);
        }
        Ok(means)
    }

    fn add(&mut self, record: &Record) {
        let score = |name: &str| record.get(name).and_then(Value::as_f64).unwrap_or_default();
        let counted = |name: &str| {
            let counts = record.get("counts").and_then(Value::as_object);
            counts.and_then(|counts: &Map<String, Value>| counts.get(name)?.as_u64()).unwrap_or_default()
        };
        self.evaluated += 1;
        self.without_answer += u64::from(record.get("trouble").is_some_and(|trouble| !trouble.is_null()));
        self.em += score("EM");
        self.f1 += score("F1Score");
        self.judged += score("ACC_L");
        self.searches += counted("searches");
        self.retries += counted("retries");
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of questions")]
    fn mean(&self, sum: f64) -> f64 {
        if self.evaluated == 0 { 0.0 } else { sum / self.evaluated as f64 }
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of searches")]
    fn to_json(&self, summary: &Summary, args: &EvalArgs) -> Value {
        let mut json = json!({
            "status": summary.to_json()["status"],
            "questions": summary.rows,
            "evaluated": self.evaluated,
            "without_answer": self.without_answer,
            "rejected": summary.rejects,
            "unfinished": summary.pending,
            "EM": self.mean(self.em),
            "F1": self.mean(self.f1),
            "searches": self.mean(self.searches as f64),
            "retries": self.mean(self.retries as f64),
            "run": args.out,
        });
        if args.judge {
            json["ACC_L"] = json!(self.mean(self.judged));
        }
        json
    }

    #[expect(clippy::cast_precision_loss, reason = "numbers of searches")]
    fn table(&self, summary: &Summary, args: &EvalArgs) -> String {
        let mut out = String::new();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(out, "{} of {}", count(self.evaluated, "question"), args.file.display());
        let _ = writeln!(out, "  EM          {:.4}", self.mean(self.em));
        let _ = writeln!(out, "  F1          {:.4}", self.mean(self.f1));
        if args.judge {
            let _ = writeln!(out, "  ACC_L       {:.4}", self.mean(self.judged));
        }
        let _ = writeln!(out, "  searches    {:.2} a question", self.mean(self.searches as f64));
        let _ = writeln!(out, "  retries     {:.2} a question", self.mean(self.retries as f64));
        if self.without_answer > 0 {
            let _ = writeln!(out, "  no answer   {} (they count as wrong)", number(self.without_answer));
        }
        if summary.rejects > 0 {
            let _ = writeln!(
                out,
                "  rejected    {} (not counted; rejects.jsonl says why)",
                number(summary.rejects)
            );
        }
        if summary.pending > 0 {
            let _ = writeln!(out, "  unfinished  {} (the same command goes on)", number(summary.pending));
        }
        let _ = writeln!(out, "  written     {}", args.out.join("records.jsonl").display());
        out
    }
}
