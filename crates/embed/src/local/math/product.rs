//! The product of two matrices.
//!
//! A tile of the result, a few rows by one panel's columns, is kept in registers while the whole depth goes by. The rows on
//! the left are read where they lie, the panel from one end to the other. For depths of a few thousand both stay in the
//! nearer caches, so nothing is cut further.

use super::Panels;
use super::level::Kind;

/// Rows of a matrix that lie at equal distances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    /// From the first number of the first row on.
    pub data: &'a [f32],
    /// From the beginning of one to that of the next.
    pub stride: usize,
    /// How many.
    pub count: usize,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn row(&self, number: usize, length: usize) -> &'a [f32] {
        &self.data[number * self.stride..][..length]
    }
}

/// `out[i][j] = bias[j] + Σ left[i][k] · right[k][j]`, where the rows of `out` lie `out_stride` apart.
///
/// The bias, if there is one, has a number for each column, filled up to whole panels or not.
pub(crate) fn multiply(
    left: Rows<'_>,
    right: &Panels,
    bias: Option<&[f32]>,
    out: &mut [f32],
    out_stride: usize,
) {
    #[expect(
        unsafe_code,
        reason = "a function for processors with certain instructions may be called on one"
    )]
    match right.level().kind() {
        Kind::Plain => plain::multiply(left, right, bias, out, out_stride),
        // SAFETY: there is a `Level` only for instructions that the processor has.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { avx2::multiply(left, right, bias, out, out_stride) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { avx512::multiply(left, right, bias, out, out_stride) },
    }
}

/// Defines the product for one kind of instructions. `$rows` rows by `$lanes` columns are as many sums as fit into the
/// registers, beside two of the panel.
macro_rules! product {
    (
        $name:ident, $(#[$attribute:meta])*
        rows $rows:literal: $($fewer:literal)*, lanes $lanes:literal, vectors $vectors:literal of $vector:ty,
        $splat:expr, $fma:expr
    ) => {
        mod $name {
            use super::{Panels, Rows};

            const LANES: usize = $lanes;

            $(#[$attribute])*
            pub(super) fn multiply(
                left: Rows<'_>,
                right: &Panels,
                bias: Option<&[f32]>,
                out: &mut [f32],
                out_stride: usize,
            ) {
                for (number, panel) in right.panels().enumerate() {
                    let (panel, _) = panel.as_chunks::<LANES>();
                    let column = number * LANES;
                    let width = (right.columns() - column).min(LANES);
                    let mut start = [0.0; LANES];
                    if let Some(bias) = bias {
                        start[..width].copy_from_slice(&bias[column..column + width]);
                    }
                    let mut row = 0;
                    while row < left.count {
                        let out = &mut out[row * out_stride + column..];
                        row += match left.count - row {
                            $($fewer => tile::<$fewer>(left, row, panel, &start, out, out_stride, width),)*
                            _ => tile::<$rows>(left, row, panel, &start, out, out_stride, width),
                        };
                    }
                }
            }

            $(#[$attribute])*
            #[inline]
            fn tile<const N: usize>(
                left: Rows<'_>,
                first: usize,
                panel: &[[f32; LANES]],
                start: &[f32; LANES],
                out: &mut [f32],
                out_stride: usize,
                width: usize,
            ) -> usize {
                let rows: [&[f32]; N] = std::array::from_fn(|row| left.row(first + row, panel.len()));
                let start: [$vector; $vectors] = bytemuck::cast(*start);
                let mut sums = [start; N];
                for (k, part) in panel.iter().enumerate() {
                    let part: [$vector; $vectors] = bytemuck::cast(*part);
                    for (sums, row) in sums.iter_mut().zip(&rows) {
                        let factor: $vector = $splat(row[k]);
                        for (sum, part) in sums.iter_mut().zip(part) {
                            *sum = $fma(factor, part, *sum);
                        }
                    }
                }
                for (row, sums) in sums.into_iter().enumerate() {
                    let sums: [f32; LANES] = bytemuck::cast(sums);
                    let out = &mut out[row * out_stride..][..width];
                    match out.first_chunk_mut::<LANES>() {
                        Some(whole) => *whole = sums,
                        None => out.copy_from_slice(&sums[..width]),
                    }
                }
                N
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
product! {
    avx512, #[target_feature(enable = "avx512f")]
    rows 12: 1 2 3 4 5 6 7 8 9 10 11, lanes 32, vectors 2 of std::arch::x86_64::__m512,
    std::arch::x86_64::_mm512_set1_ps, std::arch::x86_64::_mm512_fmadd_ps
}

#[cfg(target_arch = "x86_64")]
product! {
    avx2, #[target_feature(enable = "avx2,fma")]
    rows 6: 1 2 3 4 5, lanes 16, vectors 2 of std::arch::x86_64::__m256,
    std::arch::x86_64::_mm256_set1_ps, std::arch::x86_64::_mm256_fmadd_ps
}

product! {
    plain,
    rows 6: 1 2 3 4 5, lanes 8, vectors 2 of [f32; 4],
    (|value| [value; 4]), super::multiply_add
}

/// The compiler makes vector instructions of it: on 64-bit ARM with one rounding, on x86-64 of 2003 with two.
#[inline(always)]
fn multiply_add(a: [f32; 4], b: [f32; 4], c: [f32; 4]) -> [f32; 4] {
    std::array::from_fn(|lane| {
        if cfg!(target_arch = "aarch64") {
            a[lane].mul_add(b[lane], c[lane])
        } else {
            a[lane] * b[lane] + c[lane]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{Rows, multiply};
    use crate::local::math::{Level, Panels};
    use crate::local::testing::numbers;

    /// The product in `f64`, number by number.
    fn reference(left: Rows<'_>, right: &[f32], columns: usize, bias: &[f32], at: (usize, usize)) -> f64 {
        let (row, column) = at;
        let depth = right.len() / columns;
        let terms = (0..depth)
            .map(|k| f64::from(left.data[row * left.stride + k]) * f64::from(right[k * columns + column]));
        f64::from(bias[column]) + terms.sum::<f64>()
    }

    #[test]
    fn products_are_right_at_every_level_and_shape() {
        for level in Level::all() {
            for (rows, depth, columns) in
                [(1, 1, 1), (5, 3, 8), (13, 32, 33), (12, 384, 64), (29, 20, 100), (0, 4, 4)]
            {
                let stride = depth + 3;
                let left = Rows { data: &numbers(1, rows * stride + depth), stride, count: rows };
                let right = numbers(2, depth * columns);
                let bias = numbers(3, columns);
                let mut by_rows = Panels::new(level);
                by_rows.fill_rows(columns, (0..depth).map(|k| &right[k * columns..][..columns]));
                let transposed: Vec<f32> = (0..columns)
                    .flat_map(|j| (0..depth).map(move |k| (k, j)))
                    .map(|(k, j)| right[k * columns + j])
                    .collect();
                let mut by_columns = Panels::new(level);
                by_columns.fill_columns(depth, (0..columns).map(|j| &transposed[j * depth..][..depth]));
                let out_stride = columns + 2;
                let mut out = vec![7.0; rows * out_stride];
                multiply(left, &by_rows, Some(&bias), &mut out, out_stride);
                for (number, value) in out.iter().enumerate() {
                    let (row, column) = (number / out_stride, number % out_stride);
                    if column >= columns {
                        assert!((value - 7.0).abs() < f32::EPSILON, "what is not of the result was written");
                        continue;
                    }
                    let expected = reference(left, &right, columns, &bias, (row, column));
                    assert!(
                        (f64::from(*value) - expected).abs() < 1e-4,
                        "{level:?} {rows}x{depth}x{columns}"
                    );
                }
                let mut again = vec![7.0; rows * out_stride];
                multiply(left, &by_columns, Some(&bias), &mut again, out_stride);
                assert_eq!(out, again);
            }
        }
    }

    #[test]
    fn a_row_does_not_depend_on_those_beside_it() {
        for level in Level::all() {
            let left = numbers(1, 31 * 40);
            let right = numbers(2, 40 * 50);
            let mut panels = Panels::new(level);
            panels.fill_rows(50, right.chunks(50));
            let mut together = vec![0.0; 31 * 50];
            multiply(Rows { data: &left, stride: 40, count: 31 }, &panels, None, &mut together, 50);
            for (row, expected) in together.chunks(50).enumerate() {
                let mut alone = vec![0.0; 50];
                multiply(
                    Rows { data: &left[row * 40..], stride: 40, count: 1 },
                    &panels,
                    None,
                    &mut alone,
                    50,
                );
                assert_eq!(alone, expected, "{level:?}");
            }
        }
    }
}
