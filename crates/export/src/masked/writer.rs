//! The writer of all three formats: examples are gathered and made into rows on all cores, while the rows before them are
//! written in their order.

use std::collections::BTreeMap;

use ragstill_core::{Conversation, Example, ExampleKind};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::parquet::Table;
use super::rows;
use crate::error::{Error, Result};
use crate::format::{ExampleWriter, Target, Written};
use crate::jsonl::JsonlPart;
use crate::options::ExportOptions;
use crate::splits::{Naming, Splits};
use crate::tokens::{Fitter, Tokens};

/// How many examples are prepared at once, and how many bytes of text at most: few, so that they are still in the cores'
/// caches, and enough for every core.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 << 20;
/// How many reasons are told apart; a template's own words may make each another.
const MOST_REASONS: usize = 20;
/// How many marks are named to the user.
const MOST_MARKS: usize = 5;

/// What Axolotl has to be told. `train_on_inputs` stands beside `datasets`.
const SEGMENTS_HINT: &str = "Axolotl:

datasets:
  - path: FILE
    ds_type: json
    type: input_output
train_on_inputs: false

Axolotl adds no token of its own to segments: what begins and ends a text is in them.
";

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Segments with labels, as JSON.
    Segments,
    /// Tokens, as JSON.
    Tokens,
    /// Tokens, in Parquet.
    Parquet,
}

enum Out {
    Lines(Splits<JsonlPart>),
    Table(Splits<Table>),
}

enum Row {
    Line(Vec<u8>),
    Tokens(Tokens),
}

/// A row, and what is known of it.
struct Prepared {
    row: Row,
    /// Marks that a document wrote.
    marks: Vec<String>,
    dropped: usize,
    tokens: usize,
    trained: usize,
}

pub(super) struct Writer {
    format: &'static str,
    maker: Maker,
    files: Files,
    batch: Vec<(Conversation, usize)>,
    bytes: usize,
    /// What was made of the batch before, each with its split.
    made: Vec<(usize, Made)>,
}

/// Makes rows.
struct Maker {
    kind: Kind,
    fitter: Fitter,
}

/// A row, or why there is none.
type Made = Result<Prepared, String>;

/// Where rows go, and what is known of them all.
struct Files {
    out: Out,
    left_out: BTreeMap<String, u64>,
    tally: Tally,
}

#[derive(Default)]
struct Tally {
    rows: u64,
    shortened: u64,
    forged: u64,
    marks: Vec<String>,
    tokens: u64,
    trained: u64,
    longest: usize,
}

impl Writer {
    pub(super) fn new(
        format: &'static str,
        kind: Kind,
        fitter: Fitter,
        target: &Target,
        options: &ExportOptions,
    ) -> Result<Self> {
        let Target { path, splits } = target;
        let shard_rows = options.shard_rows;
        let out = match kind {
            Kind::Parquet => Out::Table(Splits::create(path, splits, Naming::After, shard_rows, ())?),
            Kind::Segments | Kind::Tokens => {
                Out::Lines(Splits::create(path, splits, Naming::After, shard_rows, ())?)
            }
        };
        let files = Files { out, left_out: BTreeMap::new(), tally: Tally::default() };
        let maker = Maker { kind, fitter };
        Ok(Self { format, maker, files, batch: Vec::new(), bytes: 0, made: Vec::new() })
    }

    /// Makes the rows of what was gathered, and meanwhile writes those that were made before.
    fn flush(&mut self) -> Result<()> {
        let Self { maker, files, .. } = self;
        let (batch, before) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.made));
        let make = |(conversation, split): (Conversation, usize)| (split, maker.make(&conversation));
        let (made, written) =
            rayon::join(|| batch.into_par_iter().map(make).collect(), || files.write(before));
        self.bytes = 0;
        self.made = made;
        written
    }
}

impl Files {
    fn write(&mut self, made: Vec<(usize, Made)>) -> Result<()> {
        for (split, made) in made {
            match made {
                Ok(prepared) => {
                    self.tally.add(&prepared);
                    match (&mut self.out, prepared.row) {
                        (Out::Lines(files), Row::Line(line)) => files.next_row(split)?.made(&line)?,
                        (Out::Table(files), Row::Tokens(tokens)) => files.next_row(split)?.row(tokens)?,
                        // A kind makes its own rows only.
                        (Out::Lines(_), Row::Tokens(_)) | (Out::Table(_), Row::Line(_)) => {}
                    }
                }
                Err(reason) => {
                    let known = self.left_out.len() < MOST_REASONS || self.left_out.contains_key(&reason);
                    let reason = if known { reason } else { "other reasons".to_owned() };
                    *self.left_out.entry(reason).or_default() += 1;
                }
            }
        }
        Ok(())
    }
}

impl Maker {
    fn make(&self, conversation: &Conversation) -> Made {
        let fitted = self.fitter.fit(conversation)?;
        if !fitted.segments.iter().any(|segment| segment.train) {
            return Err("nothing of it is trained".to_owned());
        }
        let (count, trained) =
            fitted.tokens.as_ref().map_or((0, 0), |tokens| (tokens.input_ids.len(), tokens.trained()));
        if fitted.tokens.is_some() && trained == 0 {
            return Err("the tokenizer has no tokens for what is trained".to_owned());
        }
        let mut marks = Vec::new();
        if fitted.segments.iter().any(|segment| !segment.plain.is_empty()) {
            for turn in &fitted.conversation.turns {
                marks
                    .extend(self.fitter.renderer().marks().find(&turn.text).map(|(_, mark)| mark.to_owned()));
            }
        }
        let row = match (self.kind, fitted.tokens) {
            (Kind::Segments, _) => Row::Line(rows::segments(&fitted.segments)?),
            (Kind::Tokens, Some(tokens)) => Row::Line(rows::tokens(&tokens)),
            (Kind::Parquet, Some(tokens)) => Row::Tokens(tokens),
            (Kind::Tokens | Kind::Parquet, None) => return Err("there is no tokenizer".to_owned()),
        };
        Ok(Prepared { row, marks, dropped: fitted.dropped, tokens: count, trained })
    }
}

impl Tally {
    /// What a user has to know of rows of this kind.
    fn hint(&self, kind: Kind) -> String {
        let mut hint = match kind {
            Kind::Segments => SEGMENTS_HINT.to_owned(),
            Kind::Tokens | Kind::Parquet => "These rows are tokens already, with labels of -100 where the loss does not \
                count. TRL's SFTTrainer and the Trainer of transformers take them as they are; in Axolotl leave `type` \
                of the dataset empty. Train the model whose tokenizer made them, and no other.\n"
                .to_owned(),
        };
        if self.tokens > 0 {
            let share = 100.0 * self.trained as f64 / self.tokens as f64;
            hint += &format!(
                "{} tokens, {share:.1} % of them trained; the longest row has {}, so let the trainer take as many.\n",
                self.tokens, self.longest
            );
        }
        if self.shortened > 0 {
            hint += &format!("{} conversations lost passages to fit max_tokens.\n", self.shortened);
        }
        if self.forged > 0 {
            let named = self.marks.join(" ");
            hint += &match kind {
                Kind::Segments => format!(
                    "Warning: in {} rows a text holds what reads like a mark of the format ({named}). Axolotl will \
                     tokenise it as the mark. Remove such records, or use the format `tokens`, where it stays text.\n",
                    self.forged
                ),
                Kind::Tokens | Kind::Parquet => format!(
                    "In {} rows a text holds what reads like a special token ({named}). It is tokenised as ordinary \
                     text, so that no document ends a turn.\n",
                    self.forged
                ),
            };
        }
        hint
    }

    fn add(&mut self, prepared: &Prepared) {
        self.rows += 1;
        self.shortened += u64::from(prepared.dropped > 0);
        self.forged += u64::from(!prepared.marks.is_empty());
        for mark in &prepared.marks {
            if self.marks.len() < MOST_MARKS && !self.marks.contains(mark) {
                self.marks.push(mark.clone());
            }
        }
        self.tokens += prepared.tokens as u64;
        self.trained += prepared.trained as u64;
        self.longest = self.longest.max(prepared.tokens);
    }
}

impl ExampleWriter for Writer {
    fn write(&mut self, example: Example, split: usize) -> Result<()> {
        let Example::Conversation(conversation) = example else {
            return Err(Error::kind(self.format, ExampleKind::Conversation, example.id()));
        };
        self.bytes += conversation.turns.iter().map(|turn| turn.text.len()).sum::<usize>();
        self.batch.push((conversation, split));
        if self.batch.len() >= BATCH || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.flush()?;
        self.files.write(self.made)?;
        let Files { out, left_out, tally } = self.files;
        let files = match out {
            Out::Lines(files) => files.finish()?,
            Out::Table(files) => files.finish()?,
        };
        let files = files.into_iter().map(|file| (file.path, file.rows)).collect();
        let hint = Some(tally.hint(self.maker.kind));
        Ok(Written { files, left_out: left_out.into_iter().collect(), hint })
    }
}
