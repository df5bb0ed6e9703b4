//! The exponential function, written so that the compiler can compute many at once.

use std::f32::consts::LOG2_E;

/// ln 2 in two parts, so that a whole number of them can be taken off without loss.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2^23: a number below 2^22 that is added to it becomes whole, in the lowest bits.
const TO_WHOLE: f32 = 12_582_912.0;

/// e^x, to about two units in the last place. Below -87 it is that of -87, above 88 that of 88.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    // e^x = 2^n · e^r, |r| <= ln 2 / 2.
    let shifted = x * LOG2_E + TO_WHOLE;
    let n = shifted - TO_WHOLE;
    let r = x - n * LN_2_HIGH - n * LN_2_LOW;
    // Taylor's series to r^7.
    let mut sum = 1.0 / 5040.0;
    for term in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum * r + term;
    }
    // 2^n: n moves into the exponent, whose bias is 127.
    sum * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

#[cfg(test)]
mod tests {
    use super::exp;

    #[test]
    fn it_is_the_exponential_function() {
        for step in -8_700..8_800_i16 {
            let x = f32::from(step) / 100.0;
            let expected = f64::from(x).exp();
            let error = (f64::from(exp(x)) / expected - 1.0).abs();
            assert!(error < 4e-7, "e^{x}: off by {error}");
        }
        assert!(exp(-1e30) > 0.0 && exp(-1e30) < 1e-37);
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        assert!(exp(1e30).is_finite());
    }
}
