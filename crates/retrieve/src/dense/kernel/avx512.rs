//! AVX-512: 32 registers of 16 numbers. Its VL is named because without it the compiler takes only 16 of them.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]

use std::arch::x86_64::{
    __m256i, __m512, _mm512_add_ps, _mm512_cvtph_ps, _mm512_fmadd_ps, _mm512_permute_ps, _mm512_setzero_ps,
    _mm512_shuffle_f32x4, _mm512_sub_ps,
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
