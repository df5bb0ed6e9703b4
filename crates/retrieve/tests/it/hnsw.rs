//! The graph over vectors: nearly what all of them give, the same on any number of threads, whatever the vectors are.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use proptest::collection::{hash_set, vec};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use ragstill_retrieve::{DocId, Hit, Hnsw, HnswOptions, IndexFileError, Metric, RowKind, Vectors};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rayon::ThreadPoolBuilder;

const SMALL: HnswOptions = HnswOptions { links: 4, build: 16, search: 8 };

/// A number of a bell, nearly: the sum of a few.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    (0..6).map(|_| rng.next_u32() as f32 / u32::MAX as f32 - 0.5).sum::<f32>()
}

/// Unit vectors around `centres` centres, one after the other.
fn clustered(count: usize, dimension: usize, centres: usize, seed: u64) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let centres: Vec<f32> = (0..centres * dimension).map(|_| normal(&mut rng)).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut numbers = Vec::with_capacity(count * dimension);
    for _ in 0..count {
        let centre = rng.next_u32() as usize % (centres.len() / dimension) * dimension;
        let row: Vec<f32> =
            centres[centre..centre + dimension].iter().map(|number| number + normal(&mut rng)).collect();
        let length = row.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers.extend(row.iter().map(|number| number / length));
    }
    numbers
}

fn build(vectors: &Vectors, options: HnswOptions) -> Hnsw {
    Hnsw::build(vectors, options, &mut |_| ())
}

fn bytes(graph: &Hnsw) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.idx");
    graph.save(&path).unwrap();
    fs::read(path).unwrap()
}

/// The share of the best ten of some queries that the graph finds; hits that both find have the same score.
fn recall(vectors: &Vectors, graph: &Hnsw, queries: &[f32], ef: usize) -> f64 {
    let exact = vectors.search_batch(queries, 10, &|_, _| false);
    let found = graph.search_batch(vectors, queries, 10, ef, &|_, _| false);
    let mut same = 0;
    for ((query, exact), found) in queries.chunks(vectors.dimension()).zip(&exact).zip(&found) {
        assert_eq!(&graph.search(vectors, query, 10, ef, &|_| false), found);
        same += exact.iter().filter(|hit| found.contains(hit)).count();
    }
    same as f64 / (exact.len() * 10) as f64
}

#[test]
fn nearly_all_of_the_best_are_found() {
    let (rows, queries) = (clustered(5000, 64, 100, 1), clustered(100, 64, 100, 2));
    let ef = HnswOptions::default().search;
    for metric in [Metric::InnerProduct, Metric::L2] {
        let vectors = Vectors::new(64, metric, rows.clone());
        let graph = build(&vectors, HnswOptions::default());
        let recall_of_default = recall(&vectors, &graph, &queries, ef);
        assert!(recall_of_default >= 0.99, "{metric:?}: {recall_of_default}");
        assert!(recall(&vectors, &graph, &queries, 10) < recall_of_default);
        for kind in [RowKind::F16, RowKind::Int8] {
            let kept = vectors.kept_as(kind).unwrap();
            let recall = recall(&kept, &build(&kept, HnswOptions::default()), &queries, ef);
            assert!(recall >= 0.99, "{metric:?} {kind}: {recall}");
        }
    }
}

#[test]
fn vectors_of_many_lengths_are_found_by_their_inner_product() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut rows = clustered(4000, 32, 50, 4);
    for row in rows.chunks_mut(32) {
        let length = 0.3 + 3.0 * (rng.next_u32() as f32 / u32::MAX as f32);
        row.iter_mut().for_each(|number| *number *= length);
    }
    let vectors = Vectors::new(32, Metric::InnerProduct, rows);
    let graph = build(&vectors, HnswOptions::default());
    let recall = recall(&vectors, &graph, &clustered(100, 32, 50, 5), 96);
    assert!(recall >= 0.95, "{recall}");
}

#[test]
fn the_same_graph_on_any_number_of_threads() {
    // More than a batch, and several layers.
    let vectors = Vectors::new(24, Metric::InnerProduct, clustered(2600, 24, 40, 6));
    let on = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bytes(&build(&vectors, SMALL)))
    };
    let one = on(1);
    assert!(one == on(2) && one == on(3));
}

#[test]
fn excluded_documents_are_walked_through() {
    let vectors = Vectors::new(16, Metric::InnerProduct, clustered(3000, 16, 30, 7));
    let graph = build(&vectors, SMALL);
    let queries = clustered(20, 16, 30, 8);
    for every in [2, 3, 10, 100, 1500, 4000] {
        // From all but a few to all.
        let exclude = |doc: DocId| doc as usize % every != every - 1;
        for query in queries.chunks(16) {
            let exact = vectors.search(query, 5, &exclude);
            let found = graph.search(&vectors, query, 5, 60, &exclude);
            assert_eq!(found.len(), exact.len());
            assert!(found.iter().all(|hit| !exclude(hit.doc)));
            // Where few are left, all rows were searched.
            assert!(every < 100 || found == exact);
        }
        let batch = graph.search_batch(&vectors, &queries, 5, 60, &|_, doc| exclude(doc));
        assert!(
            batch
                .iter()
                .zip(queries.chunks(16))
                .all(|(hits, query)| *hits == graph.search(&vectors, query, 5, 60, &exclude))
        );
    }
}

#[test]
fn equal_vectors_are_one_node_and_all_found() {
    // All equal.
    let vectors = Vectors::new(4, Metric::InnerProduct, [1.0, 2.0, 0.5, -1.0].repeat(700));
    let graph = build(&vectors, SMALL);
    let docs = |hits: Vec<Hit>| hits.iter().map(|hit| hit.doc).collect::<Vec<_>>();
    let hits = graph.search(&vectors, &[1.0, 1.0, 0.0, 0.0], 30, 40, &|doc| doc % 2 == 0);
    assert_eq!(docs(hits), (0..60).filter(|doc| doc % 2 == 1).collect::<Vec<_>>());
    // A great many equal ones in the middle of others, zeros among them.
    let mut rows = clustered(3000, 4, 300, 10);
    rows[1000 * 4..1400 * 4].fill(0.0);
    for row in rows[2000 * 4..2500 * 4].chunks_mut(4) {
        row.copy_from_slice(&[0.5, 0.5, 0.5, 0.5]);
    }
    for metric in [Metric::InnerProduct, Metric::L2] {
        let vectors = Vectors::new(4, metric, rows.clone());
        let graph = build(&vectors, SMALL);
        for query in [[0.5, 0.5, 0.5, 0.5], [0.0, 0.0, 0.0, 0.0], [0.3, -0.2, 0.9, 0.1]] {
            let exact = vectors.search(&query, 20, &|_| false);
            let found = graph.search(&vectors, &query, 20, 100, &|_| false);
            // Every product with zeros is 0: there only scores can be the same.
            let scores = |hits: &[Hit]| hits.iter().map(|hit| hit.score).collect::<Vec<_>>();
            assert_eq!(scores(&found), scores(&exact), "{metric:?} {query:?}");
        }
    }
}

#[test]
fn few_vectors_and_none() {
    for count in 0..40 {
        let vectors = Vectors::new(3, Metric::InnerProduct, clustered(count, 3, 5, 11));
        let graph = build(&vectors, SMALL);
        assert_eq!((graph.len(), graph.is_empty()), (count, count == 0));
        for k in [0, 1, 5, 100] {
            let query = [0.1, 0.2, 0.3];
            let hits = graph.search(&vectors, &query, k, 1, &|_| false);
            assert_eq!(hits.len(), k.min(count));
            if k > 1 || count <= 16 {
                assert_eq!(hits, vectors.search(&query, k, &|_| false));
            }
        }
        assert_eq!(graph.search_batch(&vectors, &[], 3, 1, &|_, _| false), Vec::<Vec<Hit>>::new());
    }
}

/// A flat index as FAISS writes it.
pub(super) fn faiss(path: &Path, dimension: usize, numbers: &[f32]) {
    let count = numbers.len() / dimension;
    let mut file = b"IxFI".to_vec();
    file.extend((dimension as i32).to_le_bytes());
    file.extend((count as i64).to_le_bytes());
    file.extend([0; 16]);
    file.push(1);
    file.extend(0_i32.to_le_bytes());
    file.extend((numbers.len() as u64).to_le_bytes());
    numbers.iter().for_each(|number| file.extend(number.to_le_bytes()));
    fs::write(path, file).unwrap();
}

#[test]
fn a_file_of_faiss_and_numbers_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flat.index");
    let mut rows = clustered(2000, 20, 30, 12);
    let queries = clustered(30, 20, 30, 13);
    faiss(&path, 20, &rows);
    let vectors = Vectors::open_faiss(&path).unwrap();
    let graph = build(&vectors, HnswOptions::default());
    assert!(recall(&vectors, &graph, &queries, 96) >= 0.99);
    // The same vectors in memory are the same graph.
    assert!(
        bytes(&graph)
            == bytes(&build(&Vectors::new(20, Metric::InnerProduct, rows.clone()), HnswOptions::default()))
    );
    // Not finite, from the first row on.
    for (at, number) in [(0, f32::NAN), (21, f32::INFINITY), (45, f32::NEG_INFINITY), (2047, 3.0e38)] {
        rows[at] = number;
    }
    faiss(&path, 20, &rows);
    let vectors = Vectors::open_faiss(&path).unwrap();
    assert!(graph.check(&vectors).unwrap_err().contains("a graph of other vectors"));
    let graph = build(&vectors, HnswOptions::default());
    for query in queries.chunks(20) {
        let hits = graph.search(&vectors, query, 10, 96, &|_| false);
        assert!(hits.len() == 10 && hits.iter().all(|hit| hit.score.is_finite()));
    }
    assert_eq!(graph.search(&vectors, &[f32::NAN; 20], 10, 96, &|_| false), []);
    // Of no node at all.
    let vectors = Vectors::new(2, Metric::L2, vec![f32::NAN; 400]);
    assert_eq!(build(&vectors, SMALL).search(&vectors, &[0.0, 1.0], 3, 2, &|_| false), []);
}

#[test]
fn a_file_is_opened_as_it_was_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("g.idx");
    let vectors = Vectors::new(8, Metric::InnerProduct, clustered(1500, 8, 20, 14));
    let graph = build(&vectors, SMALL);
    graph.save(&path).unwrap();
    let open = Hnsw::open(&path).unwrap();
    assert_eq!((open.len(), open.options(), open.check(&vectors)), (1500, SMALL, Ok(())));
    let queries = clustered(20, 8, 20, 15);
    let search = |graph: &Hnsw| graph.search_batch(&vectors, &queries, 5, 20, &|_, _| false);
    assert_eq!(search(&open), search(&graph));
    drop(open);
    for other in [
        Vectors::new(8, Metric::L2, clustered(1500, 8, 20, 14)),
        Vectors::new(8, Metric::InnerProduct, clustered(1500, 8, 20, 16)),
        Vectors::new(8, Metric::InnerProduct, clustered(1499, 8, 20, 14)),
        Vectors::new(4, Metric::InnerProduct, clustered(1500, 4, 20, 14)),
    ] {
        assert!(graph.check(&other).is_err(), "{other:?}");
    }
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(97).chain([0, 8, 12, 16, 24, 47, 60, 300]) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        assert!(Hnsw::open(&path).is_err(), "byte {at}");
    }
    for len in [0, 10, 47, 48, 200, whole.len() - 1] {
        fs::write(&path, &whole[..len]).unwrap();
        let fault = Hnsw::open(&path).unwrap_err();
        assert!(matches!(fault, IndexFileError::Foreign { .. } | IndexFileError::Damaged { .. }), "{fault}");
    }
    assert!(matches!(Hnsw::open(&folder.path().join("none")), Err(IndexFileError::Io { .. })));
}

/// A few numbers, so that ties are real, and others.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![3 => (-2_i8..=2).prop_map(f32::from), 1 => -1.0_f32..1.0]
}

proptest! {
    #[test]
    fn hits_are_among_those_of_all_vectors_with_their_scores(
        (dimension, rows, query) in (1_usize..20).prop_flat_map(|dimension| {
            let rows = (0_usize..200).prop_flat_map(move |count| vec(number(), count * dimension));
            (proptest::strategy::Just(dimension), rows, vec(number(), dimension))
        }),
        is_l2 in any::<bool>(),
        (k, ef) in (0_usize..20, 1_usize..12),
        excluded in hash_set(0_u32..200, 0..150),
    ) {
        let metric = if is_l2 { Metric::L2 } else { Metric::InnerProduct };
        let vectors = Vectors::new(dimension, metric, rows);
        let graph = build(&vectors, SMALL);
        let exclude = |doc: DocId| excluded.contains(&doc);
        let all = vectors.search(&query, vectors.len(), &exclude);
        let hits = graph.search(&vectors, &query, k, ef, &exclude);
        prop_assert_eq!(hits.len(), k.min(all.len()));
        prop_assert!(hits.iter().all(|hit| all.contains(hit)));
        let docs: HashSet<DocId> = hits.iter().map(|hit| hit.doc).collect();
        prop_assert_eq!(docs.len(), hits.len());
        let ordered = |one: &Hit, other: &Hit| {
            one.score > other.score || (one.score == other.score && one.doc < other.doc)
        };
        prop_assert!(hits.is_sorted_by(ordered));
        // Equal vectors are found together.
        if let Some(first) = hits.first() {
            let equals = all.iter().filter(|hit| vectors.get(hit.doc) == vectors.get(first.doc));
            prop_assert_eq!(equals.map(|hit| hit.doc).min(), Some(first.doc));
        }
    }
}
