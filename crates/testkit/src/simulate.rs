//! What a perfect client would need for given latencies: the yardsticks of a throughput benchmark.
//!
//! All times are of the teacher alone: no client, network or server cost is added. Queues are
//! first-in-first-out, and `concurrency` requests are in flight whenever so many are waiting.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

/// The sum of the latencies over the concurrency: no client can be faster, and only one that keeps every
/// permit busy to the last moment is as fast.
///
/// # Panics
///
/// When `concurrency` is 0.
pub fn ideal(latencies: &[Duration], concurrency: usize) -> Duration {
    assert!(concurrency > 0, "concurrency must be at least 1");
    let total: Duration = latencies.iter().sum();
    total.div_f64(concurrency as f64)
}

/// The wall time of any first-in-first-out client over one step: request `i` starts, in order, as soon as
/// one of `concurrency` permits is free.
///
/// # Panics
///
/// When `concurrency` is 0.
pub fn simulate_fifo(latencies: &[Duration], concurrency: usize) -> Duration {
    assert!(concurrency > 0, "concurrency must be at least 1");
    let mut ends: BinaryHeap<Reverse<Duration>> = BinaryHeap::with_capacity(concurrency);
    let mut wall = Duration::ZERO;
    for &latency in latencies {
        let start = if ends.len() < concurrency {
            Duration::ZERO
        } else {
            ends.pop().map_or(Duration::ZERO, |Reverse(end)| end)
        };
        let end = start + latency;
        wall = wall.max(end);
        ends.push(Reverse(end));
    }
    wall
}

/// The wall time of a streaming client over several steps: the first steps of all rows are queued in order,
/// and step `i + 1` of a row joins the end of the queue the moment its step `i` ends.
///
/// `rows[r][s]` is the latency of step `s` of row `r`; rows may differ in their number of steps.
///
/// # Panics
///
/// When `concurrency` is 0.
pub fn simulate_rows(rows: &[Vec<Duration>], concurrency: usize) -> Duration {
    assert!(concurrency > 0, "concurrency must be at least 1");
    let mut queue: VecDeque<(usize, usize)> =
        (0..rows.len()).filter(|&row| !rows[row].is_empty()).map(|row| (row, 0)).collect();
    // Ordered by end, then row: two steps that end together are queued in row order.
    let mut in_flight: BinaryHeap<Reverse<(Duration, usize, usize)>> = BinaryHeap::new();
    let mut now = Duration::ZERO;
    loop {
        while in_flight.len() < concurrency
            && let Some((row, step)) = queue.pop_front()
        {
            in_flight.push(Reverse((now + rows[row][step], row, step)));
        }
        let Some(Reverse((end, row, step))) = in_flight.pop() else { return now };
        now = end;
        if step + 1 < rows[row].len() {
            queue.push_back((row, step + 1));
        }
    }
}

/// A row whose requests fan out: some are asked at once, and when the last of them has ended several chains begin, each of
/// requests that follow each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fan {
    /// The latencies of what is asked at once.
    pub first: Vec<Duration>,
    /// The latencies of each chain, in its order.
    pub chains: Vec<Vec<Duration>>,
}

/// A request of a row that fans out: row, chain and place in it. Those that are asked at once are chains of their own, behind
/// the others.
type Request = (usize, usize, usize);

/// The wall time of a streaming client over rows that fan out: the first requests of all rows are queued in order, and what
/// may begin when a request ends joins the end of the queue at that moment.
///
/// # Panics
///
/// When `concurrency` is 0.
pub fn simulate_fans(rows: &[Fan], concurrency: usize) -> Duration {
    assert!(concurrency > 0, "concurrency must be at least 1");
    let latency = |(row, chain, place): Request| match rows[row].chains.get(chain) {
        Some(chain) => chain[place],
        None => rows[row].first[chain - rows[row].chains.len()],
    };
    let heads = |row: usize| {
        let chains = rows[row].chains.iter().enumerate().filter(|(_, chain)| !chain.is_empty());
        chains.map(move |(chain, _)| (row, chain, 0))
    };
    let mut queue: VecDeque<Request> = VecDeque::new();
    let mut open: Vec<usize> = rows.iter().map(|row| row.first.len()).collect();
    for (row, fan) in rows.iter().enumerate() {
        let chains = fan.chains.len();
        queue.extend((0..fan.first.len()).map(|place| (row, chains + place, 0)));
        if fan.first.is_empty() {
            queue.extend(heads(row));
        }
    }
    // Ordered by end, then by row, chain and place.
    let mut in_flight: BinaryHeap<Reverse<(Duration, Request)>> = BinaryHeap::new();
    let mut now = Duration::ZERO;
    loop {
        while in_flight.len() < concurrency
            && let Some(request) = queue.pop_front()
        {
            in_flight.push(Reverse((now + latency(request), request)));
        }
        let Some(Reverse((end, (row, chain, place)))) = in_flight.pop() else { return now };
        now = end;
        match rows[row].chains.get(chain) {
            Some(of) if place + 1 < of.len() => queue.push_back((row, chain, place + 1)),
            Some(_) => {}
            None => {
                open[row] -= 1;
                if open[row] == 0 {
                    queue.extend(heads(row));
                }
            }
        }
    }
}

/// The wall time of a client with a barrier between steps: step `i + 1` of any row starts when step `i` of
/// every row has ended. The shape of `rows` is that of [`simulate_rows`].
///
/// # Panics
///
/// When `concurrency` is 0.
pub fn simulate_rows_with_barriers(rows: &[Vec<Duration>], concurrency: usize) -> Duration {
    let steps = rows.iter().map(Vec::len).max().unwrap_or(0);
    (0..steps)
        .map(|step| {
            let column: Vec<_> = rows.iter().filter_map(|row| row.get(step).copied()).collect();
            simulate_fifo(&column, concurrency)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{Strategy, prop, prop_assert, prop_assert_eq, proptest};

    use super::{Fan, ideal, simulate_fans, simulate_fifo, simulate_rows, simulate_rows_with_barriers};

    fn seconds(values: &[u64]) -> Vec<Duration> {
        values.iter().copied().map(Duration::from_secs).collect()
    }

    fn wall(value: u64) -> Duration {
        Duration::from_secs(value)
    }

    #[test]
    fn one_step_by_hand() {
        // Permit A: 4 (0–4), 2 (4–6); permit B: 1 (0–1), 3 (1–4), 5 (4–9). At 4 both are free.
        let latencies = seconds(&[4, 1, 3, 2, 5]);
        assert_eq!(simulate_fifo(&latencies, 2), wall(9));
        assert_eq!(ideal(&latencies, 2), Duration::from_millis(7500));
        assert_eq!(simulate_fifo(&latencies, 1), wall(15));
        assert_eq!(simulate_fifo(&latencies, 5), wall(5));
        assert_eq!(simulate_fifo(&[], 3), Duration::ZERO);
    }

    #[test]
    fn rows_by_hand() {
        // Two permits. Row 0: 1 then 4. Row 1: 3 then 1. Row 2: 2 then 2.
        // t=0 row 0 step 0 (–1), row 1 step 0 (–3); t=1 row 2 step 0 (–3), queue: row 0 step 1;
        // t=3 row 1 and row 2 end: row 0 step 1 (–7), row 1 step 1 (–4); t=4 row 2 step 1 (–6); wall 7.
        let rows = [seconds(&[1, 4]), seconds(&[3, 1]), seconds(&[2, 2])];
        assert_eq!(simulate_rows(&rows, 2), wall(7));
        // Barrier: step 0 = 1, 3, 2 on two permits ends at 3; step 1 = 4, 1, 2 ends at 4 (1 then 2 is 3).
        assert_eq!(simulate_rows_with_barriers(&rows, 2), wall(7));
        // Three permits: each row runs on its own: 5. With barriers: 3 + 4.
        assert_eq!(simulate_rows(&rows, 3), wall(5));
        assert_eq!(simulate_rows_with_barriers(&rows, 3), wall(7));
    }

    #[test]
    fn rows_of_different_lengths() {
        let rows = [seconds(&[2]), seconds(&[]), seconds(&[1, 1, 5])];
        assert_eq!(simulate_rows(&rows, 2), wall(7));
        assert_eq!(simulate_rows_with_barriers(&rows, 2), wall(2 + 1 + 5));
        assert_eq!(simulate_rows(&[], 2), Duration::ZERO);
    }

    fn latencies() -> impl Strategy<Value = Vec<Duration>> {
        prop::collection::vec((0_u64..5_000).prop_map(Duration::from_millis), 0..60)
    }

    #[test]
    fn fans_by_hand() {
        let fan = |first: &[u64], chains: &[&[u64]]| Fan {
            first: seconds(first),
            chains: chains.iter().map(|chain| seconds(chain)).collect(),
        };
        // Two permits. 0: A1 (–2), A2 (–3); 2: B1 (–3); 3: A2 and B1 end, heads of A, then of B: A's chains 1 (–4) and
        // 2 (–8); 4: B's chain (–5); 5: the rest of A's first (–6); wall 8.
        let rows = [fan(&[2, 3], &[&[1, 1], &[5]]), fan(&[1], &[&[1], &[]])];
        assert_eq!(simulate_fans(&rows, 2), wall(8));
        assert_eq!(simulate_fans(&rows, 100), wall(8));
        assert_eq!(simulate_fans(&rows, 1), wall(14));
        assert_eq!(simulate_fans(&[fan(&[], &[&[2, 3]])], 1), wall(5));
        assert_eq!(simulate_fans(&[], 3), Duration::ZERO);
    }

    proptest! {
        // Graham 1966: a list schedule ends no later than the ideal plus the longest job.
        #[test]
        fn one_step_lies_within_grahams_bound(latencies in latencies(), concurrency in 1_usize..20) {
            let simulated = simulate_fifo(&latencies, concurrency);
            let longest = latencies.iter().max().copied().unwrap_or_default();
            let rounding = Duration::from_nanos(2);
            prop_assert!(simulated + rounding >= ideal(&latencies, concurrency));
            prop_assert!(simulated <= ideal(&latencies, concurrency) + longest + rounding);
        }

        #[test]
        fn rows_of_one_step_are_a_step(latencies in latencies(), concurrency in 1_usize..20) {
            let rows: Vec<_> = latencies.iter().map(|&latency| vec![latency]).collect();
            prop_assert_eq!(simulate_rows(&rows, concurrency), simulate_fifo(&latencies, concurrency));
            prop_assert_eq!(
                simulate_rows_with_barriers(&rows, concurrency),
                simulate_fifo(&latencies, concurrency)
            );
        }

        #[test]
        fn with_a_permit_for_every_row_the_longest_row_decides(
            rows in prop::collection::vec(latencies(), 1..10),
        ) {
            let longest: Duration = rows.iter().map(|row| row.iter().sum()).max().unwrap_or_default();
            prop_assert_eq!(simulate_rows(&rows, rows.len()), longest);
        }

        #[test]
        fn fans_of_one_request_are_rows(
            rows in prop::collection::vec(latencies(), 0..10),
            concurrency in 1_usize..20,
        ) {
            let fan = |row: &Vec<Duration>| Fan {
                first: row.iter().take(1).copied().collect(),
                chains: vec![row.iter().skip(1).copied().collect()],
            };
            let fans: Vec<Fan> = rows.iter().map(fan).collect();
            prop_assert_eq!(simulate_fans(&fans, concurrency), simulate_rows(&rows, concurrency));
        }
    }
}
