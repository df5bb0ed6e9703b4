//! Byte-level BPE, as GPT-2, Llama 3, Qwen and DeepSeek have it, without keeping account of every byte.
//!
//! The library follows each byte of a text through normalisation, splitting and the spelling of bytes as characters, which
//! takes most of its time. With these tokenizers nothing of it is needed: words are pieces of the text itself, and the bytes
//! of a word are spelled one by one. What is found and what a word becomes is still for the library to say: its added tokens,
//! its patterns, its model.

use std::sync::LazyLock;

use tokenizers::models::ModelWrapper;
use tokenizers::normalizers::NormalizerWrapper;
use tokenizers::pre_tokenizers::PreTokenizerWrapper;
use tokenizers::pre_tokenizers::split::SplitPattern;
use tokenizers::tokenizer::pattern::Pattern;
use tokenizers::utils::SysRegex;
use tokenizers::{Model, OffsetReferential, OffsetType, Offsets, Result, SplitDelimiterBehavior, Tokenizer};

use super::Encoded;

/// How GPT-2 splits words, which is what `ByteLevel` does without another pattern before it.
const GPT_2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

/// The characters that bytes are spelled with: printable ones of Latin-1 stand for themselves, the others for U+0100 and
/// following, in order.
static SPELLED: LazyLock<[char; 256]> = LazyLock::new(|| {
    let mut others = '\u{100}'..;
    std::array::from_fn(|byte| match byte as u8 {
        byte @ (b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF) => char::from(byte),
        // There are 68 of them.
        _ => others.next().unwrap_or_default(),
    })
});

/// How a tokenizer of this kind makes words.
#[derive(Debug)]
pub(super) struct ByteLevel {
    /// Split a text one after the other.
    patterns: Vec<SysRegex>,
    /// Whether texts are brought into NFC before.
    composes: bool,
}

impl ByteLevel {
    /// Of a tokenizer of this kind; nothing, when it does anything else.
    pub(super) fn of(tokenizer: &Tokenizer) -> Option<Self> {
        let ModelWrapper::BPE(model) = tokenizer.get_model() else { return None };
        let has = |c: &char| model.token_to_id(c.encode_utf8(&mut [0; 4])).is_some();
        if model.dropout.is_some()
            || model.continuing_subword_prefix.is_some()
            || model.end_of_word_suffix.is_some()
            || !SPELLED.iter().all(has)
        {
            return None;
        }
        let composes = match tokenizer.get_normalizer() {
            None => false,
            Some(NormalizerWrapper::NFC(_)) => true,
            Some(_) => return None,
        };
        let steps = match tokenizer.get_pre_tokenizer()? {
            PreTokenizerWrapper::Sequence(steps) => steps.as_ref(),
            step => std::slice::from_ref(step),
        };
        let (PreTokenizerWrapper::ByteLevel(last), splits) = steps.split_last()? else { return None };
        if last.add_prefix_space {
            return None;
        }
        let pattern = |step: &PreTokenizerWrapper| match step {
            PreTokenizerWrapper::Split(split)
                if split.behavior == SplitDelimiterBehavior::Isolated && !split.invert =>
            {
                match &split.pattern {
                    SplitPattern::Regex(pattern) => SysRegex::new(pattern).ok(),
                    SplitPattern::String(_) => None,
                }
            }
            _ => None,
        };
        let mut patterns = splits.iter().map(pattern).collect::<Option<Vec<_>>>()?;
        if last.use_regex {
            patterns.push(SysRegex::new(GPT_2).ok()?);
        }
        Some(Self { patterns, composes })
    }

    /// Whether a text is one that can be encoded so: it stays as it is when it is normalised.
    pub(super) fn takes(&self, text: &str) -> bool {
        // Below the first combining mark everything is composed, and so are dashes, quotes and dots.
        !self.composes || text.chars().all(|c| c < '\u{300}' || matches!(c, '\u{2010}'..='\u{2027}'))
    }

    /// The tokens of a text, none over a cut; added tokens are not cut.
    pub(super) fn encode(&self, tokenizer: &Tokenizer, text: &str, cuts: &[usize]) -> Result<Encoded> {
        let model = tokenizer.get_model();
        let added = tokenizer.get_added_vocabulary();
        let pieces = added.extract_and_normalize(None::<&NormalizerWrapper>, text);
        let mut encoded = Encoded::default();
        let mut spelled = Spelled::default();
        for (_, (start, end), tokens) in pieces.get_splits(OffsetReferential::Original, OffsetType::Byte) {
            if let Some(tokens) = tokens {
                tokens.iter().for_each(|token| encoded.push(token.id, (start, end)));
                continue;
            }
            for (from, to) in self.words(&text[start..end])? {
                let (mut from, to) = (start + from, start + to);
                let inside = &cuts[cuts.partition_point(|cut| *cut <= from)..];
                for part_end in inside.iter().copied().take_while(|cut| *cut < to).chain([to]) {
                    let part = &text[from..part_end];
                    spelled.spell(part);
                    for token in model.tokenize(&spelled.text)? {
                        let (first, last) = spelled.bytes(part, token.offsets);
                        encoded.push(token.id, (from + first, from + last));
                    }
                    from = part_end;
                }
            }
        }
        Ok(encoded)
    }

    /// The bytes of each word.
    fn words(&self, text: &str) -> Result<Vec<Offsets>> {
        let mut words = vec![(0, text.len())];
        for pattern in &self.patterns {
            let mut finer = Vec::with_capacity(words.len());
            for (from, to) in words {
                let found = pattern.find_matches(&text[from..to])?.into_iter();
                let found = found.filter(|((start, end), _)| start < end);
                finer.extend(found.map(|((start, end), _)| (from + start, from + end)));
            }
            words = finer;
        }
        Ok(words)
    }
}

/// A word with its bytes spelled as characters.
#[derive(Default)]
struct Spelled {
    text: String,
    /// For each byte of the text the byte of the word that it spells.
    places: Vec<usize>,
}

impl Spelled {
    fn spell(&mut self, word: &str) {
        self.text.clear();
        self.places.clear();
        for (at, byte) in word.bytes().enumerate() {
            let c = SPELLED[usize::from(byte)];
            self.text.push(c);
            self.places.extend(std::iter::repeat_n(at, c.len_utf8()));
        }
    }

    /// The characters of the word that a token of it is of, whole or in part.
    fn bytes(&self, word: &str, (start, end): Offsets) -> Offsets {
        let place = |at: usize| self.places.get(at).copied().unwrap_or(word.len());
        (word.floor_char_boundary(place(start)), word.ceil_char_boundary(place(end)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::{Strategy, any, prop_oneof, proptest};
    use proptest::{prop_assert, prop_assert_eq};
    use tokenizers::models::bpe::{BPE, BpeTrainer};
    use tokenizers::models::{ModelWrapper, TrainerWrapper};
    use tokenizers::normalizers::{NFC, NFKC};
    use tokenizers::pre_tokenizers::byte_level::ByteLevel as Bytes;
    use tokenizers::pre_tokenizers::digits::Digits;
    use tokenizers::pre_tokenizers::sequence::Sequence;
    use tokenizers::pre_tokenizers::split::Split;
    use tokenizers::{AddedToken, PreTokenizerWrapper, SplitDelimiterBehavior};

    use super::{ByteLevel, Encoded, SplitPattern, Tokenizer};
    use crate::render::Segment;
    use crate::tokens::{cut, label::Spans};

    /// Llama 3's.
    const WORDS: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    fn split(pattern: &str, behavior: SplitDelimiterBehavior) -> PreTokenizerWrapper {
        Split::new(SplitPattern::Regex(pattern.to_owned()), behavior, false).unwrap().into()
    }

    fn trained(steps: Vec<PreTokenizerWrapper>) -> Tokenizer {
        let mut tokenizer = Tokenizer::new(ModelWrapper::from(BPE::default()));
        tokenizer.with_pre_tokenizer(Some(Sequence::new(steps)));
        let specials = ["<s>", "<|im_end|>"].map(|name| AddedToken::from(name, true));
        let trainer = BpeTrainer::builder()
            .show_progress(false)
            .vocab_size(400)
            .initial_alphabet(Bytes::alphabet().into_iter().collect())
            .special_tokens(specials.to_vec())
            .build();
        let corpus = [
            "The answer is 1987. They'll say: naïve café, Grüße!\n\n日本語 の 文章",
            "the the there 12 34 😀",
        ];
        tokenizer
            .train(&mut TrainerWrapper::from(trainer), corpus.iter().map(|text| (*text).to_owned()))
            .unwrap();
        let swallows = AddedToken::from("<tool>", false).lstrip(true).rstrip(true);
        tokenizer.add_tokens([swallows]).unwrap();
        tokenizer
    }

    /// As GPT-2's, as Llama 3's with the normalizer of Qwen, and as DeepSeek's with several patterns.
    static TOKENIZERS: LazyLock<[Tokenizer; 3]> = LazyLock::new(|| {
        let isolated = SplitDelimiterBehavior::Isolated;
        let mut qwen = trained(vec![split(WORDS, isolated), Bytes::new(false, true, false).into()]);
        qwen.with_normalizer(Some(NFC)).unwrap();
        [
            trained(vec![Bytes::new(false, true, true).into()]),
            qwen,
            trained(vec![
                split(r"\p{N}{1,3}", isolated),
                split("[一-龥぀-ゟ゠-ヿ]+", isolated),
                Bytes::new(false, false, true).into(),
            ]),
        ]
    });

    fn text() -> impl Strategy<Value = String> {
        let fragments = [
            "the",
            " ",
            "  ",
            "\n",
            "\t\r\n",
            "The answer",
            " is 12345",
            "'ll",
            "é",
            "e\u{301}",
            "\u{301}",
            "“no” – …",
            "日本語",
            "の",
            "😀",
            "👩‍👩‍👧",
            "<s>",
            "<|im_end|>",
            " <tool> ",
            "<|im",
            "\u{0}",
            "Å",
            "½",
            "\u{2001}",
        ];
        let fragment = prop_oneof![
            4 => proptest::sample::select(fragments.to_vec()).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
            1 => "[a-zA-Z0-9 ,.']{1,12}",
        ];
        proptest::collection::vec(fragment, 1..10).prop_map(|fragments| fragments.concat())
    }

    proptest! {
        #[test]
        fn tokens_are_those_of_the_library(texts in proptest::collection::vec(text(), 1..5)) {
            let segments: Vec<Segment> =
                texts.iter().enumerate().map(|(at, text)| Segment::new(text.as_str(), at % 2 == 0)).collect();
            let (whole, spans) = (texts.concat(), Spans::new(&segments));
            for (number, tokenizer) in TOKENIZERS.iter().enumerate() {
                let kind = ByteLevel::of(tokenizer).unwrap();
                if !kind.takes(&whole) {
                    prop_assert!(number == 1 && !whole.is_ascii());
                    continue;
                }
                let library = Encoded::from(tokenizer.encode(whole.as_str(), false).unwrap());
                prop_assert_eq!(&kind.encode(tokenizer, &whole, &[]).unwrap(), &library);
                let cut = cut::encode(tokenizer, &whole, &library, &spans).unwrap();
                prop_assert_eq!(kind.encode(tokenizer, &whole, &spans.cuts()).unwrap(), cut);
            }
        }
    }

    #[test]
    fn others_are_left_to_the_library() {
        let isolated = SplitDelimiterBehavior::Isolated;
        let bytes = || PreTokenizerWrapper::from(Bytes::new(false, true, true));
        for steps in [
            vec![Bytes::new(true, true, true).into()],
            vec![split(WORDS, SplitDelimiterBehavior::Removed), bytes()],
            vec![Digits::new(true).into(), bytes()],
            vec![bytes(), split(WORDS, isolated)],
        ] {
            assert!(ByteLevel::of(&trained(steps.clone())).is_none(), "{steps:?}");
        }
        let mut normalized = trained(vec![bytes()]);
        assert!(ByteLevel::of(&normalized).is_some());
        normalized.with_normalizer(Some(NFKC)).unwrap();
        assert!(ByteLevel::of(&normalized).is_none());
        let mut dropping = trained(vec![bytes()]);
        let model = BPE::builder().dropout(0.1).build().unwrap();
        dropping.with_model(model);
        assert!(ByteLevel::of(&dropping).is_none());
        let mut lacking = trained(vec![bytes()]);
        lacking.with_model(BPE::default());
        assert!(ByteLevel::of(&lacking).is_none());
    }
}
