//! Seeded randomness: every choice draws from a generator of its own, never from a shared one.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::RecordId;

/// The generator for the choices that `operator` makes about the record `id` in a run with this seed.
///
/// ChaCha8 is specified bit for bit, so the draws are the same on every platform; because nothing else draws from
/// this generator they do not depend on timing, concurrency or the other records.
pub fn seeded_rng(run_seed: u64, id: &RecordId, operator: &str) -> ChaCha8Rng {
    let mut hash = blake3::Hasher::new();
    hash.update(&run_seed.to_le_bytes());
    hash.update(&(id.as_str().len() as u64).to_le_bytes());
    hash.update(id.as_str().as_bytes());
    hash.update(operator.as_bytes());
    ChaCha8Rng::from_seed(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use rand::RngCore;

    use super::seeded_rng;
    use crate::RecordId;

    #[test]
    fn each_part_of_the_seed_matters_and_nothing_else() {
        let id = RecordId::given("a");
        let first = seeded_rng(1, &id, "op").next_u64();
        assert_eq!(first, seeded_rng(1, &id, "op").next_u64());
        assert_ne!(first, seeded_rng(2, &id, "op").next_u64());
        assert_ne!(first, seeded_rng(1, &RecordId::given("b"), "op").next_u64());
        assert_ne!(first, seeded_rng(1, &id, "other").next_u64());
    }
}
