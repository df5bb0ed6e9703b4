//! Finds hard negatives: what BM25, or another retriever, ranks high for a question and does not answer it.

use ragstill_core::{RecordId, seeded_rng};
use ragstill_engine::{Error, Result};
use ragstill_retrieve::{Analyzer, Bm25Builder, Bm25Index, DocId, Hit, RetrieveError, Retriever};
use rand::RngCore;
use rayon::iter::{
    IndexedParallelIterator, IntoParallelRefIterator, IntoParallelRefMutIterator, ParallelIterator,
};

use super::choose::{Corpus, Positive, Ranking, choose};
use super::evidence::Evidence;
use super::guard::{Guard, Subject};
use super::mined::Mined;
use super::options::{MinerOptions, Strategy};
use super::random;

/// Hits beyond those that must be there: room for the own document, a few duplicates and a few repetitions.
const SPARE: usize = 4;

/// The most hits that a batch of searches holds at a time: 64 MiB of them.
const MOST_HITS: usize = 8 << 20;

/// One question to find negatives for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The question.
    pub question: &'a str,
    /// The text that answers it; it need not be in the corpus.
    pub positive: &'a str,
    /// The document of the corpus that the question was made from, if there is one.
    pub own: Option<DocId>,
    /// Seeds the random negatives.
    pub seed: u64,
}

impl Ask<'_> {
    /// The seed of a record's random negatives, from that of the run and the step that mines.
    pub fn seed(run: u64, record: &RecordId, step: &str) -> u64 {
        seeded_rng(run, record, step).next_u64()
    }
}

/// What ranks candidates.
enum Ranker {
    Bm25(Box<Bm25Index>),
    Other(Box<dyn Retriever>),
}

impl Ranker {
    fn search(&self, questions: &[&str], k: usize) -> Result<Vec<Vec<Hit>>, RetrieveError> {
        match self {
            Self::Bm25(index) => Ok(index.search_batch(questions, k, &|_, _| false)),
            Self::Other(retriever) => retriever.search_batch(questions, k, &|_, _| false),
        }
    }

    /// The score of one document, if it has one.
    fn score(&self, question: &str, doc: DocId) -> Result<Option<f32>, RetrieveError> {
        match self {
            Self::Bm25(index) => Ok(Some(index.score(question, doc))),
            Self::Other(retriever) => {
                let hits = retriever.search(question, 1, &|other| other != doc)?;
                Ok(hits.first().map(|hit| hit.score))
            }
        }
    }
}

/// An index over a corpus, and what is known of its texts.
pub struct Miner {
    ranker: Ranker,
    texts: Vec<String>,
    guard: Guard,
    evidence: Option<Evidence>,
    options: MinerOptions,
}

impl Miner {
    /// Indexes a corpus, on the threads of the current rayon pool.
    ///
    /// # Errors
    /// When BM25's parameters are out of range or the corpus is too large for an index.
    pub fn new(texts: Vec<String>, options: MinerOptions) -> Result<Self> {
        let index = Bm25Builder::new()
            .params(options.bm25)
            .analyzer(Analyzer::for_language(options.language))
            .build(texts.iter().map(String::as_str))
            .map_err(|error| Error::mistake(format!("the corpus cannot be indexed: {error}")))?;
        Ok(Self::with(Ranker::Bm25(Box::new(index)), texts, options))
    }

    /// Ranks by a retriever over the same texts. Of the options those of BM25 do nothing.
    ///
    /// # Errors
    /// When it is over another number of texts.
    pub fn over(retriever: Box<dyn Retriever>, texts: Vec<String>, options: MinerOptions) -> Result<Self> {
        if retriever.len() != texts.len() {
            let what = format!("{} texts and a retriever over {}", texts.len(), retriever.len());
            return Err(Error::mistake(what));
        }
        Ok(Self::with(Ranker::Other(retriever), texts, options))
    }

    fn with(ranker: Ranker, texts: Vec<String>, options: MinerOptions) -> Self {
        let guard = Guard::of(&texts, options.duplicates);
        let compares = options.overlap_share > 0.0 && options.strategy != Strategy::Random;
        let evidence = (compares && !texts.is_empty()).then(|| Evidence::of(&texts));
        Self { ranker, texts, guard, evidence, options }
    }

    /// The text of a document of the corpus.
    pub fn text(&self, doc: DocId) -> &str {
        &self.texts[doc as usize]
    }

    /// How negatives are chosen.
    pub fn options(&self) -> &MinerOptions {
        &self.options
    }

    /// The negatives for one question.
    ///
    /// # Errors
    /// As [`mine_batch`](Self::mine_batch).
    pub fn mine(&self, ask: &Ask<'_>) -> Result<Mined, RetrieveError> {
        Ok(self.mine_batch(std::slice::from_ref(ask))?.pop().unwrap_or_default())
    }

    /// The negatives for each question, at most `num_neg`, fewer when the corpus has no more candidates. The same
    /// whatever the batch and the number of threads; a batch of a thousand is searched faster than its questions alone.
    ///
    /// Skipped are the document `own`, every duplicate of the positive (it answers the question too: a false negative),
    /// and duplicates among the negatives themselves.
    ///
    /// # Errors
    /// When the retriever fails; BM25 never does.
    pub fn mine_batch(&self, asks: &[Ask<'_>]) -> Result<Vec<Mined>, RetrieveError> {
        let ranked = self.options.num_neg.saturating_sub(self.options.random());
        let mut mined: Vec<Mined> = if ranked == 0 {
            asks.iter().map(|_| Mined::default()).collect()
        } else {
            let first = self.first_hits(ranked);
            let chunk = (MOST_HITS / first.max(1)).max(1);
            let batches = asks.chunks(chunk).map(|asks| self.rank_batch(asks, ranked, first));
            batches.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
        };
        if self.options.strategy != Strategy::Bm25 {
            let fill = |(mined, ask): (&mut Mined, &Ask<'_>)| {
                let positive = self.subject(ask);
                random::fill(self.corpus(), self.options.num_neg, ask.seed, &positive, ask.own, mined);
            };
            mined.par_iter_mut().zip(asks).for_each(fill);
        }
        Ok(mined)
    }

    /// How many hits are asked for at first.
    fn first_hits(&self, wanted: usize) -> usize {
        let pool = self.options.pool(wanted);
        pool.saturating_add(self.options.start).saturating_add(SPARE).min(self.texts.len())
    }

    /// Searches with growing numbers of hits until every question has what it wants.
    fn rank_batch(&self, asks: &[Ask<'_>], wanted: usize, first: usize) -> Result<Vec<Mined>, RetrieveError> {
        let mut done: Vec<Option<Mined>> = asks.iter().map(|_| None).collect();
        let mut open: Vec<usize> = (0..asks.len()).collect();
        let mut k = first;
        while !open.is_empty() {
            let questions: Vec<&str> = open.iter().map(|&at| asks[at].question).collect();
            let found = self.ranker.search(&questions, k)?;
            let whole = k >= self.texts.len();
            let chosen: Vec<Option<Mined>> = open
                .par_iter()
                .zip(&found)
                .map(|(&at, hits)| self.choose(&asks[at], wanted, hits, whole || hits.len() < k))
                .collect::<Result<_, _>>()?;
            let mut still_open = Vec::new();
            for (at, mined) in open.into_iter().zip(chosen) {
                if mined.is_none() {
                    still_open.push(at);
                }
                done[at] = mined;
            }
            open = still_open;
            k = k.saturating_mul(4).min(self.texts.len());
        }
        Ok(done.into_iter().flatten().collect())
    }

    fn choose(
        &self,
        ask: &Ask<'_>,
        wanted: usize,
        hits: &[Hit],
        whole: bool,
    ) -> Result<Option<Mined>, RetrieveError> {
        let subject = self.subject(ask);
        let positive = ask.own.or(subject.doc);
        let score = || match positive {
            Some(positive) => self.ranker.score(ask.question, positive),
            None => Ok(None),
        };
        let bound = if self.options.has_bound() { self.options.bound(score()?) } else { f32::INFINITY };
        let positive = Positive { subject: &subject, own: ask.own, bound };
        let ranking = Ranking { hits, whole };
        let Some(mut mined) = choose(self.corpus(), &self.options, wanted, positive, ranking) else {
            return Ok(None);
        };
        if self.options.explain && mined.positive_score.is_none() {
            mined.positive_score = score()?;
        }
        Ok(Some(mined))
    }

    fn subject<'a>(&'a self, ask: &Ask<'a>) -> Subject<'a> {
        self.guard.subject(ask.positive, ask.own, &self.texts)
    }

    fn corpus(&self) -> Corpus<'_> {
        Corpus { texts: &self.texts, guard: &self.guard, evidence: self.evidence.as_ref() }
    }
}

impl std::fmt::Debug for Miner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Miner")
            .field("texts", &self.texts.len())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use ragstill_retrieve::{DocId, EmbedError, Hit, RetrieveError, Retriever};

    use super::{Ask, Miner, MinerOptions, Strategy};
    use crate::bm25_hard_neg::{Duplicates, Reason};

    const POSITIVE: &str = "A dimictic lake mixes twice a year, in spring and in autumn, when its whole water column reaches the temperature of greatest density.";

    const QUESTION: &str = "How often does a dimictic lake mix in a year, and when does the water overturn?";

    fn corpus() -> Vec<String> {
        [
            POSITIVE,
            // The positive with a word changed, in capitals, and inside a longer text.
            "A dimictic lake mixes twice a year, in spring and in autumn, when its entire water column reaches the temperature of greatest density.",
            "A DIMICTIC LAKE mixes twice a year, in spring and in autumn; when its whole water column reaches the temperature of greatest density",
            "Lakes differ. A dimictic lake mixes twice a year, in spring and in autumn, when its whole water column reaches the temperature of greatest density. Others never do.",
            "A monomictic lake mixes once a year, in winter, and stays stratified all summer because the wind cannot overturn warm water.",
            "A monomictic lake mixes once a year, in winter, and stays stratified all summer because the wind cannot overturn warm water!",
            "A meromictic lake never mixes whole: dense salty water stays at its bottom for centuries.",
            "Bridges expand in summer.",
        ]
        .map(String::from)
        .to_vec()
    }

    fn ask(question: &str) -> Ask<'_> {
        Ask { question, positive: POSITIVE, own: Some(0), seed: 7 }
    }

    fn mine(options: MinerOptions) -> Vec<u32> {
        let miner = Miner::new(corpus(), options).unwrap();
        miner.mine(&ask(QUESTION)).unwrap().negatives.iter().map(|negative| negative.doc).collect()
    }

    fn options(num_neg: usize, start: usize, near: bool) -> MinerOptions {
        let duplicates = if near { Duplicates::Near } else { Duplicates::Exact };
        MinerOptions { num_neg, start, duplicates, ..MinerOptions::default() }
    }

    #[test]
    fn copies_of_the_positive_are_no_negatives() {
        let expected = [4, 6];
        assert_eq!(
            mine(options(3, 0, true)),
            expected,
            "one of two equal candidates, and none without a shared word"
        );
        // Without the guard only exact duplicates (case and punctuation apart) are skipped.
        let unguarded = mine(options(8, 0, false));
        assert!(!unguarded.contains(&0) && !unguarded.contains(&2), "{unguarded:?}");
        assert!(unguarded.contains(&1) && unguarded.contains(&3), "{unguarded:?}");
    }

    #[test]
    fn the_best_candidates_can_be_skipped() {
        assert_eq!(mine(options(3, 2, true)), [6]);
        assert_eq!(mine(options(3, 9, true)), Vec::<u32>::new());
    }

    #[test]
    fn what_is_most_like_the_positive_is_passed_over_while_there_is_something_else() {
        let unguarded =
            |num_neg, overlap_share| mine(MinerOptions { overlap_share, ..options(num_neg, 0, false) });
        let ranked = unguarded(8, 0.0);
        assert_eq!(ranked[..2], [1, 3], "{ranked:?}");
        assert_eq!(unguarded(1, 0.6), [4]);
        assert_eq!(unguarded(8, 0.6), ranked, "too few candidates: all come back, by rank");
    }

    #[test]
    fn margins_drop_what_scores_too_high() {
        let all = MinerOptions { overlap_share: 0.0, ..options(8, 0, false) };
        let miner = Miner::new(corpus(), MinerOptions { explain: true, ..all }).unwrap();
        let mined = miner.mine(&ask(QUESTION)).unwrap();
        let own = f64::from(mined.positive_score.unwrap());
        let scores: Vec<f64> = mined.negatives.iter().map(|negative| f64::from(negative.score)).collect();
        let docs: Vec<u32> = mined.negatives.iter().map(|negative| negative.doc).collect();
        let bound = (scores[1] + scores[2]) / 2.0;
        assert!(scores[1] > scores[2] && bound < own, "{scores:?}");
        assert_eq!(mine(MinerOptions { max_score_share: Some(bound / own), ..all }), docs[2..]);
        assert_eq!(mine(MinerOptions { score_margin: Some(own - bound), ..all }), docs[2..]);
    }

    #[test]
    fn each_candidate_passed_over_has_its_reason() {
        let options = MinerOptions { explain: true, ..options(2, 0, true) };
        let miner = Miner::new(corpus(), options).unwrap();
        let mined = miner.mine(&ask(QUESTION)).unwrap();
        let reasons: Vec<(u32, Reason)> =
            mined.passed.iter().map(|passed| (passed.doc, passed.reason)).collect();
        let expected = [
            (0, Reason::Own),
            (1, Reason::NearDuplicate),
            (2, Reason::ExactDuplicate),
            (3, Reason::NearDuplicate),
            (5, Reason::Repeats(4)),
        ];
        for reason in expected {
            assert!(reasons.contains(&reason), "{reason:?} in {reasons:?}");
        }
        let mut ranks: Vec<u32> = mined.passed.iter().map(|passed| passed.rank).collect();
        assert!(ranks.is_sorted());
        ranks.extend(mined.negatives.iter().filter_map(|negative| negative.rank));
        ranks.sort_unstable();
        assert_eq!(ranks, (1..=7).collect::<Vec<u32>>(), "every rank is accounted for");
        assert_eq!(mined.positive_rank, Some(1));
        let told = mined.explanation(|doc| format!("d{doc}"));
        assert_eq!(told["passed_over"][0]["reason"], "own document");
        assert_eq!(told["negatives"][0]["document"], "d4");
        assert!(told.to_string().contains("repeats negative 1"), "{told}");
    }

    #[test]
    fn random_negatives_are_seeded_and_no_copies_either() {
        let random = MinerOptions { strategy: Strategy::Random, ..options(9, 0, true) };
        let miner = Miner::new(corpus(), random).unwrap();
        let drawn = |seed| -> Vec<u32> {
            let mined = miner.mine(&Ask { seed, ..ask("") }).unwrap();
            assert!(mined.negatives.iter().all(|negative| negative.rank.is_none()));
            mined.negatives.iter().map(|negative| negative.doc).collect()
        };
        assert_eq!(drawn(1), drawn(1));
        let orders: std::collections::HashSet<Vec<u32>> = (0..50).map(drawn).collect();
        assert!(orders.len() > 6, "{orders:?}");
        for mut order in orders {
            order.sort_unstable();
            assert!(order == [4, 6, 7] || order == [5, 6, 7], "{order:?}");
        }
    }

    #[test]
    fn mixed_negatives_are_the_best_and_then_random_ones() {
        let mixed = MinerOptions { strategy: Strategy::Mixed, random_share: 0.5, ..options(3, 0, true) };
        let miner = Miner::new(corpus(), mixed).unwrap();
        let mined = miner.mine(&ask(QUESTION)).unwrap();
        let ranked: Vec<bool> = mined.negatives.iter().map(|negative| negative.rank.is_some()).collect();
        // Half of three, rounded, is two at random.
        assert_eq!(ranked, [true, false, false]);
        let share = |random_share| {
            let miner = Miner::new(corpus(), MinerOptions { random_share, ..mixed }).unwrap();
            miner
                .mine(&ask(QUESTION))
                .unwrap()
                .negatives
                .iter()
                .filter(|negative| negative.rank.is_none())
                .count()
        };
        assert_eq!((share(0.0), share(1.0)), (1, 3), "where BM25 finds too few, random ones take the places");
    }

    /// Ranks documents by how many words they have, and fails when it is asked for more than it has.
    struct Longest(Vec<usize>);

    impl Retriever for Longest {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn search(
            &self,
            query: &str,
            k: usize,
            exclude: &dyn Fn(DocId) -> bool,
        ) -> Result<Vec<Hit>, RetrieveError> {
            if query.is_empty() {
                return Err(EmbedError::temporary("the model is down").into());
            }
            let hits = (0..).zip(&self.0).map(|(doc, &words)| Hit { doc, score: words as f32 });
            let mut hits: Vec<Hit> = hits.filter(|hit| !exclude(hit.doc)).collect();
            hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.doc.cmp(&b.doc)));
            hits.truncate(k);
            Ok(hits)
        }
    }

    #[test]
    fn another_retriever_ranks_as_it_does() {
        let longest = || Box::new(Longest(corpus().iter().map(|text| text.split(' ').count()).collect()));
        let explain = MinerOptions { explain: true, overlap_share: 0.0, ..options(3, 0, true) };
        let miner = Miner::over(longest(), corpus(), explain).unwrap();
        let mined = miner.mine(&ask(QUESTION)).unwrap();
        let docs: Vec<u32> = mined.negatives.iter().map(|negative| negative.doc).collect();
        assert_eq!(docs, [4, 6, 7], "no copies of the positive, nor of each other; what shares no word");
        assert_eq!(mined.positive_score, Some(23.0));
        let bounded = MinerOptions { max_score_share: Some(0.5), ..explain };
        let miner = Miner::over(longest(), corpus(), bounded).unwrap();
        assert_eq!(miner.mine(&ask(QUESTION)).unwrap().negatives.len(), 1);
        assert_eq!(miner.mine(&ask("")).unwrap_err().to_string(), "the model is down");
        assert!(Miner::over(longest(), Vec::new(), explain).is_err());
    }

    #[test]
    fn a_batch_gives_what_its_questions_give_alone() {
        let texts: Vec<String> = (0..400)
            .map(|n: usize| format!("lake number {n} of row {} mixes {} times near {}", n % 7, n % 13, n % 3))
            .collect();
        let options = MinerOptions { explain: true, strategy: Strategy::Mixed, ..options(5, 3, true) };
        let miner = Miner::new(texts.clone(), options).unwrap();
        let asks: Vec<Ask<'_>> = texts
            .iter()
            .enumerate()
            .map(|(at, text)| Ask { question: text, positive: text, own: Some(at as u32), seed: at as u64 })
            .collect();
        let batch = miner.mine_batch(&asks).unwrap();
        for (ask, mined) in asks.iter().zip(&batch).step_by(17) {
            assert_eq!(&miner.mine(ask).unwrap(), mined);
        }
    }
}
