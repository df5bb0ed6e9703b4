//! Terms and their numbers.

use xxhash_rust::xxh3::xxh3_64;

use crate::storage::Array;

/// A distinct term, numbered in the order of first occurrence in the corpus.
pub(super) type TermId = u32;

/// The distinct terms of a corpus: a hash table with open addressing, in a form that can be written to a file as it is.
pub(super) struct Vocabulary {
    /// The terms, one after the other.
    pub(super) text: Array<u8>,
    /// Where each term begins in `text`; one more entry than terms.
    pub(super) starts: Array<u64>,
    /// 0 for an empty slot, else 1 more than the id; a power of two of them, at most half of them taken.
    pub(super) slots: Array<u32>,
}

impl Vocabulary {
    /// Number of terms.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of a term.
    pub(super) fn get(&self, term: &str) -> Option<TermId> {
        let mask = self.slots.len() - 1;
        let mut at = slot_of(term) & mask;
        loop {
            let id = self.slots[at].checked_sub(1)?;
            if self.bytes_of(id) == Some(term.as_bytes()) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
    }

    fn bytes_of(&self, id: TermId) -> Option<&[u8]> {
        let id = id as usize;
        let (&start, &end) = (self.starts.get(id)?, self.starts.get(id + 1)?);
        self.text.get(start as usize..end as usize)
    }
}

/// The same on every machine: tables are written to files.
fn slot_of(term: &str) -> usize {
    xxh3_64(term.as_bytes()) as usize
}

/// A vocabulary that grows.
#[derive(Debug)]
pub(super) struct VocabularyBuilder {
    /// As those of [`Vocabulary`].
    pub(super) text: Vec<u8>,
    pub(super) starts: Vec<u64>,
    pub(super) slots: Vec<u32>,
}

impl VocabularyBuilder {
    pub(super) fn new() -> Self {
        Self { text: Vec::new(), starts: vec![0], slots: vec![0; 1 << 10] }
    }

    /// Number of terms.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The terms, in the order of their numbers.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        // Each was a `str` when it was put in.
        let bounds = self.starts.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize);
        bounds.map(|bounds| str::from_utf8(&self.text[bounds]).unwrap_or_default())
    }

    /// The number of a term, a new one if it is new; `None` when there are more terms than numbers.
    pub(super) fn intern(&mut self, term: &str) -> Option<TermId> {
        if (self.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = slot_of(term) & mask;
        while let Some(id) = self.slots[at].checked_sub(1) {
            let (start, end) = (self.starts[id as usize] as usize, self.starts[id as usize + 1] as usize);
            if &self.text[start..end] == term.as_bytes() {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
        let id = TermId::try_from(self.len()).ok().filter(|&id| id < TermId::MAX)?;
        self.slots[at] = id + 1;
        self.text.extend_from_slice(term.as_bytes());
        self.starts.push(self.text.len() as u64);
        Some(id)
    }

    fn grow(&mut self) {
        let mut slots = vec![0; self.slots.len() * 2];
        let mask = slots.len() - 1;
        for (id, bounds) in (1..).zip(self.starts.windows(2)) {
            let term = &self.text[bounds[0] as usize..bounds[1] as usize];
            let mut at = xxh3_64(term) as usize & mask;
            while slots[at] != 0 {
                at = (at + 1) & mask;
            }
            slots[at] = id;
        }
        self.slots = slots;
    }

    pub(super) fn finish(self) -> Vocabulary {
        Vocabulary { text: self.text.into(), starts: self.starts.into(), slots: self.slots.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::VocabularyBuilder;

    #[test]
    fn terms_keep_their_numbers_while_the_table_grows() {
        let mut builder = VocabularyBuilder::new();
        let terms: Vec<String> = (0..5000).map(|n| format!("term{n}")).collect();
        for (n, term) in terms.iter().enumerate() {
            assert_eq!(builder.intern(term), Some(n as u32));
            assert_eq!(builder.intern(&terms[n / 2]), Some((n / 2) as u32));
        }
        assert_eq!(builder.intern(""), Some(5000));
        let vocabulary = builder.finish();
        assert_eq!(vocabulary.len(), 5001);
        for (n, term) in terms.iter().enumerate() {
            assert_eq!(vocabulary.get(term), Some(n as u32));
        }
        assert_eq!(vocabulary.get(""), Some(5000));
        assert_eq!(vocabulary.get("term5000"), None);
    }
}
