//! Seeded draws: every chance of the server comes from (seed, request key, purpose, attempt).

use std::fmt;

use serde::{Serialize, Serializer};

/// Identity of a chat request: a 64-bit hash of everything that changes what a model would write.
///
/// Two requests with the same model, messages and sampling are the same request asked twice; see
/// [`ChatRequest::key`](crate::ChatRequest::key) for the fields that count. Shown and serialized as 16
/// hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey(u64);

impl RequestKey {
    /// A key from its hash, for example one of many made-up keys of a simulation.
    pub const fn new(hash: u64) -> Self {
        Self(hash)
    }

    /// The 64-bit hash.
    pub const fn value(self) -> u64 {
        self.0
    }
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Serialize for RequestKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a draw is for. Each purpose has an independent stream, so that a change of one never shifts another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Latency = 1,
    Fault = 2,
    Content = 3,
    Reasoning = 4,
}

/// A SplitMix64 stream (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators").
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    state: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64, key: RequestKey, purpose: Purpose, attempt: u32) -> Self {
        let place = u64::from(attempt) << 8 | purpose as u64;
        Self { state: mix(mix(mix(seed) ^ key.0) ^ place) }
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// Uniform in `[0, 1)`, with the 53 bits a double holds.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller's transform.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Uniform in `0..len`. `len` must not be 0.
    pub(crate) fn below(&mut self, len: usize) -> usize {
        ((u128::from(self.next()) * len as u128) >> 64) as usize
    }

    /// One of `items`, which must not be empty.
    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// SplitMix64's finalizer.
fn mix(value: u64) -> u64 {
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}

#[cfg(test)]
mod tests {
    use super::{Draws, Purpose, RequestKey};

    #[test]
    fn splitmix_matches_its_published_outputs() {
        // The first outputs of SplitMix64 from state 1234567, as listed with the reference C code.
        let mut draws = Draws { state: 1_234_567 };
        assert_eq!(draws.next(), 6_457_827_717_110_365_317);
        assert_eq!(draws.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn streams_differ_by_seed_key_purpose_and_attempt() {
        let first =
            |seed, key, purpose, attempt| Draws::new(seed, RequestKey::new(key), purpose, attempt).next();
        let base = first(1, 2, Purpose::Fault, 0);
        assert_eq!(base, first(1, 2, Purpose::Fault, 0));
        for other in [
            first(2, 2, Purpose::Fault, 0),
            first(1, 3, Purpose::Fault, 0),
            first(1, 2, Purpose::Latency, 0),
            first(1, 2, Purpose::Fault, 1),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn uniform_and_normal_have_their_moments() {
        let n = 100_000_u64;
        let (mut unit, mut normal, mut square) = (0.0, 0.0, 0.0);
        for key in 0..n {
            let mut draws = Draws::new(9, RequestKey::new(key), Purpose::Latency, 0);
            unit += draws.unit();
            let z = draws.normal();
            normal += z;
            square += z * z;
        }
        let n = n as f64;
        // Four standard errors of each mean.
        assert!((unit / n - 0.5).abs() < 4.0 * 0.2887 / n.sqrt());
        assert!((normal / n).abs() < 4.0 / n.sqrt());
        assert!((square / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
    }
}
