//! Passages of a corpus that are near each other.

use std::collections::HashMap;

use ragstill_retrieve::{DocId, EmbedError, Hit, Metric, RetrieveError, Retriever, Vectors};
use xxhash_rust::xxh3::xxh3_128;

/// Finds what is nearest to a passage of the corpus by the passages' own vectors: no query is embedded. Blank passages are
/// near nothing.
#[derive(Debug)]
pub(super) struct Nearest {
    vectors: Vectors,
    /// The first document with each text that is not blank, by the text's hash.
    documents: HashMap<u128, DocId>,
    blank: Vec<bool>,
}

impl Nearest {
    /// Passages and their vectors, one after the other.
    pub(super) fn new(texts: &[String], dimension: usize, numbers: Vec<f32>) -> Self {
        let blank: Vec<bool> = texts.iter().map(|text| text.trim().is_empty()).collect();
        let mut documents = HashMap::new();
        for ((doc, text), _) in (0..).zip(texts).zip(&blank).filter(|(_, blank)| !**blank) {
            documents.entry(xxh3_128(text.as_bytes())).or_insert(doc);
        }
        Self { vectors: Vectors::new(dimension, Metric::InnerProduct, numbers), documents, blank }
    }
}

impl Retriever for Nearest {
    fn len(&self) -> usize {
        self.vectors.len()
    }

    fn search(
        &self,
        passage: &str,
        k: usize,
        exclude: &dyn Fn(DocId) -> bool,
    ) -> Result<Vec<Hit>, RetrieveError> {
        if passage.trim().is_empty() {
            return Ok(Vec::new());
        }
        let vector = self.documents.get(&xxh3_128(passage.as_bytes())).and_then(|doc| self.vectors.get(*doc));
        let vector = vector.ok_or_else(|| EmbedError::permanent("the passage is none of the corpus"))?;
        Ok(self.vectors.search(&vector, k, &|doc| self.blank[doc as usize] || exclude(doc)))
    }
}

#[cfg(test)]
mod tests {
    use ragstill_retrieve::Retriever;

    use super::Nearest;

    #[test]
    fn passages_find_what_is_near_them() {
        let texts = ["a", "b", " ", "c", "a"].map(String::from);
        let numbers = vec![1.0, 0.0, 0.6, 0.8, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0];
        let nearest = Nearest::new(&texts, 2, numbers);
        let found = |text: &str, k| -> Vec<u32> {
            nearest.search(text, k, &|doc| doc == 0).unwrap().iter().map(|hit| hit.doc).collect()
        };
        assert_eq!(found("a", 9), [4, 1, 3]);
        assert_eq!(found("b", 2), [1, 4], "itself first");
        assert!(found("", 9).is_empty());
        assert!(nearest.search("d", 1, &|_| false).unwrap_err().to_string().contains("none of the corpus"));
    }
}
