//! Whether the platform can be reached: here, where no system tells, by knocking at its door. And the mobile network, where
//! there is a modem.

use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use paytaipei_app::ports::{Cellular, CellularError, Connectivity};

/// A TCP connection within a second is connection enough.
pub struct Knock {
    pub host: String,
    pub port: u16,
}

impl Connectivity for Knock {
    fn is_connected(&self) -> bool {
        let Ok(addresses) = (self.host.as_str(), self.port).to_socket_addrs() else { return false };
        addresses.into_iter().any(|address| TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
    }
}

/// A program that fetches an address over mobile data, such as `curl --interface wwan0`.
pub struct Modem(pub PathBuf);

impl Cellular for Modem {
    fn cellular_get(&self, url: String) -> Result<u16, CellularError> {
        let ran = Command::new(&self.0).arg(url).stdin(Stdio::null()).stderr(Stdio::null()).output();
        let ran = ran.map_err(|_| CellularError::NoMobileData)?;
        let said = std::str::from_utf8(&ran.stdout).map_err(|_| CellularError::Failed)?;
        said.trim().parse().map_err(|_| CellularError::Failed)
    }
}
