//! Shares the load between several servers of one model.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::chat::{Answer, Ask, Teacher};
use crate::error::{Kind, Result};

/// The first rest of a failing server; each further one doubles it.
const FIRST_REST: Duration = Duration::from_secs(1);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// Failures in a row after which a server that does answer connections is rested.
const FAILURES_BEFORE_REST: u32 = 3;

/// Sends each request to the server with the fewest in flight, and rests a server that keeps failing.
#[derive(Debug)]
pub struct Balance<T> {
    servers: Vec<Server<T>>,
}

#[derive(Debug)]
struct Server<T> {
    inner: T,
    in_flight: AtomicUsize,
    health: Mutex<Health>,
}

#[derive(Debug, Default)]
struct Health {
    failures_in_a_row: u32,
    rests: u32,
    rests_until: Option<Instant>,
}

impl<T> Balance<T> {
    /// Balances between these servers; there must be at least one.
    pub fn new(servers: Vec<T>) -> Self {
        let servers = servers
            .into_iter()
            .map(|inner| Server { inner, in_flight: AtomicUsize::new(0), health: Mutex::default() })
            .collect();
        Self { servers }
    }

    /// The server for the next request: of those that do not rest the one with the fewest in flight; when all rest,
    /// the one whose rest ends first.
    fn choose(&self) -> &Server<T> {
        let now = Instant::now();
        let resting = |server: &Server<T>| server.health.lock().rests_until.filter(|until| *until > now);
        let mut best = &self.servers[0];
        let mut best_rank = (resting(best), best.in_flight.load(Ordering::Relaxed));
        for server in &self.servers[1..] {
            let rank = (resting(server), server.in_flight.load(Ordering::Relaxed));
            if rank < best_rank {
                (best, best_rank) = (server, rank);
            }
        }
        best
    }
}

impl<T> Server<T> {
    fn note(&self, result: &Result<Answer>) {
        let mut health = self.health.lock();
        match result {
            Ok(_) => *health = Health::default(),
            Err(error) => {
                let at_once = matches!(error.kind, Kind::Unreachable);
                let counts = at_once
                    || matches!(
                        error.kind,
                        Kind::Connection | Kind::Timeout | Kind::Server | Kind::Malformed
                    );
                if !counts {
                    return;
                }
                health.failures_in_a_row += 1;
                if at_once || health.failures_in_a_row >= FAILURES_BEFORE_REST {
                    let rest = FIRST_REST.saturating_mul(1 << health.rests.min(6)).min(LONGEST_REST);
                    let now = Instant::now();
                    // A crowd that fails together is one failure, not a reason for sixty-four times the rest.
                    if health.rests_until.is_none_or(|until| until <= now) {
                        health.rests += 1;
                        health.rests_until = Some(now + rest);
                    }
                }
            }
        }
    }
}

struct InFlight<'a>(&'a AtomicUsize);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait::async_trait]
impl<T: Teacher> Teacher for Balance<T> {
    async fn ask(&self, ask: &Ask) -> Result<Answer> {
        let server = self.choose();
        server.in_flight.fetch_add(1, Ordering::Relaxed);
        let in_flight = InFlight(&server.in_flight);
        let result = server.inner.ask(ask).await;
        drop(in_flight);
        server.note(&result);
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Balance;
    use crate::chat::Teacher;
    use crate::error::{Error, Kind};
    use crate::testing::{Script, answer, ask};

    #[tokio::test]
    async fn a_server_that_refuses_connections_is_rested() {
        let dead = Arc::new(Script::new(|_, _| Err(Error::new(Kind::Unreachable, "refused"))));
        let alive = Arc::new(Script::new(|_, _| Ok(answer("ok"))));
        let servers: Vec<Arc<dyn Teacher>> =
            vec![Arc::clone(&dead) as Arc<dyn Teacher>, Arc::clone(&alive) as Arc<dyn Teacher>];
        let balance = Balance::new(servers);
        let mut failures = 0;
        for _ in 0..20 {
            failures += usize::from(balance.ask(&ask("q")).await.is_err());
        }
        assert_eq!((failures, dead.calls(), alive.calls()), (1, 1, 19));
    }

    #[tokio::test]
    async fn bad_requests_rest_nobody() {
        let picky = Arc::new(Script::new(|_, _| Err(Error::new(Kind::BadRequest, "no"))));
        let other = Arc::new(Script::new(|_, _| Ok(answer("ok"))));
        let servers: Vec<Arc<dyn Teacher>> =
            vec![Arc::clone(&picky) as Arc<dyn Teacher>, Arc::clone(&other) as Arc<dyn Teacher>];
        let balance = Balance::new(servers);
        for _ in 0..4 {
            let _ = balance.ask(&ask("q")).await;
        }
        assert_eq!(picky.calls(), 4);
    }
}
