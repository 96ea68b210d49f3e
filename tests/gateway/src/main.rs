//! `paytaipei-gateway`: the platform's way to the eight payment businesses, in a process of its own.
//!
//! Everything that is said to a business is built, and everything that it says is judged, by `core/merchant`. The sandbox's
//! businesses share no line with it: where the two agree, they agree by the protocol.

mod desk;
mod network;
mod protocols;
mod words;

use std::process::ExitCode;
use std::sync::Arc;

use desk::Desk;
use network::Network;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use words::{Start, Wanted};

#[derive(Debug, thiserror::Error)]
enum GatewayError {
    #[error("the first line says where the businesses are, and it does not")]
    Start,
    #[error("standard input: {0}")]
    Input(#[from] std::io::Error),
    #[error(transparent)]
    Network(#[from] network::NetworkError),
    #[error(transparent)]
    Keys(#[from] paytaipei_merchant::RequestError),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paytaipei-gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Until standard input closes.
fn run() -> Result<(), GatewayError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut lines = BufReader::new(stdin()).lines();
        let first = lines.next_line().await?.ok_or(GatewayError::Start)?;
        let start: Start = serde_json::from_str(&first).map_err(|_| GatewayError::Start)?;
        let desk = Arc::new(Desk::new(Network::new(&start.ca)?, start)?);
        while let Some(line) = lines.next_line().await? {
            match serde_json::from_str::<Wanted>(&line) {
                Ok(wanted) => Arc::clone(&desk).take(wanted),
                Err(error) => eprintln!("paytaipei-gateway: not understood at column {}", error.column()),
            }
        }
        Ok(())
    })
}
