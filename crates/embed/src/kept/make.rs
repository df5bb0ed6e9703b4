//! From texts to vectors: what is kept is read, and the model is asked for the rest.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ragstill_retrieve::{EmbedError, Embedder, Side};
use serde_json::{Value, json};

use super::KeptError;
use super::store::{ModelId, TextKey, VectorStore, key_of};
use crate::EmbedOptions;
use crate::open::{check, is_address, open};

/// Texts that a model in this process gets at once.
const LOCAL_BATCH: usize = 256;

/// A model whose vectors of passages are kept. One behind an address is not asked for anything before a vector is missing.
#[derive(Debug)]
pub struct KeptModel {
    from: String,
    options: EmbedOptions,
    /// A model of a folder is open.
    local: Option<Box<dyn Embedder>>,
}

/// What the making of vectors hangs on.
pub struct Control<'a> {
    /// Whether an address may be asked.
    pub may_ask: bool,
    /// Whether it is to end.
    pub is_stopped: &'a (dyn Fn() -> bool + Sync),
    /// Told how many of the missing texts have a vector now, and how many were missing.
    pub progress: &'a (dyn Fn(usize, usize) + Sync),
}

/// Vectors of texts.
#[derive(Debug)]
pub struct Made {
    /// The model's.
    pub model: ModelId,
    /// One vector after the other, in the order of the texts; of a blank text zeros, which nobody is asked for.
    pub numbers: Vec<f32>,
    /// How many different texts were embedded now.
    pub embedded: usize,
}

impl KeptModel {
    /// Checks what can be checked without asking: options and address, or the folder, which is opened.
    ///
    /// # Errors
    /// When an option or the address has a fault, or the folder cannot be used.
    pub fn open(from: &str, options: &EmbedOptions) -> Result<Self, EmbedError> {
        check(from, options)?;
        let local = if is_address(from) { None } else { Some(open(from, options)?) };
        Ok(Self { from: from.to_owned(), options: options.clone(), local })
    }

    /// How many different texts have no vector in this file. Asks nobody and writes nothing.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn missing(&self, store: Option<&Path>, texts: &[String]) -> Result<usize, KeptError> {
        let keys = different(texts);
        let store = store.map_or(Ok(None), VectorStore::open_read_only)?;
        let Some(store) = store else { return Ok(keys.len()) };
        match self.model(&store)? {
            Some(model) => {
                Ok(store.missing(&model, &keys.iter().map(|(key, _)| *key).collect::<Vec<_>>())?.len())
            }
            None => Ok(keys.len()),
        }
    }

    /// The vectors of texts, as passages. What has none in the file gets it there as soon as it is made.
    ///
    /// # Errors
    /// When the file cannot be used, or the model fails or is another than before. What was made by then is kept.
    pub fn vectors(&self, store: &Path, texts: &[String], control: &Control<'_>) -> Result<Made, KeptError> {
        let mut store = VectorStore::open(store)?;
        let keys = different(texts);
        let before = self.model(&store)?;
        let missing = |store: &VectorStore, model: &ModelId| {
            store.missing(model, &keys.iter().map(|(key, _)| *key).collect::<Vec<_>>())
        };
        let known = before.as_ref().map(|model| missing(&store, model)).transpose()?;
        let (model, embedded) = match (before, known) {
            (Some(model), Some(lacking)) if lacking.is_empty() => (model, 0),
            // Blank texts alone say nothing of how long a vector is.
            (None, _) if keys.is_empty() => (ModelId { name: String::new(), dimension: 1 }, 0),
            (before, known) => {
                let lacking = known.as_ref().map_or(keys.len(), Vec::len);
                let opened;
                let embedder = match &self.local {
                    Some(local) => &**local,
                    None if !control.may_ask => {
                        let from = self.from.clone();
                        return Err(KeptError::Offline { from, missing: lacking, total: keys.len() });
                    }
                    None => {
                        opened = open(&self.from, &self.options).map_err(KeptError::Model)?;
                        &*opened
                    }
                };
                let model = ModelId { name: embedder.name().to_owned(), dimension: embedder.dimension() };
                self.agree(&store, before, &model)?;
                let lacking = missing(&store, &model)?;
                let lacking: Vec<(TextKey, &str)> = lacking.iter().map(|&at| keys[at]).collect();
                let total = keys.len();
                self.make(embedder, &mut store, (&model, &lacking, total), control)?;
                (model, lacking.len())
            }
        };
        let keys: Vec<Option<TextKey>> = texts.iter().map(|text| key_unless_blank(text)).collect();
        let numbers = store.read(&model, &keys)?;
        Ok(Made { model, numbers, embedded })
    }

    /// The model, as far as it is known without asking.
    fn model(&self, store: &VectorStore) -> Result<Option<ModelId>, KeptError> {
        match &self.local {
            Some(local) => Ok(Some(ModelId { name: local.name().to_owned(), dimension: local.dimension() })),
            None => store.asked(&self.spec()),
        }
    }

    /// Makes sure that an address has the model that it had, and notes which.
    fn agree(&self, store: &VectorStore, before: Option<ModelId>, now: &ModelId) -> Result<(), KeptError> {
        match before {
            Some(before) if before == *now => Ok(()),
            Some(before) => Err(KeptError::OtherModel {
                from: self.from.clone(),
                path: store.path().to_owned(),
                before,
                now: now.clone(),
            }),
            None => store.answers(&self.spec(), now),
        }
    }

    /// What says, of an address and its options, whether vectors made before are those that would be made now.
    fn spec(&self) -> String {
        let EmbedOptions { passage_prefix, normalize, model, dimension, .. } = &self.options;
        let spec: Value = json!({
            "address": self.from.trim_end_matches('/'), "model": model, "dimension": dimension,
            "passage_prefix": passage_prefix, "normalize": normalize,
        });
        spec.to_string()
    }

    /// Embeds texts, a batch for each request, and keeps each batch as soon as it is there: what is in flight when the process
    /// is killed is all that is lost.
    fn make(
        &self,
        embedder: &dyn Embedder,
        store: &mut VectorStore,
        (model, texts, total): (&ModelId, &[(TextKey, &str)], usize),
        control: &Control<'_>,
    ) -> Result<(), KeptError> {
        // A model in this process has its own threads.
        let (batch, threads) = match self.local {
            Some(_) => (LOCAL_BATCH, 1),
            None => (self.options.batch, self.options.concurrency),
        };
        let threads = threads.min(texts.len().div_ceil(batch));
        (control.progress)(0, texts.len());
        let kept_before = total - texts.len();
        let shared =
            Mutex::new(Shared { waiting: texts.chunks(batch).collect(), store, done: 0, fault: None });
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(batch) = next(&shared, control) {
                        let contents: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
                        let made = embed(embedder, &contents);
                        let mut shared = lock(&shared);
                        let done = kept_before + shared.done;
                        let kept = made.map_err(|error| KeptError::Embed { error, done, total }).and_then(
                            |numbers| {
                                let keys: Vec<TextKey> = batch.iter().map(|(key, _)| *key).collect();
                                shared.store.add(model, &keys, &numbers)
                            },
                        );
                        match kept {
                            Ok(()) => {
                                shared.done += batch.len();
                                (control.progress)(shared.done, texts.len());
                            }
                            Err(fault) => {
                                shared.waiting.clear();
                                shared.fault.get_or_insert(fault);
                            }
                        }
                    }
                });
            }
        });
        let Shared { fault, done, .. } = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let done_in_all = kept_before + done;
        match fault {
            // Batches that were in flight beside the one that failed are kept, too.
            Some(KeptError::Embed { error, total, .. }) => {
                Err(KeptError::Embed { error, done: done_in_all, total })
            }
            Some(fault) => Err(fault),
            None if done < texts.len() => Err(KeptError::Stopped { done: done_in_all, total }),
            None => Ok(()),
        }
    }
}

/// What the threads that ask share.
struct Shared<'a> {
    waiting: VecDeque<&'a [(TextKey, &'a str)]>,
    store: &'a mut VectorStore,
    done: usize,
    /// What ended it early.
    fault: Option<KeptError>,
}

fn lock<'a, 'b>(shared: &'a Mutex<Shared<'b>>) -> MutexGuard<'a, Shared<'b>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next batch to ask for, if more are to be asked for.
fn next<'a>(shared: &Mutex<Shared<'a>>, control: &Control<'_>) -> Option<&'a [(TextKey, &'a str)]> {
    if (control.is_stopped)() {
        return None;
    }
    lock(shared).waiting.pop_front()
}

/// What a model makes of passages, checked.
fn embed(embedder: &dyn Embedder, texts: &[&str]) -> Result<Vec<f32>, EmbedError> {
    let numbers = embedder.embed(texts, Side::Passage)?;
    if numbers.len() != texts.len() * embedder.dimension() || numbers.iter().any(|number| !number.is_finite())
    {
        return Err(EmbedError::permanent(format!(
            "the model `{}` made no {} finite numbers of each of {} passages",
            embedder.name(),
            embedder.dimension(),
            texts.len()
        )));
    }
    Ok(numbers)
}

fn key_unless_blank(text: &str) -> Option<TextKey> {
    (!text.trim().is_empty()).then(|| key_of(text))
}

/// The different texts, blank ones left out, in the order in which they come first.
fn different(texts: &[String]) -> Vec<(TextKey, &str)> {
    let mut seen = HashMap::new();
    let keys = texts.iter().filter_map(|text| Some((key_unless_blank(text)?, text.as_str())));
    keys.filter(|(key, _)| seen.insert(*key, ()).is_none()).collect()
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("may_ask", &self.may_ask).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use ragstill_retrieve::{EmbedError, Embedder, Side};

    use super::{Control, KeptModel, Made};
    use crate::EmbedOptions;
    use crate::kept::{KeptError, VectorStore};

    /// Makes vectors of lengths of texts, and remembers which texts.
    #[derive(Debug)]
    struct Lengths {
        name: &'static str,
        asked: std::sync::Arc<Mutex<Vec<String>>>,
        refused: &'static str,
    }

    impl Embedder for Lengths {
        fn name(&self) -> &str {
            self.name
        }

        fn dimension(&self) -> usize {
            2
        }

        fn embed(&self, texts: &[&str], side: Side) -> Result<Vec<f32>, EmbedError> {
            assert_eq!(side, Side::Passage);
            if texts.contains(&self.refused) {
                return Err(EmbedError::permanent("refused"));
            }
            self.asked.lock().unwrap().extend(texts.iter().map(ToString::to_string));
            Ok(texts.iter().flat_map(|text| [text.len() as f32, 1.0]).collect())
        }
    }

    fn model(name: &'static str, refused: &'static str) -> (KeptModel, std::sync::Arc<Mutex<Vec<String>>>) {
        let asked = std::sync::Arc::default();
        let local: Box<dyn Embedder> =
            Box::new(Lengths { name, asked: std::sync::Arc::clone(&asked), refused });
        (KeptModel { from: "folder".into(), options: EmbedOptions::default(), local: Some(local) }, asked)
    }

    fn control() -> Control<'static> {
        Control { may_ask: false, is_stopped: &|| false, progress: &|_, _| {} }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_text_is_embedded_once_and_blank_ones_never() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        let (one, asked) = model("one", "");
        let all = texts(&["a", "bbb", " ", "a", ""]);
        assert_eq!(one.missing(Some(&path), &all).unwrap(), 2);
        assert!(!path.exists());
        let Made { numbers, embedded, .. } = one.vectors(&path, &all, &control()).unwrap();
        assert_eq!(numbers, [1.0, 1.0, 3.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!((embedded, one.missing(Some(&path), &all).unwrap()), (2, 0));
        let more = texts(&["bbb", "cc"]);
        assert_eq!(one.vectors(&path, &more, &control()).unwrap().numbers, [3.0, 1.0, 2.0, 1.0]);
        assert_eq!(*asked.lock().unwrap(), ["a", "bbb", "cc"]);
        // Of another model they are other vectors.
        let (other, asked) = model("other", "");
        assert_eq!(other.vectors(&path, &more, &control()).unwrap().embedded, 2);
        assert_eq!(*asked.lock().unwrap(), ["bbb", "cc"]);
        let blank = one.vectors(&path, &texts(&["", "\n"]), &control()).unwrap();
        assert_eq!(blank.numbers.len(), 4);
        let files: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().flatten().map(|f| f.file_name()).collect();
        assert_eq!(files, ["vectors.sqlite"], "a closed store is one file");
    }

    #[test]
    fn what_was_made_before_a_fault_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        let all: Vec<String> = (0..600).map(|n| format!("text {n}")).collect();
        let (failing, _) = model("one", "text 599");
        let error = failing.vectors(&path, &all, &control()).unwrap_err();
        assert!(matches!(error, KeptError::Embed { done: 512, total: 600, .. }), "{error}");
        let (whole, asked) = model("one", "");
        assert_eq!(whole.vectors(&path, &all, &control()).unwrap().embedded, 88);
        assert_eq!(asked.lock().unwrap().len(), 88);
        let stopped = Control { is_stopped: &|| true, ..control() };
        let error = whole.vectors(&path, &texts(&["new"]), &stopped).unwrap_err();
        assert!(matches!(error, KeptError::Stopped { done: 0, total: 1 }), "{error}");
    }

    #[test]
    fn damaged_and_foreign_files_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vectors.sqlite");
        let (one, _) = model("one", "");
        one.vectors(&path, &texts(&["a"]), &control()).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        for damage in ["X'0000803F'", "X'0000C07F0000803F'"] {
            connection.execute(&format!("UPDATE vectors SET numbers = {damage}"), []).unwrap();
            let error = one.vectors(&path, &texts(&["a"]), &control()).unwrap_err().to_string();
            assert!(error.contains("is damaged") && error.contains("delete the file"), "{error}");
        }
        connection.execute_batch("PRAGMA user_version = 2").unwrap();
        let later = VectorStore::open(&path).unwrap_err().to_string();
        assert!(later.contains("another version"), "{later}");
        connection.execute_batch("PRAGMA application_id = 7").unwrap();
        let foreign = VectorStore::open_read_only(&path).unwrap_err().to_string();
        assert!(foreign.contains("another program's database"), "{foreign}");
    }
}
