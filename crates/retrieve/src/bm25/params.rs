//! Parameters of BM25 and what can be wrong with them.

/// Parameters of BM25. The defaults are `k1 = 0.9` and `b = 0.4`, as in Anserini, with exact lengths.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bm25Params {
    /// How slowly repetitions of a term saturate; 0 ignores them. Finite, at least 0.
    pub k1: f32,
    /// How much a document's length counts: 0 (not at all) to 1 (in full).
    pub b: f32,
    /// Round document lengths as Lucene does when it stores each in one byte: lengths up to 40 are exact, longer
    /// ones lose up to 1/8. Needed for scores and rankings equal to Lucene's; off by default.
    pub lucene_lengths: bool,
}

impl Default for Bm25Params {
    fn default() -> Self {
        Self { k1: 0.9, b: 0.4, lucene_lengths: false }
    }
}

impl Bm25Params {
    pub(super) fn check(&self) -> Result<(), Bm25Error> {
        if !(self.k1.is_finite() && self.k1 >= 0.0) {
            return Err(Bm25Error::K1(self.k1));
        }
        if !(0.0..=1.0).contains(&self.b) {
            return Err(Bm25Error::B(self.b));
        }
        Ok(())
    }
}

/// Why an index cannot be built.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Bm25Error {
    /// `k1` is negative or not a number.
    #[error("BM25 k1 = {0} is out of range; give a finite number of at least 0 (0.9 is usual)")]
    K1(f32),
    /// `b` is outside 0 to 1.
    #[error("BM25 b = {0} is out of range; give a number between 0 and 1 (0.4 is usual)")]
    B(f32),
    /// More documents or distinct terms than 32-bit ids can name.
    #[error("the corpus has more than {max} {what}; split it into several indexes", max = u32::MAX)]
    TooLarge {
        /// What there are too many of.
        what: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_ranges() {
        let check = |k1, b| Bm25Params { k1, b, ..Bm25Params::default() }.check();
        assert_eq!(check(0.0, 0.0), Ok(()));
        assert_eq!(check(1.2, 1.0), Ok(()));
        assert_eq!(check(-0.1, 0.4), Err(Bm25Error::K1(-0.1)));
        assert_eq!(check(f32::INFINITY, 0.4), Err(Bm25Error::K1(f32::INFINITY)));
        assert_eq!(check(0.9, 1.1), Err(Bm25Error::B(1.1)));
        assert!(matches!(check(f32::NAN, 0.4), Err(Bm25Error::K1(_))));
        assert!(matches!(check(0.9, f32::NAN), Err(Bm25Error::B(_))));
    }

    #[test]
    fn messages_say_what_to_give() {
        let message = Bm25Error::B(1.5).to_string();
        assert_eq!(message, "BM25 b = 1.5 is out of range; give a number between 0 and 1 (0.4 is usual)");
    }
}
