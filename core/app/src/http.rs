//! The network, for real: HTTPS to one platform, bounded, without redirects.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, Url, redirect};
#[cfg(not(paytaipei_phone))]
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;

use crate::error::{Code, Result};
use crate::ports::{Clock, Http, HttpError, HttpFuture, HttpReply, HttpRequest, Method};

/// No answer of the interface is longer.
const LONGEST_ANSWER: usize = 256 * 1024;
const CONNECT: Duration = Duration::from_secs(8);
const WHOLE: Duration = Duration::from_secs(20);

/// HTTPS by reqwest and rustls, trusting the Mozilla root set that is built in.
pub struct HttpsClient {
    client: Client,
    base: Url,
}

impl HttpsClient {
    /// `platform` is `https://host[:port]`. `extra_root` (PEM) is for test platforms: phone builds refuse it.
    pub fn new(platform: &str, extra_root: Option<&[u8]>, clock: Arc<dyn Clock>) -> Result<Self> {
        let base = Url::parse(platform).map_err(|_| Code::PlatformUrl)?;
        if base.scheme() != "https" {
            return Err(Code::InsecurePlatform.into());
        }
        let bare = base.path() == "/" && base.query().is_none() && base.fragment().is_none();
        if !bare || !base.username().is_empty() || base.password().is_some() || base.host().is_none() {
            return Err(Code::PlatformUrl.into());
        }
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = extra_root {
            add_extra_root(&mut roots, pem)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_details(provider, Arc::new(PhoneTime(clock)))
            .with_safe_default_protocol_versions()
            .map_err(|_| Code::Internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .pool_idle_timeout(Duration::from_secs(20))
            .user_agent(concat!("paytaipei/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Code::Internal)?;
        Ok(Self { client, base })
    }

    /// Host and port of the platform.
    #[must_use]
    pub fn address(&self) -> (String, u16) {
        let host = self.base.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        (host, self.base.port_or_known_default().unwrap_or(443))
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpReply, HttpError> {
        let url = self.base.join(&request.path).map_err(|_| HttpError::Broken)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
        };
        let mut builder = self.client.request(method, url).header(ACCEPT, "application/json");
        if let Some(bearer) = request.bearer {
            builder = builder.header(AUTHORIZATION, secret(&format!("Bearer {bearer}"))?);
        }
        if let Some(token) = request.bill_token {
            builder = builder.header(HeaderName::from_static("bill-token"), secret(&token)?);
        }
        if let Some(known) = request.if_none_match {
            builder = builder.header(IF_NONE_MATCH, HeaderValue::from_str(&known).map_err(|_| HttpError::Broken)?);
        }
        if let Some(body) = request.body {
            builder = builder.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut response = builder.send().await.map_err(|error| sort(&error))?;
        let text =
            |name| response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let (content_type, retry_after, etag) = (text(CONTENT_TYPE), text(RETRY_AFTER), text(ETAG));
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| sort(&error))? {
            if body.len().saturating_add(chunk.len()) > LONGEST_ANSWER {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpReply { status, content_type, retry_after, etag, body })
    }
}

impl Http for HttpsClient {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Certificates are judged by the phone's clock, the one that a person can set right.
struct PhoneTime(Arc<dyn Clock>);

impl TimeProvider for PhoneTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(self.0.now().0).ok()?)))
    }
}

impl fmt::Debug for PhoneTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneTime")
    }
}

fn secret(text: &str) -> Result<HeaderValue, HttpError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| HttpError::Broken)?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(not(paytaipei_phone))]
fn add_extra_root(roots: &mut rustls::RootCertStore, pem: &[u8]) -> Result<()> {
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| Code::ExtraRootUnreadable)?;
        roots.add(certificate).map_err(|_| Code::ExtraRootUnreadable)?;
        found += 1;
    }
    if found == 0 { Err(Code::ExtraRootUnreadable.into()) } else { Ok(()) }
}

/// A phone trusts the roots that it was built with, whoever asks for more. Compiled by `--cfg paytaipei_phone`, not by a
/// Cargo feature: features unify over a build, so another crate could switch it.
#[cfg(paytaipei_phone)]
fn add_extra_root(_: &mut rustls::RootCertStore, _: &[u8]) -> Result<()> {
    Err(Code::ExtraRootNotAllowed.into())
}

/// What kind of failure it was, by what stands at its root.
fn sort(error: &reqwest::Error) -> HttpError {
    if let Some(tls) = tls_error(error) {
        sort_tls(tls)
    } else if error.is_timeout() {
        HttpError::Timeout
    } else if error.is_connect() {
        HttpError::Offline
    } else {
        HttpError::Broken
    }
}

/// The failure of TLS below this one, if that is what failed.
fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(tls) = cause.downcast_ref() {
            return Some(tls);
        }
        // The `source` of an `io::Error` is its content's source: the content itself, maybe another, is had here only.
        cause = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(content) => content,
            None => cause.source()?,
        };
    }
}

fn sort_tls(error: &rustls::Error) -> HttpError {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(
            Bad::Expired | Bad::ExpiredContext { .. } | Bad::NotValidYet | Bad::NotValidYetContext { .. },
        ) => HttpError::Clock,
        _ => HttpError::Tls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemClock;

    /// A root certificate that nobody's platform uses: self-signed, P-256, invented for this test.
    const ROOT: &[u8] = include_bytes!("../tests/root.pem");

    fn refusal(platform: &str, extra_root: Option<&[u8]>) -> Option<Code> {
        HttpsClient::new(platform, extra_root, Arc::new(SystemClock)).err().map(|error| error.code)
    }

    #[cfg(paytaipei_phone)]
    #[test]
    fn a_phone_takes_no_extra_root() {
        assert_eq!(refusal("https://localhost:8443", Some(ROOT)), Some(Code::ExtraRootNotAllowed));
        assert_eq!(refusal("https://localhost:8443", Some(b"")), Some(Code::ExtraRootNotAllowed));
        assert_eq!(refusal("https://localhost:8443", None), None);
    }

    #[cfg(not(paytaipei_phone))]
    #[test]
    fn test_platforms_bring_a_root_and_it_must_be_one() {
        assert_eq!(refusal("https://localhost:8443", Some(ROOT)), None);
        let spoiled = ROOT.iter().map(|byte| if *byte == b'M' { b'N' } else { *byte }).collect::<Vec<u8>>();
        for bad in [&b""[..], b"\0", b"-----BEGIN CERTIFICATE-----\n", &spoiled] {
            assert_eq!(refusal("https://localhost:8443", Some(bad)), Some(Code::ExtraRootUnreadable));
        }
    }

    #[test]
    fn only_a_bare_https_address_is_a_platform() {
        assert_eq!(refusal("https://pay.taipei", None), None);
        for insecure in ["http://localhost:8443", "ftp://localhost", "file:///etc/passwd", "data:,x"] {
            assert_eq!(refusal(insecure, None), Some(Code::InsecurePlatform), "{insecure}");
        }
        for odd in [
            "https://me@localhost",
            "https://:x@localhost",
            "https://localhost/v1",
            "https://localhost?a",
            "https://localhost#a",
        ] {
            assert_eq!(refusal(odd, None), Some(Code::PlatformUrl), "{odd}");
        }
    }
}
