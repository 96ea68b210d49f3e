//! `paytaipei-sandbox`: runs until SIGTERM, `POST /control/shutdown`, or the end of its standard input.

use clap::Parser;
use paytaipei_sandbox::{Options, Protocols, Ready, SandboxError, run};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// What the phone talks to, on loopback: platform, operator and payment businesses, with faults to switch on.
///
/// Prints one JSON line when it is ready: {"platform","control","ca"}.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the databases and the certificate authority; made when it isn't there
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Port of the platform (TLS); 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    port: u16,
    /// Port of the control interface (plain HTTP); 0 for any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    control_port: u16,
    /// Append every request and answer of the platform's port to this file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// The businesses speak their own protocols to this program, `paytaipei-gateway`; needs --oracles
    #[arg(long, value_name = "PROGRAM", requires = "oracles")]
    gateway: Option<PathBuf>,
    /// Folder node_modules with the SDKs of tests/oracles
    #[arg(long, value_name = "DIR", env = "PAYTAIPEI_ORACLES")]
    oracles: Option<PathBuf>,
    /// Stop when standard input closes, so that the sandbox never outlives whoever started it
    #[arg(long)]
    until_stdin_closes: bool,
}

fn main() -> ExitCode {
    match start(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paytaipei-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> Result<(), SandboxError> {
    let stop = CancellationToken::new();
    if arguments.until_stdin_closes {
        let stop = stop.clone();
        std::thread::Builder::new()
            .name("stdin".to_owned())
            .spawn(move || {
                let mut buffer = [0u8; 256];
                while std::io::stdin().read(&mut buffer).is_ok_and(|read| read > 0) {}
                stop.cancel();
            })
            .map_err(SandboxError::Start)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(SandboxError::Start)?;
    runtime.block_on(async move {
        tokio::spawn(on_signal(stop.clone()));
        let options = Options {
            data: None,
            port: arguments.port,
            control_port: arguments.control_port,
            record: arguments.record,
            protocols: arguments
                .gateway
                .zip(arguments.oracles)
                .map(|(gateway, oracles)| Protocols { gateway, oracles }),
        };
        run(arguments.data, options, stop, print).await
    })
}

/// The one line on standard output. Should nobody read it, then nobody needs to know.
fn print(ready: Ready) {
    if let Ok(line) = serde_json::to_string(&ready) {
        let mut out = std::io::stdout().lock();
        drop(writeln!(out, "{line}").and_then(|()| out.flush()));
    }
}

/// Stops in order on SIGTERM and SIGINT.
async fn on_signal(stop: CancellationToken) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let (Ok(mut terminate), Ok(mut interrupt)) =
            (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
        {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.cancel();
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
    }
}
