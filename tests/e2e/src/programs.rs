//! Finding the programs under test, built from the sources beside them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use paytaipei_sandbox::Protocols;

use crate::{Failure, Result};

/// The programs that the story needs.
#[derive(Clone, Debug)]
pub struct Programs {
    pub phone: PathBuf,
    pub sandbox: PathBuf,
    pub gateway: PathBuf,
}

/// The repository's root.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Builds the programs where their sources changed, once a process, with the profile of the program that asks; not where
/// `PAYTAIPEI_BUILT` says that it was just done.
pub fn programs() -> Result<Programs> {
    static BUILT: OnceLock<std::result::Result<Programs, String>> = OnceLock::new();
    BUILT.get_or_init(|| build().map_err(|failure| failure.0)).clone().map_err(Failure)
}

/// What it takes for the sandbox's businesses to speak their own protocols.
pub fn protocols() -> Result<Protocols> {
    let oracles = std::env::var_os("PAYTAIPEI_ORACLES").ok_or_else(|| {
        Failure::new("no PAYTAIPEI_ORACLES: scripts/demo and scripts/test install the SDKs of tests/oracles")
    })?;
    Ok(Protocols { gateway: programs()?.gateway, oracles: oracles.into() })
}

fn build() -> Result<Programs> {
    let folder = folder()?;
    let programs = Programs {
        phone: folder.join("paytaipei"),
        sandbox: folder.join("paytaipei-sandbox"),
        gateway: folder.join("paytaipei-gateway"),
    };
    if std::env::var_os("PAYTAIPEI_BUILT").is_some() {
        return Ok(programs);
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // All of them, so that Cargo unifies features as in every other build here, and builds nothing twice.
    command.args(["build", "--quiet", "--workspace", "--bins"]);
    if folder.ends_with("release") {
        command.arg("--release");
    }
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let status = command.current_dir(root()).status()?;
    if !status.success() {
        return Err(Failure::new("cargo build of the programs failed"));
    }
    Ok(programs)
}

/// Cargo's target folder, as far as this very program stands in one; the folder for passing files, otherwise.
#[must_use]
pub fn target() -> PathBuf {
    let target = folder().ok().and_then(|folder| Some(folder.parent()?.to_owned()));
    target.unwrap_or_else(std::env::temp_dir)
}

/// `target/PROFILE`, where this very program was built.
fn folder() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().ok_or_else(|| Failure::new("this program stands nowhere"))?;
    Ok(if folder.ends_with("deps") { folder.parent().unwrap_or(folder) } else { folder }.to_owned())
}
