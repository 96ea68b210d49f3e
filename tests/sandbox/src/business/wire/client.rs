//! What a business tells by itself, over TLS.

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const LONGEST: Duration = Duration::from_secs(10);
const MOST_BODY: usize = 64 * 1024;

/// POSTs to `https://localhost`, trusting one root.
#[derive(Clone)]
pub struct HttpsClient(TlsConnector);

impl HttpsClient {
    pub fn new(root: &Path) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_file(root).map_err(io::Error::other)?;
        roots.add(root).map_err(io::Error::other)?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(TlsConnector::from(Arc::new(config))))
    }

    /// Status and body of the answer.
    pub async fn post(&self, url: &str, headers: &[(&str, &str)], body: String) -> io::Result<(u16, Bytes)> {
        let talk = self.talk(url, headers, body);
        tokio::time::timeout(LONGEST, talk).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }

    async fn talk(&self, url: &str, headers: &[(&str, &str)], body: String) -> io::Result<(u16, Bytes)> {
        let rest = url.strip_prefix("https://").ok_or_else(|| io::Error::other("not https"))?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let stream = TcpStream::connect(authority).await?;
        let host = authority.split(':').next().unwrap_or_default().to_owned();
        let name = ServerName::try_from(host).map_err(io::Error::other)?;
        let stream = self.0.connect(name, stream).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        let mut request = hyper::Request::post(path).header("host", authority);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(io::Error::other)?;
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MOST_BODY).collect().await.map_err(io::Error::other)?;
        Ok((status, body.to_bytes()))
    }
}
