//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use ragstill_engine::Split;
use ragstill_operators::Strategy;
use ragstill_retrieve::RetrieverKind;
use ragstill_retrieve::analysis::Language;
use ragstill_score::Normalization;

use crate::commands::{AskArgs, EvalArgs, GraphArgs, IndexArgs, ModelArgs, SearchArgs, ServeArgs};

/// Documents to training data for retrieval-augmented language models.
#[derive(Debug, Parser)]
#[command(name = "ragstill", version, about, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A whole RARE run over a built-in corpus: no key, no network
    Demo(DemoArgs),
    /// Make training data from documents
    Run(RunArgs),
    /// What a run would ask and cost; sends nothing
    Plan(PlanArgs),
    /// Write a run's examples in a trainer's format
    Export(ExportArgs),
    /// List the formats of trainers that examples can be written in
    Formats,
    /// Show examples as the loss sees them: which tokens are trained
    Tokens(TokensArgs),
    /// Mine hard negatives for questions, without a teacher
    Negatives(NegativesArgs),
    /// Score answers: exact match and token F1 of each row, and the means
    Score(ScoreArgs),
    /// Answer a question by searching step by step
    Ask(AskArgs),
    /// Answer the questions of a file so, and evaluate the answers: EM, F1, a judge
    Eval(EvalArgs),
    /// Search documents by their words, or by the vectors of an index
    Search(SearchArgs),
    /// Index documents once, to search them often
    Index(IndexArgs),
    /// Serve documents to search, and answers from them, over HTTP
    Serve(ServeArgs),
    /// Show what is in files and folders: formats, sizes, languages, duplicates, failures
    Corpus(CorpusArgs),
    /// List the recipes and their steps
    Recipes,
    /// Print a recipe as commented YAML to start from
    Config(ConfigArgs),
}

/// `ragstill demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The run directory
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
}

/// Which files are read and how, on the command line.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// The column of rows that holds the text, when it cannot be guessed
    #[arg(long, value_name = "NAME")]
    pub text_field: Option<String>,
    /// Which files of folders to read, as in a .gitignore (`*.md`, `!drafts/**`); several are possible
    #[arg(long, value_name = "PATTERN")]
    pub glob: Vec<String>,
    /// Read files of folders that a .gitignore leaves out, too
    #[arg(long)]
    pub no_ignore: bool,
    /// Fail when a file or a row cannot be read; a run, before anything is spent
    #[arg(long)]
    pub strict: bool,
}

/// What a run reads, on the command line.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    #[command(flatten)]
    pub files: FileArgs,
    /// Which repetitions of documents and records to leave out: `off`, `exact` or `near`
    #[arg(long, value_name = "off|exact|near")]
    pub dedup: Option<String>,
    /// Evaluation sets: records that share 13 words in a row with one are left out
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub decontaminate: Vec<PathBuf>,
}

/// What a run is made of, on the command line.
#[derive(Debug, Args)]
pub struct RecipeArgs {
    /// A recipe's name (see `ragstill recipes`) or a YAML file
    #[arg(value_name = "RECIPE|FILE.yaml")]
    pub recipe: String,
    /// Files and folders (text, Markdown, HTML, PDF, DOCX, EPUB, JSON, CSV, Parquet …), or - for standard input
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub input: Vec<PathBuf>,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// `extractive` (built in) or the address of an OpenAI-compatible server; several share the load
    #[arg(long, value_name = "extractive|URL", num_args = 1..)]
    pub teacher: Vec<String>,
    /// The model's name as the server knows it
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The environment variable that holds the API key
    #[arg(long, value_name = "VAR")]
    pub api_key_env: Option<String>,
    /// The most requests in flight
    #[arg(long, value_name = "N")]
    pub concurrency: Option<usize>,
    /// Work on the first N records only
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Work on N records only, drawn by the seed
    #[arg(long, value_name = "N")]
    pub sample: Option<u64>,
    /// The seed of every random choice
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A folder of prompts that replace the built-in ones by name
    #[arg(long, value_name = "DIR")]
    pub prompts: Option<PathBuf>,
    /// The most that this directory's answers may cost, in US dollars
    #[arg(long, value_name = "USD")]
    pub max_cost: Option<f64>,
    /// Change an option of a step, or any other setting by its path
    #[arg(long, value_name = "STEP.OPTION=VALUE")]
    pub set: Vec<String>,
    /// A format to write examples in; several are possible
    #[arg(long, value_name = "FORMAT")]
    pub export: Vec<String>,
}

/// `ragstill run`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill run <RECIPE|FILE.yaml> --input PATH... --out DIR [OPTIONS]")]
pub struct RunArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// The run directory; a second run into it continues the first
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Answer from the stored answers alone; what is missing is listed
    #[arg(long)]
    pub offline: bool,
    /// Go on although most of the first 50 records are rejected
    #[arg(long)]
    pub keep_going: bool,
    /// Print progress and summary as JSON lines on standard output
    #[arg(long)]
    pub json: bool,
}

/// `ragstill plan`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill plan <RECIPE|FILE.yaml> --input PATH... [OPTIONS]")]
pub struct PlanArgs {
    #[command(flatten)]
    pub recipe: RecipeArgs,
    /// A run directory whose stored answers need not be asked again
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the forecast as JSON
    #[arg(long)]
    pub json: bool,
    /// Accepted so that a `run` command line can be planned as it stands
    #[arg(long, hide = true)]
    pub offline: bool,
    /// Likewise
    #[arg(long, hide = true)]
    pub keep_going: bool,
}

/// `ragstill corpus`.
#[derive(Debug, Args)]
pub struct CorpusArgs {
    /// Files and folders, or - for standard input
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub files: FileArgs,
    /// The most characters of a chunk of a document
    #[arg(long, value_name = "N")]
    pub chunk_size: Option<usize>,
    /// Count tokens with this tokenizer.json; without one they are estimated
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ragstill export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The run directory
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The format; `ragstill formats` lists them
    #[arg(long, value_name = "FORMAT")]
    pub format: String,
    /// The file, or the folder of a format of several files; by default in RUN/examples/
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Deal the examples out to splits that share no document
    #[arg(long, value_name = "train=0.98,test=0.02")]
    pub split: Option<Split>,
    /// Write the examples in an order drawn from this seed
    #[arg(long, value_name = "SEED")]
    pub shuffle: Option<u64>,
    #[command(flatten)]
    pub rendering: RenderingArgs,
    /// Train no other turns than the assistant's, whatever the recipe says
    #[arg(long)]
    pub assistant_only: bool,
    /// The most rows of a file
    #[arg(long, value_name = "N")]
    pub shard_rows: Option<u64>,
    /// Any other option of the format
    #[arg(long, value_name = "OPTION=VALUE")]
    pub set: Vec<String>,
}

/// How conversations are rendered, on the command line.
#[derive(Debug, Args)]
pub struct RenderingArgs {
    /// The tokenizer.json of the model that is trained
    #[arg(long, value_name = "FILE")]
    pub tokenizer: Option<PathBuf>,
    /// Its chat template: a Jinja file, or a tokenizer_config.json
    #[arg(long, value_name = "FILE")]
    pub chat_template: Option<PathBuf>,
    /// The most tokens of a conversation; longer ones lose passages that may be left out, or are left out
    #[arg(long, value_name = "N", requires = "tokenizer")]
    pub max_tokens: Option<usize>,
}

/// `ragstill tokens`.
#[derive(Debug, Args)]
pub struct TokensArgs {
    /// The run directory
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// How many examples are shown
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub show: usize,
    /// How many are passed over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub skip: usize,
    #[command(flatten)]
    pub rendering: RenderingArgs,
    /// The export of the run whose settings are taken
    #[arg(long, value_name = "FORMAT", default_value = "axolotl-segments")]
    pub format: String,
    /// Print with colours, or with marks where there are none
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    pub color: Color,
}

/// When to print with colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// BM25's parameters.
#[derive(Debug, Args)]
pub struct Bm25Args {
    /// Term frequency saturation
    #[arg(long, value_name = "X", default_value_t = 0.9)]
    pub k1: f32,
    /// Length normalisation, 0 to 1
    #[arg(long, value_name = "X", default_value_t = 0.4)]
    pub b: f32,
    /// Store document lengths in one byte, as Lucene does
    #[arg(long)]
    pub lucene_lengths: bool,
    /// The language of the texts, by its code or English name: its stemmer and stop words are taken
    #[arg(long, value_name = "LANGUAGE", default_value_t)]
    pub language: Language,
}

/// `ragstill negatives`.
#[derive(Debug, Args)]
pub struct NegativesArgs {
    /// JSONL (or JSON) rows, each with a question and the passage that answers it
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where the negatives come from; by default the passages of FILE
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub corpus: Vec<PathBuf>,
    /// A folder that `ragstill index` made, in place of --corpus
    #[arg(long, value_name = "DIR", conflicts_with_all = ["corpus", "k1", "b", "lucene_lengths", "language"])]
    pub index: Option<PathBuf>,
    /// What ranks the candidates of --index; all but bm25 need vectors there
    #[arg(long, value_name = "bm25|dense|hybrid", default_value_t, requires = "index")]
    pub retriever: RetrieverKind,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub graph: GraphArgs,
    /// The field with the question
    #[arg(long, value_name = "FIELD", default_value = "question")]
    pub question: String,
    /// The field with the passage that answers it
    #[arg(long, value_name = "FIELD", default_value = "text")]
    pub text: String,
    /// The field that gets the negatives
    #[arg(long, value_name = "FIELD", default_value = "hard_negatives")]
    pub output: String,
    /// How many negatives a question gets
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub num_neg: usize,
    /// Where negatives come from
    #[arg(long, value_name = "bm25|random|mixed", default_value = "bm25", value_parser = strategy, hide_default_value = true)]
    pub strategy: Strategy,
    /// The share of the negatives that is random with --strategy mixed
    #[arg(long, value_name = "X", default_value_t = 0.5)]
    pub random_share: f64,
    /// How many of the best candidates are skipped first
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub start: usize,
    /// How many candidates are compared with the passage
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub overlap_pool: usize,
    /// The share of those that is passed over because they are most similar to the passage; 0 for none
    #[arg(long, value_name = "X", default_value_t = 0.6)]
    pub overlap_share: f64,
    /// Only what scores more than this share of the passage's own score is passed over for its similarity
    #[arg(long, value_name = "X", default_value_t = 0.6)]
    pub overlap_score_share: f64,
    /// Pass over what scores more than this share of the passage's own score
    #[arg(long, value_name = "X")]
    pub max_score_share: Option<f64>,
    /// Pass over what scores more than the passage's own score less this
    #[arg(long, value_name = "X")]
    pub score_margin: Option<f64>,
    /// Let near duplicates of the passage be negatives
    #[arg(long)]
    pub no_near_duplicate_guard: bool,
    /// The seed of random negatives
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub seed: u64,
    /// Write each negative's score and rank, and what was passed over and why, into the field FIELD_explain
    #[arg(long)]
    pub explain: bool,
    /// Fail when a row cannot be read
    #[arg(long)]
    pub strict: bool,
    /// The file to write; by default standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub bm25: Bm25Args,
}

/// Reads the name of a strategy.
fn strategy(name: &str) -> Result<Strategy, String> {
    match name {
        "bm25" => Ok(Strategy::Bm25),
        "random" => Ok(Strategy::Random),
        "mixed" => Ok(Strategy::Mixed),
        _ => Err("give bm25, random or mixed".to_owned()),
    }
}

/// `ragstill score`.
#[derive(Debug, Args)]
#[command(override_usage = "ragstill score <FILE> --prediction FIELD --truth FIELD [OPTIONS]")]
pub struct ScoreArgs {
    /// JSONL, JSON, CSV, TSV or Parquet rows, compressed too; - is JSONL, JSON or Parquet on standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The field with the answer to score
    #[arg(long, value_name = "FIELD")]
    pub prediction: String,
    /// The field with the answer that counts as right, or a list of them
    #[arg(long, value_name = "FIELD")]
    pub truth: String,
    /// What is made of answers before they are compared: `squad` for words, `chinese` for characters
    #[arg(long, value_name = "squad|chinese", default_value_t)]
    pub normalization: Normalization,
    /// A file for the rows with their scores: .jsonl, .json or .parquet
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The field of --out that gets the F1, 0 to 1
    #[arg(long, value_name = "FIELD", default_value = "F1Score")]
    pub output_key: String,
    /// The field of --out that gets 1 for an exact match, else 0
    #[arg(long, value_name = "FIELD", default_value = "EM")]
    pub em_key: String,
    /// Fail when a row cannot be read
    #[arg(long)]
    pub strict: bool,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// `ragstill config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The recipe's name
    #[arg(value_name = "RECIPE")]
    pub recipe: String,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
