//! The TLS port, which can be closed and opened again at the same number.

use super::Front;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Mutex;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const BACKLOG: u32 = 1024;
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
const HEADER_LIMIT: Duration = Duration::from_secs(30);

const BIND_TRIES: u32 = 200;
const BIND_PAUSE: Duration = Duration::from_millis(10);

/// The port that a phone talks to.
pub struct Port {
    address: SocketAddr,
    tls: TlsAcceptor,
    front: Arc<Front>,
    state: Mutex<State>,
}

enum State {
    Open {
        closing: CancellationToken,
        tasks: TaskTracker,
    },
    /// Bound without listening: connections are refused, and nobody else gets the number meanwhile.
    Closed(TcpSocket),
}

impl Port {
    /// Binds the port (0: any) on loopback and opens it.
    pub async fn open(port: u16, tls: TlsAcceptor, front: Arc<Front>) -> io::Result<Self> {
        let socket = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let address = socket.local_addr()?;
        let this = Self { address, tls, front, state: Mutex::new(State::Closed(socket)) };
        this.set_open(true).await?;
        Ok(this)
    }

    pub fn number(&self) -> u16 {
        self.address.port()
    }

    /// Opens the port, or closes it: the listener is gone and every connection cut when this returns.
    pub async fn set_open(&self, open: bool) -> io::Result<()> {
        let mut state = self.state.lock().await;
        match (&*state, open) {
            (State::Open { closing, tasks }, false) => {
                closing.cancel();
                tasks.close();
                tasks.wait().await;
                *state = State::Closed(bind_again(self.address).await?);
            }
            (State::Closed(_), true) => {
                let (closing, tasks) = (CancellationToken::new(), TaskTracker::new());
                let opened = State::Open { closing: closing.clone(), tasks: tasks.clone() };
                if let State::Closed(socket) = std::mem::replace(&mut *state, opened) {
                    let listener = socket.listen(BACKLOG)?;
                    let accepting =
                        accept(listener, self.tls.clone(), Arc::clone(&self.front), closing.clone(), tasks.clone());
                    tasks.spawn(accepting);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of the port's last opening linger in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// [`bind`] to a number that was ours a moment ago. A process that is being started holds a copy of the listener between
/// fork and exec; as long as it does, the number is taken, and the port isn't really closed.
async fn bind_again(address: SocketAddr) -> io::Result<TcpSocket> {
    for _ in 0..BIND_TRIES {
        match bind(address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => tokio::time::sleep(BIND_PAUSE).await,
            other => return other,
        }
    }
    bind(address)
}

async fn accept(
    listener: TcpListener,
    tls: TlsAcceptor,
    front: Arc<Front>,
    closing: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let stream = tokio::select! {
            () = closing.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) => {
                    // Out of file descriptors, most likely: others may close theirs.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let (tls, front, closing) = (tls.clone(), Arc::clone(&front), closing.clone());
        tasks.spawn(async move {
            let cut = CancellationToken::new();
            tokio::select! {
                () = closing.cancelled() => {}
                () = cut.cancelled() => {}
                () = converse(stream, tls, front, cut.clone()) => {}
            }
        });
    }
}

/// One connection until its end. What goes wrong on it is the other side's to notice.
async fn converse(stream: TcpStream, tls: TlsAcceptor, front: Arc<Front>, cut: CancellationToken) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_LIMIT, tls.accept(stream)).await else { return };
    let service = service_fn(|request| {
        let (front, cut) = (Arc::clone(&front), cut.clone());
        async move { Ok::<_, std::convert::Infallible>(front.serve(request, cut).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_LIMIT)
        .serve_connection(TokioIo::new(stream), service);
    drop(connection.await);
}
