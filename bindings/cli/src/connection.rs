//! Whether the platform can be reached: here, where no system tells, by knocking at its door.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use paytaipei_app::ports::Connectivity;

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
