//! Tokens of a text that is cut at given bytes.
//!
//! Encoding the pieces one by one would not do: many tokenizers put a space before whatever they are given. So the text
//! goes through the tokenizer's stages as ever, and is cut between the last two, after it is split into words and before
//! the words become tokens.

use tokenizers::{
    Model, NormalizedString, Normalizer, OffsetType, PreTokenizedString, PreTokenizer, Token, Tokenizer,
    tokenizer::{Split, normalizer::Range},
};

use super::label::Spans;
use super::{Encoded, failed};

const WITHIN: &str = "the trained text begins or ends within what the tokenizer makes one character of";

/// A special or other added token in the text: its bytes and its id.
struct Added {
    start: usize,
    end: usize,
    id: u32,
    /// Whether it is looked for after normalisation, and so does not part what is normalised.
    normalized: bool,
}

/// The tokens of a text, none over a cut. `whole` has those without cuts.
pub(super) fn encode(
    tokenizer: &Tokenizer,
    text: &str,
    whole: &Encoded,
    spans: &Spans,
) -> Result<Encoded, String> {
    let added = added(tokenizer, whole, spans.plain());
    let cuts = spans.cuts();
    let mut wrong = None;
    let mut carve = |text: NormalizedString, added: &[Added], cuts: &[usize]| {
        carve(&text, added, cuts).unwrap_or_else(|| {
            wrong = Some(WITHIN);
            vec![Split::from(text)]
        })
    };
    let (late, early): (Vec<Added>, Vec<Added>) = added.into_iter().partition(|token| token.normalized);
    let mut pieces = PreTokenizedString::from(text);
    pieces.split(|_, piece| Ok(carve(piece, &early, &[]))).map_err(failed)?;
    if let Some(normalizer) = tokenizer.get_normalizer() {
        pieces.normalize(|piece| normalizer.normalize(piece)).map_err(failed)?;
    }
    pieces.split(|_, piece| Ok(carve(piece, &late, &[]))).map_err(failed)?;
    if let Some(pre_tokenizer) = tokenizer.get_pre_tokenizer() {
        pre_tokenizer.pre_tokenize(&mut pieces).map_err(failed)?;
    }
    pieces.split(|_, piece| Ok(carve(piece, &[], &cuts))).map_err(failed)?;
    if let Some(wrong) = wrong {
        return Err(wrong.to_owned());
    }
    let model = tokenizer.get_model();
    pieces.tokenize(|piece| model.tokenize(piece.get())).map_err(failed)?;
    pieces.into_encoding(None, 0, OffsetType::Byte).map(Encoded::from).map_err(failed)
}

/// The added tokens that the tokenizer found, without those that a document made up.
fn added(tokenizer: &Tokenizer, whole: &Encoded, plain: &[usize]) -> Vec<Added> {
    let known = tokenizer.get_added_vocabulary().get_added_tokens_decoder();
    let mut found: Vec<Added> = Vec::new();
    for (id, &(start, end)) in whole.ids.iter().zip(&whole.offsets) {
        let Some(token) = known.get(id) else { continue };
        let forged = plain.iter().any(|at| start < *at && *at < end);
        if start < end && !forged && found.last().is_none_or(|last| last.end <= start) {
            found.push(Added { start, end, id: *id, normalized: token.normalized });
        }
    }
    found
}

/// Cuts a piece of the text at these bytes of the whole text, and takes the added tokens out of it. Nothing, when one of
/// these bytes lies within what is one character after normalisation.
fn carve(piece: &NormalizedString, added: &[Added], cuts: &[usize]) -> Option<Vec<Split>> {
    let (from, to) = piece.offsets_original();
    let inside = |at: usize| from < at && at < to;
    let mut bounds: Vec<usize> = cuts.iter().copied().filter(|at| inside(*at)).collect();
    let own: Vec<&Added> = added.iter().filter(|token| from <= token.start && token.end <= to).collect();
    bounds.extend(own.iter().flat_map(|token| [token.start, token.end]).filter(|at| inside(*at)));
    bounds.sort_unstable();
    bounds.dedup();
    if bounds.is_empty() && own.is_empty() {
        return Some(vec![Split::from(piece.clone())]);
    }
    let mut places = vec![0];
    for bound in bounds {
        places.push(place(piece, bound - from)?);
    }
    places.push(piece.len());
    let mut splits = Vec::with_capacity(places.len());
    for pair in places.windows(2).filter(|pair| pair[0] < pair[1]) {
        let part = piece.slice(Range::Normalized(pair[0]..pair[1]))?;
        let (start, end) = part.offsets_original();
        let token = own.iter().find(|token| token.start == start && token.end == end);
        let token = token.map(|token| vec![Token::new(token.id, part.get().to_owned(), (0, part.len()))]);
        splits.push(Split::from((part, token)));
    }
    Some(splits)
}

/// The byte of the normalised text where this byte of the original begins.
fn place(piece: &NormalizedString, original: usize) -> Option<usize> {
    let mut over = false;
    for (at, c) in piece.get().char_indices() {
        let range = piece.convert_offsets(Range::Normalized(at..at + c.len_utf8()))?;
        if range.start >= original {
            return (!over).then_some(at);
        }
        over = range.end > original;
    }
    (!over).then_some(piece.len())
}
