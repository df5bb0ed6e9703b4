//! Vectors, searched exactly: against brute force in double precision, over every number of rows, queries and threads.

use std::fs;
use std::path::Path;

use proptest::collection::{hash_set, vec};
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use ragstill_retrieve::{
    DenseRetriever, DocId, EmbedError, Embedder, Hit, IndexFileError, Metric, Retriever, Side, Vectors,
};
use rayon::ThreadPoolBuilder;

/// A score in double precision.
fn exact(metric: Metric, row: &[f32], query: &[f32]) -> f64 {
    let pairs = row.iter().zip(query).map(|(&row, &query)| (f64::from(row), f64::from(query)));
    match metric {
        Metric::InnerProduct => pairs.map(|(row, query)| row * query).sum(),
        Metric::L2 => -pairs.map(|(row, query)| (row - query).powi(2)).sum::<f64>(),
    }
}

/// Checks hits by what is true of them alone: scores are near the exact ones, in order, and nothing better is left out.
fn check(
    vectors: &Vectors,
    rows: &[f32],
    query: &[f32],
    k: usize,
    hits: &[Hit],
    exclude: &dyn Fn(DocId) -> bool,
) {
    let scores: Vec<f64> = rows.chunks(query.len()).map(|row| exact(vectors.metric(), row, query)).collect();
    let candidates = (0..scores.len() as DocId).filter(|doc| !exclude(*doc)).count();
    assert_eq!(hits.len(), k.min(candidates));
    let scale = scores.iter().fold(1.0_f64, |scale, score| scale.max(score.abs()));
    for hit in hits {
        assert!((f64::from(hit.score) - scores[hit.doc as usize]).abs() < 1e-5 * scale, "{hit:?}");
        assert!(!exclude(hit.doc));
    }
    for pair in hits.windows(2) {
        assert!(
            pair[0].score > pair[1].score || (pair[0].score == pair[1].score && pair[0].doc < pair[1].doc)
        );
    }
    if let Some(worst) = hits.last() {
        for (doc, score) in (0..).zip(&scores) {
            let is_hit = hits.iter().any(|hit| hit.doc == doc);
            assert!(is_hit || exclude(doc) || *score <= f64::from(worst.score) + 1e-5 * scale);
        }
    }
}

/// Numbers of which sums are exact, so that ties are real, and others.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![2 => (-2_i8..=2).prop_map(f32::from), 1 => -1.0_f32..1.0]
}

/// A dimension, and vectors and queries of it.
fn corpus() -> impl Strategy<Value = (usize, Vec<f32>, Vec<f32>)> {
    (1_usize..70, 0_usize..90, 1_usize..11).prop_flat_map(|(dimension, rows, queries)| {
        let dimension = if dimension > 60 { dimension / 2 * 16 % 65 + 16 } else { dimension };
        let rows = vec(number(), rows * dimension);
        (proptest::strategy::Just(dimension), rows, vec(number(), queries * dimension))
    })
}

proptest! {
    #[test]
    fn search_equals_brute_force(
        (dimension, rows, queries) in corpus(),
        is_l2 in any::<bool>(),
        k in 0_usize..40,
        excluded in hash_set(0_u32..90, 0..20),
    ) {
        let metric = if is_l2 { Metric::L2 } else { Metric::InnerProduct };
        let vectors = Vectors::new(dimension, metric, rows.clone());
        let is_excluded = |doc: DocId| excluded.contains(&doc);
        let batch = vectors.search_batch(&queries, k, &|query, doc| is_excluded(doc) || doc as usize % 7 == query);
        prop_assert_eq!(batch.len(), queries.len() / dimension);
        for ((at, query), of_batch) in queries.chunks(dimension).enumerate().zip(batch) {
            let exclude = |doc: DocId| is_excluded(doc) || doc as usize % 7 == at;
            let hits = vectors.search(query, k, &exclude);
            check(&vectors, &rows, query, k, &hits, &exclude);
            // To the bit.
            prop_assert_eq!(hits, of_batch);
        }
    }

    #[test]
    fn any_bytes_as_a_faiss_file_are_read_or_refused(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
        flips in proptest::collection::vec((0_usize..200, any::<u8>()), 0..4),
        is_file in any::<bool>(),
    ) {
        if is_file {
            bytes = faiss(b"IxFI", 2, &[1.0, 2.0, 3.0, 4.0], 0);
        }
        for (at, byte) in flips {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.index");
        fs::write(&path, &bytes).unwrap();
        if let Ok(vectors) = Vectors::open_faiss(&path) {
            let query = vec![1.0; vectors.dimension()];
            prop_assert!(vectors.search(&query, 5, &|_| false).len() <= vectors.len());
        }
    }
}

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mix = |at: u32| (at ^ seed).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9E37_79B9);
    (0..count as u32).map(|at| mix(at) as f32 / u32::MAX as f32 - 0.5).collect()
}

#[test]
fn many_rows_on_any_number_of_threads() {
    // More than are scored at once, and no multiple of anything.
    let (dimension, count) = (16, 70_001);
    let rows = numbers(dimension * count, 1);
    let queries = numbers(dimension * 301, 2);
    let vectors = Vectors::new(dimension, Metric::InnerProduct, rows.clone());
    let [one, three] = [1, 3].map(|threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let batch = vectors.search_batch(&queries, 7, &|query, doc| doc as usize % 301 == query);
            let single = vectors.search(&queries[..dimension], 7, &|doc| doc % 301 == 0);
            assert_eq!(batch[0], single);
            batch
        })
    });
    assert_eq!(one, three);
    for (query, hits) in queries.chunks(dimension).zip(&one).take(2) {
        let query_number = usize::from(hits != &one[0]);
        check(&vectors, &rows, query, 7, hits, &|doc| doc as usize % 301 == query_number);
    }
}

#[test]
fn what_is_no_number_is_no_hit() {
    let vectors = Vectors::new(2, Metric::InnerProduct, vec![1.0, 1.0, f32::NAN, 1.0, -1.0, f32::INFINITY]);
    let docs = |query: [f32; 2]| -> Vec<DocId> {
        vectors.search(&query, 9, &|_| false).iter().map(|hit| hit.doc).collect()
    };
    assert_eq!(docs([1.0, 1.0]), [2, 0]);
    assert_eq!(docs([1.0, 0.0]), [0]);
    assert!(docs([f32::NAN, 0.0]).is_empty());
    assert!(Vectors::new(2, Metric::L2, Vec::new()).search(&[0.0, 0.0], 3, &|_| false).is_empty());
    assert!(Vectors::new(2, Metric::L2, Vec::new()).search_batch(&[], 3, &|_, _| false).is_empty());
}

/// A flat index as FAISS writes it.
pub fn faiss(kind: &[u8; 4], dimension: i32, numbers: &[f32], metric: i32) -> Vec<u8> {
    let mut bytes = kind.to_vec();
    bytes.extend(head(dimension, (numbers.len() / dimension as usize) as i64, metric));
    bytes.extend((numbers.len() as u64).to_le_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

fn head(dimension: i32, count: i64, metric: i32) -> Vec<u8> {
    let no_use = (1_i64 << 20).to_le_bytes();
    [&dimension.to_le_bytes()[..], &count.to_le_bytes(), &no_use, &no_use, &[1], &metric.to_le_bytes()]
        .concat()
}

/// An index of names around another.
fn named(inner: &[u8], dimension: i32, names: &[i64]) -> Vec<u8> {
    let mut bytes = b"IxMp".to_vec();
    bytes.extend(head(dimension, names.len() as i64, 0));
    bytes.extend(inner);
    bytes.extend((names.len() as u64).to_le_bytes());
    bytes.extend(names.iter().flat_map(|name| name.to_le_bytes()));
    bytes
}

fn open(folder: &Path, bytes: &[u8]) -> Result<Vectors, IndexFileError> {
    let path = folder.join("some.index");
    fs::write(&path, bytes).unwrap();
    Vectors::open_faiss(&path)
}

#[test]
fn files_of_faiss_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let rows = numbers(20 * 77, 5);
    let query = numbers(20, 6);
    for (kind, metric, name) in
        [(b"IxFI", 0, Metric::InnerProduct), (b"IxF2", 1, Metric::L2), (b"IxFl", 1, Metric::L2)]
    {
        let vectors = open(folder.path(), &faiss(kind, 20, &rows, metric)).unwrap();
        assert_eq!((vectors.len(), vectors.dimension(), vectors.metric()), (77, 20, name));
        let hits = vectors.search(&query, 9, &|_| false);
        assert_eq!(hits, Vectors::new(20, name, rows.clone()).search(&query, 9, &|_| false));
        assert_eq!(hits, vectors.search_batch(&query, 9, &|_, _| false)[0]);
    }
}

#[test]
fn names_of_faiss_are_the_documents() {
    let folder = tempfile::tempdir().unwrap();
    let inner = faiss(b"IxFI", 1, &[3.0, 1.0, 2.0], 0);
    let vectors = open(folder.path(), &named(&inner, 1, &[2, 0, 1])).unwrap();
    let hits = vectors.search(&[1.0], 3, &|_| false);
    assert_eq!(hits.iter().map(|hit| hit.doc).collect::<Vec<_>>(), [2, 1, 0]);
    let fault = |bytes: &[u8]| open(folder.path(), bytes).unwrap_err().to_string();
    assert!(fault(&named(&inner, 1, &[2, 0, 3])).contains("has the name 3; names must be positions"));
    assert!(fault(&named(&inner, 1, &[2, 0, -1])).contains("has the name -1"));
    assert!(fault(&named(&inner, 1, &[2, 0, 2])).contains("two of its vectors have the name 2"));
    assert!(fault(&named(&inner, 1, &[2, 0])).contains("of different sizes"));
}

#[test]
fn what_is_no_flat_index_of_faiss_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fault = |bytes: &[u8]| {
        let error = open(folder.path(), bytes).unwrap_err().to_string();
        assert!(error.contains("some.index: this FAISS index cannot be used: "), "{error}");
        error
    };
    assert!(matches!(Vectors::open_faiss(Path::new("/no/such")), Err(IndexFileError::Io { .. })));
    let whole = faiss(b"IxFI", 2, &[1.0, 2.0, 3.0, 4.0], 0);
    assert!(fault(b"").contains("empty"));
    for len in 1..whole.len() {
        assert!(fault(&whole[..len]).contains("cut short"), "{len}");
    }
    assert!(fault(&[&whole[..], b"x"].concat()).contains("1 bytes after its end"));
    assert!(fault(b"{\"id\": 1}\n").contains("no index of FAISS"));
    assert!(fault(&faiss(b"IHNf", 2, &[1.0, 2.0], 1)).contains("of another kind (`IHNf`)"));
    assert!(fault(&faiss(b"IxFI", 2, &[1.0, 2.0], 1)).contains("metric has the number 1"));
    let with = |at: usize, bytes: &[u8]| {
        let mut changed = whole.clone();
        changed[at..at + bytes.len()].copy_from_slice(bytes);
        fault(&changed)
    };
    assert!(with(4, &3_i32.to_le_bytes()).contains("2 vectors of 3 numbers and says that it has 4"));
    assert!(with(4, &0_i32.to_le_bytes()).contains("have 0 numbers"));
    assert!(with(4, &i32::MAX.to_le_bytes()).contains("have 2147483647 numbers"));
    assert!(with(8, &(-1_i64).to_le_bytes()).contains("-1 vectors"));
    assert!(with(8, &i64::MAX.to_le_bytes()).contains("9223372036854775807 vectors"));
    assert!(with(32, &[0]).contains("not trained"));
    assert!(with(33, &22_i32.to_le_bytes()).contains("metric has the number 22"));
    assert!(with(37, &u64::MAX.to_le_bytes()).contains("it is damaged"));
    // As many as it says, and none of them there.
    let mut huge = b"IxFI".to_vec();
    huge.extend(head(768, 21_015_324, 0));
    huge.extend((21_015_324_u64 * 768).to_le_bytes());
    assert!(fault(&huge).contains("it should have 64559075373 bytes or more and has 45"));
}

/// Counts letters: `a`, `b`, `c`.
#[derive(Debug)]
struct Letters(usize);

impl Embedder for Letters {
    fn name(&self) -> &str {
        "letters"
    }

    fn dimension(&self) -> usize {
        self.0
    }

    fn embed(&self, texts: &[&str], _: Side) -> Result<Vec<f32>, EmbedError> {
        let count = |text: &&str, letter: char| text.chars().filter(|other| *other == letter).count() as f32;
        match texts.iter().find(|text| text.contains('!')) {
            Some(_) => Err(EmbedError::temporary("the model is not there")),
            None if texts[0] == "nan" => Ok(vec![f32::NAN; texts.len() * self.0]),
            None if texts[0] == "few" => Ok(vec![1.0]),
            None => Ok(texts
                .iter()
                .flat_map(|text| ('a'..).take(self.0).map(|letter| count(text, letter)))
                .collect()),
        }
    }
}

#[test]
fn a_model_and_its_vectors_are_a_retriever() {
    let vectors = || Vectors::new(3, Metric::InnerProduct, vec![2., 0., 0., 0., 1., 0., 0., 0., 3.]);
    let retriever = DenseRetriever::new(vectors(), Box::new(Letters(3))).unwrap();
    assert_eq!(retriever.len(), 3);
    let hits = retriever.search("bb a", 2, &|_| false).unwrap();
    assert_eq!(hits, [Hit { doc: 0, score: 2.0 }, Hit { doc: 1, score: 2.0 }]);
    let batch = retriever.search_batch(&["c", "b"], 1, &|_, doc| doc == 1).unwrap();
    assert_eq!(batch, [[Hit { doc: 2, score: 3.0 }], [Hit { doc: 0, score: 0.0 }]]);
    assert!(retriever.search_batch(&[], 1, &|_, _| false).unwrap().is_empty());
    let fault = |query: &str| retriever.search(query, 1, &|_| false).unwrap_err().to_string();
    assert_eq!(fault("!"), "the model is not there");
    assert!(fault("nan").contains("made no finite numbers of \"nan\""));
    assert!(fault("few").contains("made 1 numbers of 1 texts, and 3 each were expected"));
    let error = DenseRetriever::new(vectors(), Box::new(Letters(4))).unwrap_err().to_string();
    assert!(error.contains("makes vectors of 4 numbers, and those of the passages have 3"), "{error}");
}
