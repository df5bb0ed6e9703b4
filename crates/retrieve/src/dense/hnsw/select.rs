//! Which of many neighbours a node links to (algorithm 4).

use super::super::flat::Room;
use super::super::kernel::LANES;
use super::near::{Near, read};
use super::walk::{Found, Layer};

/// Room for what is chosen.
pub(super) struct Chosen {
    room: Room,
    most: usize,
}

impl Chosen {
    /// Room for so many neighbours.
    pub(super) fn new(width: usize, most: usize) -> Self {
        Self { room: Room::new((most + 1) * width), most }
    }

    /// At most `most` of these nodes, which are in order: each that is nearer to what they are neighbours of than to any
    /// that was chosen before it, so that links lead in all directions. If there are no more than that, all.
    pub(super) fn select(
        &mut self,
        near: &Near<'_>,
        layer: Layer<'_>,
        candidates: &[Found],
        most: usize,
    ) -> Vec<Found> {
        let most = most.min(self.most);
        if candidates.len() <= most {
            return candidates.to_vec();
        }
        let (kernel, sum, width) = (near.vectors.kernel(), near.vectors.sum(), near.width());
        let stride = width * LANES;
        let (mut nodes, mut lifts): (Vec<Found>, Vec<f32>) =
            (Vec::with_capacity(most), Vec::with_capacity(most));
        for candidate in candidates {
            let Some(row) = layer.row(candidate.node) else { continue };
            let count = nodes.len();
            read(near.vectors, row, &mut self.room.numbers()[count * stride..(count + 1) * stride]);
            let (chosen, of_candidate) = self.room.chunks()[..(count + 1) * width].split_at(count * width);
            let lift = near.lift_of(row);
            let mut fours = chosen.chunks(4 * width).zip(lifts.chunks(4));
            let is_hidden = fours.any(|(chosen, lifts): (_, &[f32])| {
                let last = lifts.len() - 1;
                let chosen = std::array::from_fn(|at| &chosen[at.min(last) * width..][..width]);
                let scores = kernel.four(chosen, of_candidate, sum);
                scores.iter().zip(lifts).any(|(score, other)| score + lift * other > candidate.score)
            });
            if !is_hidden {
                nodes.push(*candidate);
                lifts.push(lift);
                if nodes.len() == most {
                    break;
                }
            }
        }
        nodes
    }
}
