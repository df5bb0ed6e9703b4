//! The server: connections in, responses out, until it is told to stop.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use ragstill_retrieve::Collection;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::answer::Answerer;
use crate::app::{App, Connections};
use crate::config::ServerConfig;
use crate::error::{Error, Result};
use crate::http::{Budget, Metrics, Token};
use crate::listen::Listener;
use crate::routes::router;
use crate::search::Searches;

/// How long a connection may be silent between requests, or take to send the headers of one.
const SILENCE: Duration = Duration::from_secs(75);

/// The most bytes of a request's headers.
const MAX_HEADERS: usize = 64 * 1024;

/// A server, before it serves.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
}

/// How a server ended that was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request that had begun was answered.
    Finished,
    /// Some took longer than they may and were given up.
    GaveUp,
}

impl Server {
    /// A server of a collection. Without an answerer it searches only; with a token it answers nobody who has none.
    ///
    /// # Errors
    /// When the settings have faults, or the system gives no threads.
    pub fn new(
        config: ServerConfig,
        collection: Collection,
        answerer: Option<Answerer>,
        token: Option<Token>,
    ) -> Result<Self> {
        let faults = config.faults();
        if !faults.is_empty() {
            return Err(Error::Config { faults });
        }
        let searches = Searches::start(Arc::new(collection), &config).map_err(Error::Thread)?;
        let budget = Budget::new(config.max_memory);
        let app = App {
            config,
            token,
            searches,
            answerer,
            budget,
            metrics: Metrics::default(),
            connections: Connections::default(),
        };
        Ok(Self { app: Arc::new(app) })
    }

    /// Serves until `stop` is ready, then finishes what has begun. Connections without a request are closed at once; no
    /// request is waited for longer than it may take.
    pub async fn serve(self, listener: Listener, stop: impl Future<Output = ()>) -> Ended {
        let Self { app } = self;
        let router = router(Arc::clone(&app));
        let room = Arc::new(Semaphore::new(app.config.max_connections));
        let open = GracefulShutdown::new();
        let mut stop = pin!(stop);
        loop {
            // Who finds no room waits to be accepted, which costs the system's memory and none of ours.
            let accepted = async {
                let permit = Arc::clone(&room).acquire_owned().await;
                (listener.listener.accept().await, permit)
            };
            let (accepted, permit) = tokio::select! {
                accepted = accepted => accepted,
                () = &mut stop => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    let connected = app.connections.enter();
                    let conversation = converse(stream, router.clone(), &open);
                    tokio::spawn(async move {
                        // An error is a client that went away or does not speak HTTP.
                        let _ = conversation.await;
                        drop((connected, permit));
                    });
                }
                // Out of file descriptors, most likely: some come back when connections are closed.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
        drop(listener);
        let longest = app.config.timeout_seconds.max(app.config.answer_timeout_seconds);
        match tokio::time::timeout(Duration::from_secs_f64(longest), open.shutdown()).await {
            Ok(()) => Ended::Finished,
            Err(_) => Ended::GaveUp,
        }
    }
}

/// One connection to its end.
fn converse(
    stream: TcpStream,
    router: Router,
    open: &GracefulShutdown,
) -> impl Future<Output = hyper::Result<()>> + Send + 'static {
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(SILENCE)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    open.watch(connection)
}
