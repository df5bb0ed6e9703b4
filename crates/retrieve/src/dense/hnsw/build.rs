//! Making a graph: the same to the byte on any number of threads.
//!
//! Rows come in batches. In parallel, each row of a batch finds its candidates, in the graph of before the batch and among
//! all rows of the batch, and chooses its links. These are written, and sorted by the node they lead to; again in parallel,
//! each node that is linked to links back, and where it has too many links chooses anew. What a node's links are thus hangs
//! on the vectors and on the order of the rows alone.

use std::cmp::Reverse;
use std::collections::HashMap;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::HnswOptions;
use super::graph::{About, Hnsw, Level, MOST_LEVELS, sample};
use super::near::{Near, lift, read};
use super::select::Chosen;
use super::walk::{Found, Layer, NONE, Room, View, walk};
use crate::dense::flat::Room as Numbers;
use crate::dense::kernel::LANES;
use crate::dense::{Metric, Vectors};

/// Rows of a batch: so few that all pairs of them cost little beside the walks, and so many that all threads have work.
const BATCH: usize = 1024;

impl Hnsw {
    /// Makes the graph of vectors, on the threads of the current rayon pool, and tells after every batch how many rows are
    /// done.
    ///
    /// # Panics
    /// When the options have a [fault](HnswOptions::fault).
    pub fn build(vectors: &Vectors, options: HnswOptions, progress: &mut dyn FnMut(usize)) -> Self {
        Self::make(vectors, options, None, progress)
    }

    /// The graph of vectors whose first rows this graph is of: the others are inserted.
    ///
    /// # Panics
    /// When these are others, or fewer.
    pub(crate) fn extend(self, vectors: &Vectors, progress: &mut dyn FnMut(usize)) -> Self {
        assert!(self.is_of_first(vectors), "a graph of these vectors");
        let options = self.about.options;
        Self::make(vectors, options, Some(self), progress)
    }

    /// Whether it is of the first of these vectors, or all.
    pub(crate) fn is_of_first(&self, vectors: &Vectors) -> bool {
        let About { rows, dimension, is_l2, sample: sum, .. } = self.about;
        rows <= vectors.len()
            && (dimension, is_l2) == (vectors.dimension(), vectors.metric() == Metric::L2)
            && sum == sample(vectors, rows)
    }

    fn make(
        vectors: &Vectors,
        options: HnswOptions,
        old: Option<Self>,
        progress: &mut dyn FnMut(usize),
    ) -> Self {
        assert_eq!(options.fault(), None);
        let first = old.as_ref().map_or(0, |old| old.about.rows);
        let surveyed = Survey::of(vectors, old.as_ref().map(|old| old.about.radius));
        let mut builder = Builder::new(vectors, options, &surveyed.lifts, old);
        let rows: Vec<u32> = surveyed.nodes.iter().copied().filter(|row| *row as usize >= first).collect();
        for batch in rows.chunks(BATCH) {
            builder.insert(batch);
            progress(batch.last().map_or(0, |row| *row as usize + 1));
        }
        progress(vectors.len());
        let Builder { base, levels, entry, .. } = builder;
        Self {
            about: About {
                options,
                rows: vectors.len(),
                dimension: vectors.dimension(),
                is_l2: vectors.metric() == Metric::L2,
                sample: sample(vectors, vectors.len()),
                radius: surveyed.radius,
                entry,
                levels: levels.len(),
            },
            base: base.into(),
            levels: levels
                .into_iter()
                .map(|Lists { rows, down, links }| Level {
                    rows: rows.into(),
                    down: down.into(),
                    links: links.into(),
                })
                .collect(),
            twins: surveyed.twins.as_flattened().to_vec().into(),
        }
    }
}

/// What is known of all rows before.
struct Survey {
    /// Rows that are nodes: the first of those with the same numbers, if these are finite.
    nodes: Vec<u32>,
    /// The others, after their node.
    twins: Vec<[u32; 2]>,
    /// The length of the longest row when the graph was begun.
    radius: f32,
    /// Empty for L2.
    lifts: Vec<f32>,
}

impl Survey {
    fn of(vectors: &Vectors, radius: Option<f32>) -> Self {
        // The hash of a row's bytes, and its length squared; `None` if it is no node.
        let of_row = |near: &mut Near<'_>, row: u32| {
            let (segment, at) = vectors.place(row as usize);
            let (bytes, scale) = segment.rows.bytes(vectors.dimension(), at);
            let hash = xxh3_64_with_seed(bytes, u64::from(scale.to_bits()));
            near.row(row);
            near.square().map(|square| (hash, square))
        };
        let rows: Vec<Option<(u64, f32)>> =
            (0..vectors.len() as u32).into_par_iter().map_init(|| Near::new(vectors, &[]), of_row).collect();
        let mut first_of: HashMap<u64, u32> = HashMap::with_capacity(rows.len());
        let (mut nodes, mut twins) = (Vec::with_capacity(rows.len()), Vec::new());
        let numbers = |row: u32| {
            let (segment, at) = vectors.place(row as usize);
            segment.rows.bytes(vectors.dimension(), at)
        };
        for (row, (hash, _)) in (0..).zip(&rows).filter_map(|(row, found)| Some((row, (*found)?))) {
            let first = *first_of.entry(hash).or_insert(row);
            if first != row && numbers(first) == numbers(row) {
                twins.push([first, row]);
            } else {
                nodes.push(row);
            }
        }
        twins.sort_unstable();
        let squares = || rows.iter().map(|row| row.map_or(0.0, |(_, square)| square));
        let radius = radius.unwrap_or_else(|| squares().fold(0.0, f32::max).sqrt());
        let lifts = match vectors.metric() {
            Metric::InnerProduct => squares().map(|square| lift(radius, square)).collect(),
            Metric::L2 => Vec::new(),
        };
        Self { nodes, twins, radius, lifts }
    }
}

/// The layer above the lowest to which a row belongs, 0 if to none: one of `links` rows of a layer is in the next.
fn level(row: u32, links: usize) -> usize {
    let drawn = xxh3_64(&row.to_le_bytes());
    let mut least = u64::MAX;
    let mut level = 0;
    while level < MOST_LEVELS {
        least /= links as u64;
        if drawn >= least {
            break;
        }
        level += 1;
    }
    level
}

/// A layer above the lowest.
#[derive(Default)]
struct Lists {
    rows: Vec<u32>,
    down: Vec<u32>,
    links: Vec<u32>,
}

/// A row of a batch.
struct Member {
    row: u32,
    /// Its node in each layer, the lowest first.
    nodes: Vec<u32>,
}

struct Builder<'a> {
    vectors: &'a Vectors,
    options: HnswOptions,
    lifts: &'a [f32],
    base: Vec<u32>,
    levels: Vec<Lists>,
    entry: Option<u32>,
}

/// What a thread works with.
struct Work<'a> {
    near: Near<'a>,
    room: Room,
    chosen: Chosen,
    scores: Vec<f32>,
}

/// A link: its layer, the node it leads to, and the node it is of, with the score of both.
type Link = (usize, u32, Found);

impl<'a> Builder<'a> {
    fn new(vectors: &'a Vectors, options: HnswOptions, lifts: &'a [f32], old: Option<Hnsw>) -> Self {
        let (mut base, mut levels, mut entry) = (Vec::new(), Vec::new(), None);
        if let Some(old) = old {
            base.extend_from_slice(&old.base);
            entry = old.about.entry;
            levels.extend(old.levels.iter().map(|level| Lists {
                rows: level.rows.to_vec(),
                down: level.down.to_vec(),
                links: level.links.to_vec(),
            }));
        }
        base.resize(vectors.len() * 2 * options.links, NONE);
        Self { vectors, options, lifts, base, levels, entry }
    }

    fn view(&self) -> View<'_> {
        let (count, links) = (self.vectors.len(), self.options.links);
        let levels = self.levels.iter().map(|Lists { rows, down, links: of_level }| {
            (Layer { rows: Some(rows), links: of_level, degree: links, count }, &**down)
        });
        let base = Layer { rows: None, links: &self.base, degree: 2 * links, count };
        View { base, levels: levels.collect(), entry: self.entry }
    }

    fn work(&self) -> Work<'a> {
        let near = Near::new(self.vectors, self.lifts);
        let chosen = Chosen::new(near.width(), 2 * self.options.links);
        Work { near, room: Room::default(), chosen, scores: Vec::new() }
    }

    /// Inserts rows, which come after all that are there.
    fn insert(&mut self, rows: &[u32]) {
        // Nobody links to the new nodes yet, so walks of before do not see them.
        let top = self.entry.map(|_| self.levels.len());
        let members: Vec<Member> = rows.iter().map(|row| self.append(*row)).collect();
        let width = self.vectors.dimension().div_ceil(LANES);
        let mut numbers = Numbers::new(rows.len() * width);
        for (row, room) in rows.iter().zip(numbers.numbers().chunks_mut(width * LANES)) {
            read(self.vectors, *row, room);
        }
        let view = self.view();
        let before =
            View { base: view.base, levels: view.levels[..top.unwrap_or(0)].to_vec(), entry: self.entry };
        let links = members.par_iter().enumerate().map_init(
            || self.work(),
            |work, (at, member)| {
                work.near.row(member.row);
                work.near.scores_in(numbers.chunks(), rows, &mut work.scores);
                self.links_of(work, &before, &view, &members, at)
            },
        );
        let links: Vec<Vec<Link>> = links.collect();
        let mut links: Vec<Link> = links.into_iter().flatten().collect();
        for of_node in links.chunk_by(|one, other| (one.0, one.2.node) == (other.0, other.2.node)) {
            let nodes: Vec<u32> = of_node.iter().map(|(_, to, _)| *to).collect();
            self.write(of_node[0].0, of_node[0].2.node, &nodes);
        }
        links.sort_unstable_by_key(|(layer, to, from)| (*layer, *to, Reverse(*from)));
        let view = self.view();
        let targets: Vec<&[Link]> =
            links.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)).collect();
        let back: Vec<Option<Vec<u32>>> = targets
            .par_iter()
            .map_init(|| self.work(), |work, links| linked_back(work, &view, links))
            .collect();
        for (links, nodes) in targets.iter().zip(back) {
            if let Some(nodes) = nodes {
                self.write(links[0].0, links[0].1, &nodes);
            }
        }
        self.entry = self.entry.or(rows.first().copied());
    }

    /// Gives a row its nodes, without links.
    fn append(&mut self, row: u32) -> Member {
        let mut nodes = vec![row];
        for level in 0..level(row, self.options.links) {
            if level == self.levels.len() {
                self.levels.push(Lists::default());
            }
            let Lists { rows, down, links } = &mut self.levels[level];
            nodes.push(rows.len() as u32);
            rows.push(row);
            down.push(nodes[level]);
            links.resize(rows.len() * self.options.links, NONE);
        }
        Member { row, nodes }
    }

    /// The links of a row of a batch, whose scores with all of it are there, in the highest layer first.
    fn links_of(
        &self,
        work: &mut Work<'_>,
        before: &View<'_>,
        view: &View<'_>,
        members: &[Member],
        at: usize,
    ) -> Vec<Link> {
        let Work { near, room, chosen, scores } = work;
        let member = &members[at];
        let highest = before.levels.len().min(member.nodes.len() - 1);
        let mut starts: Vec<Found> =
            before.entry.and_then(|_| before.enter(highest, near, room)).into_iter().collect();
        let mut links = Vec::new();
        for (number, node) in member.nodes.iter().enumerate().rev() {
            let mut candidates: Vec<Found> = members
                .iter()
                .zip(&*scores)
                .enumerate()
                .filter(|(other, _)| *other != at)
                .filter_map(|(_, (other, score))| {
                    Some(Found { node: *other.nodes.get(number)?, score: *score })
                })
                .collect();
            if number <= highest && !starts.is_empty() {
                let layer = before.layer(number);
                let found = walk(layer, near, &starts, self.options.build, room, usize::MAX, &mut |_| true);
                let found = found.unwrap_or_default();
                let below = |found: &Found| Some(Found { node: before.below(number, found.node)?, ..*found });
                starts = found.iter().filter_map(below).collect();
                candidates.extend(found);
            }
            candidates.retain(|found| !found.score.is_nan());
            if candidates.len() > self.options.build {
                candidates.select_nth_unstable_by_key(self.options.build, |found| Reverse(*found));
                candidates.truncate(self.options.build);
            }
            candidates.sort_unstable_by_key(|found| Reverse(*found));
            // In the lowest layer half of the room is left to those that will link to it.
            let most = self.options.links;
            let layer = view.layer(number);
            for found in chosen.select(near, layer, &candidates, most) {
                let score = found.score;
                links.push((number, found.node, Found { node: *node, score }));
            }
        }
        links
    }

    /// The most links of a node in this layer.
    fn most(&self, number: usize) -> usize {
        if number == 0 { 2 * self.options.links } else { self.options.links }
    }

    /// Writes the links of a node.
    fn write(&mut self, number: usize, node: u32, nodes: &[u32]) {
        let most = self.most(number);
        let links = match number {
            0 => &mut self.base,
            _ => &mut self.levels[number - 1].links,
        };
        let links = &mut links[node as usize * most..(node as usize + 1) * most];
        links.fill(NONE);
        links[..nodes.len()].copy_from_slice(nodes);
    }
}

/// The links of a node to which these lead, with links back; `None` if it has them all.
fn linked_back(work: &mut Work<'_>, view: &View<'_>, links: &[Link]) -> Option<Vec<u32>> {
    let Work { near, chosen, scores, .. } = work;
    let (number, node, _) = *links.first()?;
    let layer = view.layer(number);
    let mut nodes: Vec<u32> = layer.links(node).collect();
    let new = links.iter().map(|(_, _, from)| *from).filter(|from| !nodes.contains(&from.node));
    let new: Vec<Found> = new.collect();
    if new.is_empty() {
        return None;
    }
    if nodes.len() + new.len() <= layer.degree {
        nodes.extend(new.iter().map(|found| found.node));
        return Some(nodes);
    }
    near.row(layer.row(node)?);
    nodes.retain(|node| layer.row(*node).is_some());
    let rows: Vec<u32> = nodes.iter().filter_map(|node| layer.row(*node)).collect();
    near.scores(&rows, scores);
    let mut candidates = new;
    candidates.extend(nodes.iter().zip(&*scores).map(|(node, score)| Found { node: *node, score: *score }));
    candidates.retain(|found| !found.score.is_nan());
    candidates.sort_unstable_by_key(|found| Reverse(*found));
    Some(chosen.select(near, layer, &candidates, layer.degree).iter().map(|found| found.node).collect())
}
