//! HTTPS to the businesses.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use paytaipei_merchant::{Method, Request};
use reqwest::{Client, redirect};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// No answer of a business takes longer: it is asked again instead.
const WHOLE: Duration = Duration::from_secs(3);
const LARGEST: usize = 64 * 1024;

pub struct Network(Client);

#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    #[error("the root certificate can't be read")]
    Root,
    #[error("no TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("no client: {0}")]
    Client(#[from] reqwest::Error),
}

impl Network {
    pub fn new(ca: &Path) -> Result<Self, NetworkError> {
        let mut roots = rustls::RootCertStore::empty();
        let root = CertificateDer::from_pem_file(ca).map_err(|_| NetworkError::Root)?;
        roots.add(root)?;
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .timeout(WHOLE)
            .build()?;
        Ok(Self(client))
    }

    /// Status and body; `None` where no whole answer came.
    pub async fn send(&self, request: &Request) -> Option<(u16, Vec<u8>)> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut builder = self.0.request(method, &request.url).body(request.body.clone());
        for (name, value) in &request.headers {
            builder = builder.header(*name, value.as_str());
        }
        let mut answer = builder.send().await.ok()?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.ok()? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                break;
            }
        }
        Some((status, body))
    }
}
