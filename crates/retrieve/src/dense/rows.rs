//! The numbers of many vectors, as they lie in a file.

use std::ops::Range;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;
use serde::{Deserialize, Serialize};

use super::kernel::{Chunk, Kernel, LANES};
use crate::storage::{Array, Bytes};

/// How the numbers of vectors are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RowKind {
    /// In single precision: 4 bytes a number.
    #[default]
    F32,
    /// In half precision: 2 bytes a number, 11 significant bits.
    F16,
    /// As whole numbers from -127 to 127 and a scale for each vector: 1 byte a number.
    Int8,
}

impl RowKind {
    /// Bytes of a vector.
    pub fn row_bytes(self, dimension: usize) -> usize {
        match self {
            Self::F32 => dimension * 4,
            Self::F16 => dimension * 2,
            Self::Int8 => dimension + 4,
        }
    }
}

impl std::fmt::Display for RowKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Int8 => "int8",
        })
    }
}

impl std::str::FromStr for RowKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::F32, Self::F16, Self::Int8]
            .into_iter()
            .find(|kind| kind.to_string() == name)
            .ok_or_else(|| format!("`{name}` is none of f32, f16, int8"))
    }
}

/// Vectors one after the other.
pub(super) enum Rows {
    F32(Array<f32>),
    F16(Array<u16>),
    Int8 {
        codes: Array<i8>,
        scales: Array<f32>,
    },
    /// Single precision in the bytes of a file, where they need not be aligned.
    Bytes {
        file: Arc<Bytes>,
        range: Range<usize>,
    },
}

impl Rows {
    /// Number of vectors of this many numbers; `None` if there is half a vector.
    pub(super) fn count(&self, dimension: usize) -> Option<usize> {
        let (numbers, rows) = match self {
            Self::F32(numbers) => (numbers.len(), None),
            Self::F16(numbers) => (numbers.len(), None),
            Self::Int8 { codes, scales } => (codes.len(), Some(scales.len())),
            Self::Bytes { range, .. } => (range.len() / 4, None),
        };
        let count = numbers / dimension;
        (numbers.is_multiple_of(dimension) && rows.is_none_or(|rows| rows == count)).then_some(count)
    }

    /// These vectors where they lie, if they lie there as a kernel takes them.
    pub(super) fn direct(&self, dimension: usize, rows: Range<usize>) -> Option<&[Chunk]> {
        match self {
            Self::F32(numbers) if dimension.is_multiple_of(LANES) => {
                Some(numbers[rows.start * dimension..rows.end * dimension].as_chunks().0)
            }
            _ => None,
        }
    }

    /// The bytes of a vector, and its scale if it has one.
    pub(super) fn bytes(&self, dimension: usize, row: usize) -> (&[u8], f32) {
        let at = row * dimension..(row + 1) * dimension;
        match self {
            Self::F32(numbers) => (bytemuck::cast_slice(&numbers[at]), 1.0),
            Self::F16(numbers) => (bytemuck::cast_slice(&numbers[at]), 1.0),
            Self::Int8 { codes, scales } => (bytemuck::cast_slice(&codes[at]), scales[row]),
            Self::Bytes { file, range } => (&file[range.start + at.start * 4..][..dimension * 4], 1.0),
        }
    }

    /// Puts these vectors in single precision into `room`, each at a multiple of `stride` numbers. What lies between them
    /// stays as it is.
    pub(super) fn read(
        &self,
        dimension: usize,
        rows: Range<usize>,
        kernel: Kernel,
        room: &mut [f32],
        stride: usize,
    ) {
        for (row, room) in rows.zip(room.chunks_mut(stride)) {
            let room = &mut room[..dimension];
            let at = row * dimension..(row + 1) * dimension;
            match self {
                Self::F32(numbers) => room.copy_from_slice(&numbers[at]),
                Self::F16(numbers) => kernel.widen(&numbers[at], room),
                Self::Int8 { codes, scales } => kernel.scale(&codes[at], scales[row], room),
                Self::Bytes { file, range } => {
                    let start = range.start + at.start * 4;
                    bytemuck::cast_slice_mut(room).copy_from_slice(&file[start..start + dimension * 4]);
                }
            }
        }
    }
}

/// Vectors that come one after the other, in the form in which they are kept.
#[derive(Debug)]
pub(super) struct Encoded {
    kind: RowKind,
    /// The numbers, as bytes of a file,
    pub(super) numbers: Vec<u8>,
    /// and the scales, if there are any.
    pub(super) scales: Vec<f32>,
    half: Vec<f16>,
}

impl Encoded {
    pub(super) fn new(kind: RowKind) -> Self {
        Self { kind, numbers: Vec::new(), scales: Vec::new(), half: Vec::new() }
    }

    /// Appends a vector; `false`, and nothing is appended, if one of its numbers is not finite or too large to be kept.
    pub(super) fn push(&mut self, row: &[f32]) -> bool {
        let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
        if !row.iter().all(|number| number.is_finite()) || (self.kind == RowKind::F16 && largest >= 65_520.0)
        {
            return false;
        }
        let scale = largest / 127.0;
        if self.kind == RowKind::Int8 && !(scale * 127.0).is_finite() {
            return false;
        }
        match self.kind {
            RowKind::F32 => self.numbers.extend_from_slice(bytemuck::cast_slice(row)),
            RowKind::F16 => {
                self.half.resize(row.len(), f16::ZERO);
                self.half.convert_from_f32_slice(row);
                let bits: &[u16] = self.half.reinterpret_cast();
                self.numbers.extend_from_slice(bytemuck::cast_slice(bits));
            }
            RowKind::Int8 => {
                // The reciprocal of a very small scale would be infinite.
                let code = |number: f32| {
                    if scale > 0.0 { (number / scale).round().clamp(-127.0, 127.0) as i8 } else { 0 }
                };
                self.numbers.extend(row.iter().map(|&number| code(number) as u8));
                self.scales.push(scale);
            }
        }
        true
    }

    /// Appends a vector that is kept in this form.
    pub(super) fn push_of(&mut self, rows: &Rows, dimension: usize, row: usize) {
        let at = row * dimension..(row + 1) * dimension;
        match rows {
            Rows::F32(numbers) => self.numbers.extend_from_slice(bytemuck::cast_slice(&numbers[at])),
            Rows::F16(numbers) => self.numbers.extend_from_slice(bytemuck::cast_slice(&numbers[at])),
            Rows::Int8 { codes, scales } => {
                self.numbers.extend_from_slice(bytemuck::cast_slice(&codes[at]));
                self.scales.push(scales[row]);
            }
            Rows::Bytes { file, range } => {
                let start = range.start + at.start * 4;
                self.numbers.extend_from_slice(&file[start..start + dimension * 4]);
            }
        }
    }

    /// What came, in memory.
    pub(super) fn into_rows(self) -> Rows {
        let numbers = &self.numbers;
        match self.kind {
            RowKind::F32 => Rows::F32(bytemuck::pod_collect_to_vec(numbers).into()),
            RowKind::F16 => Rows::F16(bytemuck::pod_collect_to_vec(numbers).into()),
            RowKind::Int8 => {
                Rows::Int8 { codes: bytemuck::pod_collect_to_vec(numbers).into(), scales: self.scales.into() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    use super::{Encoded, RowKind};
    use crate::dense::kernel::Kernel;

    /// What becomes of a vector that is kept.
    fn kept(kind: RowKind, row: &[f32]) -> Option<Vec<f32>> {
        let mut encoded = Encoded::new(kind);
        encoded.push(row).then(|| {
            let rows = encoded.into_rows();
            assert_eq!(rows.count(row.len()), Some(1));
            let mut room = vec![0.0; row.len()];
            rows.read(row.len(), 0..1, Kernel::best(), &mut room, row.len());
            room
        })
    }

    proptest! {
        #[test]
        fn rows_are_kept_as_well_as_their_kind_can(row in proptest::collection::vec(-4.0_f32..4.0, 1..40)) {
            prop_assert_eq!(kept(RowKind::F32, &row), Some(row.clone()));
            let largest = row.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
            for (half, number) in kept(RowKind::F16, &row).unwrap().iter().zip(&row) {
                prop_assert!((half - number).abs() <= number.abs() / 2048.0 + 1e-7);
            }
            for (small, number) in kept(RowKind::Int8, &row).unwrap().iter().zip(&row) {
                prop_assert!((small - number).abs() <= largest / 127.0 * 0.501);
            }
        }

        #[test]
        fn any_number_is_kept_or_refused(row in proptest::collection::vec(any::<f32>(), 1..5)) {
            for kind in [RowKind::F32, RowKind::F16, RowKind::Int8] {
                match kept(kind, &row) {
                    Some(kept) => prop_assert!(kept.iter().all(|number| number.is_finite()), "{:?} {:?}", kind, kept),
                    None => prop_assert!(row.iter().any(|number| !number.is_finite() || number.abs() > 65_504.0)),
                }
            }
        }
    }

    #[test]
    fn kinds_have_names() {
        for kind in [RowKind::F32, RowKind::F16, RowKind::Int8] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("f64".parse::<RowKind>().is_err());
        assert_eq!(kept(RowKind::Int8, &[0.0, 0.0]), Some(vec![0.0, 0.0]));
    }
}
