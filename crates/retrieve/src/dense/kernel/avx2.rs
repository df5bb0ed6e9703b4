//! AVX2 with FMA: 16 registers of 8 numbers.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]

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
