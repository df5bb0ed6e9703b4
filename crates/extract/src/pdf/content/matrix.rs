//! Affine maps of the plane.

/// `[a b c d e f]` as PDF writes it: x' = ax + cy + e, y' = bx + dy + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Matrix(pub(crate) [f64; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Of six numbers; anything else is no map.
    pub(crate) fn from_numbers(numbers: &[f64]) -> Option<Self> {
        numbers.try_into().ok().map(Self)
    }

    pub(crate) fn translation(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This map first, then the other.
    #[must_use]
    pub(crate) fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [a2, b2, c2, d2, e2, f2]) = (self.0, other.0);
        Self([
            a * a2 + b * c2,
            a * b2 + b * d2,
            c * a2 + d * c2,
            c * b2 + d * d2,
            e * a2 + f * c2 + e2,
            e * b2 + f * d2 + f2,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::Matrix;

    #[test]
    fn maps_follow_each_other() {
        let turned = Matrix([0.0, 1.0, -1.0, 0.0, 0.0, 0.0]);
        let moved = Matrix::translation(5.0, 7.0);
        // The point (1, 0): turned to (0, 1), then moved; moved to (6, 7), then turned.
        let at = |matrix: Matrix| Matrix::translation(1.0, 0.0).then(matrix).0[4..].to_vec();
        assert_eq!(at(turned.then(moved)), [5.0, 8.0]);
        assert_eq!(at(moved.then(turned)), [-7.0, 6.0]);
        assert_eq!(turned.then(Matrix::IDENTITY), turned);
    }
}
