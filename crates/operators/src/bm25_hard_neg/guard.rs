//! Which documents say what the positive, or a negative already chosen, says: duplicates.

use std::cell::OnceCell;

use ragstill_ingest::{Fingerprint, Fingerprints, Shingles, is_near_duplicate};
use ragstill_retrieve::DocId;

use super::evidence::{Evidence, Words};
use super::options::Duplicates;

/// How two texts are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duplicate {
    /// The same words in the same order.
    Exact,
    /// Nearly the same words.
    Near,
}

/// Tells duplicates within a corpus.
#[derive(Debug)]
pub(super) struct Guard {
    /// Empty when no duplicates are told.
    prints: Fingerprints,
    told: Duplicates,
}

/// A text that others are compared with; its shingles are computed when they are first needed.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    text: &'a str,
    print: Option<Fingerprint<'a>>,
    /// The first document of the corpus with its words.
    pub(super) doc: Option<DocId>,
    shingles: OnceCell<Shingles>,
    words: OnceCell<Words>,
}

impl Subject<'_> {
    /// Its heaviest words.
    pub(super) fn words(&self, evidence: &Evidence) -> &[u32] {
        self.words.get_or_init(|| evidence.words_of(self.text)).as_slice()
    }

    fn shingles(&self) -> &Shingles {
        self.shingles.get_or_init(|| Shingles::of(self.text))
    }
}

impl Guard {
    /// Takes the fingerprints of a corpus.
    pub(super) fn of(texts: &[String], told: Duplicates) -> Self {
        let prints = match told {
            Duplicates::Untold => Fingerprints::default(),
            Duplicates::Exact => Fingerprints::of(texts, false),
            Duplicates::Near => Fingerprints::of(texts, true),
        };
        Self { prints, told }
    }

    /// The text of a row, which may be a document of the corpus: then what is known of that is used.
    pub(super) fn subject<'a>(&'a self, text: &'a str, own: Option<DocId>, texts: &[String]) -> Subject<'a> {
        let known = own.filter(|&doc| texts.get(doc as usize).is_some_and(|own| own == text));
        let known = known.or_else(|| DocId::try_from(self.prints.find_text(text)?).ok());
        match known {
            Some(doc) => self.document_with(doc, text),
            None => {
                let print = match self.told {
                    Duplicates::Untold => None,
                    told => Some(Fingerprint::of(text, told == Duplicates::Near)),
                };
                Subject { text, print, doc: None, shingles: OnceCell::new(), words: OnceCell::new() }
            }
        }
    }

    /// A document of the corpus, to compare others with.
    pub(super) fn document<'a>(&'a self, doc: DocId, texts: &'a [String]) -> Subject<'a> {
        self.document_with(doc, &texts[doc as usize])
    }

    fn document_with<'a>(&'a self, doc: DocId, text: &'a str) -> Subject<'a> {
        let print = self.print(doc);
        Subject { text, print, doc: Some(doc), shingles: OnceCell::new(), words: OnceCell::new() }
    }

    fn print(&self, doc: DocId) -> Option<Fingerprint<'_>> {
        let doc = doc as usize;
        (doc < self.prints.len()).then(|| self.prints.get(doc))
    }

    /// Whether a document has no word: nothing that could be a negative.
    pub(super) fn is_blank(&self, doc: DocId) -> bool {
        self.print(doc).is_some_and(|print| print.is_blank())
    }

    /// Whether a document is a duplicate of the subject.
    pub(super) fn compare(&self, subject: &Subject<'_>, doc: DocId, texts: &[String]) -> Option<Duplicate> {
        let (one, two) = (subject.print.as_ref()?, self.print(doc)?);
        if one.has_same_words(&two) {
            return Some(Duplicate::Exact);
        }
        if self.told != Duplicates::Near || !one.may_be_near(&two) {
            return None;
        }
        // The shorter text's shingles are cheap; mostly they settle it.
        let text = &texts[doc as usize];
        let near = if one.length() <= two.length() {
            two.may_hold(subject.shingles(), one)
                && is_near_duplicate(subject.shingles(), &Shingles::of(text))
        } else {
            let shingles = Shingles::of(text);
            one.may_hold(&shingles, &two) && is_near_duplicate(&shingles, subject.shingles())
        };
        near.then_some(Duplicate::Near)
    }
}
