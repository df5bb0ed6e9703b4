//! Tokens: counting them, and how far so many of them reach.

mod counter;
mod estimate;
mod window;

pub use counter::TokenCounter;
pub(super) use window::TokenWindow;
