//! The structure of Markdown, as far as cutting needs it: blocks, the bounds in and between them, headings.
//!
//! CommonMark and the tables of GitHub's, read line by line. What a parser would nest (quotations, lists in lists) stays
//! flat here, because a cut only asks what stands before and after it.

mod blocks;
mod bounds;
mod inline;
mod lines;
mod outline;

pub(super) use bounds::Bounds;
pub(super) use outline::{Heading, Paths, outline};
