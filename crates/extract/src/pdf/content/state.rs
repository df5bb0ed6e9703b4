//! What instructions set and text depends on.

use std::rc::Rc;

use super::matrix::Matrix;
use crate::pdf::font::Font;

/// States saved within each other; real pages stay far below.
const MAX_SAVED: usize = 256;

/// The part of the graphics state that places text.
#[derive(Debug, Clone)]
pub(super) struct State {
    /// From the coordinates of the instructions to those of the page.
    pub(super) page: Matrix,
    pub(super) font: Option<Rc<Font>>,
    pub(super) size: f64,
    /// Between all characters, and beside that at blanks.
    pub(super) character_gap: f64,
    pub(super) word_gap: f64,
    /// 1 is as wide as the font is.
    pub(super) stretch: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
}

impl State {
    pub(super) fn new(page: Matrix) -> Self {
        Self {
            page,
            font: None,
            size: 0.0,
            character_gap: 0.0,
            word_gap: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// The states saved.
#[derive(Debug, Default)]
pub(super) struct Saved {
    states: Vec<State>,
    /// How many more were saved than there is room for.
    beyond: usize,
}

impl Saved {
    pub(super) fn push(&mut self, state: &State) {
        if self.states.len() < MAX_SAVED {
            self.states.push(state.clone());
        } else {
            self.beyond += 1;
        }
    }

    pub(super) fn pop(&mut self) -> Option<State> {
        if self.beyond > 0 {
            self.beyond -= 1;
            return None;
        }
        self.states.pop()
    }
}
