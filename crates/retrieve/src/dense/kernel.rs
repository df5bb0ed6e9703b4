//! Scores of many rows for many queries at once, by a processor's vector instructions.
//!
//! A score is the sum over the products (or squared differences) of two vectors' numbers. All functions here add it up in
//! the same order: number *i* goes to the *i* mod 16th of 16 sums, by a fused multiply-add, and then these are added: each
//! of the first eight and the one eight places on, then four, two, one. So a score is the same to the bit, whichever rows
//! and queries it is computed together with and whether by AVX-512, by AVX2 with FMA, or by 64-bit ARM. Only x86-64
//! processors without FMA round each product too.
//!
//! A tile of a few rows and a few queries is computed at once, with all its sums in registers, so that each number is
//! loaded once for several products. Nothing is packed or transposed, because rows and queries lie along the numbers
//! that are multiplied; for 256 queries that is as fast as OpenBLAS's matrix product, for 16 several times faster.
//! For a single query rows are scored one by one: memory is what takes the time then, and it is read fastest in its own order.

/// Sums of a score, and numbers that are loaded at once.
pub(super) const LANES: usize = 16;
/// Numbers that are loaded at once.
pub(super) type Chunk = [f32; LANES];
/// Rows that are scored together: a multiple of the rows of every tile.
pub(super) const BLOCK: usize = 24;
/// Queries are this many, a multiple of it, or one: a multiple of the queries of every tile.
pub(super) const QUERIES: usize = 4;

/// What a score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sum {
    /// Products.
    Products,
    /// Squared differences, with the sign turned: the greater is the nearer.
    Differences,
}

/// Defines `scores` over a module's vectors: `V`, `zero`, `load`, `fused`, `less` and `totals`.
macro_rules! scores {
    ($(#[$feature:meta])* rows: $rows:literal, queries: $queries:literal) => {
        /// The scores of [`BLOCK`] rows, or of any number for a single query: of the first row for each query, of the second,
        /// and so on.
        $(#[$feature])*
        pub(super) fn scores(rows: &[Chunk], queries: &[Chunk], width: usize, sum: Sum, out: &mut [f32]) {
            match (queries.len() == width, sum) {
                (true, Sum::Products) => tiles::<1, 1, false>(rows, queries, width, out),
                (true, Sum::Differences) => tiles::<1, 1, true>(rows, queries, width, out),
                (false, Sum::Products) => tiles::<$rows, $queries, false>(rows, queries, width, out),
                (false, Sum::Differences) => tiles::<$rows, $queries, true>(rows, queries, width, out),
            }
        }

        $(#[$feature])*
        fn tiles<const R: usize, const Q: usize, const L2: bool>(
            rows: &[Chunk],
            queries: &[Chunk],
            width: usize,
            out: &mut [f32],
        ) {
            let stride = queries.len() / width;
            for (rows, out) in rows.chunks_exact(R * width).zip(out.chunks_exact_mut(R * stride)) {
                for (at, queries) in queries.chunks_exact(Q * width).enumerate() {
                    tile::<R, Q, L2>(rows, queries, width, &mut out[at * Q..], stride);
                }
            }
        }

        /// The scores of four rows, wherever they lie, for one query.
        $(#[$feature])*
        pub(super) fn four(rows: [&[Chunk]; 4], query: &[Chunk], sum: Sum) -> [f32; 4] {
            match sum {
                Sum::Products => scattered::<false>(rows, query),
                Sum::Differences => scattered::<true>(rows, query),
            }
        }

        $(#[$feature])*
        fn scattered<const L2: bool>(rows: [&[Chunk]; 4], query: &[Chunk]) -> [f32; 4] {
            let width = query.len();
            let mut of: [&[Chunk]; 4] = [&[]; 4];
            for row in 0..4 {
                of[row] = &rows[row][..width];
            }
            let rows = of;
            let mut sums = [zero(); 4];
            for at in 0..width {
                let of_query = load(&query[at]);
                for row in 0..4 {
                    let of_row = load(&rows[row][at]);
                    let (one, other) = if L2 {
                        let difference = less(of_row, of_query);
                        (difference, difference)
                    } else {
                        (of_row, of_query)
                    };
                    sums[row] = fused(one, other, sums[row]);
                }
            }
            let mut scores = totals(sums);
            for score in &mut scores {
                *score = if L2 { -*score } else { *score };
            }
            scores
        }

        // By itself: together with others it is given too few registers.
        #[inline(never)]
        $(#[$feature])*
        fn tile<const R: usize, const Q: usize, const L2: bool>(
            rows: &[Chunk],
            queries: &[Chunk],
            width: usize,
            out: &mut [f32],
            stride: usize,
        ) {
            let mut of: [&[Chunk]; R] = [&[]; R];
            for row in 0..R {
                of[row] = &rows[row * width..][..width];
            }
            let rows = of;
            let mut of: [&[Chunk]; Q] = [&[]; Q];
            for query in 0..Q {
                of[query] = &queries[query * width..][..width];
            }
            let queries = of;
            let mut sums = [[zero(); Q]; R];
            for at in 0..width {
                let mut of_queries = [zero(); Q];
                for query in 0..Q {
                    of_queries[query] = load(&queries[query][at]);
                }
                for row in 0..R {
                    let of_row = load(&rows[row][at]);
                    for query in 0..Q {
                        let (one, other) = if L2 {
                            let difference = less(of_row, of_queries[query]);
                            (difference, difference)
                        } else {
                            (of_row, of_queries[query])
                        };
                        sums[row][query] = fused(one, other, sums[row][query]);
                    }
                }
            }
            let sums = sums.as_flattened();
            for first in (0..R * Q).step_by(4) {
                let mut four = [zero(); 4];
                for at in 0..4 {
                    if first + at < R * Q {
                        four[at] = sums[first + at];
                    }
                }
                let four = totals(four);
                for at in 0..4 {
                    let (row, query) = ((first + at) / Q, (first + at) % Q);
                    if row < R {
                        out[row * stride + query] = if L2 { -four[at] } else { four[at] };
                    }
                }
            }
        }
    };
}

/// AVX-512: 32 registers of 16 numbers. Its VL is named because without it the compiler takes only 16 of them.
#[cfg(target_arch = "x86_64")]
#[allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]
mod avx512 {
    use std::arch::x86_64::{
        __m256i, __m512, _mm512_add_ps, _mm512_cvtph_ps, _mm512_fmadd_ps, _mm512_permute_ps,
        _mm512_setzero_ps, _mm512_shuffle_f32x4, _mm512_sub_ps,
    };

    use super::{Chunk, LANES, Sum};

    type V = __m512;

    scores!(#[target_feature(enable = "avx512f,avx512vl")] rows: 6, queries: 4);

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn zero() -> V {
        _mm512_setzero_ps()
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn load(chunk: &Chunk) -> V {
        bytemuck::cast(*chunk)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn fused(one: V, other: V, sum: V) -> V {
        _mm512_fmadd_ps(one, other, sum)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn less(one: V, other: V) -> V {
        _mm512_sub_ps(one, other)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    fn totals([a, b, c, d]: [V; 4]) -> [f32; 4] {
        // In quarters of a register: the first two of `a` and of `b`, and the last two.
        let ab = _mm512_add_ps(_mm512_shuffle_f32x4::<0x44>(a, b), _mm512_shuffle_f32x4::<0xEE>(a, b));
        let cd = _mm512_add_ps(_mm512_shuffle_f32x4::<0x44>(c, d), _mm512_shuffle_f32x4::<0xEE>(c, d));
        // A quarter of each.
        let four = _mm512_add_ps(_mm512_shuffle_f32x4::<0x88>(ab, cd), _mm512_shuffle_f32x4::<0xDD>(ab, cd));
        let two = _mm512_add_ps(four, _mm512_permute_ps::<0x4E>(four));
        let one = _mm512_add_ps(two, _mm512_permute_ps::<0xB1>(two));
        let lanes: [f32; LANES] = bytemuck::cast(one);
        [lanes[0], lanes[4], lanes[8], lanes[12]]
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    pub(super) fn widen(from: &[u16], to: &mut [f32]) {
        let ((from, from_rest), (to, to_rest)) = (from.as_chunks::<LANES>(), to.as_chunks_mut::<LANES>());
        for (from, to) in from.iter().zip(to) {
            *to = bytemuck::cast(_mm512_cvtph_ps(bytemuck::cast::<[u16; LANES], __m256i>(*from)));
        }
        super::plain::widen(from_rest, to_rest);
    }

    #[target_feature(enable = "avx512f,avx512vl")]
    pub(super) fn scale(from: &[i8], scale: f32, to: &mut [f32]) {
        super::plain::scale(from, scale, to);
    }
}

/// AVX2 with FMA: 16 registers of 8 numbers.
#[cfg(target_arch = "x86_64")]
#[allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]
mod avx2 {
    use std::arch::x86_64::{
        __m128i, __m256, _mm256_add_ps, _mm256_cvtph_ps, _mm256_fmadd_ps, _mm256_permute_ps,
        _mm256_permute2f128_ps, _mm256_setzero_ps, _mm256_shuffle_ps, _mm256_sub_ps,
    };

    use super::{Chunk, Sum};

    type V = [__m256; 2];

    scores!(#[target_feature(enable = "avx2,fma")] rows: 3, queries: 2);

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn zero() -> V {
        [_mm256_setzero_ps(); 2]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn load(chunk: &Chunk) -> V {
        bytemuck::cast(*chunk)
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn fused(one: V, other: V, sum: V) -> V {
        [_mm256_fmadd_ps(one[0], other[0], sum[0]), _mm256_fmadd_ps(one[1], other[1], sum[1])]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn less(one: V, other: V) -> V {
        [_mm256_sub_ps(one[0], other[0]), _mm256_sub_ps(one[1], other[1])]
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn totals([a, b, c, d]: [V; 4]) -> [f32; 4] {
        let [a, b] = [_mm256_add_ps(a[0], a[1]), _mm256_add_ps(b[0], b[1])];
        let [c, d] = [_mm256_add_ps(c[0], c[1]), _mm256_add_ps(d[0], d[1])];
        // In halves of a register: the first of `a` and of `b`, and the second.
        let ab = _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b));
        let cd = _mm256_add_ps(_mm256_permute2f128_ps::<0x20>(c, d), _mm256_permute2f128_ps::<0x31>(c, d));
        let two = _mm256_add_ps(_mm256_shuffle_ps::<0x44>(ab, cd), _mm256_shuffle_ps::<0xEE>(ab, cd));
        let one = _mm256_add_ps(two, _mm256_permute_ps::<0xB1>(two));
        let lanes: [f32; 8] = bytemuck::cast(one);
        [lanes[0], lanes[4], lanes[2], lanes[6]]
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn widen(from: &[u16], to: &mut [f32]) {
        let ((from, from_rest), (to, to_rest)) = (from.as_chunks::<8>(), to.as_chunks_mut::<8>());
        for (from, to) in from.iter().zip(to) {
            *to = bytemuck::cast(_mm256_cvtph_ps(bytemuck::cast::<[u16; 8], __m128i>(*from)));
        }
        super::plain::widen(from_rest, to_rest);
    }

    #[target_feature(enable = "avx2,fma,f16c")]
    pub(super) fn scale(from: &[i8], scale: f32, to: &mut [f32]) {
        super::plain::scale(from, scale, to);
    }
}

/// What the compiler makes of loops: of 64-bit ARM's instructions the best, because all of its processors have them.
#[allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]
mod plain {
    use half::f16;

    use super::{Chunk, LANES, Sum};

    type V = Chunk;

    scores!(rows: 2, queries: 2);

    #[inline(always)]
    fn zero() -> V {
        [0.0; LANES]
    }

    #[inline(always)]
    fn load(chunk: &Chunk) -> V {
        *chunk
    }

    #[inline(always)]
    fn fused(one: V, other: V, mut sum: V) -> V {
        for lane in 0..LANES {
            // Without an instruction for it a fused multiply-add is a call that takes a hundred times as long.
            sum[lane] = if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
                one[lane].mul_add(other[lane], sum[lane])
            } else {
                one[lane] * other[lane] + sum[lane]
            };
        }
        sum
    }

    #[inline(always)]
    fn less(mut one: V, other: V) -> V {
        for lane in 0..LANES {
            one[lane] -= other[lane];
        }
        one
    }

    #[inline(always)]
    fn totals(mut four: [V; 4]) -> [f32; 4] {
        for sums in &mut four {
            for half in [8, 4, 2, 1] {
                for lane in 0..half {
                    sums[lane] += sums[lane + half];
                }
            }
        }
        four.map(|sums| sums[0])
    }

    #[inline(always)]
    pub(super) fn widen(from: &[u16], to: &mut [f32]) {
        for (from, to) in from.iter().zip(to) {
            *to = f16::from_bits(*from).to_f32();
        }
    }

    #[inline(always)]
    pub(super) fn scale(from: &[i8], scale: f32, to: &mut [f32]) {
        for (from, to) in from.iter().zip(to) {
            *to = f32::from(*from) * scale;
        }
    }
}

/// Bytes of a vector that are asked for; where it is read on, processors see what comes next by themselves.
#[cfg(target_arch = "x86_64")]
const FETCHED: usize = 1024;

/// Asks memory for what is soon read. Where that cannot be asked, nothing happens.
pub(super) fn fetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes[..bytes.len().min(FETCHED)].chunks(64) {
        #[expect(unsafe_code, reason = "whatever is asked for, nothing but the time of reading it changes")]
        // SAFETY: the place exists, and need not.
        unsafe {
            std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}

/// Which instructions are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kernel {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Plain,
}

/// Calls a function of the module that a kernel stands for.
macro_rules! call {
    ($kernel:expr, $function:ident($($argument:expr),*)) => {
        match $kernel {
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processors with AVX-512 may be called on one")]
            // SAFETY: `Kernel::all` was asked whether this processor has it; nobody else makes this kernel.
            Kernel::Avx512 => unsafe { avx512::$function($($argument),*) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "a function for processors with AVX2, FMA and F16C may be called on one")]
            // SAFETY: likewise.
            Kernel::Avx2 => unsafe { avx2::$function($($argument),*) },
            Kernel::Plain => plain::$function($($argument),*),
        }
    };
}

impl Kernel {
    /// Those that this processor can run, the best first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let best = [
            (is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl"))
                .then_some(Self::Avx512),
            (is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && is_x86_feature_detected!("f16c"))
            .then_some(Self::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let best = [None];
        best.into_iter().flatten().chain([Self::Plain])
    }

    /// The best one.
    pub(super) fn best() -> Self {
        Self::all().next().unwrap_or(Self::Plain)
    }

    /// The scores of [`BLOCK`] rows, each of `width` chunks, for a multiple of [`QUERIES`], or of any number of rows for one
    /// query: those of the first row, of the second, and so on.
    pub(super) fn scores(self, rows: &[Chunk], queries: &[Chunk], width: usize, sum: Sum, out: &mut [f32]) {
        debug_assert!(rows.len() == BLOCK * width || queries.len() == width);
        debug_assert!(queries.len() == width || queries.len().is_multiple_of(QUERIES * width));
        debug_assert_eq!(out.len() * width, rows.len() / width * queries.len());
        call!(self, scores(rows, queries, width, sum, out));
    }

    /// The scores of four rows, wherever they lie, for one query.
    pub(super) fn four(self, rows: [&[Chunk]; 4], query: &[Chunk], sum: Sum) -> [f32; 4] {
        call!(self, four(rows, query, sum))
    }

    /// Numbers of half precision as numbers of single precision.
    pub(super) fn widen(self, from: &[u16], to: &mut [f32]) {
        call!(self, widen(from, to));
    }

    /// Small whole numbers times a scale.
    pub(super) fn scale(self, from: &[i8], scale: f32, to: &mut [f32]) {
        call!(self, scale(from, scale, to));
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Chunk, Kernel, LANES, Sum};

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mix = |at: u32| (at ^ seed).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(0x9E37_79B9);
        (0..count as u32).map(|at| mix(at) as f32 / u32::MAX as f32 - 0.5).collect()
    }

    fn chunks(numbers: &[f32]) -> &[Chunk] {
        numbers.as_chunks::<LANES>().0
    }

    fn exact(row: &[f32], query: &[f32], sum: Sum) -> f64 {
        let pairs = row.iter().zip(query).map(|(&row, &query)| (f64::from(row), f64::from(query)));
        match sum {
            Sum::Products => pairs.map(|(row, query)| row * query).sum(),
            Sum::Differences => -pairs.map(|(row, query)| (row - query).powi(2)).sum::<f64>(),
        }
    }

    #[test]
    fn every_kernel_computes_every_score() {
        for (width, count) in [(1, 1), (1, 4), (3, 8), (24, 1), (24, 12), (48, 4)] {
            let rows = numbers(BLOCK * width * LANES, 1);
            let queries = numbers(count * width * LANES, 2);
            for sum in [Sum::Products, Sum::Differences] {
                let mut before: Option<Vec<f32>> = None;
                for kernel in Kernel::all() {
                    let mut out = vec![f32::NAN; BLOCK * count];
                    kernel.scores(chunks(&rows), chunks(&queries), width, sum, &mut out);
                    for (at, &score) in out.iter().enumerate() {
                        let row = &rows[at / count * width * LANES..][..width * LANES];
                        let query = &queries[at % count * width * LANES..][..width * LANES];
                        let expected = exact(row, query, sum);
                        let near = (f64::from(score) - expected).abs() < 1e-6 * (expected.abs() + 1.0);
                        assert!(near, "{kernel:?}: {score} for {expected}");
                    }
                    // Without FMA the last bits may differ.
                    if kernel != Kernel::Plain {
                        assert_eq!(*before.get_or_insert(out.clone()), out, "{kernel:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_score_does_not_depend_on_its_company() {
        let (rows, queries) = (numbers(BLOCK * 5 * LANES, 3), numbers(8 * 5 * LANES, 4));
        for kernel in Kernel::all() {
            let mut together = vec![0.0; BLOCK * 8];
            kernel.scores(chunks(&rows), chunks(&queries), 5, Sum::Products, &mut together);
            for (at, query) in queries.chunks(5 * LANES).enumerate() {
                let mut alone = vec![0.0; BLOCK];
                kernel.scores(chunks(&rows), chunks(query), 5, Sum::Products, &mut alone);
                assert!(alone.iter().eq(together.iter().skip(at).step_by(8)), "{kernel:?}");
                let of = |row: usize| &chunks(&rows)[row * 5..(row + 1) * 5];
                let four = kernel.four([of(7), of(0), of(23), of(0)], chunks(query), Sum::Products);
                assert_eq!(four, [alone[7], alone[0], alone[23], alone[0]], "{kernel:?}");
            }
        }
    }

    #[test]
    fn rows_are_widened_exactly() {
        let bits: Vec<u16> = (0..=u16::MAX).filter(|&bits| half::f16::from_bits(bits).is_finite()).collect();
        let codes: Vec<i8> = (-128..=127).cycle().take(1001).collect();
        for kernel in Kernel::all() {
            let mut wide = vec![0.0; bits.len()];
            kernel.widen(&bits, &mut wide);
            assert!(bits.iter().zip(&wide).all(|(&bits, &wide)| half::f16::from_bits(bits).to_f32() == wide));
            let mut scaled = vec![0.0; codes.len()];
            kernel.scale(&codes, 0.3, &mut scaled);
            assert!(codes.iter().zip(&scaled).all(|(&code, &scaled)| f32::from(code) * 0.3 == scaled));
        }
    }
}
