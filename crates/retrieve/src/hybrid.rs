//! Two rankings made one.

use std::collections::HashMap;

use crate::top_k::top_k;
use crate::{DocId, Hit, RetrieveError, Retriever};

/// How rankings are made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HybridOptions {
    /// What is added to a rank: the greater, the less the first ranks stand out.
    pub constant: u32,
    /// How many hits of each ranking count, if no more are wanted of both together.
    pub depth: usize,
}

impl Default for HybridOptions {
    fn default() -> Self {
        Self { constant: 60, depth: 100 }
    }
}

/// Reciprocal rank fusion of two retrievers over the same documents.
///
/// A document's score is the sum over the rankings that have it of `1 / (constant + rank)`, ranks counted from 1. G. V.
/// Cormack, C. L. A. Clarke and S. Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning
/// Methods", 2009. Their constant is 60.
pub struct Hybrid {
    retrievers: [Box<dyn Retriever>; 2],
    options: HybridOptions,
}

impl Hybrid {
    /// Two retrievers as one.
    ///
    /// # Panics
    /// When they have different numbers of documents.
    pub fn new(one: Box<dyn Retriever>, other: Box<dyn Retriever>, options: HybridOptions) -> Self {
        assert_eq!(one.len(), other.len(), "both retrievers are of the same documents");
        Self { retrievers: [one, other], options }
    }

    fn fuse(&self, rankings: [&[Hit]; 2], k: usize) -> Vec<Hit> {
        let mut scores: HashMap<DocId, f64> = HashMap::new();
        for ranking in rankings {
            for (rank, hit) in (1..).zip(ranking) {
                *scores.entry(hit.doc).or_default() += 1.0 / f64::from(self.options.constant + rank);
            }
        }
        let hits = scores.into_iter().map(|(doc, score)| Hit { doc, score: score as f32 });
        top_k(hits, k, &|_| false)
    }

    fn depth(&self, k: usize) -> usize {
        if k == 0 { 0 } else { self.options.depth.max(k) }
    }
}

impl Retriever for Hybrid {
    fn len(&self) -> usize {
        self.retrievers[0].len()
    }

    fn search(
        &self,
        query: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        let [one, other] = &self.retrievers;
        let depth = self.depth(k);
        Ok(self.fuse([&one.search(query, depth, exclude)?, &other.search(query, depth, exclude)?], k))
    }

    fn search_batch(
        &self,
        queries: &[&str],
        k: usize,
        exclude: &(dyn Fn(usize, DocId) -> bool + Sync),
    ) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        let [one, other] = &self.retrievers;
        let depth = self.depth(k);
        let (one, other) =
            (one.search_batch(queries, depth, exclude)?, other.search_batch(queries, depth, exclude)?);
        Ok(one.iter().zip(&other).map(|(one, other)| self.fuse([one, other], k)).collect())
    }
}

impl std::fmt::Debug for Hybrid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hybrid").field("options", &self.options).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Hybrid, HybridOptions};
    use crate::{DocId, Hit, RetrieveError, Retriever};

    /// Finds the same documents for every query.
    struct Fixed(Vec<DocId>);

    impl Retriever for Fixed {
        fn len(&self) -> usize {
            10
        }

        fn search(
            &self,
            _: &str,
            k: usize,
            exclude: &dyn Fn(DocId) -> bool,
        ) -> Result<Vec<Hit>, RetrieveError> {
            let docs = self.0.iter().filter(|doc| !exclude(**doc)).take(k);
            Ok(docs.map(|&doc| Hit { doc, score: 1.0 }).collect())
        }
    }

    fn hybrid(one: &[DocId], other: &[DocId], depth: usize) -> Hybrid {
        let [one, other] = [one, other].map(|docs| Box::new(Fixed(docs.to_vec())));
        Hybrid::new(one, other, HybridOptions { depth, ..HybridOptions::default() })
    }

    fn docs(hybrid: &Hybrid, k: usize, exclude: &(dyn Fn(usize, DocId) -> bool + Sync)) -> Vec<DocId> {
        let hits = hybrid.search("q", k, &|doc| exclude(0, doc)).unwrap();
        assert_eq!(hybrid.search_batch(&["q"], k, exclude).unwrap()[0], hits);
        hits.iter().map(|hit| hit.doc).collect()
    }

    #[test]
    fn what_both_find_comes_first() {
        let both = hybrid(&[1, 2, 3, 4], &[5, 3, 2, 6], 100);
        // 2: 1/62 + 1/63, 3: 1/63 + 1/62, 1 and 5: 1/61, 4 and 6: 1/64.
        assert_eq!(docs(&both, 10, &|_, _| false), [2, 3, 1, 5, 4, 6]);
        assert_eq!(docs(&both, 3, &|_, _| false), [2, 3, 1]);
        assert!(docs(&both, 0, &|_, _| false).is_empty());
        let hits = both.search("q", 1, &|_| false).unwrap();
        assert!((f64::from(hits[0].score) - (1.0 / 62.0 + 1.0 / 63.0)).abs() < 1e-8);
    }

    #[test]
    fn excluded_documents_take_no_rank() {
        let both = hybrid(&[1, 2, 3], &[4, 5, 3], 100);
        assert_eq!(docs(&both, 1, &|_, doc| doc == 1 || doc == 4), [3]);
    }

    #[test]
    fn no_more_than_the_depth_counts_unless_more_are_wanted() {
        let both = hybrid(&[1, 2, 3], &[4, 2, 5], 1);
        assert_eq!(docs(&both, 1, &|_, _| false), [1]);
        assert_eq!(docs(&both, 2, &|_, _| false), [2, 1]);
    }
}
