//! Where a server listens.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpSocket, lookup_host};

use crate::error::{Error, Result};

/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1024;

/// An address that is taken, but at which nobody is answered yet: what takes long can be done before.
#[derive(Debug)]
pub struct Address {
    socket: TcpSocket,
    host: String,
    address: SocketAddr,
}

/// An address that is listened on.
#[derive(Debug)]
pub struct Listener {
    pub(crate) listener: TcpListener,
    address: SocketAddr,
}

impl Address {
    /// Takes a port of a host, which may be a name; 0 is any that is free.
    ///
    /// # Errors
    /// When the host is not known, not this machine, or the port is taken.
    pub async fn take(host: &str, port: u16) -> Result<Self> {
        let unknown = |why: String| Error::Host { host: host.to_owned(), why };
        // A name may have several addresses; the first that can be taken is.
        let mut addresses: Vec<_> =
            lookup_host((host, port)).await.map_err(|error| unknown(error.to_string()))?.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let mut failed = None;
        for address in addresses {
            match bind(address) {
                Ok(socket) => return Ok(Self { socket, host: host.to_owned(), address }),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        Err(failed.map_or_else(
            || unknown("it has no address".to_owned()),
            |source| not_listened(host, port, source),
        ))
    }

    /// Whether only programs of this machine reach it.
    pub fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }

    /// Listens.
    ///
    /// # Errors
    /// When somebody else does.
    pub fn listen(self) -> Result<Listener> {
        let port = self.address.port();
        let listener = self.socket.listen(BACKLOG);
        let listener = listener.map_err(|source| not_listened(&self.host, port, source))?;
        let address = listener.local_addr();
        let address = address.map_err(|source| not_listened(&self.host, port, source))?;
        Ok(Listener { listener, address })
    }
}

impl Listener {
    /// The address, with the port that was found for 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // So that a server can be started again while old connections linger. (Elsewhere it would let two have one port.)
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn not_listened(host: &str, port: u16, source: io::Error) -> Error {
    let host = host.to_owned();
    match source.kind() {
        ErrorKind::AddrInUse => Error::InUse { host, port },
        ErrorKind::AddrNotAvailable => {
            Error::Host { host, why: "it is no address of this machine".to_owned() }
        }
        _ => Error::Listen { host, port, source },
    }
}
