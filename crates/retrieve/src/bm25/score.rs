//! The formula, in the single-precision steps of Lucene's `BM25Similarity`: the same arithmetic gives the
//! same ties.

use super::Bm25Params;

/// Weight of a term that `df` of `n` documents hold.
pub(super) fn idf(df: u32, n: u32) -> f32 {
    let (df, n) = (f64::from(df), f64::from(n));
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln() as f32
}

/// `1 / (k1 · (1 - b + b · length / average))`: what a term's frequency is multiplied by.
pub(super) fn inverse_norm(params: &Bm25Params, length: u32, average: f32) -> f32 {
    1.0 / (params.k1 * ((1.0 - params.b) + params.b * length as f32 / average))
}

/// What a term of weight `weight` that occurs `tf` times adds to a document's score.
///
/// `w - w / (1 + tf/norm)` equals `w · tf / (tf + norm)`, and rounded it still never falls as `tf` rises.
pub(super) fn term_score(weight: f32, tf: u32, inverse_norm: f32) -> f32 {
    weight - weight / (1.0 + tf as f32 * inverse_norm)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked by hand from the formula of the module's documentation.
    #[test]
    fn follows_the_formula() {
        let params = Bm25Params::default();
        assert!((idf(2, 10) - 1.481_604_5).abs() < 1e-6);
        // 0.9 · (0.6 + 0.4 · 30/20) = 1.08
        let inverse = inverse_norm(&params, 30, 20.0);
        assert!((inverse - 1.0 / 1.08).abs() < 1e-6);
        assert!((term_score(2.0, 3, inverse) - 2.0 * 3.0 / 4.08).abs() < 1e-6);
    }

    #[test]
    fn a_term_of_every_document_still_counts() {
        assert!(idf(10, 10) > 0.0);
    }

    #[test]
    fn without_k1_frequency_does_not_count() {
        let inverse = inverse_norm(&Bm25Params { k1: 0.0, ..Bm25Params::default() }, 30, 20.0);
        assert_eq!(term_score(2.0, 1, inverse), 2.0);
        assert_eq!(term_score(2.0, 9, inverse), 2.0);
    }
}
