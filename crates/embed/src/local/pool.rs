//! The vectors of a text's tokens made into one.

use crate::Pooling;
use crate::unit::to_unit_length;

/// Writes the vector of a text whose tokens' vectors are these. A text without tokens gets zeros.
pub(super) fn pool(way: Pooling, normalize: bool, tokens: &[f32], out: &mut [f32]) {
    out.fill(0.0);
    let width = out.len();
    let mut rows = tokens.chunks_exact(width);
    match way {
        Pooling::Cls => {
            if let Some(first) = rows.next() {
                out.copy_from_slice(first);
            }
        }
        Pooling::Mean => {
            let count = rows.len().max(1);
            for row in rows {
                for (sum, value) in out.iter_mut().zip(row) {
                    *sum += value;
                }
            }
            #[expect(clippy::cast_precision_loss, reason = "texts have a few thousand tokens")]
            let part = 1.0 / count as f32;
            for sum in out.iter_mut() {
                *sum *= part;
            }
        }
        Pooling::Max => {
            if let Some(first) = rows.next() {
                out.copy_from_slice(first);
            }
            for row in rows {
                for (largest, value) in out.iter_mut().zip(row) {
                    *largest = largest.max(*value);
                }
            }
        }
    }
    if normalize {
        to_unit_length(out);
    }
}

#[cfg(test)]
mod tests {
    use super::pool;
    use crate::Pooling;

    #[test]
    fn each_way() {
        let tokens = [1.0, 2.0, 5.0, 0.0];
        let pooled = |way, normalize| {
            let mut out = vec![9.0; 2];
            pool(way, normalize, &tokens, &mut out);
            out
        };
        assert_eq!(pooled(Pooling::Mean, false), [3.0, 1.0]);
        assert_eq!(pooled(Pooling::Cls, false), [1.0, 2.0]);
        assert_eq!(pooled(Pooling::Max, false), [5.0, 2.0]);
        let unit = pooled(Pooling::Max, true);
        assert!((unit[0].hypot(unit[1]) - 1.0).abs() < 1e-6);
        let mut nothing = vec![9.0; 2];
        pool(Pooling::Mean, true, &[], &mut nothing);
        assert_eq!(nothing, [0.0, 0.0]);
    }
}
