//! What stands between a request and a model. From the inside out:
//!
//! transport → [`Timeout`] → [`Balance`] → [`Budget`] → [`Permit`] → [`Retry`] → [`Remember`] → [`Meter`]
//!
//! So each attempt pays quota and reserves its worst cost, a permit is free while a request waits to be sent again, and
//! a stored answer costs nothing.

mod balance;
mod breaker;
mod budget;
mod meter;
mod pace;
mod permit;
mod remember;
mod retry;
mod throttle;
mod timeout;

pub use balance::Balance;
pub use breaker::Breaker;
pub use budget::{Budget, Purse};
pub use meter::{Ledger, LedgerLine, Meter, Tally};
pub use pace::Pace;
pub use permit::{Gate, Permit};
pub use remember::{Missing, MissingList, Remember};
pub use retry::{Retry, RetryPolicy};
pub use throttle::Throttle;
pub use timeout::Timeout;
