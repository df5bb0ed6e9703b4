//! Where glyphs go.

use super::matrix::Matrix;
use super::state::State;
use super::words::Mark;
use crate::pdf::font::{Font, Text};

/// Moves along a line of text.
pub(super) struct Pen {
    /// The origin, and the step on the page for a step of 1 in the text.
    origin: [f64; 2],
    step: [f64; 2],
    /// How far it is along the line.
    at: f64,
    stretch: f64,
    is_vertical: bool,
    /// What all glyphs share.
    mark: Mark,
}

impl Pen {
    pub(super) fn new(state: &State, text: Matrix, font: &Font, is_artifact: bool) -> Self {
        let map = text.then(state.page);
        let [a, b, c, d, _, _] = map.0;
        let [.., x, y] = Matrix::translation(0.0, state.rise).then(map).0;
        let step = if font.is_vertical { [-c, -d] } else { [a, b] };
        let turn = match step {
            [x, y] if x.abs() >= y.abs() => {
                if x >= 0.0 {
                    0
                } else {
                    2
                }
            }
            [_, y] => {
                if y > 0.0 {
                    1
                } else {
                    3
                }
            }
        };
        let height = if font.is_vertical { a.hypot(b) } else { c.hypot(d) };
        Self {
            origin: [x, y],
            step,
            at: 0.0,
            // Stretching is across the page only.
            stretch: if font.is_vertical { 1.0 } else { state.stretch },
            is_vertical: font.is_vertical,
            mark: Mark {
                text: Text::NOTHING,
                from: [x, y],
                to: [x, y],
                size: (height * state.size.abs()) as f32,
                turn,
                is_bold: font.is_bold,
                is_artifact,
            },
        }
    }

    pub(super) fn step(&mut self, by: f64) {
        self.at += by * self.stretch;
    }

    /// A step between strings: positive ones go to the left, and down.
    pub(super) fn adjust(&mut self, by: f64) {
        self.step(if self.is_vertical { by } else { -by });
    }

    fn place(&self) -> [f64; 2] {
        [self.origin[0] + self.at * self.step[0], self.origin[1] + self.at * self.step[1]]
    }

    #[inline]
    pub(super) fn glyph(&mut self, text: Text, advance: f64) -> Mark {
        let from = self.place();
        self.step(advance);
        Mark { text, from, to: self.place(), ..self.mark }
    }

    /// The map of the next glyph.
    pub(super) fn finish(self, text: Matrix) -> Matrix {
        let moved = if self.is_vertical {
            Matrix::translation(0.0, -self.at)
        } else {
            Matrix::translation(self.at, 0.0)
        };
        moved.then(text)
    }
}
