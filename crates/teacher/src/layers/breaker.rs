//! Stops a run whose teacher is down.

use std::time::Instant;

use parking_lot::Mutex;

use crate::error::{Error, Kind};

/// Requests in a row that must have used up their attempts before the teacher counts as down.
const EXHAUSTED_IN_A_ROW: u32 = 3;

/// Tells a teacher that is down from a request that cannot be answered.
///
/// A request that used up its attempts while others succeeded is the request's own trouble: its record becomes a
/// reject. When several in a row did and nothing succeeded all the while, or when nothing answers at the address at
/// all, the teacher is down: the run stops, with everything so far stored, instead of turning each record into a
/// reject.
#[derive(Debug)]
pub struct Breaker {
    state: Mutex<State>,
    server: &'static str,
    kept: &'static str,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::of("teacher", "every answer so far is stored; ")
    }
}

#[derive(Debug, Default)]
struct State {
    last_success: Option<Instant>,
    exhausted_in_a_row: u32,
}

impl Breaker {
    /// For a server that messages call `server`. `kept` is what they say to who has to run the same command again, a clause
    /// that ends in `; `, or nothing.
    pub fn of(server: &'static str, kept: &'static str) -> Self {
        Self { state: Mutex::default(), server, kept }
    }

    /// What the server is called, and what has been kept.
    pub(super) fn words(&self) -> (&'static str, &'static str) {
        (self.server, self.kept)
    }

    /// Notes an answer.
    pub fn succeeded(&self) {
        let mut state = self.state.lock();
        state.last_success = Some(Instant::now());
        state.exhausted_in_a_row = 0;
    }

    /// Whether the teacher has ever answered.
    pub fn ever_succeeded(&self) -> bool {
        self.state.lock().last_success.is_some()
    }

    /// Judges a request all of whose attempts failed, the last with `error`: gives back the error, or [`Kind::Down`]
    /// when the teacher is down.
    ///
    /// It is not, and this request alone is the trouble, when another succeeded after `since`.
    pub fn exhausted(&self, error: Error, since: Instant, failures: u32) -> Error {
        let mut state = self.state.lock();
        if state.last_success.is_some_and(|success| success >= since) {
            return error;
        }
        state.exhausted_in_a_row += 1;
        // One refused connection may be one of several servers.
        let gone = error.kind == Kind::Unreachable && (failures > 1 || state.last_success.is_none());
        if !gone && state.exhausted_in_a_row < EXHAUSTED_IN_A_ROW {
            return error;
        }
        let hint = if state.last_success.is_some() {
            format!("{}run the same command again when the {} is back", self.kept, self.server)
        } else if error.kind == Kind::Unreachable {
            "check the address and that the server is running; nothing was spent".to_owned()
        } else {
            "it has not answered a single request".to_owned()
        };
        Error {
            kind: Kind::Down,
            context: format!("the {} is down: {}; {hint}", self.server, error.context),
            ..error
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::Breaker;
    use crate::error::{Error, Kind};

    fn error(kind: Kind) -> Error {
        Error::new(kind, "boom")
    }

    #[test]
    fn trouble_of_one_request_does_not_stop_the_run() {
        let breaker = Breaker::default();
        let since = Instant::now();
        breaker.succeeded();
        for kind in [Kind::Server, Kind::Unreachable] {
            for _ in 0..10 {
                assert_eq!(breaker.exhausted(error(kind), since, 6).kind, kind);
            }
        }
    }

    #[test]
    fn several_in_a_row_without_any_success_do() {
        let breaker = Breaker::default();
        breaker.succeeded();
        let later = Instant::now();
        assert_eq!(breaker.exhausted(error(Kind::Server), later, 6).kind, Kind::Server);
        assert_eq!(breaker.exhausted(error(Kind::Timeout), later, 3).kind, Kind::Timeout);
        let down = breaker.exhausted(error(Kind::Server), later, 6);
        assert_eq!(down.kind, Kind::Down);
        assert!(down.context.contains("boom") && down.context.contains("is stored"), "{down}");
    }

    #[test]
    fn an_address_where_nothing_answers_does_at_once() {
        let down = Breaker::default().exhausted(error(Kind::Unreachable), Instant::now(), 1);
        assert_eq!(down.kind, Kind::Down);
        assert!(down.context.contains("nothing was spent"));
    }

    #[test]
    fn an_address_that_went_away_does_when_asking_again_did_not_help() {
        let breaker = Breaker::default();
        breaker.succeeded();
        let later = Instant::now();
        assert_eq!(breaker.exhausted(error(Kind::Unreachable), later, 1).kind, Kind::Unreachable);
        assert_eq!(breaker.exhausted(error(Kind::Unreachable), later, 2).kind, Kind::Down);
    }
}
