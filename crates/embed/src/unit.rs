//! Vectors of length 1.

/// Divides a vector by its length; one that is nearly nothing stays so.
pub(crate) fn to_unit_length(vector: &mut [f32]) {
    let length =
        vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt().max(1e-12);
    for value in vector {
        #[expect(clippy::cast_possible_truncation, reason = "a number of an `f32` vector")]
        let scaled = (f64::from(*value) / length) as f32;
        *value = scaled;
    }
}

#[cfg(test)]
mod tests {
    use super::to_unit_length;

    #[test]
    fn vectors_of_length_one_and_of_none() {
        let mut vector = vec![3.0, 4.0];
        to_unit_length(&mut vector);
        assert_eq!(vector, [0.6, 0.8]);
        let mut nothing = vec![0.0, 0.0];
        to_unit_length(&mut nothing);
        assert_eq!(nothing, [0.0, 0.0]);
    }
}
