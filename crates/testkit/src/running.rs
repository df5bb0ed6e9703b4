//! The handle on a running server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread::JoinHandle;

use tokio::sync::mpsc::UnboundedSender;

use crate::config::{Config, ConfigError};
use crate::server::{Behaviour, Shared};
use crate::tally::{LogEntry, Stats};

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: UnboundedSender<Command>,
    /// `None` only while this is dropped.
    pub(crate) thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The base URL of the API, ending in `/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The address listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was served so far.
    pub fn stats(&self) -> Stats {
        self.shared.tally.stats()
    }

    /// Every request that has ended so far, when [`Config::keep_log`] is on.
    pub fn log(&self) -> Vec<LogEntry> {
        self.shared.tally.log()
    }

    /// Forgets all counts, attempts and the log. Requests in flight are not counted when they end.
    pub fn reset(&self) {
        self.shared.tally.reset();
    }

    /// Changes how requests that arrive from now on are served. Counts are kept; the address stays as it is.
    ///
    /// # Errors
    ///
    /// When the configuration makes no sense ([`Config::check`]); nothing changes then.
    pub fn set(&self, config: Config) -> Result<(), ConfigError> {
        config.check()?;
        self.shared.tally.keep_log(config.keep_log);
        self.shared.set_behaviour(Behaviour::new(config));
        Ok(())
    }

    /// Takes the server down: every connection is closed, requests in flight are abandoned, and new
    /// connections are refused. Returns when that is so; does nothing when the server is down.
    pub fn go_down(&self) {
        let (done, wait) = blocking::channel();
        if self.commands.send(Command::Down(done)).is_ok() {
            let _ = wait.recv();
        }
    }

    /// Brings the server up again at the same address. Does nothing when it is up.
    ///
    /// # Errors
    ///
    /// When somebody else has taken the address.
    pub fn come_up(&self) -> io::Result<()> {
        let (done, wait) = blocking::channel();
        let stopped = || io::Error::other("the server's thread has ended");
        self.commands.send(Command::Up(done)).map_err(|_| stopped())?;
        wait.recv().unwrap_or_else(|_| Err(stopped()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the handle tells the server's thread.
#[derive(Debug)]
pub(crate) enum Command {
    Down(blocking::Sender<()>),
    Up(blocking::Sender<io::Result<()>>),
    Stop,
}
