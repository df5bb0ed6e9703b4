//! Searches, on threads of their own behind a queue that ends.

mod part;
mod queue;
mod threads;

pub(crate) use part::{Found, Part, Shape};
pub(crate) use threads::Searches;
