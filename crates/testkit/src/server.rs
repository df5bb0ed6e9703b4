//! The server's thread.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread;
use std::time::{Duration, Instant};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::{Mutex, RwLock};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::limit::Bucket;
use crate::router;
use crate::running::{Command, Running};
use crate::tally::Tally;

/// Connections that may wait to be accepted: a client of high concurrency opens its connections at once, and
/// one that does not fit into the queue would wait a whole second for its retransmission.
const BACKLOG: u32 = 4096;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address could not be listened on.
    #[error("cannot listen on {address}: {source}; choose a free port, or 0 for any")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The server's thread or its runtime could not be made.
    #[error("cannot start the server's thread: {0}")]
    Thread(io::Error),
}

/// A fake teacher, before it runs.
#[derive(Debug)]
pub struct FakeTeacher;

impl FakeTeacher {
    /// Starts a server. It accepts connections when this returns. May be called from synchronous code and
    /// from within any asynchronous runtime.
    ///
    /// # Panics
    ///
    /// When the server cannot start: in a test there is nothing else to do. See [`FakeTeacher::try_start`].
    pub fn start(config: Config) -> Running {
        match Self::try_start(config) {
            Ok(running) => running,
            Err(error) => panic!("the fake teacher did not start: {error}"),
        }
    }

    /// Starts a server.
    ///
    /// # Errors
    ///
    /// When the configuration makes no sense ([`Config::check`]), the address cannot be listened on, or the
    /// system gives no thread.
    pub fn try_start(config: Config) -> Result<Running, StartError> {
        config.check()?;
        let address = config.address;
        let tally = Arc::new(Tally::new(config.keep_log));
        let shared = Arc::new(Shared { behaviour: RwLock::new(Arc::new(Behaviour::new(config))), tally });
        let (commands, receiver) = unbounded_channel();
        let (ready, started) = blocking::channel();
        let server = Server { shared: Arc::clone(&shared), address };
        // The runtime is made and dropped on its own thread: within another runtime that is not allowed.
        let thread = thread::Builder::new()
            .name("fake-teacher".to_owned())
            .spawn(move || server.run(&ready, receiver))
            .map_err(StartError::Thread)?;
        let ended = || StartError::Thread(io::Error::other("it ended before it was ready"));
        let address = started.recv().map_err(|_| ended())??;
        Ok(Running { address, shared, commands, thread: Some(thread) })
    }
}

/// What the server's thread and the handle share.
#[derive(Debug)]
pub(crate) struct Shared {
    behaviour: RwLock<Arc<Behaviour>>,
    pub(crate) tally: Arc<Tally>,
}

impl Shared {
    pub(crate) fn behaviour(&self) -> Arc<Behaviour> {
        Arc::clone(&self.behaviour.read())
    }

    pub(crate) fn set_behaviour(&self, behaviour: Behaviour) {
        *self.behaviour.write() = Arc::new(behaviour);
    }
}

/// A configuration, and the state that goes with it.
#[derive(Debug)]
pub(crate) struct Behaviour {
    pub(crate) config: Config,
    pub(crate) bucket: Option<Mutex<Bucket>>,
}

impl Behaviour {
    pub(crate) fn new(config: Config) -> Self {
        let bucket = config.rate_limit.map(|limit| Mutex::new(Bucket::new(limit, Instant::now())));
        Self { config, bucket }
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that a server that went down can come up while its old connections linger.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// The part that lives on the server's thread.
struct Server {
    shared: Arc<Shared>,
    /// With port 0 until it is listened on.
    address: SocketAddr,
}

type Ready = blocking::Sender<Result<SocketAddr, StartError>>;

impl Server {
    fn run(mut self, ready: &Ready, commands: UnboundedReceiver<Command>) {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(ready.send(Err(StartError::Thread(error)))),
        };
        runtime.block_on(async {
            match self.open() {
                Ok((listener, clock)) => {
                    let _ = ready.send(Ok(self.address));
                    self.serve(listener, clock, commands).await;
                }
                Err(error) => drop(ready.send(Err(error))),
            }
        });
    }

    fn open(&mut self) -> Result<(TcpListener, Clock), StartError> {
        let address = self.address;
        let refused = |source| StartError::Listen { address, source };
        let listener = listen(address).map_err(refused)?;
        self.address = listener.local_addr().map_err(refused)?;
        Ok((listener, Clock::start().map_err(StartError::Thread)?))
    }

    async fn serve(self, listener: TcpListener, clock: Clock, mut commands: UnboundedReceiver<Command>) {
        let mut listener = Some(listener);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    None | Some(Command::Stop) => return,
                    Some(Command::Down(done)) => {
                        listener = None;
                        connections.shutdown().await;
                        let _ = done.send(());
                    }
                    Some(Command::Up(done)) => {
                        let result = match listener {
                            Some(_) => Ok(()),
                            None => listen(self.address).map(|up| listener = Some(up)),
                        };
                        let _ = done.send(result);
                    }
                },
                accepted = accept(listener.as_ref()) => match accepted {
                    Ok(stream) => {
                        connections.spawn(converse(Arc::clone(&self.shared), clock.clone(), stream));
                    }
                    // Out of file descriptors, most likely: some come back when connections close.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.map(|(stream, _)| stream),
        None => std::future::pending().await,
    }
}

/// Serves one connection to its end.
async fn converse(shared: Arc<Shared>, clock: Clock, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| router::route(Arc::clone(&shared), clock.clone(), request));
    // An error is a client that went away, or a connection dropped on purpose: both are counted elsewhere.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
