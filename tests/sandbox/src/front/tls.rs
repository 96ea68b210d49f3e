//! The certificate authority of a data folder, and the platform's certificate for this run.

use crate::clock::now_ms;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

const CA_LIFE_DAYS: i64 = 3_650;
const LEAF_LIFE_DAYS: i64 = 90;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the certificate authority's files: {0}")]
    Io(#[from] io::Error),
    #[error("the certificate authority: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the TLS server: {0}")]
    Server(#[from] rustls::Error),
}

/// An acceptor with a certificate for `localhost` and 127.0.0.1, made for this run, and the file that holds the root.
/// The authority is made with the folder (`ca.pem`, `ca.key.pem`) and stays the same in it.
pub fn acceptor(data: &Path) -> Result<(TlsAcceptor, PathBuf), TlsError> {
    let (root_file, key_file) = (data.join("ca.pem"), data.join("ca.key.pem"));
    let now = OffsetDateTime::from_unix_timestamp(now_ms() / 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, "pay.taipei sandbox authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (authority.not_before, authority.not_after) = (now - Duration::days(1), now + Duration::days(CA_LIFE_DAYS));
    let authority_key = if root_file.exists() && key_file.exists() {
        KeyPair::from_pem(&fs::read_to_string(&key_file)?)?
    } else {
        let key = KeyPair::generate()?;
        write_private(&key_file, key.serialize_pem().as_bytes())?;
        fs::write(&root_file, authority.self_signed(&key)?.pem())?;
        key
    };
    // A leaf needs the authority's name and key only, and both stay.
    let issuer = Issuer::new(authority, authority_key);
    let mut leaf = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    leaf.distinguished_name.push(DnType::CommonName, "localhost");
    leaf.use_authority_key_identifier_extension = true;
    leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    (leaf.not_before, leaf.not_after) = (now - Duration::days(1), now + Duration::days(LEAF_LIFE_DAYS));
    let leaf_key = KeyPair::generate()?;
    let certificate = leaf.signed_by(&leaf_key, &issuer)?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(server)), root_file))
}

/// Writes what nobody else may read.
pub fn write_private(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}
