//! What the tests of models share.

/// As many numbers between -1 and 1, the same for the same seed.
pub(super) fn numbers(seed: u64, count: usize) -> Vec<f32> {
    use rand_chacha::rand_core::{RngCore, SeedableRng};
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|_| {
            let whole = u16::try_from(random.next_u32() >> 16).unwrap_or_default();
            f32::from(whole) / 32_768.0 - 1.0
        })
        .collect()
}

/// The error function in `f64`: its series near 0, and a continued fraction of its complement further out.
pub(super) fn exact_erf(x: f64) -> f64 {
    if x.abs() < 3.0 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200_i32 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        return sum * std::f64::consts::FRAC_2_SQRT_PI;
    }
    let size = x.abs();
    let fraction = (1..60_i32).rev().fold(size, |below, n| size + f64::from(n) / 2.0 / below);
    (1.0 - (-size * size).exp() / fraction / std::f64::consts::PI.sqrt()).copysign(x)
}
