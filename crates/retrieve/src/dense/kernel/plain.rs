//! What the compiler makes of loops: of 64-bit ARM's instructions the best, because all of its processors have them.
#![allow(
    clippy::needless_range_loop,
    reason = "loops over constants are unrolled, those over iterators less surely"
)]

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
