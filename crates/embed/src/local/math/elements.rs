//! Sums and maxima of a row, and what needs them.

use super::exp::exp;
use super::level::vectorised;

/// Numbers that are summed apart, so that the compiler can sum many at once.
const LANES: usize = 16;

/// Folds a row, lane by lane; the same order for the same length.
#[inline(always)]
pub(super) fn fold(row: &[f32], start: f32, combine: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [start; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for part in whole {
        for (lane, &value) in lanes.iter_mut().zip(part) {
            *lane = combine(*lane, value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane = combine(*lane, value);
    }
    lanes.into_iter().reduce(combine).unwrap_or(start)
}

/// The sum of what `term` makes of each number.
#[inline(always)]
pub(super) fn sum_of(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = row.as_chunks::<LANES>();
    for part in whole {
        for (lane, &value) in lanes.iter_mut().zip(part) {
            *lane += term(value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += term(value);
    }
    lanes.into_iter().sum()
}

vectorised! {
    /// Makes of each of the rows of this length `e^x / Σ e^x`.
    pub(crate) fn softmax(rows: &mut [f32], length: usize) {
        for row in rows.chunks_exact_mut(length) {
            let largest = fold(row, f32::NEG_INFINITY, |a, b| if b > a { b } else { a });
            for value in row.iter_mut() {
                *value = exp(*value - largest);
            }
            let factor = 1.0 / sum_of(row, |value| value);
            for value in row.iter_mut() {
                *value *= factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::softmax;
    use crate::local::testing::numbers;

    #[test]
    fn softmax_of_rows() {
        for length in [1, 2, 15, 16, 17, 100] {
            let mut rows: Vec<f32> = numbers(4, 3 * length).into_iter().map(|x| 30.0 * x).collect();
            let before = rows.clone();
            softmax(&mut rows, length);
            for (row, before) in rows.chunks(length).zip(before.chunks(length)) {
                let largest = before.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let powers: Vec<f64> = before.iter().map(|x| f64::from(x - largest).exp()).collect();
                let sum: f64 = powers.iter().sum();
                for (value, power) in row.iter().zip(powers) {
                    assert!((f64::from(*value) - power / sum).abs() < 1e-6);
                }
            }
        }
    }
}
