//! The signal to send nothing more.

use std::sync::Arc;

use tokio::sync::watch;

/// A switch that goes on once: when it is on, no further request is sent, and those in flight are finished.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Turns the switch on.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the switch is on.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when the switch is on.
    pub async fn stopped(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = receiver.wait_for(|on| *on).await;
    }
}
