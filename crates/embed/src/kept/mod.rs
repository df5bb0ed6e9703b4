//! Vectors of passages that outlive the run that asked for them: what an endpoint was paid for is not asked again.

mod error;
mod make;
mod store;

pub use error::KeptError;
pub use make::{Control, KeptModel, Made};
pub use store::{ModelId, VectorStore};
