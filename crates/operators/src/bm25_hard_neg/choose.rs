//! From a ranking to negatives: what is skipped, what is passed over, and in which order the rest is taken.

use ragstill_retrieve::{DocId, Hit};

use super::evidence::{Evidence, overlap};
use super::guard::{Duplicate, Guard, Subject};
use super::mined::{Mined, Negative, Passed, Reason};
use super::options::MinerOptions;

/// What choosing needs to know of the corpus.
#[derive(Debug, Clone, Copy)]
pub(super) struct Corpus<'a> {
    pub(super) texts: &'a [String],
    pub(super) guard: &'a Guard,
    /// There when candidates are compared with the positive.
    pub(super) evidence: Option<&'a Evidence>,
}

/// A ranking of the whole corpus, best first, as far as it was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ranking<'a> {
    pub(super) hits: &'a [Hit],
    /// Whether nothing comes after `hits`.
    pub(super) whole: bool,
}

/// One question's positive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Positive<'a> {
    pub(super) subject: &'a Subject<'a>,
    /// The document of the corpus that the question was made from.
    pub(super) own: Option<DocId>,
    /// The greatest score of a candidate.
    pub(super) bound: f32,
}

/// A candidate on the way to being a negative.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    hit: Hit,
    rank: u32,
    overlap: f32,
    passed: bool,
}

/// Chooses `wanted` negatives; `None` when that takes more of the ranking.
pub(super) fn choose(
    corpus: Corpus<'_>,
    options: &MinerOptions,
    wanted: usize,
    positive: Positive<'_>,
    ranking: Ranking<'_>,
) -> Option<Mined> {
    let mut mined = Mined::default();
    let mut skipped = 0;
    let pool = options.pool(wanted);
    let mut gathered: Vec<Candidate> = Vec::with_capacity(pool.min(ranking.hits.len()));
    let mut ranked = (1..).zip(ranking.hits);
    while gathered.len() < pool {
        let Some((rank, hit)) = ranked.next() else { break };
        match refuse(corpus, positive, options, *hit, &mut skipped) {
            Some(reason) => note(&mut mined, options, positive, *hit, rank, reason),
            None => gathered.push(Candidate { hit: *hit, rank, overlap: 0.0, passed: false }),
        }
    }
    if gathered.len() < pool && !ranking.whole {
        return None;
    }
    if let Some(evidence) = corpus.evidence {
        // What ranks below the whole pool scores less than any of it.
        let own_score = mined.positive_score.unwrap_or(0.0);
        pass_over(evidence, positive, own_score, options, &mut gathered);
    }
    let mut taken = Taken { corpus, subjects: Vec::new(), repeats: Vec::new() };
    let mut chosen: Vec<Candidate> = Vec::with_capacity(wanted.min(gathered.len()));
    for candidate in gathered.iter().filter(|candidate| !candidate.passed) {
        if chosen.len() == wanted {
            break;
        }
        chosen.extend(taken.take(*candidate));
    }
    // Repetitions may have left too few: the ranking goes on below the pool.
    while chosen.len() < wanted {
        let Some((rank, hit)) = ranked.next() else { break };
        match refuse(corpus, positive, options, *hit, &mut skipped) {
            Some(reason) => note(&mut mined, options, positive, *hit, rank, reason),
            None => {
                let mut candidate = Candidate { hit: *hit, rank, overlap: 0.0, passed: false };
                if let Some(evidence) = corpus.evidence {
                    candidate.overlap = similarity(evidence, positive, hit.doc);
                }
                chosen.extend(taken.take(candidate));
            }
        }
    }
    if chosen.len() < wanted && !ranking.whole {
        return None;
    }
    // Where there is nothing else, the least similar of those that were passed over are better than none.
    let mut back: Vec<usize> = (0..gathered.len()).filter(|&at| gathered[at].passed).collect();
    back.sort_by(|&a, &b| gathered[a].overlap.total_cmp(&gathered[b].overlap).then(b.cmp(&a)));
    for at in back {
        if chosen.len() == wanted {
            break;
        }
        gathered[at].passed = false;
        chosen.extend(taken.take(gathered[at]));
    }
    chosen.sort_by_key(|candidate| candidate.rank);
    if options.explain {
        let last = chosen.last().filter(|_| chosen.len() == wanted).map(|candidate| candidate.rank);
        explain(&mut mined, &gathered, taken.repeats, last);
    }
    let compared = corpus.evidence.is_some();
    mined.negatives.extend(chosen.iter().map(|candidate| Negative {
        doc: candidate.hit.doc,
        rank: Some(candidate.rank),
        score: candidate.hit.score,
        overlap: compared.then_some(candidate.overlap),
    }));
    Some(mined)
}

/// Why a hit cannot be a candidate, if it cannot.
fn refuse(
    corpus: Corpus<'_>,
    positive: Positive<'_>,
    options: &MinerOptions,
    hit: Hit,
    skipped: &mut usize,
) -> Option<Reason> {
    if positive.own == Some(hit.doc) {
        return Some(Reason::Own);
    }
    match corpus.guard.compare(positive.subject, hit.doc, corpus.texts) {
        Some(Duplicate::Exact) => return Some(Reason::ExactDuplicate),
        Some(Duplicate::Near) => return Some(Reason::NearDuplicate),
        None => {}
    }
    if *skipped < options.start {
        *skipped += 1;
        return Some(Reason::BeforeStart);
    }
    (hit.score > positive.bound).then_some(Reason::AboveMargin)
}

/// Remembers what was refused.
fn note(
    mined: &mut Mined,
    options: &MinerOptions,
    positive: Positive<'_>,
    hit: Hit,
    rank: u32,
    reason: Reason,
) {
    let is_positive = positive.own.or(positive.subject.doc) == Some(hit.doc);
    if is_positive {
        (mined.positive_rank, mined.positive_score) = (Some(rank), Some(hit.score));
    }
    if options.explain {
        mined.passed.push(Passed { doc: hit.doc, rank, score: hit.score, reason });
    }
}

fn similarity(evidence: &Evidence, positive: Positive<'_>, doc: DocId) -> f32 {
    match positive.subject.doc {
        Some(known) => overlap(evidence.get(known as usize), evidence.get(doc as usize)),
        None => overlap(positive.subject.words(evidence), evidence.get(doc as usize)),
    }
}

/// Marks the share of the candidates that is most similar to the positive; of equals those that rank higher.
fn pass_over(
    evidence: &Evidence,
    positive: Positive<'_>,
    own_score: f32,
    options: &MinerOptions,
    gathered: &mut [Candidate],
) {
    for candidate in gathered.iter_mut() {
        candidate.overlap = similarity(evidence, positive, candidate.hit.doc);
    }
    let mut order: Vec<usize> = (0..gathered.len()).collect();
    order.sort_by(|&a, &b| gathered[b].overlap.total_cmp(&gathered[a].overlap).then(a.cmp(&b)));
    // A product just below a whole number is that number.
    let count = (gathered.len() as f64 * options.overlap_share + 1e-9).floor() as usize;
    for &at in &order[..count.min(order.len())] {
        // What shares nothing with the positive is no suspect, and neither is what scores far less for the question.
        let candidate = &mut gathered[at];
        let scores = f64::from(candidate.hit.score) > options.overlap_score_share * f64::from(own_score);
        candidate.passed = scores && candidate.overlap > 0.0;
    }
}

/// The negatives so far, to tell repetitions.
struct Taken<'a> {
    corpus: Corpus<'a>,
    subjects: Vec<Subject<'a>>,
    repeats: Vec<(Candidate, DocId)>,
}

impl Taken<'_> {
    /// The candidate, unless it is a duplicate of a negative already taken.
    fn take(&mut self, candidate: Candidate) -> Option<Candidate> {
        let Corpus { texts, guard, .. } = self.corpus;
        let doc = candidate.hit.doc;
        for earlier in &self.subjects {
            if guard.compare(earlier, doc, texts).is_some() {
                self.repeats.extend(earlier.doc.map(|earlier| (candidate, earlier)));
                return None;
            }
        }
        self.subjects.push(guard.document(doc, texts));
        Some(candidate)
    }
}

/// Adds the candidates that were passed over, and keeps of all those that rank higher than the last negative; all when
/// there are fewer negatives than wanted.
fn explain(mined: &mut Mined, gathered: &[Candidate], repeats: Vec<(Candidate, DocId)>, last: Option<u32>) {
    let passed = |candidate: &Candidate, reason| Passed {
        doc: candidate.hit.doc,
        rank: candidate.rank,
        score: candidate.hit.score,
        reason,
    };
    let over = gathered.iter().filter(|candidate| candidate.passed);
    mined.passed.extend(over.map(|candidate| passed(candidate, Reason::Overlap(candidate.overlap))));
    mined.passed.extend(repeats.iter().map(|(candidate, doc)| passed(candidate, Reason::Repeats(*doc))));
    mined.passed.retain(|passed| last.is_none_or(|last| passed.rank < last));
    mined.passed.sort_by_key(|passed| passed.rank);
}
