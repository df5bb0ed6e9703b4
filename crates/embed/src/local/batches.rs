//! Texts that are computed together.

/// The fewest tokens in a batch that is worth a thread of its own.
const FEWEST: usize = 96;
/// The most tokens in a batch, but for a text that has more: what is computed for them stays in a core's own cache, and the
/// model's numbers are read seldom enough.
const MOST: usize = 384;

/// Deals texts of these numbers of tokens out to batches, the long ones first so that no thread ends long after the others.
/// Nothing is filled up: a batch is the tokens of its texts, one text after the other.
pub(super) fn batches(lengths: &[usize], threads: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    order.sort_by_key(|&text| std::cmp::Reverse(lengths[text]));
    let total: usize = lengths.iter().sum();
    let most = total.div_ceil(threads.max(1)).clamp(FEWEST, MOST);
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut left = 0;
    for text in order {
        match batches.last_mut() {
            Some(batch) if lengths[text] <= left => {
                batch.push(text);
                left -= lengths[text];
            }
            _ => {
                batches.push(vec![text]);
                left = most.saturating_sub(lengths[text]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::{MOST, batches};

    #[test]
    fn every_text_is_in_one_batch_and_none_is_too_large() {
        let lengths: Vec<usize> = (0..1000).map(|text| text * 37 % 600).collect();
        for threads in [1, 2, 64] {
            let dealt = batches(&lengths, threads);
            let mut seen: Vec<usize> = dealt.iter().flatten().copied().collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..1000));
            for batch in &dealt {
                assert!(batch.len() == 1 || batch.iter().map(|&text| lengths[text]).sum::<usize>() <= MOST);
            }
        }
        assert_eq!(batches(&[], 2), Vec::<Vec<usize>>::new());
        assert_eq!(batches(&[100, 100], 2).len(), 2, "two threads, two batches");
        assert_eq!(batches(&[5, 5, 5], 2).len(), 1, "too little to share");
    }
}
