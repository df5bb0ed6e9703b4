//! The arithmetic of a model: matrices of `f32`, row by row.
//!
//! Nothing here depends on how many rows are computed together: each row of a result comes of the same operations in the
//! same order whatever stands beside it. So a text has the same vector in every batch.

mod activation;
mod elements;
mod exp;
mod level;
mod norm;
mod panels;
mod product;

pub(super) use activation::Activation;
pub(super) use level::Level;
pub(super) use norm::Norm;
pub(super) use panels::Panels;
pub(super) use product::{Rows, multiply};

pub(super) use elements::softmax;
