//! A graph of near neighbours, in which a query's are found without scoring every row: a hierarchical navigable small world
//! (Malkov and Yashunin, 2018, arXiv:1603.09320).
//!
//! It is our own because of what an index of this project is. Its bytes must follow from its input: `hnsw_rs`, the crate that
//! is kept up best, draws its levels from a generator that the system seeds, and inserts in whatever order threads take its
//! locks. It must open at once and take little memory: there vectors are copied, each to the heap, and a graph is read into
//! objects; here links are 32-bit numbers in a mapped file, beside vectors that stay mapped, in f16 or int8 as they are.
//!
//! - Levels come from a hash of the row's number.
//! - Rows are inserted in [batches](build): each row of a batch searches the graph of before it, on any thread, and is
//!   compared with all others of the batch; then links are written in order.
//! - Rows with the same numbers are one node. Linked to each other they would form islands that a walk does not leave.
//! - Rows with numbers that are not finite (a file of FAISS may have such) are not in the graph.
//! - Vectors that are searched by their inner product are compared with a [`lift`](near::lift).

mod build;
mod graph;
mod near;
mod search;
mod select;
mod walk;

pub use graph::Hnsw;
use serde::{Deserialize, Serialize};

/// How a graph is made and searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HnswOptions {
    /// Links of a vector in the upper layers, from 4 to 256, called M; in the lowest there are twice as many. Each takes 4
    /// bytes. Default: 16.
    pub links: usize,
    /// Candidates among which a vector's links are chosen, from 8 to 10,000, called efConstruction. Default: 128.
    pub build: usize,
    /// Vectors that a search keeps while it walks, from 1 to 100,000, called ef or efSearch, where a search does not say
    /// otherwise. Default: 96.
    pub search: usize,
}

impl Default for HnswOptions {
    fn default() -> Self {
        Self { links: 16, build: 128, search: 96 }
    }
}

impl HnswOptions {
    /// What cannot be.
    pub fn fault(&self) -> Option<String> {
        let faults = [
            (!(4..=256).contains(&self.links), "links of a vector: from 4 to 256"),
            (!(8..=10_000).contains(&self.build), "candidates for links: from 8 to 10,000"),
            (!(1..=100_000).contains(&self.search), "vectors that a search keeps: from 1 to 100,000"),
        ];
        faults.iter().find(|(is_fault, _)| *is_fault).map(|(_, fault)| (*fault).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::graph::Level;
    use super::{Hnsw, HnswOptions};
    use crate::Hit;
    use crate::dense::{Metric, Vectors};

    fn numbers(count: usize) -> Vec<f32> {
        let mix = |at: u32| at.wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9E37_79B9);
        (0..count as u32).map(|at| mix(at) as f32 / u32::MAX as f32 - 0.5).collect()
    }

    #[test]
    fn options_that_cannot_be_are_told() {
        assert_eq!(HnswOptions::default().fault(), None);
        for (links, build, search) in [(3, 128, 96), (257, 128, 96), (16, 7, 96), (16, 128, 0)] {
            assert!(HnswOptions { links, build, search }.fault().unwrap().contains("from"));
        }
    }

    #[test]
    fn a_graph_that_is_added_to_finds_what_is_new() {
        let (all, dimension) = (numbers(3000 * 8), 8);
        let of =
            |count: usize| Vectors::new(dimension, Metric::InnerProduct, all[..count * dimension].to_vec());
        let options = HnswOptions { links: 8, build: 60, search: 60 };
        let mut graph = Hnsw::build(&of(1200), options, &mut |_| ());
        let mut told = Vec::new();
        for count in [1200, 1201, 2900, 3000] {
            graph = graph.extend(&of(count), &mut |done| told.push(done));
        }
        assert_eq!(told, [1200, 1201, 1201, 2225, 2900, 2900, 3000, 3000]);
        let vectors = of(3000);
        assert_eq!(graph.check(&vectors), Ok(()));
        let queries = &numbers(3100 * 8)[3000 * 8..];
        let exact = vectors.search_batch(queries, 10, &|_, _| false);
        let same = |graph: &Hnsw| -> usize {
            let found = graph.search_batch(&vectors, queries, 10, 60, &|_, _| false);
            let same = |(exact, found): (&Vec<Hit>, &Vec<Hit>)| {
                exact.iter().filter(|hit| found.contains(hit)).count()
            };
            exact.iter().zip(&found).map(same).sum()
        };
        let (added, whole) = (same(&graph), same(&Hnsw::build(&vectors, options, &mut |_| ())));
        assert!(added + 20 >= whole && whole >= 900, "{added} of 1000, {whole} if built at once");
    }

    #[test]
    fn lists_of_anything_are_searched_to_an_end() {
        let vectors = Vectors::new(4, Metric::L2, numbers(2000 * 4));
        let mut graph = Hnsw::build(&vectors, HnswOptions { links: 4, build: 16, search: 16 }, &mut |_| ());
        let mut mixed = 1_u32;
        for round in 0..60_u32 {
            let mut any = |len: usize| -> Vec<u32> {
                let next = |_| {
                    mixed = mixed.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
                    // Now mostly nodes, now anything.
                    (mixed >> 3) % if round % 2 == 0 { 2100 } else { u32::MAX }
                };
                (0..len).map(next).collect()
            };
            graph.base = any(2000 * 8).into();
            graph.twins = any(200).into();
            graph.about.entry = (round % 5 > 0).then_some(round * 100);
            graph.levels = (0..round as usize % 4)
                .map(|level| 1 + 300 / (level + 1))
                .map(|len| Level { rows: any(len).into(), down: any(len).into(), links: any(len * 4).into() })
                .collect();
            for query in numbers(40).chunks(4) {
                assert_eq!(graph.search(&vectors, query, 10, 30, &|doc| doc % 3 == 0).len(), 10);
            }
        }
    }
}
