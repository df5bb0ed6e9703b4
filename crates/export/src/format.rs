//! The formats there are, and what each holds.

use std::path::PathBuf;

use ragstill_core::{Example, ExampleKind};

use crate::error::Result;
use crate::fitting::Fitting;
use crate::formats::{
    axolotl_chat, beir, flagembedding, flashrag, hf_dataset, llamafactory_alpaca, llamafactory_sharegpt,
    openai, openrlhf, plain, rearag, rl, sentence_transformers, sharegpt, tevatron, trl_messages,
    trl_prompt_completion,
};
use crate::masked;
use crate::options::ExportOptions;

/// A format that a trainer reads.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name to ask for it by.
    pub name: &'static str,
    /// What reads it, in a line.
    pub about: &'static str,
    /// The kinds of examples that it holds.
    pub kinds: &'static [ExampleKind],
    /// The name of its file, or of its folder.
    pub file_name: &'static str,
    /// Whether it is always a folder of several files.
    pub is_folder: bool,
    /// Starts writing examples in this format; [`Format::start`] is what to call.
    pub(crate) create: fn(&Target, &ExportOptions) -> Result<Box<dyn ExampleWriter>>,
}

impl Format {
    /// Starts writing examples in this format.
    ///
    /// # Errors
    /// When an option cannot be used or a file cannot be made.
    pub fn start(&self, target: &Target, options: &ExportOptions) -> Result<Box<dyn ExampleWriter>> {
        let writer = (self.create)(target, options)?;
        let fits_itself = masked::NAMES.contains(&self.name);
        if options.max_tokens.is_none() || fits_itself || !self.kinds.contains(&ExampleKind::Conversation) {
            return Ok(writer);
        }
        Ok(Box::new(Fitting::new(writer, options)?))
    }
}

/// Where examples are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The file, or the folder of a format that is one. With several splits or shards a file `a.jsonl` becomes
    /// `a-train.jsonl`, `a-train-00000-of-00002.jsonl` and so on beside it.
    pub path: PathBuf,
    /// The names of the splits that examples are assigned to, for instance `train` and `test`; one at least. With just
    /// one, it is not in the name of a file.
    pub splits: Vec<String>,
}

/// Writes examples of one format into files that appear when they are finished.
pub trait ExampleWriter: Send {
    /// Adds an example to the split of this index.
    ///
    /// # Errors
    /// [`crate::Error`] when the format cannot hold it or it cannot be written.
    fn write(&mut self, example: Example, split: usize) -> Result<()>;

    /// Finishes the files.
    ///
    /// # Errors
    /// [`crate::Error::Write`].
    fn finish(self: Box<Self>) -> Result<Written>;
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The files with data in them, in order, and how many rows each has.
    pub files: Vec<(PathBuf, u64)>,
    /// How many examples the format cannot hold, by the reason.
    pub left_out: Vec<(String, u64)>,
    /// What a user has to know or to paste into a trainer's configuration, if anything.
    pub hint: Option<String>,
}

const CONVERSATIONS: &[ExampleKind] = &[ExampleKind::Conversation];
const TASKS: &[ExampleKind] = &[ExampleKind::Task];
const TRIPLETS: &[ExampleKind] = &[ExampleKind::Triplet];
const ANY: &[ExampleKind] = &[ExampleKind::Conversation, ExampleKind::Task, ExampleKind::Triplet];

/// Every format: those for conversations, for tasks, for triplets and for any kind.
pub const FORMATS: &[Format] = &[
    Format {
        name: axolotl_chat::NAME,
        about: "Axolotl: chat_template with message_field_training",
        kinds: CONVERSATIONS,
        file_name: "axolotl-chat.jsonl",
        is_folder: false,
        create: axolotl_chat::create,
    },
    Format {
        name: llamafactory_sharegpt::NAME,
        about: "LLaMA-Factory: ShareGPT with mask_history, a row for each trained turn",
        kinds: CONVERSATIONS,
        file_name: "llamafactory-sharegpt",
        is_folder: true,
        create: llamafactory_sharegpt::create,
    },
    Format {
        name: llamafactory_alpaca::NAME,
        about: "LLaMA-Factory: Alpaca, conversations whose answers are all trained",
        kinds: CONVERSATIONS,
        file_name: "llamafactory-alpaca",
        is_folder: true,
        create: llamafactory_alpaca::create,
    },
    Format {
        name: trl_prompt_completion::NAME,
        about: "TRL SFTTrainer: prompt and completion, a row for each trained turn",
        kinds: CONVERSATIONS,
        file_name: "trl-prompt-completion.jsonl",
        is_folder: false,
        create: trl_prompt_completion::create,
    },
    Format {
        name: trl_messages::NAME,
        about: "TRL SFTTrainer: messages with assistant_only_loss, conversations whose answers are all trained",
        kinds: CONVERSATIONS,
        file_name: "trl-messages.jsonl",
        is_folder: false,
        create: trl_messages::create,
    },
    Format {
        name: openai::NAME,
        about: "OpenAI, Together and Fireworks: messages with weights",
        kinds: CONVERSATIONS,
        file_name: "openai.jsonl",
        is_folder: false,
        create: openai::create,
    },
    Format {
        name: sharegpt::NAME,
        about: "ShareGPT, which many trainers read: conversations whose answers are all trained",
        kinds: CONVERSATIONS,
        file_name: "sharegpt.jsonl",
        is_folder: false,
        create: sharegpt::create,
    },
    Format {
        name: rearag::NAME,
        about: "ReaRAG: messages whose reasoning is trained",
        kinds: CONVERSATIONS,
        file_name: "rearag.jsonl",
        is_folder: false,
        create: rearag::create,
    },
    Format {
        name: rl::VERL,
        about: "verl: tasks with a reward by exact match",
        kinds: TASKS,
        file_name: "verl.parquet",
        is_folder: false,
        create: rl::create_verl,
    },
    Format {
        name: rl::SEARCH_R1,
        about: "Search-R1: tasks with a reward by exact match",
        kinds: TASKS,
        file_name: "search-r1.parquet",
        is_folder: false,
        create: rl::create_search_r1,
    },
    Format {
        name: openrlhf::NAME,
        about: "OpenRLHF: prompts with labels",
        kinds: TASKS,
        file_name: "openrlhf.jsonl",
        is_folder: false,
        create: openrlhf::create,
    },
    Format {
        name: flashrag::NAME,
        about: "FlashRAG: questions with golden answers, a file for each split",
        kinds: TASKS,
        file_name: "flashrag",
        is_folder: true,
        create: flashrag::create,
    },
    Format {
        name: flagembedding::NAME,
        about: "FlagEmbedding: queries with positives and negatives",
        kinds: TRIPLETS,
        file_name: "flagembedding.jsonl",
        is_folder: false,
        create: flagembedding::create,
    },
    Format {
        name: sentence_transformers::NAME,
        about: "sentence-transformers: anchor, positive and as many negatives in each row",
        kinds: TRIPLETS,
        file_name: "sentence-transformers.jsonl",
        is_folder: false,
        create: sentence_transformers::create,
    },
    Format {
        name: tevatron::NAME,
        about: "Tevatron: queries with named passages",
        kinds: TRIPLETS,
        file_name: "tevatron.jsonl",
        is_folder: false,
        create: tevatron::create,
    },
    Format {
        name: beir::NAME,
        about: "BEIR: a corpus, queries and judgements",
        kinds: TRIPLETS,
        file_name: "beir",
        is_folder: true,
        create: beir::create,
    },
    Format {
        name: plain::JSONL,
        about: "your own programs: everything, as JSON lines",
        kinds: ANY,
        file_name: "jsonl",
        is_folder: true,
        create: plain::create_jsonl,
    },
    Format {
        name: plain::PARQUET,
        about: "your own programs: everything, as Parquet",
        kinds: ANY,
        file_name: "parquet",
        is_folder: true,
        create: plain::create_parquet,
    },
    Format {
        name: hf_dataset::NAME,
        about: "datasets.load_dataset and the Hugging Face Hub: everything, with a card",
        kinds: ANY,
        file_name: "hf-dataset",
        is_folder: true,
        create: hf_dataset::create,
    },
    Format {
        name: "axolotl-segments",
        about: "Axolotl with `type: input_output`: segments of text with a label each",
        kinds: CONVERSATIONS,
        file_name: "axolotl-segments.jsonl",
        is_folder: false,
        create: masked::axolotl_segments,
    },
    Format {
        name: "tokens",
        about: "TRL, Axolotl, transformers: `input_ids` and `labels` by the model's own tokenizer",
        kinds: CONVERSATIONS,
        file_name: "tokens.jsonl",
        is_folder: false,
        create: masked::tokens,
    },
    Format {
        name: "tokens-parquet",
        about: "the same as `tokens`, in Parquet",
        kinds: CONVERSATIONS,
        file_name: "tokens-parquet.parquet",
        is_folder: false,
        create: masked::tokens_parquet,
    },
];

/// The format of this name.
pub fn find_format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, find_format};

    #[test]
    fn names_and_files_are_of_one_format_each() {
        for (index, format) in FORMATS.iter().enumerate() {
            assert_eq!(find_format(format.name).unwrap().file_name, format.file_name);
            let others = &FORMATS[index + 1..];
            assert!(
                others.iter().all(|other| other.name != format.name && other.file_name != format.file_name)
            );
            assert!(
                format.file_name.starts_with(format.name),
                "{} is named after its format",
                format.file_name
            );
            assert_eq!(format.is_folder, !format.file_name.contains('.'));
        }
        assert!(find_format("no-such-format").is_none());
    }
}
