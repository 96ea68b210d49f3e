//! The sandbox itself: every part opened, both ports served, until it is told to stop.

use crate::back::{Back, Parts, Protocols};
use crate::business::Businesses;
use crate::contract::{Contract, ContractError};
use crate::control::{self, Hands};
use crate::faults::Faults;
use crate::front::port::Port;
use crate::front::record::Recorder;
use crate::front::{Front, tls};
use crate::operator::Operator;
use crate::platform::signing::Signer;
use crate::platform::{Platform, routes};
use serde::{Deserialize, Serialize};
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Where a sandbox keeps its data and listens.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Made when it isn't there. In [`crate::Sandbox`] left out: a temporary folder.
    pub data: Option<PathBuf>,
    /// 0: any free one.
    pub port: u16,
    /// 0: any free one.
    pub control_port: u16,
    /// Records every request and answer of the TLS port, one JSON object a line.
    pub record: Option<PathBuf>,
    /// The businesses speak their own protocols; without, orders go to their books directly.
    pub protocols: Option<Protocols>,
}

/// What a sandbox says when it is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// `https://localhost:PORT`
    pub platform: String,
    /// `http://127.0.0.1:PORT`
    pub control: String,
    /// The root certificate, and the public key of what the platform signs; PEM.
    pub ca: PathBuf,
    /// Where the businesses speak their own protocols: `https://localhost:PORT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub businesses: Option<String>,
}

/// Why a sandbox doesn't run.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the data folder: {0}")]
    Data(#[source] io::Error),
    #[error("the recording: {0}")]
    Record(#[source] io::Error),
    #[error("the database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("{0}")]
    Tls(#[from] tls::TlsError),
    #[error("{0}")]
    Contract(#[from] ContractError),
    #[error("port {port} on loopback: {error}")]
    Port { port: u16, error: io::Error },
    #[error("the businesses' own protocols: {0}")]
    Protocols(#[source] io::Error),
    #[error("the sandbox's thread or process: {0}")]
    Start(#[source] io::Error),
    #[error("the sandbox ended before it was ready")]
    Ended,
}

/// Runs until `stop`; tells `ready` where, once both ports are open.
pub async fn run(
    data: PathBuf,
    options: Options,
    stop: CancellationToken,
    ready: impl FnOnce(Ready) + Send,
) -> Result<(), SandboxError> {
    std::fs::create_dir_all(&data).map_err(SandboxError::Data)?;
    let recorder = options.record.as_deref().map(Recorder::open).transpose().map_err(SandboxError::Record)?;
    let contract = Arc::new(Contract::of_this_repository()?);
    let (acceptor, ca) = tls::acceptor(&data)?;
    let signer = Signer::open(&data).map_err(SandboxError::Data)?;
    signer.announce(&ca).map_err(SandboxError::Data)?;
    let faults = Arc::new(Faults::default());
    let (sender, webhooks) = mpsc::unbounded_channel();
    let operator = Arc::new(Operator::open(&data.join("operator.db"))?);
    let businesses = Arc::new(Businesses::open(&data.join("businesses.db"), Arc::clone(&faults), sender)?);
    let platform = Arc::new(Platform::open(
        &data.join("platform.db"),
        Arc::clone(&operator),
        Arc::clone(&businesses),
        Arc::clone(&faults),
        contract,
        signer,
    )?);
    tokio::spawn(Arc::clone(&platform).listen(webhooks));
    let mut back = None;
    if let Some(protocols) = &options.protocols {
        let parts = Parts {
            protocols,
            platform: Arc::clone(&platform),
            businesses: Arc::clone(&businesses),
            faults: Arc::clone(&faults),
            tls: acceptor.clone(),
            ca: &ca,
            stop: stop.clone(),
        };
        let opened = Back::open(parts).await.map_err(SandboxError::Protocols)?;
        back = Some(opened.base().to_owned());
        platform.speak(opened);
    }
    platform.resume()?;

    let router = routes::router(Arc::clone(&platform));
    let front = Arc::new(Front::new(router, Arc::clone(&platform), Arc::clone(&faults), recorder));
    let port = Port::open(options.port, acceptor, Arc::clone(&front))
        .await
        .map_err(|error| SandboxError::Port { port: options.port, error })?;
    let port = Arc::new(port);
    let in_the_way = |error| SandboxError::Port { port: options.control_port, error };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.control_port)).await.map_err(in_the_way)?;
    let control = listener.local_addr().map_err(in_the_way)?;
    let hands = Hands { platform, operator, businesses, faults, front, port: Arc::clone(&port), stop: stop.clone() };
    let said = Ready {
        platform: format!("https://localhost:{}", port.number()),
        control: format!("http://{control}"),
        ca,
        businesses: back,
    };
    ready(said);
    axum::serve(listener, control::router(Arc::new(hands)))
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
        .map_err(in_the_way)?;
    port.set_open(false).await.map_err(|error| SandboxError::Port { port: port.number(), error })
}
