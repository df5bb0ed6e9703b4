//! Retrievers that do what a test wants.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use ragstill_retrieve::{Collection, DocId, EmbedError, Hit, RetrieveError, Retriever};

use super::passages;

/// What searches wait for.
#[derive(Clone, Default)]
pub struct Gate(Arc<Inner>);

#[derive(Default)]
struct Inner {
    is_open: Mutex<bool>,
    opened: Condvar,
    searches: AtomicUsize,
}

impl Gate {
    /// Lets all searches go on.
    pub fn open(&self) {
        *self.0.is_open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }

    /// How many searches have begun.
    pub fn searches(&self) -> usize {
        self.0.searches.load(Ordering::SeqCst)
    }

    fn pass(&self) {
        self.0.searches.fetch_add(1, Ordering::SeqCst);
        let is_open = self.0.is_open.lock().unwrap();
        drop(self.0.opened.wait_while(is_open, |is_open| !*is_open).unwrap());
    }
}

/// Finds one passage, once a gate is open.
pub struct Gated(Gate);

impl Gated {
    pub fn collection(gate: &Gate) -> Collection {
        Collection::new(passages(&[("a", "the one passage")]), Box::new(Self(gate.clone())))
    }
}

impl Drop for Gated {
    fn drop(&mut self) {
        self.0.open();
    }
}

impl Retriever for Gated {
    fn len(&self) -> usize {
        1
    }

    fn search(&self, _: &str, _: usize, _: &dyn Fn(DocId) -> bool) -> Result<Vec<Hit>, RetrieveError> {
        self.0.pass();
        Ok(vec![Hit { doc: 0, score: 1.0 }])
    }
}

/// Fails as the query says.
pub struct Broken;

impl Broken {
    pub fn collection() -> Collection {
        Collection::new(passages(&[("a", "the one passage")]), Box::new(Self))
    }
}

impl Retriever for Broken {
    fn len(&self) -> usize {
        1
    }

    fn search(&self, query: &str, _: usize, _: &dyn Fn(DocId) -> bool) -> Result<Vec<Hit>, RetrieveError> {
        match query {
            "temporary" => Err(EmbedError::temporary("the embedding server is busy").into()),
            "permanent" => Err(EmbedError::permanent("no such model").into()),
            "panic" => panic!("a fault that a test asked for"),
            // There is no such passage.
            "beyond" => Ok(vec![Hit { doc: 7, score: 1.0 }]),
            _ => Ok(vec![Hit { doc: 0, score: 0.5 }]),
        }
    }
}
