//! A sandbox for tests: in this process on a thread of its own, or as a child process.

use crate::control::client::ControlClient;
use crate::server::{self, Options, Ready, SandboxError};
use std::io::{BufRead, BufReader};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A running sandbox. It is also its own [`ControlClient`]; dropping it stops it.
pub struct Sandbox {
    ready: Ready,
    control: ControlClient,
    life: Life,
    /// Kept until the sandbox has stopped.
    folder: Option<tempfile::TempDir>,
}

enum Life {
    Thread { stop: CancellationToken, thread: Option<JoinHandle<Result<(), SandboxError>>> },
    Child(Child),
}

impl Sandbox {
    /// Starts a sandbox in this process.
    ///
    /// # Errors
    /// [`SandboxError`] where it can't start.
    pub fn spawn(options: Options) -> Result<Self, SandboxError> {
        let (folder, data) = data_folder(&options)?;
        let stop = CancellationToken::new();
        let (sender, ready) = mpsc::channel();
        let stopping = stop.clone();
        let thread = std::thread::Builder::new()
            .name("paytaipei-sandbox".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .map_err(SandboxError::Start)?;
                // Nobody waits for it where spawning failed meanwhile.
                let said = move |ready| drop(sender.send(ready));
                runtime.block_on(server::run(data, options, stopping, said))
            })
            .map_err(SandboxError::Start)?;
        match ready.recv() {
            Ok(ready) => {
                let control = ControlClient::new(&ready.control);
                Ok(Self { ready, control, life: Life::Thread { stop, thread: Some(thread) }, folder })
            }
            Err(_) => Err(match thread.join() {
                Ok(Err(error)) => error,
                _ => SandboxError::Ended,
            }),
        }
    }

    /// Starts the binary `paytaipei-sandbox` as a child process, which ends with this one.
    ///
    /// # Errors
    /// [`SandboxError`] where it can't start; what it said of the reason stands on standard error.
    pub fn spawn_binary(binary: &Path, options: &Options) -> Result<Self, SandboxError> {
        let (folder, data) = data_folder(options)?;
        let mut command = Command::new(binary);
        command.arg("--data").arg(&data).arg("--until-stdin-closes");
        command.args(["--port", &options.port.to_string(), "--control-port", &options.control_port.to_string()]);
        if let Some(record) = &options.record {
            command.arg("--record").arg(record);
        }
        if let Some(protocols) = &options.protocols {
            command.arg("--gateway").arg(&protocols.gateway).arg("--oracles").arg(&protocols.oracles);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(SandboxError::Start)?;
        let mut line = String::new();
        let read = child.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut line));
        let ready: Option<Ready> = read.and_then(|_| serde_json::from_str(&line).ok());
        match ready {
            Some(ready) => {
                let control = ControlClient::new(&ready.control);
                Ok(Self { ready, control, life: Life::Child(child), folder })
            }
            None => {
                drop(child.kill());
                drop(child.wait());
                Err(SandboxError::Ended)
            }
        }
    }

    /// `https://localhost:PORT`
    pub fn platform(&self) -> &str {
        &self.ready.platform
    }

    /// The TLS port's number.
    pub fn port(&self) -> u16 {
        self.ready.platform.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    /// `http://127.0.0.1:PORT`
    pub fn control_url(&self) -> &str {
        &self.ready.control
    }

    /// Where the businesses speak their own protocols: `https://localhost:PORT`.
    pub fn businesses(&self) -> Option<&str> {
        self.ready.businesses.as_deref()
    }

    /// The root certificate, and the public key of what the platform signs; PEM.
    pub fn ca(&self) -> &Path {
        &self.ready.ca
    }

    /// A control client of its own, for another thread.
    pub fn control(&self) -> ControlClient {
        self.control.clone()
    }

    /// Kills a child process as the operating system would (SIGKILL on Unix); stops a thread in order.
    pub fn kill(&mut self) {
        match &mut self.life {
            Life::Thread { stop, thread } => {
                stop.cancel();
                if let Some(thread) = thread.take() {
                    drop(thread.join());
                }
            }
            Life::Child(child) => {
                drop(child.kill());
                drop(child.wait());
            }
        }
    }
}

fn data_folder(options: &Options) -> Result<(Option<tempfile::TempDir>, PathBuf), SandboxError> {
    match &options.data {
        Some(data) => Ok((None, data.clone())),
        None => {
            let folder = tempfile::tempdir().map_err(SandboxError::Data)?;
            let data = folder.path().to_owned();
            Ok((Some(folder), data))
        }
    }
}

impl Deref for Sandbox {
    type Target = ControlClient;

    fn deref(&self) -> &ControlClient {
        &self.control
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Life::Child(child) = &mut self.life {
            // Its standard input closes, and it stops in order.
            drop(child.stdin.take());
            drop(child.wait());
        } else {
            self.kill();
        }
        drop(self.folder.take());
    }
}
