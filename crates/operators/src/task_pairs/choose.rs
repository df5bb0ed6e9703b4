//! Which tasks become pairs.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use ragstill_engine::{Error, Result};
use ragstill_retrieve::{Analyzer, Bm25Builder, DocId};

use super::config::{Documents, TaskPairsConfig};
use super::task::Task;

/// What it counts when two tasks are of one document, where 1 is the similarity of a question to itself.
const SAME_DOCUMENT: f32 = 0.25;

/// Levels of closeness between 0 and 1. Pairs of one level are equally close, and which of them come first is drawn.
const LEVELS: f32 = 10.0;

/// The pairs of these tasks, each with the earlier task first, in order.
///
/// Looked at are, for each task, the questions that BM25 finds for its own, and the next few tasks of its document. The
/// closest pairs are taken first, as long as neither task is used up.
pub(super) fn choose(tasks: &[Task], config: &TaskPairsConfig) -> Result<Vec<(usize, usize)>> {
    let mut ranked: Vec<_> = closeness(tasks, config)?
        .into_iter()
        .map(|((a, b), closeness)| {
            let level = (closeness * LEVELS) as u32;
            let (one, other) = (tasks[a].draw, tasks[b].draw);
            (Reverse(level), one.wrapping_add(other), a, b)
        })
        .collect();
    ranked.sort_unstable();
    let mut uses = vec![0; tasks.len()];
    let mut pairs = Vec::new();
    for (_, _, a, b) in ranked {
        if config.max_pairs.is_some_and(|most| pairs.len() >= most) {
            break;
        }
        if uses[a] < config.max_uses && uses[b] < config.max_uses && tasks[a].goes_with(&tasks[b]) {
            uses[a] += 1;
            uses[b] += 1;
            pairs.push((a, b));
        }
    }
    pairs.sort_unstable();
    Ok(pairs)
}

/// How close the tasks of each pair are that is looked at.
fn closeness(tasks: &[Task], config: &TaskPairsConfig) -> Result<BTreeMap<(usize, usize), f32>> {
    let questions: Vec<&str> = tasks.iter().map(|task| task.question.as_str()).collect();
    let index = Bm25Builder::new()
        .analyzer(Analyzer::for_language(config.language))
        .build(&questions)
        .map_err(|error| Error::failed(format!("the questions cannot be indexed: {error}")))?;
    let own: Vec<f32> = (0..).zip(&questions).map(|(at, question)| index.score(question, at)).collect();
    let is_passed_over = |at: usize, doc: DocId| {
        let other = doc as usize;
        at == other
            || (config.documents == Documents::Different && tasks[at].document == tasks[other].document)
    };
    let hits = index.search_batch(&questions, config.neighbours, &is_passed_over);
    let mut pairs: BTreeMap<(usize, usize), f32> = BTreeMap::new();
    for (at, hits) in hits.into_iter().enumerate() {
        for hit in hits {
            let other = hit.doc as usize;
            let similarity = (hit.score / own[at]).min(1.0);
            let known = pairs.entry((at.min(other), at.max(other))).or_insert(0.0);
            *known = known.max(similarity);
        }
    }
    let mut last_of: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, task) in tasks.iter().enumerate() {
        let document = last_of.entry(&task.document).or_default();
        for &before in document.iter().rev().take(config.neighbours) {
            pairs.entry((before, at)).or_insert_with(|| {
                let score = index.score(questions[at], before as DocId);
                if own[at] > 0.0 { (score / own[at]).min(1.0) } else { 0.0 }
            });
        }
        document.push(at);
    }
    let is_same = |a: usize, b: usize| tasks[a].document == tasks[b].document;
    match config.documents {
        Documents::Any => {}
        Documents::Same => pairs.retain(|(a, b), _| is_same(*a, *b)),
        Documents::Different => pairs.retain(|(a, b), _| !is_same(*a, *b)),
    }
    for ((a, b), closeness) in &mut pairs {
        if is_same(*a, *b) {
            *closeness += SAME_DOCUMENT;
        }
    }
    Ok(pairs)
}
