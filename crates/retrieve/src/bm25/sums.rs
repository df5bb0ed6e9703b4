//! The sums of impacts of one tile's documents.

use super::lanes::{BLOCK, List, add_and_peak, append_coarse_peaks, append_groups, members};

/// Rows of peaks that are taken together where few of the largest are wanted.
const COARSE: usize = 16;

/// A document, numbered from the start of the tile, with its sum, which comes first so that candidates sort by it.
pub(super) type Candidate = (u16, u16);

/// The length of lists for this many documents: whole blocks.
pub(super) fn whole_blocks(documents: usize) -> usize {
    documents.next_multiple_of(BLOCK)
}

/// The impacts of a term in the documents of a tile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Impacts<'a> {
    /// Of these documents.
    Of(&'a [u16], &'a [u8]),
    /// Of all documents, in their order; 0 for those without the term.
    OfAll(&'a [u8]),
}

/// A sum for each document of a tile: 0 between searches.
pub(super) struct Sums {
    /// As long as a document's number can be large, so that no bounds need to be checked; the last ones are not used.
    sums: Box<[u16; 1 << 16]>,
    /// The largest sum of each group of documents, as of the last [`Sums::find_peaks`].
    peaks: Vec<u16>,
    /// Room for numbers of groups, and for peaks in another order.
    groups: Vec<u16>,
    order: Vec<u16>,
}

impl Sums {
    pub(super) fn new() -> Self {
        let sums = vec![0; 1 << 16].into_boxed_slice();
        Self {
            sums: sums.try_into().unwrap_or_else(|_| unreachable!("it has that length")),
            peaks: Vec::new(),
            groups: Vec::new(),
            order: Vec::new(),
        }
    }

    /// Adds the impacts of a term that the query has `count` times, where no sum can grow too large.
    pub(super) fn add(&mut self, docs: &[u16], impacts: &[u8], count: u32) {
        if count == 1 {
            for (&doc, &impact) in docs.iter().zip(impacts) {
                let sum = &mut self.sums[usize::from(doc)];
                *sum = sum.wrapping_add(u16::from(impact));
            }
        } else {
            for (&doc, &impact) in docs.iter().zip(impacts) {
                let sum = &mut self.sums[usize::from(doc)];
                *sum = sum.wrapping_add(u16::from(impact).wrapping_mul(count as u16));
            }
        }
    }

    /// [`Sums::add`] for queries so long that sums may grow too large: those stay at the largest number.
    pub(super) fn add_saturating(&mut self, impacts: Impacts<'_>, count: u32) {
        let mut add = |doc: usize, impact: u8| {
            let more = u32::from(impact).saturating_mul(count);
            self.sums[doc] = self.sums[doc].saturating_add(u16::try_from(more).unwrap_or(u16::MAX));
        };
        match impacts {
            Impacts::Of(docs, impacts) => {
                docs.iter().zip(impacts).for_each(|(&doc, &impact)| add(usize::from(doc), impact));
            }
            Impacts::OfAll(impacts) => {
                impacts.iter().enumerate().for_each(|(doc, &impact)| add(doc, impact));
            }
        }
    }

    /// Adds terms that have an impact, maybe 0, for each document, each so many times, where no sum can grow too large;
    /// then finds the largest sums of all groups of the first `len` documents.
    pub(super) fn find_peaks(&mut self, len: usize, lists: &[List<'_>]) {
        self.peaks.clear();
        add_and_peak(&mut self.sums[..whole_blocks(len)], lists, &mut self.peaks);
    }

    /// How many groups have a peak of at least this.
    pub(super) fn groups_from(&self, least: u16) -> usize {
        self.peaks.iter().map(|&peak| usize::from(peak >= least)).sum()
    }

    /// A sum that at least `wanted` documents reach, if so many have any: 1 or more.
    pub(super) fn reached_by(&mut self, wanted: usize) -> u16 {
        self.order.clear();
        if wanted <= self.peaks.len() / COARSE / 4 {
            append_coarse_peaks(&self.peaks, COARSE, &mut self.order);
        } else {
            self.order.extend_from_slice(&self.peaks);
        }
        match self.order.len().checked_sub(wanted) {
            Some(at) => (*self.order.select_nth_unstable(at).1).max(1),
            None => 1,
        }
    }

    /// The documents with a sum of at least this, which is not 0, in place of what the list held.
    pub(super) fn gather(&mut self, least: u16, candidates: &mut Vec<Candidate>) {
        self.groups.clear();
        append_groups(&self.peaks, least, &mut self.groups);
        candidates.clear();
        for &group in &self.groups {
            let members = members(group).filter(|&doc| self.sums[doc] >= least);
            candidates.extend(members.map(|doc| (self.sums[doc], doc as u16)));
        }
    }

    /// Sets the sums of the first `len` documents to 0.
    pub(super) fn clear(&mut self, len: usize) {
        self.sums[..len].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::{Impacts, Sums};

    #[test]
    fn documents_are_found_by_their_sums() {
        let mut sums = Sums::new();
        sums.add(&[3, 700, 20_000], &[10, 20, 255], 1);
        sums.add(&[700, 701], &[5, 6], 3);
        sums.find_peaks(20_001, &[]);
        let mut found = Vec::new();
        sums.gather(1, &mut found);
        found.sort_unstable();
        assert_eq!(found, [(10, 3), (18, 701), (35, 700), (255, 20_000)]);
        sums.gather(35, &mut found);
        assert_eq!(found.len(), 2);
        assert_eq!(sums.groups_from(11), 3);
        for wanted in 1..=4 {
            let least = sums.reached_by(wanted);
            sums.gather(least, &mut found);
            assert!(least >= 1 && found.len() >= wanted, "{wanted}: {least}, {found:?}");
        }
        assert_eq!(sums.reached_by(5000), 1);
        sums.clear(20_001);
        sums.find_peaks(20_001, &[]);
        assert_eq!(sums.groups_from(1), 0);
    }

    #[test]
    fn sums_that_are_too_large_stay_at_the_largest_number() {
        let mut sums = Sums::new();
        sums.add_saturating(Impacts::Of(&[1, 2], &[255, 1]), 200);
        sums.add_saturating(Impacts::Of(&[1, 2], &[255, 1]), 200);
        sums.add_saturating(Impacts::Of(&[3], &[1]), u32::MAX);
        sums.add_saturating(Impacts::OfAll(&[0, 9]), 3);
        sums.find_peaks(4, &[]);
        let mut found = Vec::new();
        sums.gather(1, &mut found);
        found.sort_unstable();
        assert_eq!(found, [(400, 2), (u16::MAX, 1), (u16::MAX, 3)]);
    }
}
