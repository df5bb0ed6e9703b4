//! Why a server does not start, or ended.

use std::io;

/// The result of starting a server.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a server does not start, or ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Settings that cannot be.
    #[error("{}", faults.join("\n"))]
    Config {
        /// A sentence for each.
        faults: Vec<String>,
    },
    /// A host that is no name or address of this machine.
    #[error(
        "the host `{host}` cannot be found: {why}; give a name or an address of this machine with --host"
    )]
    Host {
        /// As it was given.
        host: String,
        /// What the system says.
        why: String,
    },
    /// A port that somebody else listens on.
    #[error("port {port} of {host} is in use; choose another with --port, or 0 for any that is free")]
    InUse {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// An address that cannot be listened on for another reason.
    #[error("{host}:{port} cannot be listened on: {source}")]
    Listen {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// A thread that could not be started.
    #[error("the threads that search cannot be started: {0}")]
    Thread(io::Error),
    /// A prompt or a teacher that cannot be used.
    #[error(transparent)]
    Teacher(#[from] ragstill_teacher::Error),
}
