//! What is done to thousands of small numbers at once, by a processor's vector instructions.
//!
//! The loops are written so that the compiler turns them into such instructions by itself. On x86-64 it may only use
//! those of 2003 for a program that runs everywhere, so each function exists twice there, and the better one is chosen
//! when it is called; 64-bit ARM has NEON in any case.

/// Sums lie in blocks of this many rows of [`LANES`]. The documents of a lane in a block are a group, of which the
/// largest sum is known: largest numbers lane by lane need no instruction that looks across a row.
pub(super) const ROWS: usize = 16;
/// Sums in a row.
pub(super) const LANES: usize = 32;
/// Sums in a block.
pub(super) const BLOCK: usize = ROWS * LANES;

/// Defines a function that uses AVX2 where there is AVX2.
macro_rules! vectorised {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),*) $body:block) => {
        $(#[$doc])*
        pub(super) fn $name($($arg: $kind),*) {
            #[inline(always)]
            fn plain($($arg: $kind),*) $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $kind),*) {
                    plain($($arg),*);
                }

                if is_x86_feature_detected!("avx2") {
                    #[expect(unsafe_code, reason = "a function for processors with AVX2 may be called on one")]
                    // SAFETY: it was just asked whether this processor has AVX2.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}

/// A term's impacts, one for each sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    pub(super) impacts: &'a [u8],
    /// How often each is to be added.
    pub(super) count: u16,
    /// The largest impact.
    pub(super) max: u8,
}

vectorised! {
    /// Adds lists of impacts, where no sum can grow too large; then appends the largest sum of each group. Of whole
    /// blocks: each is in the nearest cache while all this is done to it.
    fn add_and_peak(sums: &mut [u16], lists: &[List<'_>], peaks: &mut Vec<u16>) {
        for (block, start) in sums.chunks_exact_mut(BLOCK).zip((0..).step_by(BLOCK)) {
            // Bytes are added first, as long as a byte can hold what they come to: there are twice as many in a vector.
            let mut bytes = [0; BLOCK];
            let mut largest = 0_u8;
            for list in lists {
                let impacts = &list.impacts[start..start + BLOCK];
                if list.count > 1 {
                    for (sum, &impact) in block.iter_mut().zip(impacts) {
                        *sum = sum.wrapping_add(u16::from(impact).wrapping_mul(list.count));
                    }
                    continue;
                }
                largest = largest.checked_add(list.max).unwrap_or_else(|| {
                    add_bytes(block, &mut bytes);
                    list.max
                });
                for (byte, &impact) in bytes.iter_mut().zip(impacts) {
                    *byte = byte.wrapping_add(impact);
                }
            }
            if largest > 0 {
                add_bytes(block, &mut bytes);
            }
            peaks.extend_from_slice(&column_peaks(block));
        }
    }
}

/// Adds bytes to sums and sets them to 0.
#[inline(always)]
fn add_bytes(sums: &mut [u16], bytes: &mut [u8; BLOCK]) {
    for (sum, byte) in sums.iter_mut().zip(bytes) {
        *sum = sum.wrapping_add(u16::from(std::mem::take(byte)));
    }
}

vectorised! {
    /// Appends the largest number of each lane of each `rows` rows.
    fn append_coarse_peaks(peaks: &[u16], rows: usize, coarse: &mut Vec<u16>) {
        for peaks in peaks.chunks(rows * LANES) {
            coarse.extend_from_slice(&column_peaks(peaks));
        }
    }
}

vectorised! {
    /// Appends the numbers of the groups of which the largest sum is at least `least`, which is not 0.
    fn append_groups(peaks: &[u16], least: u16, groups: &mut Vec<u16>) {
        for (number, row) in (0..).zip(peaks.chunks_exact(LANES)) {
            // Few rows have any.
            let over = row.iter().fold(0, |over, &peak| over | peak.saturating_sub(least - 1));
            if over > 0 {
                let lanes = (0..).zip(row).filter(|(_, peak)| **peak >= least);
                groups.extend(lanes.map(|(lane, _): (u16, _)| number * LANES as u16 + lane));
            }
        }
    }
}

#[inline(always)]
fn column_peaks(rows: &[u16]) -> [u16; LANES] {
    let mut peaks = [0; LANES];
    for row in rows.chunks_exact(LANES) {
        for (peak, &sum) in peaks.iter_mut().zip(row) {
            *peak = (*peak).max(sum);
        }
    }
    peaks
}

/// The places of the sums of a group.
pub(super) fn members(group: u16) -> impl Iterator<Item = usize> {
    let group = usize::from(group);
    let first = group / LANES * (ROWS * LANES) + group % LANES;
    (0..ROWS).map(move |row| first + row * LANES)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, LANES, List, ROWS, add_and_peak, append_coarse_peaks, append_groups, members};

    #[test]
    fn lists_are_added_to_all_sums() {
        let len = 2 * BLOCK;
        let impacts: Vec<Vec<u8>> =
            (0..7).map(|list| (0..len).map(|at| (at * (list + 3) % 97) as u8 + 4).collect()).collect();
        let counts = [1, 1, 3, 1, 1, 1, 1];
        let list = |(impacts, count): (_, u16)| List { impacts, count, max: 100 };
        let lists: Vec<List<'_>> = impacts.iter().map(Vec::as_slice).zip(counts).map(list).collect();
        for lists in [&lists[..0], &lists[..1], &lists[2..3], &lists[..]] {
            let mut sums: Vec<u16> = (0..len).map(|at| at as u16).collect();
            add_and_peak(&mut sums, lists, &mut Vec::new());
            for (at, sum) in sums.into_iter().enumerate() {
                let added: u16 = lists.iter().map(|list| u16::from(list.impacts[at]) * list.count).sum();
                assert_eq!(sum, at as u16 + added);
            }
        }
    }

    #[test]
    fn every_sum_is_in_the_group_whose_peak_counts_it() {
        let mut sums: Vec<u16> = (0..3 * ROWS * LANES).map(|at| (at * 7919 % 65_536) as u16).collect();
        let mut peaks = Vec::new();
        add_and_peak(&mut sums, &[], &mut peaks);
        assert_eq!(peaks.len(), 3 * LANES);
        let mut places: Vec<usize> = Vec::new();
        for (group, &peak) in (0..).zip(&peaks) {
            assert_eq!(members(group).map(|at| sums[at]).max(), Some(peak));
            places.extend(members(group));
        }
        places.sort_unstable();
        assert!(places.into_iter().eq(0..sums.len()));
    }

    #[test]
    fn groups_are_found_by_their_peaks() {
        let mut peaks = vec![0; 4 * LANES];
        (peaks[3], peaks[40], peaks[127]) = (5, 9, u16::MAX);
        let from = |least| {
            let mut groups = Vec::new();
            append_groups(&peaks, least, &mut groups);
            groups
        };
        assert_eq!(from(1), [3, 40, 127]);
        assert_eq!(from(6), [40, 127]);
        assert_eq!(from(u16::MAX), [127]);
        let mut coarse = Vec::new();
        append_coarse_peaks(&peaks, 3, &mut coarse);
        assert_eq!((coarse.len(), coarse[3], coarse[8], coarse[63]), (2 * LANES, 5, 9, u16::MAX));
    }
}
