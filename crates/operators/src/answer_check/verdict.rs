//! What a judge makes of an answer.

/// An answer and what a judge makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The answer.
    pub answer: String,
    /// 2 when it says what the accepted answer says, 1 when it says more than that, 0 when it does not say it.
    pub score: u8,
    /// Why, in a sentence.
    pub analysis: String,
}

impl Verdict {
    /// Why a task is dropped whose question got this answer without its document, if it is: what is known already
    /// teaches no retrieval.
    pub(crate) fn is_known(&self) -> Option<String> {
        (self.score >= 1).then(|| self.reason("closed book", "the answer is known without a document"))
    }

    /// Why a task is dropped whose question got this answer from its document, if it is: it cannot be solved with the right
    /// document.
    pub(crate) fn is_unsupported(&self) -> Option<String> {
        (self.score < 1).then(|| self.reason("golden document", "the document does not lead to the answer"))
    }

    fn reason(&self, stage: &str, what: &str) -> String {
        // Back quotes would end the quotation.
        let analysis = self.analysis.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
        format!("{stage}: score {}, {what}: `{analysis}`", self.score)
    }
}

#[cfg(test)]
mod tests {
    use super::Verdict;

    #[test]
    fn tasks_are_kept_that_need_their_document_and_are_solved_with_it() {
        let verdict = |score| Verdict { answer: "1963".into(), score, analysis: "It says\n`1963`.".into() };
        assert_eq!((verdict(0).is_known(), verdict(1).is_unsupported()), (None, None));
        assert_eq!(
            verdict(1).is_known().unwrap(),
            "closed book: score 1, the answer is known without a document: `It says '1963'.`"
        );
        assert!(verdict(2).is_known().is_some() && verdict(2).is_unsupported().is_none());
        assert!(verdict(0).is_unsupported().unwrap().starts_with("golden document: score 0, "));
    }
}
