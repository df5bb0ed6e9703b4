//! Which tokens of an encoding are trained.

use tokenizers::Tokenizer;

use super::Encoded;
use crate::render::Segment;

/// Where the segments lie in the whole text.
pub(super) struct Spans {
    /// The end of each segment, and whether it is trained.
    ends: Vec<(usize, bool)>,
    /// Bytes within what only looks like a mark, in order.
    plain: Vec<usize>,
}

impl Spans {
    pub(super) fn new(segments: &[Segment]) -> Self {
        let mut ends = Vec::with_capacity(segments.len());
        let mut plain = Vec::new();
        let mut start = 0;
        for segment in segments {
            plain.extend(segment.plain.iter().map(|at| start + at));
            start += segment.text.len();
            ends.push((start, segment.train));
        }
        Self { ends, plain }
    }

    pub(super) fn plain(&self) -> &[usize] {
        &self.plain
    }

    /// Bytes at which no token may lie: the bounds of the segments, and what only looks like a mark.
    pub(super) fn cuts(&self) -> Vec<usize> {
        let mut cuts: Vec<usize> =
            self.ends.iter().map(|(end, _)| *end).chain(self.plain.iter().copied()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }

    /// For each token whether it is trained, or nothing when one lies over a bound.
    pub(super) fn trained(&self, tokenizer: &Tokenizer, encoded: &Encoded, text: &str) -> Option<Vec<bool>> {
        let Encoded { ids, offsets } = encoded;
        let mut trained = vec![false; offsets.len()];
        // A token without characters, for instance the space that SentencePiece puts before a word, goes with the next.
        let mut next = None;
        for (at, &(start, end)) in offsets.iter().enumerate().rev() {
            if start < end {
                let own = self.of(start, end).or_else(|| {
                    // Some special tokens swallow the white space beside them. Only what they are themselves counts.
                    tokenizer.get_added_vocabulary().get_added_tokens_decoder().get(&ids[at])?;
                    let token = text.get(start..end)?;
                    let lead = token.len() - token.trim_start().len();
                    self.of(start + lead, start + lead + token.trim().len())
                })?;
                next = Some(own);
            }
            // With nothing after it, it belongs to the end of the text.
            trained[at] = next.or_else(|| self.ends.last().map(|(_, train)| *train))?;
        }
        Some(trained)
    }

    /// Whether these bytes are trained, when they lie in one segment.
    fn of(&self, start: usize, end: usize) -> Option<bool> {
        let at = self.ends.partition_point(|(last, _)| *last <= start);
        let (last, train) = *self.ends.get(at)?;
        (end <= last && start < end).then_some(train)
    }
}
