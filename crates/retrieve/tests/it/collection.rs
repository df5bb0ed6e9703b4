//! Folders of indexes: made, added to, opened in each way, and refused when something is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use ragstill_retrieve::{
    Analyzer, Bm25Params, Collection, DenseOptions, EmbedError, EmbedProgress, Embedder, Entry, IndexAbout,
    IndexError, IndexOptions, IndexWriter, Passage, RetrieverKind, RowKind, Side, attach_faiss, embed_index,
    verify_index,
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Vectors that say which words a text has, of a few; counts what it embeds.
#[derive(Debug, Default)]
struct Words {
    name: &'static str,
    embedded: AtomicUsize,
    is_down: AtomicBool,
    /// Texts after which it is down.
    most: Option<usize>,
}

const WORDS: [&str; 5] = ["fish", "bird", "red", "blue", "old"];

impl Embedder for Words {
    fn name(&self) -> &str {
        self.name
    }

    fn dimension(&self) -> usize {
        WORDS.len()
    }

    fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError> {
        if side == Side::Passage {
            let before = self.embedded.fetch_add(texts.len(), Ordering::Relaxed);
            if self.is_down.load(Ordering::Relaxed)
                || self.most.is_some_and(|most| before + texts.len() > most)
            {
                self.embedded.fetch_sub(texts.len(), Ordering::Relaxed);
                return Err(EmbedError::temporary("the model is down"));
            }
        }
        let has =
            |text: &&str, word: &str| f32::from(u8::from(text.split_whitespace().any(|other| other == word)));
        Ok(texts.iter().flat_map(|text| WORDS.map(|word| has(text, word))).collect())
    }
}

fn words() -> Words {
    Words { name: "words", ..Words::default() }
}

pub(super) fn entry(id: &str, title: Option<&str>, text: &str) -> Entry {
    let mut row = json!({"id": id, "text": text});
    if let Some(title) = title {
        row["title"] = title.into();
    }
    let passage = Passage {
        id: id.to_owned().into(),
        title: title.map(|title| title.to_owned().into()),
        text: text.to_owned().into(),
    };
    Entry { passage, line: row.to_string() }
}

fn animals() -> Vec<Entry> {
    vec![
        entry("a", None, "red fish"),
        entry("b", Some("old"), "blue bird"),
        entry("c", None, "fish and chips"),
        entry("d", None, "nothing of it"),
    ]
}

fn options() -> IndexOptions {
    IndexOptions {
        text_field: "text".to_owned(),
        params: Bm25Params::default(),
        analyzer: Analyzer::english(),
    }
}

pub(super) fn make(folder: &Path, entries: Vec<Entry>) {
    let written = IndexWriter::create(folder, options()).unwrap().write(entries.into_iter()).unwrap();
    written.commit().unwrap();
}

pub(super) fn add(folder: &Path, entries: Vec<Entry>) -> Result<(usize, usize), IndexError> {
    let written = IndexWriter::add(folder)?.write(entries.into_iter())?;
    let counts = (written.added(), written.repeated());
    written.commit()?;
    Ok(counts)
}

fn dense_options(embedder: &Words, rows: RowKind) -> DenseOptions<'_> {
    DenseOptions { embedder, from: "somewhere", model_options: json!({"model": "w"}), rows }
}

fn embed(folder: &Path, embedder: &Words, rows: RowKind) -> Result<EmbedProgress, IndexError> {
    embed_index(folder, &dense_options(embedder, rows), &mut |_| ())
}

fn open(folder: &Path, kind: RetrieverKind) -> Collection {
    Collection::open_with(folder, kind, Some(Box::new(words()))).unwrap()
}

fn found(folder: &Path, kind: RetrieverKind, query: &str, k: usize) -> Vec<String> {
    let collection = open(folder, kind);
    let hits = collection.retriever().search(query, k, &|_| false).unwrap();
    hits.iter().map(|hit| collection.passage(hit.doc).unwrap().id.into_owned()).collect()
}

pub(super) fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn animal_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    make(folder.path(), animals());
    folder
}

#[test]
fn a_folder_is_searched_in_each_way() {
    let folder = animal_folder();
    let folder = folder.path();
    assert_eq!(names(folder), ["bm25.idx", "documents.idx", "documents.jsonl", "index.json"]);
    assert_eq!(found(folder, RetrieverKind::Bm25, "blue fish", 9), ["b", "a", "c"]);
    let embedder = words();
    for rows in [RowKind::F32, RowKind::F16, RowKind::Int8] {
        let at = embed(folder, &embedder, rows);
        // Another form is no addition.
        if rows != RowKind::F32 {
            let fault = at.unwrap_err().to_string();
            assert!(fault.contains("its vectors are kept as") && fault.contains("--vectors"), "{fault}");
            make(folder, animals());
            embed(folder, &embedder, rows).unwrap();
        }
        // A title counts, and there are hits that share nothing with the query.
        assert_eq!(found(folder, RetrieverKind::Dense, "old fish", 9), ["a", "b", "c", "d"]);
        assert_eq!(found(folder, RetrieverKind::Hybrid, "red fish", 2), ["a", "c"]);
        verify_index(folder).unwrap();
    }
    let about = IndexAbout::read(folder).unwrap();
    let vectors = about.vectors.unwrap();
    assert_eq!((about.documents, vectors.model.as_str(), vectors.dimension), (4, "words", 5));
    assert_eq!((vectors.from.as_str(), vectors.model_options), ("somewhere", json!({"model": "w"})));
    assert_eq!(vectors.rows, Some(RowKind::Int8));
    assert_eq!(names(folder).iter().filter(|name| name.starts_with("vectors-")).count(), 1);
}

#[test]
fn only_new_documents_are_embedded() {
    let folder = animal_folder();
    let folder = folder.path();
    let embedder = words();
    embed(folder, &embedder, RowKind::F16).unwrap();
    let more = || vec![entry("b", Some("old"), "blue bird"), entry("e", None, "old red bird")];
    assert_eq!(add(folder, more()).unwrap(), (1, 1));
    // Until they are embedded it says so.
    let fault = Collection::open_with(folder, RetrieverKind::Dense, Some(Box::new(words()))).unwrap_err();
    assert!(fault.to_string().contains("4 of its 5 documents have vectors"), "{fault}");
    assert_eq!(found(folder, RetrieverKind::Bm25, "bird", 9), ["b", "e"]);
    let at = embed(folder, &embedder, RowKind::F16).unwrap();
    assert_eq!(at, EmbedProgress { done: 5, embedded: 1, total: 5 });
    assert_eq!(embedder.embedded.load(Ordering::Relaxed), 5);
    assert_eq!(found(folder, RetrieverKind::Dense, "red bird", 1), ["e"]);
    // The same again is noticed.
    assert_eq!(add(folder, more()).unwrap(), (0, 2));
    assert_eq!(embed(folder, &embedder, RowKind::F16).unwrap().embedded, 0);
    verify_index(folder).unwrap();
    // What is made anew, in another order and with something new in front, takes the vectors that are there.
    let mut all = vec![entry("f", None, "blue")];
    all.extend(more());
    all.extend(animals().into_iter().rev().filter(|entry| entry.passage.id != "b"));
    make(folder, all);
    assert!(IndexAbout::read(folder).unwrap().vectors.is_none());
    assert_eq!(embed(folder, &embedder, RowKind::F16).unwrap().embedded, 1);
    assert_eq!(found(folder, RetrieverKind::Dense, "red bird", 1), ["e"]);
    assert_eq!(found(folder, RetrieverKind::Dense, "blue", 2), ["f", "b"]);
    verify_index(folder).unwrap();
    assert_eq!(names(folder).len(), 5, "{:?}", names(folder));
}

#[test]
fn an_index_with_additions_is_the_one_made_at_once() {
    let one = animal_folder();
    add(one.path(), vec![entry("e", None, "old red bird")]).unwrap();
    let other = tempfile::tempdir().unwrap();
    let mut all = animals();
    all.push(entry("e", None, "old red bird"));
    make(other.path(), all);
    let content = |folder: &TempDir| -> Vec<Vec<u8>> {
        let about: Value =
            serde_json::from_slice(&fs::read(folder.path().join("index.json")).unwrap()).unwrap();
        ["documents", "bm25"]
            .map(|file| fs::read(folder.path().join(about["files"][file]["name"].as_str().unwrap())).unwrap())
            .into()
    };
    assert_eq!(content(&one), content(&other));
}

#[test]
fn what_was_embedded_before_a_failure_is_not_embedded_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let entries = (0..5000).map(|n| entry(&n.to_string(), None, &format!("red fish {n}")));
    make(folder, entries.collect());
    let embedder = Words { most: Some(3000), ..words() };
    let fault = embed(folder, &embedder, RowKind::F32).unwrap_err().to_string();
    assert!(fault.starts_with("the model is down\n2048 of 5000 passages have their vectors"), "{fault}");
    assert!(fault.contains("run the same command again"));
    // Nothing but words until then.
    assert!(IndexAbout::read(folder).unwrap().vectors.is_none());
    assert_eq!(found(folder, RetrieverKind::Bm25, "4711", 1), ["4711"]);
    let embedder = words();
    let mut steps = Vec::new();
    embed_index(folder, &dense_options(&embedder, RowKind::F32), &mut |at| steps.push(at.done)).unwrap();
    assert_eq!(embedder.embedded.load(Ordering::Relaxed), 5000 - 2048);
    assert_eq!(steps, [1024, 2048, 3072, 4096, 5000]);
    assert_eq!(open(folder, RetrieverKind::Dense).len(), 5000);
    verify_index(folder).unwrap();
    embedder.is_down.store(true, Ordering::Relaxed);
    assert_eq!(embed(folder, &embedder, RowKind::F32).unwrap().embedded, 0);
}

#[test]
fn ids_are_of_one_document_each() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write =
        |entries: Vec<Entry>| IndexWriter::create(folder, options()).unwrap().write(entries.into_iter());
    let mut entries = animals();
    entries.push(entry("b", None, "blue bird"));
    let fault = write(entries).unwrap_err().to_string();
    assert!(fault.contains("the id `b` is that of document 2 already"), "{fault}");
    assert!(names(folder).is_empty(), "{:?}", names(folder));
    let mut entries = animals();
    entries.extend(animals());
    let written = write(entries).unwrap();
    assert_eq!((written.len(), written.added(), written.repeated()), (4, 4, 4));
    written.commit().unwrap();
    let fault = add(folder, vec![entry("a", None, "another")]).unwrap_err();
    assert!(matches!(fault, IndexError::DuplicateId { first: 1, .. }), "{fault}");
    assert_eq!(open(folder, RetrieverKind::Bm25).len(), 4);
}

#[test]
fn what_is_not_committed_changes_nothing() {
    let folder = animal_folder();
    let before = fs::read(folder.path().join("index.json")).unwrap();
    let written =
        IndexWriter::add(folder.path()).unwrap().write([entry("e", None, "x")].into_iter()).unwrap();
    // Another process may not change it meanwhile, but may read it.
    let fault = IndexWriter::create(folder.path(), options()).unwrap_err().to_string();
    assert!(fault.contains("another process is changing this index"), "{fault}");
    assert_eq!(found(folder.path(), RetrieverKind::Bm25, "fish", 9), ["a", "c"]);
    assert_eq!(names(folder.path()).len(), 7);
    drop(written);
    assert_eq!(names(folder.path()).len(), 4);
    assert_eq!(fs::read(folder.path().join("index.json")).unwrap(), before);
    assert_eq!(add(folder.path(), vec![entry("e", None, "x")]).unwrap(), (1, 0));
    assert_eq!(add(folder.path(), vec![entry("g", None, "y")]).unwrap(), (1, 0));
    assert_eq!(open(folder.path(), RetrieverKind::Bm25).len(), 6);
    assert_eq!(names(folder.path()).len(), 4);
}

/// All but a lock is as it was when something fails, wherever that is.
#[test]
fn a_failure_leaves_the_index_as_it_was() {
    let folder = animal_folder();
    let folder = folder.path();
    let state = || names(folder).into_iter().map(|name| (fs::read(folder.join(&name)).ok(), name)).collect();
    let before: Vec<(Option<Vec<u8>>, String)> = state();
    let many = || (0..40_000).map(|n| entry(&n.to_string(), None, &format!("red fish {n}")));
    // The documents fail, after many were put aside.
    for add in [false, true] {
        let writer = if add { IndexWriter::add(folder) } else { IndexWriter::create(folder, options()) };
        let fault = writer.unwrap().write(many().chain([entry("7", None, "another")])).unwrap_err();
        let first = if add { 12 } else { 8 };
        assert!(
            matches!(&fault, IndexError::DuplicateId { id, first: at } if id == "7" && *at == first),
            "{fault}"
        );
        assert_eq!(state(), before);
    }
    // A file cannot be written: each of them, at its beginning or at its end.
    for name in ["bm25-2.idx", "documents-2.jsonl", "documents-2.idx"] {
        for name in [name.to_owned(), format!("{name}.partial")] {
            fs::create_dir(folder.join(&name)).unwrap();
            let fault = IndexWriter::add(folder).unwrap().write(many().take(10)).unwrap_err().to_string();
            let path = folder.join(name.trim_end_matches(".partial"));
            assert!(fault.starts_with(&format!("{}: ", path.display())), "{fault}");
            fs::remove_dir(folder.join(&name)).unwrap();
            assert_eq!(state(), before, "{name}");
        }
    }
    // What a killed run has left is taken away by the next.
    for name in ["documents-2.jsonl.partial", "bm25.idx.partial", "documents.idx.partial"] {
        fs::write(folder.join(name), "left").unwrap();
    }
    drop(IndexWriter::add(folder).unwrap());
    assert_eq!(state(), before);
    assert_eq!(add(folder, many().take(10).collect()).unwrap(), (10, 0));
    verify_index(folder).unwrap();
}

#[test]
fn another_model_is_refused() {
    let folder = animal_folder();
    let folder = folder.path();
    let fault = |embedder: Option<Words>| {
        let embedder = embedder.map(|embedder| Box::new(embedder) as Box<dyn Embedder>);
        Collection::open_with(folder, RetrieverKind::Hybrid, embedder).unwrap_err().to_string()
    };
    assert!(
        fault(Some(words())).contains("this index has no vectors; make them with `ragstill index … --dense")
    );
    embed(folder, &words(), RowKind::F32).unwrap();
    assert!(fault(None).contains("queries need the model `words`"));
    let other = || Words { name: "other", ..Words::default() };
    assert!(
        fault(Some(other())).contains("of the model `words` (5 numbers), and queries would be of `other`")
    );
    add(folder, vec![entry("e", None, "x")]).unwrap();
    let fault = embed(folder, &other(), RowKind::F32).unwrap_err().to_string();
    assert!(fault.contains("`other` makes others") && fault.contains("make the index again"), "{fault}");
}

#[test]
fn a_file_of_faiss_is_taken_as_it_is() {
    let folder = animal_folder();
    let path = folder.path().join("animals.index");
    let embedder = words();
    let numbers = embedder.embed(&["red fish", "old blue bird", "fish and chips", "x"], Side::Query).unwrap();
    let write = |numbers: &[f32], dimension: i32| {
        fs::write(&path, super::dense::faiss(b"IxFI", dimension, numbers, 0)).unwrap();
    };
    let attach = || attach_faiss(folder.path(), &path, &dense_options(&embedder, RowKind::F32));
    write(&numbers[..15], 5);
    assert!(attach().unwrap_err().to_string().contains("it has 3 vectors, and the corpus 4 documents"));
    write(&numbers[..16], 4);
    assert!(
        attach()
            .unwrap_err()
            .to_string()
            .contains("its vectors have 4 numbers, and those of the model `words` 5")
    );
    write(&numbers, 5);
    assert_eq!(attach().unwrap(), 4);
    assert_eq!(found(folder.path(), RetrieverKind::Dense, "old fish", 4), ["a", "b", "c", "d"]);
    verify_index(folder.path()).unwrap();
    assert_eq!(embedder.embedded.load(Ordering::Relaxed), 0);
    add(folder.path(), vec![entry("e", None, "x")]).unwrap();
    let fault = embed(folder.path(), &embedder, RowKind::F32).unwrap_err().to_string();
    assert!(fault.contains("animals.index, to which nothing can be added"), "{fault}");
    fs::write(&path, "x").unwrap();
    let open = Collection::open_with(folder.path(), RetrieverKind::Dense, Some(Box::new(words())));
    assert!(open.unwrap_err().to_string().contains("it had 125 bytes when it was indexed and has 1"));
}

/// A folder with vectors of many texts, and the names of its files.
fn whole() -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let entries = (0..300).map(|n| entry(&n.to_string(), None, &format!("red fish {n}")));
    make(folder.path(), entries.collect());
    embed(folder.path(), &words(), RowKind::F32).unwrap();
    let paths = names(folder.path()).iter().map(|name| folder.path().join(name)).collect();
    (folder, paths)
}

#[test]
fn damage_is_found_wherever_it_is() {
    let (folder, paths) = whole();
    assert_eq!(paths.len(), 5);
    let open = || Collection::open_with(folder.path(), RetrieverKind::Hybrid, Some(Box::new(words())));
    open().unwrap();
    for path in &paths {
        let whole = fs::read(path).unwrap();
        let is_vectors = path.file_name().unwrap().to_str().unwrap().starts_with("vectors");
        let name = path.file_name().unwrap().to_str().unwrap();
        for at in (0..whole.len()).step_by(whole.len() / 40 + 1).chain([whole.len() - 2]) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x11;
            fs::write(path, &damaged).unwrap();
            let fault = verify_index(folder.path());
            // Blanks and names in what is for people may change; the rest may not.
            if name != "index.json" {
                let fault = fault.expect_err(&format!("{name} at {at}")).to_string();
                assert!(fault.contains(name), "{fault}");
            }
            match open() {
                // Of the documents' text and of large files of vectors only the length and the head are checked.
                Ok(collection) => {
                    assert!(
                        is_vectors || name == "documents.jsonl" || name == "index.json",
                        "{name} at {at}"
                    );
                    let hits = collection.retriever().search("red 7", 5, &|_| false).unwrap();
                    hits.iter().for_each(|hit| drop(collection.passage(hit.doc)));
                }
                Err(fault) => assert!(fault.to_string().contains(folder.path().to_str().unwrap()), "{fault}"),
            }
        }
        for len in [0, 7, whole.len() / 2, whole.len() - 1] {
            fs::write(path, &whole[..len]).unwrap();
            // Without its last character, a line break, `index.json` says the same.
            assert!(open().is_err() || (name == "index.json" && len + 1 == whole.len()), "{name} of {len}");
        }
        fs::remove_file(path).unwrap();
        assert!(open().unwrap_err().to_string().contains(name));
        fs::write(path, &whole).unwrap();
    }
    verify_index(folder.path()).unwrap();
}

#[test]
fn files_of_another_index_are_refused() {
    let (one, paths) = whole();
    let (other, _) = whole();
    add(other.path(), vec![entry("x", None, "old")]).unwrap();
    embed(other.path(), &words(), RowKind::F32).unwrap();
    make(other.path(), (0..300).map(|n| entry(&n.to_string(), None, &format!("red bird {n}"))).collect());
    embed(other.path(), &words(), RowKind::F32).unwrap();
    let others = |prefix: &str| {
        let name = names(other.path()).into_iter().find(|name| name.starts_with(prefix)).unwrap();
        other.path().join(name)
    };
    for (path, prefix) in paths.iter().zip(["bm25", "documents.idx", "documents.jsonl", "index", "vectors"]) {
        if prefix == "index" || prefix == "documents.idx" {
            continue;
        }
        let before = fs::read(path).unwrap();
        fs::copy(others(prefix), path).unwrap();
        let fault = verify_index(one.path()).unwrap_err().to_string();
        assert!(
            fault.contains("it is not the file that `index.json` names, but of another index"),
            "{fault}"
        );
        if prefix != "documents.jsonl" {
            let open = Collection::open_with(one.path(), RetrieverKind::Hybrid, Some(Box::new(words())));
            assert!(open.unwrap_err().to_string().contains("but of another index"));
        }
        fs::write(path, before).unwrap();
    }
}

#[test]
fn a_folder_that_is_no_index_is_told_apart_from_an_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let fault = || Collection::open(folder.path()).unwrap_err().to_string();
    assert!(fault().contains("is no folder that `ragstill index` made"));
    let about = |text: &str| fs::write(folder.path().join("index.json"), text).unwrap();
    about("{}");
    assert!(fault().contains("is no folder that `ragstill index` made"));
    about(r#"{"text_field": "text", "documents": 3}"#);
    assert!(fault().contains("by another release (its format is none, this one's 2)"));
    about(r#"{"text_field": "text", "format": 3}"#);
    assert!(fault().contains("its format is 3"));
    make(folder.path(), animals());
    let text = fs::read_to_string(folder.path().join("index.json")).unwrap();
    about(&text.replace("bm25.idx", "../bm25.idx"));
    assert!(fault().contains("`../bm25.idx` is no name of a file"));
    assert!(IndexWriter::add(&folder.path().join("none")).is_err());
    assert!(!folder.path().join("none").exists());
}
