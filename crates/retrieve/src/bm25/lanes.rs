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

vectorised! {
    /// Adds lists of impacts, one for each sum, each so many times, where no sum can grow too large; then appends the
    /// largest sum of each group. Of whole blocks: each is in the nearest cache while all this is done to it.
    fn add_and_peak(sums: &mut [u16], lists: &[(&[u8], u16)], peaks: &mut Vec<u16>) {
        for (block, start) in sums.chunks_exact_mut(ROWS * LANES).zip((0..).step_by(ROWS * LANES)) {
            for (impacts, count) in lists {
                let each = block.iter_mut().zip(&impacts[start..start + ROWS * LANES]);
                if *count == 1 {
                    each.for_each(|(sum, &impact)| *sum = sum.wrapping_add(u16::from(impact)));
                } else {
                    each.for_each(|(sum, &impact)| {
                        *sum = sum.wrapping_add(u16::from(impact).wrapping_mul(*count));
                    });
                }
            }
            peaks.extend_from_slice(&column_peaks(block));
        }
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
    use super::{LANES, ROWS, add_and_peak, append_coarse_peaks, append_groups, members};

    #[test]
    fn lists_are_added_to_all_sums() {
        let impacts: [Vec<u8>; 2] =
            [0, 1].map(|odd| (0..2 * ROWS * LANES).map(|at| (at * 2 + odd) as u8).collect());
        let mut sums: Vec<u16> = (0..2 * ROWS * LANES).map(|at| at as u16).collect();
        add_and_peak(&mut sums, &[(&impacts[0], 1), (&impacts[1], 3)], &mut Vec::new());
        for (at, sum) in sums.into_iter().enumerate() {
            assert_eq!(sum, at as u16 + u16::from(impacts[0][at]) + 3 * u16::from(impacts[1][at]));
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
