//! Document lengths as Lucene stores them.

/// Lengths below this are kept as they are.
const EXACT_BELOW: u32 = 24;

/// What remains of a length that Lucene has stored in one byte (`SmallFloat.intToByte4`): below 24 the length
/// itself; from there the excess over 24 with its four highest bits.
pub(super) fn lucene_length(length: u32) -> u32 {
    let Some(excess) = length.checked_sub(EXACT_BELOW) else { return length };
    let bits = u32::BITS - excess.leading_zeros();
    let dropped = bits.saturating_sub(4);
    EXACT_BELOW + (excess >> dropped << dropped)
}

#[cfg(test)]
mod tests {
    use super::lucene_length;

    #[test]
    fn short_lengths_are_exact() {
        assert!((0..=40).all(|length| lucene_length(length) == length));
    }

    /// Neighbouring entries of Lucene's table of the 256 lengths that a byte can stand for.
    #[test]
    fn long_lengths_fall_to_the_next_entry() {
        let table = [40, 42, 44, 46, 48, 50, 52, 54, 56, 60, 64, 68, 72, 76, 80, 84, 88, 96, 104, 112, 120];
        for pair in table.windows(2) {
            assert!((pair[0]..pair[1]).all(|length| lucene_length(length) == pair[0]), "{pair:?}");
        }
    }

    #[test]
    fn any_length_is_stored() {
        assert_eq!(lucene_length(1_000_000), 24 + 15 * (1 << 16));
        assert_eq!(lucene_length(2_147_483_647), 24 + 15 * (1 << 27));
        assert_eq!(lucene_length(u32::MAX), 24 + 15 * (1 << 28));
    }
}
