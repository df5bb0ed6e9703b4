//! The functions between the two halves of a feed-forward layer.

use super::exp::exp;
use super::level::vectorised;

/// What is made of each number between the two halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// `x · Φ(x)`, Φ the normal distribution (Hendrycks and Gimpel 2016).
    Gelu,
    /// Their approximation with a hyperbolic tangent.
    GeluTanh,
    /// `max(x, 0)`.
    Relu,
    /// `x / (1 + e^-x)`.
    Silu,
}

impl Activation {
    /// By the name in a model's configuration.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "gelu" | "gelu_python" => Self::Gelu,
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Self::GeluTanh,
            "relu" => Self::Relu,
            "silu" | "swish" => Self::Silu,
            _ => return None,
        })
    }

    /// Applies it to each number.
    pub(crate) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Gelu => gelu(values),
            Self::GeluTanh => gelu_tanh(values),
            Self::Relu => relu(values),
            Self::Silu => silu(values),
        }
    }
}

vectorised! {
    fn gelu(values: &mut [f32]) {
        for value in values {
            *value *= 0.5 * (1.0 + erf(*value * std::f32::consts::FRAC_1_SQRT_2));
        }
    }
}

vectorised! {
    fn gelu_tanh(values: &mut [f32]) {
        for value in values {
            let x = *value;
            // (1 + tanh y) / 2 = 1 / (1 + e^-2y).
            let y = 0.797_884_6 * (x + 0.044_715 * x * x * x);
            *value = x / (1.0 + exp(-2.0 * y));
        }
    }
}

vectorised! {
    fn relu(values: &mut [f32]) {
        for value in values {
            *value = if *value > 0.0 { *value } else { 0.0 };
        }
    }
}

vectorised! {
    fn silu(values: &mut [f32]) {
        for value in values {
            *value /= 1.0 + exp(-*value);
        }
    }
}

/// The error function by Abramowitz and Stegun's formula 7.1.26: off by at most 1.5e-7.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let mut sum = 1.061_405_4;
    for term in [-1.453_152_f32, 1.421_413_7, -0.284_496_72, 0.254_829_6] {
        sum = sum * t + term;
    }
    (1.0 - sum * t * exp(-size * size)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::{Activation, erf};
    use crate::local::testing::exact_erf;

    #[test]
    fn the_error_function() {
        for step in -600..=600_i16 {
            let x = f32::from(step) / 100.0;
            assert!((f64::from(erf(x)) - exact_erf(f64::from(x))).abs() < 4e-7, "erf {x}");
        }
    }

    #[test]
    fn each_function() {
        type Reference = fn(f64) -> f64;
        let cases: [(&str, Reference); 4] = [
            ("gelu", |x| x * 0.5 * (1.0 + exact_erf(x / std::f64::consts::SQRT_2))),
            ("gelu_new", |x| {
                let y = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
                0.5 * x * (1.0 + y.tanh())
            }),
            ("relu", |x| x.max(0.0)),
            ("silu", |x| x / (1.0 + (-x).exp())),
        ];
        for (name, reference) in cases {
            let before: Vec<f32> = (-200..=200_i16).map(|step| f32::from(step) / 20.0).collect();
            let mut values = before.clone();
            Activation::named(name).unwrap().apply(&mut values);
            for (value, x) in values.iter().zip(before) {
                assert!((f64::from(*value) - reference(f64::from(x))).abs() < 2e-6, "{name} of {x}");
            }
        }
        assert_eq!(Activation::named("mish"), None);
    }
}
