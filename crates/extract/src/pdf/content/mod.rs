//! The instructions that draw a page, followed as far as text goes.

mod form;
mod interpreter;
mod matrix;
mod pen;
mod state;
mod words;

pub(super) use interpreter::Interpreter;
pub(super) use matrix::Matrix;
pub(super) use words::{Word, Words};
