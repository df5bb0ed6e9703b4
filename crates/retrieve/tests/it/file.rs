//! Saved indexes: opened they are the same, and what is no index, or not whole, is refused.

use std::fs;
use std::path::Path;

use ragstill_retrieve::{Bm25Builder, Bm25Index, Bm25Params, IndexFileError};

fn built() -> Bm25Index {
    let texts: Vec<String> = (0..40_000).map(|n| format!("word{} word{} shared", n % 977, n % 31)).collect();
    let params = Bm25Params { k1: 1.2, b: 0.75, lucene_lengths: true };
    Bm25Builder::new().params(params).build(&texts).unwrap()
}

fn message(path: &Path) -> String {
    let error = Bm25Index::open(path).unwrap_err();
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");
    message
}

#[test]
fn an_opened_index_is_the_one_that_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bm25.idx");
    let index = built();
    index.save(&path).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    let opened = Bm25Index::open(&path).unwrap();
    assert_eq!((opened.len(), opened.doc_count()), (index.len(), index.doc_count()));
    assert_eq!((opened.params(), opened.analyzer()), (index.params(), index.analyzer()));
    for query in ["word7", "word5 word6 shared shared", "nothing known", "", "word976 word30"] {
        let hits = opened.search(query, 25, &|doc| doc.is_multiple_of(5));
        assert_eq!(hits, index.search(query, 25, &|doc| doc.is_multiple_of(5)), "{query}");
    }
    assert_eq!(opened.score("word7 shared", 7), index.score("word7 shared", 7));
    // The same index is the same file.
    opened.save(&folder.path().join("again.idx")).unwrap();
    assert_eq!(fs::read(&path).unwrap(), fs::read(folder.path().join("again.idx")).unwrap());
}

#[test]
fn an_empty_index_can_be_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bm25.idx");
    for texts in [&[][..], &["", "the"]] {
        Bm25Builder::new().build(texts).unwrap().save(&path).unwrap();
        let opened = Bm25Index::open(&path).unwrap();
        assert_eq!(opened.len(), texts.len());
        assert!(opened.search("anything", 5, &|_| false).is_empty());
    }
}

#[test]
fn what_is_no_index_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bm25.idx");
    assert!(matches!(Bm25Index::open(&path), Err(IndexFileError::Io { .. })));
    for content in ["", "ragBM25\n", "{\"id\": 1}\n", &"x".repeat(100_000)] {
        fs::write(&path, content).unwrap();
        assert!(message(&path).contains("this is no index of ragstill; make one with `ragstill index`"));
    }
}

#[test]
fn a_damaged_index_is_refused_wherever_the_damage_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bm25.idx");
    built().save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(message(&path).contains("bytes and has"));
    fs::write(&path, [&whole[..], b"x"].concat()).unwrap();
    assert!(message(&path).contains("bytes and has"));
    for at in [16, 40, 57, 130, 500, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        fs::write(&path, &damaged).unwrap();
        assert!(message(&path).contains("its check sum is wrong"), "{at}");
    }
    let mut newer = whole.clone();
    newer[8] = 99;
    fs::write(&path, &newer).unwrap();
    assert!(message(&path).contains("by another release (its format is 99, this one's 2)"));
    let mut foreign = whole;
    foreign[12..16].reverse();
    fs::write(&path, &foreign).unwrap();
    assert!(message(&path).contains("on a machine of the other byte order"));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = built().save(Path::new("/no/such/folder/bm25.idx")).unwrap_err();
    assert!(error.to_string().contains("/no/such/folder/bm25.idx"), "{error}");
}
