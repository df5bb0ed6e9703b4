//! How fast conversations are rendered and tokenised:
//! `cargo run --release -p ragstill-export --example token_speed [-- COUNT [TOKENIZER.json]]`.
//!
//! Without a tokenizer one is trained here: byte-level, of 500 tokens. Without a count there are 200,000 conversations.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use ragstill_core::{Conversation, Example, RecordId, Role, Turn};
use ragstill_export::{ExportOptions, Target, find_format};
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::models::{ModelWrapper, TrainerWrapper};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, Tokenizer};

// As the command itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const COUNT: usize = 200_000;

const ANSWER: &str = "It is 1987 metres high.";

const TEMPLATE: &str = "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n\
                        {% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = tempfile::tempdir()?;
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().map_or(Ok(COUNT), |count| count.parse())?;
    let tokenizer = match arguments.next() {
        Some(path) => PathBuf::from(path),
        None => train(folder.path())?,
    };
    let template = folder.path().join("chat_template.jinja");
    std::fs::write(&template, TEMPLATE)?;
    let examples: Vec<Example> = (0..count).map(example).collect();
    for (name, chat_template) in [("formats of turns", None), ("chat template", Some(template))] {
        for format in ["axolotl-segments", "tokens", "tokens-parquet"] {
            let options = ExportOptions {
                tokenizer: (format != "axolotl-segments").then(|| tokenizer.clone()),
                chat_template: chat_template.clone(),
                ..ExportOptions::default()
            };
            let target = Target { path: folder.path().join("out"), splits: vec!["train".to_owned()] };
            let format = find_format(format).ok_or("there is no such format")?;
            let examples = examples.clone();
            let started = Instant::now();
            let mut writer = format.start(&target, &options)?;
            for example in examples {
                writer.write(example, 0)?;
            }
            writer.finish()?;
            let rate = count as f64 / started.elapsed().as_secs_f64();
            println!("{name}, {}: {rate:.0} examples a second", format.name);
        }
    }
    Ok(())
}

fn example(number: usize) -> Example {
    let turns =
        vec![Turn::new(Role::User, question(number), false), Turn::new(Role::Assistant, ANSWER, true)];
    Example::Conversation(Conversation { id: RecordId::given(number.to_string()), turns })
}

fn question(number: usize) -> String {
    format!("What is the height of peak number {number}?")
}

fn train(folder: &Path) -> Result<PathBuf, Box<dyn Error + Send + Sync>> {
    let mut tokenizer = Tokenizer::new(ModelWrapper::from(BPE::default()));
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
    tokenizer.with_decoder(Some(ByteLevel::new(false, true, true)));
    let specials = ["<|im_start|>", "<|im_end|>"].map(|name| AddedToken::from(name, true));
    let trainer = BpeTrainer::builder()
        .show_progress(false)
        .vocab_size(500)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .special_tokens(specials.to_vec())
        .build();
    let corpus = (0..1000).flat_map(|number| [question(number), ANSWER.to_owned()]);
    tokenizer.train(&mut TrainerWrapper::from(trainer), corpus)?;
    let path = folder.join("tokenizer.json");
    tokenizer.save(&path, false)?;
    Ok(path)
}
