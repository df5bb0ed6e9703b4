//! Words on pages to text in reading order.
//!
//! Words that stand in a row are a [fragment](fragments), fragments beside each other are columns or the cells of a table
//! ([columns]), rows are [lines], and lines are [paragraphs](flow). What repeats on pages is [furniture].

mod columns;
mod flow;
mod fragments;
mod furniture;
mod lines;
mod measures;
mod paragraph;
mod right_to_left;

pub(super) use flow::write;
pub(super) use furniture::remove;
pub(super) use lines::{Block, blocks};
