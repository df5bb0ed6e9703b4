//! Answers from the store, and answers into it.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use ragstill_core::RecordId;
use tokio::sync::OwnedMutexGuard;

use crate::chat::{Answer, Ask, Key, Teacher};
use crate::config::Price;
use crate::error::{Error, Kind, Result};
use crate::store::Store;
use crate::telemetry::Telemetry;

/// A request that had to be asked while offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The step that asked.
    pub step: Arc<str>,
    /// The prompt.
    pub prompt: Arc<str>,
    /// The record it was about.
    pub record: RecordId,
    /// The key that the store does not have.
    pub key: Key,
}

/// The requests that were missing, shared by all teachers of a run.
pub type MissingList = Arc<Mutex<Vec<Missing>>>;

/// Answers from the store, asks for what it does not have, and stores that before anybody sees it.
///
/// Equal requests at the same time are asked once: the second waits for the first's answer.
#[derive(Debug)]
pub struct Remember<T> {
    inner: T,
    store: Arc<Store>,
    model: String,
    price: Option<Price>,
    offline: Option<MissingList>,
    telemetry: Arc<Telemetry>,
    turns: Turns,
}

impl<T> Remember<T> {
    /// Remembers the answers of `inner`, which asks `model` at this price. With `offline`, nothing is asked, and what would have been
    /// is listed there.
    pub fn new(
        inner: T,
        store: Arc<Store>,
        model: String,
        price: Option<Price>,
        offline: Option<MissingList>,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        Self { inner, store, model, price, offline, telemetry, turns: Turns::default() }
    }
}

/// One lock for each key that is being asked for.
#[derive(Debug, Default)]
struct Turns(Mutex<HashMap<Key, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    async fn wait_for(&self, key: Key) -> Turn<'_> {
        let lock = Arc::clone(self.0.lock().entry(key).or_default());
        let held = lock.lock_owned().await;
        Turn { turns: self, key, held: Some(held) }
    }
}

/// The turn of one request among equal ones. The last to end its turn takes the key's lock away.
struct Turn<'a> {
    turns: &'a Turns,
    key: Key,
    held: Option<OwnedMutexGuard<()>>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut locks = self.turns.0.lock();
        drop(self.held.take());
        if locks.get(&self.key).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.key);
        }
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Remember<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let key = Key::of(&self.model, ask);
        let _turn = self.turns.wait_for(key).await;
        if let Some(answer) = self.store.get(&key)? {
            self.telemetry.took_from_store();
            return Ok(answer);
        }
        if let Some(missing) = &self.offline {
            missing.lock().push(Missing {
                step: Arc::clone(&ask.step),
                prompt: Arc::clone(&ask.prompt),
                record: ask.record.clone(),
                key,
            });
            return Err(Error::new(Kind::NotStored, format!("the store has no answer to `{}`", ask.prompt)));
        }
        let answer = self.inner.ask(ask).await?;
        let usage = answer.usage;
        let cost = self.price.map(|price| price.cost(usage.prompt_tokens, usage.completion_tokens));
        self.store.put(key, &self.model, ask, &answer, cost).await?;
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Remember;
    use crate::chat::{Answer, Ask, Teacher};
    use crate::error::{Kind, Result};
    use crate::store::Store;
    use crate::testing::{answer, ask};

    #[derive(Default)]
    struct Counting(AtomicUsize);

    #[async_trait::async_trait]
    impl Teacher for Counting {
        async fn ask(&self, ask: &Ask) -> Result<Answer> {
            self.0.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(answer(&ask.messages[0].content))
        }
    }

    fn open(folder: &tempfile::TempDir) -> Arc<Store> {
        Arc::new(Store::open(&folder.path().join("answers.sqlite")).unwrap())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn equal_requests_at_once_are_paid_for_once() {
        let folder = tempfile::tempdir().unwrap();
        let counting = Arc::new(Counting::default());
        let layer = Arc::new(Remember::new(
            Arc::clone(&counting),
            open(&folder),
            "m".to_owned(),
            None,
            None,
            Arc::default(),
        ));
        let tasks: Vec<_> = (0..300)
            .map(|n| {
                let layer = Arc::clone(&layer);
                tokio::spawn(async move { layer.ask(&ask(&(n % 3).to_string())).await.unwrap().text })
            })
            .collect();
        for (n, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), (n % 3).to_string());
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 3);
        assert!(layer.turns.0.lock().is_empty(), "every lock is taken away");
    }

    #[tokio::test]
    async fn another_model_is_another_question() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        let counting = Arc::new(Counting::default());
        for model in ["a", "b", "a"] {
            let layer = Remember::new(
                Arc::clone(&counting),
                Arc::clone(&store),
                model.to_owned(),
                None,
                None,
                Arc::default(),
            );
            layer.ask(&ask("q")).await.unwrap();
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn offline_lists_what_is_missing_and_asks_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        let counting = Arc::new(Counting::default());
        let missing = super::MissingList::default();
        let online =
            Remember::new(Arc::clone(&counting), Arc::clone(&store), "m".into(), None, None, Arc::default());
        online.ask(&ask("known")).await.unwrap();
        let offline = Remember::new(
            Arc::clone(&counting),
            store,
            "m".into(),
            None,
            Some(Arc::clone(&missing)),
            Arc::default(),
        );
        assert!(offline.ask(&ask("known")).await.unwrap().stored);
        assert_eq!(offline.ask(&ask("new")).await.unwrap_err().kind, Kind::NotStored);
        assert_eq!(counting.0.load(Ordering::SeqCst), 1);
        assert_eq!(missing.lock().len(), 1);
        assert_eq!(&*missing.lock()[0].prompt, "step/prompt");
    }
}
