//! A server that others wrote, over TLS on loopback, and what a shell does around the core: post, sign, fetch.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use paytaipei_oidc::{KeyCache, Provider};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::Value;

/// npm's oidc-provider.
pub struct Peer {
    child: Child,
    pub issuer: String,
    net: Net,
    _folder: tempfile::TempDir,
}

/// A blocking HTTPS client that trusts one certificate.
pub struct Net {
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
}

pub struct Reply {
    pub status: u16,
    pub nonce: Option<String>,
    pub body: Vec<u8>,
}

impl Peer {
    pub fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let installed = Command::new(root.join("scripts/oidc-provider")).stderr(Stdio::inherit()).output().unwrap();
        assert!(installed.status.success(), "scripts/oidc-provider says above what is missing");
        let server = String::from_utf8(installed.stdout).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (key, cert) = (folder.path().join("key.pem"), folder.path().join("cert.pem"));
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        std::fs::write(&cert, made.cert.pem()).unwrap();
        let mut child = Command::new("node")
            .arg(server.trim())
            .args([&key, &cert])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let issuer = ready["issuer"].as_str().unwrap().to_owned();
        Self { child, issuer, net: Net::new(made.cert.der().clone()), _folder: folder }
    }

    pub fn provider(&self) -> Provider {
        let reply = self.net.get(&Provider::description_of(&self.issuer), &[]);
        Provider::described(&self.issuer, &reply.body).unwrap()
    }

    /// Plays the operator's side: `rotate`, `approve`, `deny`.
    pub fn play(&self, what: &str) {
        assert_eq!(self.post(&format!("{}/test/{what}", self.issuer), "", &[]).status, 204, "{what}");
    }

    pub fn get(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        self.net.get(url, headers)
    }

    /// Posts a form.
    pub fn post(&self, url: &str, form: &str, headers: &[(&str, &str)]) -> Reply {
        self.net.send(reqwest::Method::POST, url, headers, Some(form.to_owned()))
    }

    pub fn fetch_keys(&self, uri: &str, keys: &mut KeyCache) {
        keys.fetched(&self.get(uri, &[]).body, now()).unwrap();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Net {
    fn new(trusted: rustls::pki_types::CertificateDer<'static>) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(trusted).unwrap();
        let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()
            .unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { client, runtime }
    }

    fn get(&self, url: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(reqwest::Method::GET, url, headers, None)
    }

    fn send(&self, method: reqwest::Method, url: &str, headers: &[(&str, &str)], form: Option<String>) -> Reply {
        let mut request = self.client.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(form) = form {
            request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
        }
        self.runtime.block_on(async {
            let reply = request.send().await.unwrap();
            let nonce = reply.headers().get("dpop-nonce").map(|nonce| nonce.to_str().unwrap().to_owned());
            Reply { status: reply.status().as_u16(), nonce, body: reply.bytes().await.unwrap().to_vec() }
        })
    }
}

/// The phone's key, as its vault would hold it.
pub struct PhoneKey(EcdsaKeyPair, SystemRandom);

impl PhoneKey {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap(), random)
    }

    pub fn point(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(&self.1, message).unwrap().as_ref().try_into().unwrap()
    }
}

pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}

/// Unix seconds.
pub fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}
