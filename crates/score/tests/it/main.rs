//! Scores against the original's, and what must hold for any answers.

mod properties;
mod reference;
