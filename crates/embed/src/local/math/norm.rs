//! Rows brought to a common scale.

use super::elements::sum_of;
use super::level::vectorised;

/// Layer normalisation (Ba, Kiros and Hinton 2016): each row is brought to mean 0 and variance 1, then scaled and moved.
#[derive(Debug, Clone)]
pub(crate) struct Norm {
    /// A factor for each place.
    pub scale: Vec<f32>,
    /// A summand for each place.
    pub shift: Vec<f32>,
    /// Added to the variance.
    pub epsilon: f32,
}

impl Norm {
    /// Normalises rows.
    pub(crate) fn apply(&self, rows: &mut [f32]) {
        normalise(rows, &self.scale, &self.shift, self.epsilon);
    }

    /// Adds `others` to rows and normalises what comes of it.
    pub(crate) fn add_and_apply(&self, rows: &mut [f32], others: &[f32]) {
        add(rows, others);
        self.apply(rows);
    }
}

vectorised! {
    fn add(rows: &mut [f32], others: &[f32]) {
        for (value, other) in rows.iter_mut().zip(others) {
            *value += other;
        }
    }
}

vectorised! {
    fn normalise(rows: &mut [f32], scale: &[f32], shift: &[f32], epsilon: f32) {
        #[expect(clippy::cast_precision_loss, reason = "rows have a few thousand numbers")]
        let part = 1.0 / scale.len() as f32;
        for row in rows.chunks_exact_mut(scale.len()) {
            let mean = sum_of(row, |value| value) * part;
            let variance = sum_of(row, |value| (value - mean) * (value - mean)) * part;
            let factor = 1.0 / (variance + epsilon).sqrt();
            for ((value, scale), shift) in row.iter_mut().zip(scale).zip(shift) {
                *value = (*value - mean) * factor * scale + shift;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Norm;
    use crate::local::testing::numbers;

    #[test]
    fn rows_are_normalised() {
        let (scale, shift) = (numbers(5, 37), numbers(6, 37));
        let norm = Norm { scale: scale.clone(), shift: shift.clone(), epsilon: 1e-5 };
        let before = numbers(7, 37);
        let mut rows = before.clone();
        norm.add_and_apply(&mut rows, &[3.0; 37]);
        let mean = before.iter().map(|&x| f64::from(x) + 3.0).sum::<f64>() / 37.0;
        let variance = before.iter().map(|&x| (f64::from(x) + 3.0 - mean).powi(2)).sum::<f64>() / 37.0;
        for (at, value) in rows.iter().enumerate() {
            let scaled = (f64::from(before[at]) + 3.0 - mean) / (variance + 1e-5).sqrt();
            let expected = scaled * f64::from(scale[at]) + f64::from(shift[at]);
            assert!((f64::from(*value) - expected).abs() < 1e-5);
        }
    }
}
