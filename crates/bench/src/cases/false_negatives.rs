//! How many hard negatives answer the question after all: on Cranfield, whose judgments say which passages do.
//!
//! For each judged pair of a query and a relevant passage, negatives are mined as for a row of training data, and those
//! that are judged relevant to the query are counted. Hardness is the negatives' mean rank in BM25's own ranking. Not
//! every relevant passage was judged, so the true rates are higher than these; they compare ways of choosing.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ragstill_operators::{Ask, Duplicates, Mined, Miner, MinerOptions, Strategy};
use ragstill_retrieve::Bm25Params;
use serde::Deserialize;

use crate::check::{Check, Target, Unit};
use crate::lab::Lab;
use crate::reference;

/// The case's name.
pub const NAME: &str = "false-negatives";

/// Of the negatives of a row.
const NUM_NEG: usize = 3;

#[derive(Debug, Deserialize)]
struct Text {
    id: String,
    text: String,
}

/// Cranfield.
struct Collection {
    texts: Vec<String>,
    queries: Vec<String>,
    /// The relevant passages of each query.
    relevant: Vec<HashSet<u32>>,
    /// Each judged pair: query and passage.
    pairs: Vec<(usize, u32)>,
}

/// What came of one way of choosing.
#[derive(Debug, Clone, Copy, Default)]
struct Outcome {
    rows: usize,
    negatives: usize,
    /// Negatives that are judged relevant, of all queries, and those of even and of odd ones.
    relevant: usize,
    halves: [(usize, usize); 2],
    /// Rows with at least one.
    touched: usize,
    /// Rows with fewer negatives than asked for.
    short: usize,
    ranks: u64,
    ranked: usize,
}

/// The study: every way of choosing, as a table, and the default's figures against their targets.
pub fn run(_: &mut Lab<'_>) -> Result<Vec<Check>> {
    let files = ["cranfield/corpus.jsonl", "cranfield/queries.jsonl", "cranfield/qrels.tsv"];
    let Some(paths) = reference::find(NAME, &files) else { return Ok(Vec::new()) };
    let collection = Collection::read(&paths[0], &paths[1], &paths[2])?;
    let start = Instant::now();
    let mut table = String::from(
        "\n| chosen by | relevant | even, odd queries | rows with one | mean rank | rows short |\n|---|---|---|---|---|---|\n",
    );
    for (name, options) in ways() {
        let outcome = collection.judge(options)?;
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {name} | {} |", outcome.cells().join(" | "));
    }
    let (plain, chosen) = (collection.judge(plain())?, collection.judge(MinerOptions::default())?);
    let size = (chosen.rows as u64, start.elapsed().as_secs_f64());
    Ok(vec![
        Check::number(NAME, "relevant, plain BM25", size, (plain.share(), Unit::Share), Target::None),
        Check::number(NAME, "relevant, default", size, (chosen.share(), Unit::Share), Target::AtMost(0.15)),
        Check::number(NAME, "mean rank, default", size, (chosen.rank(), Unit::Mean), Target::AtMost(20.0))
            .note(table),
    ])
}

/// BM25's best, duplicates aside.
fn plain() -> MinerOptions {
    MinerOptions { overlap_share: 0.0, ..MinerOptions::default() }
}

/// The ways of choosing that are compared.
fn ways() -> Vec<(String, MinerOptions)> {
    // As measured elsewhere: Lucene's ranking, in which nothing but the positive itself is skipped.
    let bm25 = Bm25Params { lucene_lengths: true, ..Bm25Params::default() };
    let lucene = MinerOptions { bm25, duplicates: Duplicates::Untold, ..plain() };
    let mut ways = vec![("Lucene's best".to_owned(), lucene), ("BM25's best".to_owned(), plain())];
    for start in [5, 10, 15, 20] {
        ways.push((format!("start rank {start}"), MinerOptions { start, ..plain() }));
    }
    for share in [1.0, 0.95, 0.8] {
        let options = MinerOptions { max_score_share: Some(share), ..plain() };
        ways.push((format!("score ≤ {share} of the positive's"), options));
    }
    for margin in [1.0, 3.0] {
        let options = MinerOptions { score_margin: Some(margin), ..plain() };
        ways.push((format!("score ≤ the positive's - {margin}"), options));
    }
    let overlap = |overlap_pool, overlap_share| MinerOptions { overlap_pool, overlap_share, ..plain() };
    for overlap_score_share in [0.0, 0.5, 0.7, 0.8] {
        let options = MinerOptions { overlap_score_share, ..overlap(20, 0.6) };
        ways.push((
            format!("overlap: 0.6 of 20, suspected from {overlap_score_share} of the positive's score"),
            options,
        ));
    }
    for (pool, share) in
        [(10, 0.5), (10, 0.6), (15, 0.6), (20, 0.4), (20, 0.5), (20, 0.6), (20, 0.7), (30, 0.6), (40, 0.6)]
    {
        ways.push((format!("overlap: {share} of {pool}"), overlap(pool, share)));
    }
    for start in [3, 5] {
        let options = MinerOptions { start, ..overlap(20, 0.6) };
        ways.push((format!("start rank {start}, overlap: 0.6 of 20"), options));
    }
    for share in [1.2, 0.95] {
        let options = MinerOptions { max_score_share: Some(share), ..overlap(20, 0.6) };
        ways.push((format!("score ≤ {share} of the positive's, overlap: 0.6 of 20"), options));
    }
    let seven = MinerOptions { num_neg: 7, ..overlap(20, 0.6) };
    ways.push(("7 negatives, BM25's best".to_owned(), MinerOptions { num_neg: 7, ..plain() }));
    ways.push(("7 negatives, overlap: 0.6 of 20".to_owned(), seven));
    let strategy = |strategy| MinerOptions { strategy, ..overlap(20, 0.6) };
    ways.push(("mixed, half of them random".to_owned(), strategy(Strategy::Mixed)));
    ways.push(("random".to_owned(), strategy(Strategy::Random)));
    ways
}

impl Collection {
    fn read(corpus: &Path, queries: &Path, judgments: &Path) -> Result<Self> {
        let (corpus, queries): (Vec<Text>, Vec<Text>) = (reference::rows(corpus)?, reference::rows(queries)?);
        let numbers = |texts: &[Text]| -> HashMap<String, usize> {
            texts.iter().enumerate().map(|(at, text)| (text.id.clone(), at)).collect()
        };
        let (passage_of, query_of) = (numbers(&corpus), numbers(&queries));
        let mut relevant = vec![HashSet::new(); queries.len()];
        let mut pairs = Vec::new();
        let text = std::fs::read_to_string(judgments).with_context(|| judgments.display().to_string())?;
        for line in text.lines().skip(1) {
            let [query, passage, score] = line.split('\t').collect::<Vec<_>>()[..] else {
                bail!("{}: a line without three columns: {line}", judgments.display());
            };
            let (Some(&query), Some(&passage)) = (query_of.get(query), passage_of.get(passage)) else {
                bail!("{}: an unknown query or passage: {line}", judgments.display());
            };
            // A passage without text can neither be found nor be learned from.
            if score.parse::<i32>()? >= 1 && !corpus[passage].text.trim().is_empty() {
                let passage = u32::try_from(passage)?;
                relevant[query].insert(passage);
                pairs.push((query, passage));
            }
        }
        let texts = |texts: Vec<Text>| texts.into_iter().map(|text| text.text).collect();
        Ok(Self { texts: texts(corpus), queries: texts(queries), relevant, pairs })
    }

    /// Mines for every judged pair and counts what was judged relevant.
    fn judge(&self, options: MinerOptions) -> Result<Outcome> {
        let options = MinerOptions { num_neg: options.num_neg.max(NUM_NEG), ..options };
        let miner = Miner::new(self.texts.clone(), options)?;
        let asks: Vec<Ask<'_>> = self
            .pairs
            .iter()
            .enumerate()
            .map(|(at, &(query, own))| Ask {
                question: &self.queries[query],
                positive: &self.texts[own as usize],
                own: Some(own),
                seed: at as u64,
            })
            .collect();
        let mut outcome = Outcome::default();
        for (mined, &(query, _)) in miner.mine_batch(&asks)?.iter().zip(&self.pairs) {
            outcome.count(mined, query, &self.relevant[query], options.num_neg);
        }
        Ok(outcome)
    }
}

impl Outcome {
    fn count(&mut self, mined: &Mined, query: usize, relevant: &HashSet<u32>, wanted: usize) {
        let negatives = mined.negatives.len();
        let wrong = mined.negatives.iter().filter(|negative| relevant.contains(&negative.doc)).count();
        self.rows += 1;
        self.negatives += negatives;
        self.relevant += wrong;
        let half = &mut self.halves[query % 2];
        *half = (half.0 + wrong, half.1 + negatives);
        self.touched += usize::from(wrong > 0);
        self.short += usize::from(negatives < wanted);
        for rank in mined.negatives.iter().filter_map(|negative| negative.rank) {
            self.ranks += u64::from(rank);
            self.ranked += 1;
        }
    }

    /// The share of the negatives that are judged relevant.
    fn share(&self) -> f64 {
        self.relevant as f64 / self.negatives.max(1) as f64
    }

    fn rank(&self) -> f64 {
        self.ranks as f64 / self.ranked.max(1) as f64
    }

    fn cells(&self) -> [String; 5] {
        let percent = |part: usize, all: usize| format!("{:.1}", 100.0 * part as f64 / all.max(1) as f64);
        let [even, odd] = self.halves.map(|(part, all)| percent(part, all));
        [
            format!("{} %", percent(self.relevant, self.negatives)),
            format!("{even}, {odd} %"),
            format!("{} %", percent(self.touched, self.rows)),
            if self.ranked > 0 { format!("{:.1}", self.rank()) } else { "-".to_owned() },
            self.short.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Collection, plain};

    #[test]
    fn relevant_negatives_and_their_ranks_are_counted() {
        let texts = ["lake ice", "lake ice melts", "lake ice grows in winter", "deep lake water", "bridge"];
        let collection = Collection {
            texts: texts.map(str::to_owned).into(),
            queries: vec!["lake ice".to_owned(), "bridge".to_owned()],
            relevant: vec![HashSet::from([0, 2]), HashSet::from([4])],
            pairs: vec![(0, 0), (0, 2), (1, 4)],
        };
        let outcome = collection.judge(plain()).unwrap();
        // Both rows of the first query find the three other lakes, of which one is relevant; the last row finds none.
        assert_eq!((outcome.rows, outcome.negatives, outcome.relevant), (3, 6, 2));
        assert_eq!(outcome.halves, [(2, 6), (0, 0)]);
        assert_eq!((outcome.touched, outcome.short), (2, 1));
        assert!(outcome.rank() > 2.0 && outcome.rank() < 4.0);
        assert_eq!(outcome.cells()[0], "33.3 %");
    }
}
