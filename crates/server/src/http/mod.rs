//! What every route shares: reading requests, limits, refusals, counting.

mod budget;
mod fields;
mod front;
mod metrics;
mod refusal;
mod token;

pub use token::Token;

pub(crate) use budget::{Budget, Taken};
pub(crate) use fields::Fields;
pub(crate) use front::front;
pub(crate) use metrics::{Gauges, Metrics};
pub(crate) use refusal::{Refusal, Refused};
