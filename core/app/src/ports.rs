//! What the core asks of the phone. The shells fill these; every method may fail, and none takes a reference to something
//! that it could keep. Storage is no port: it is SQLite, here and in the tests.

use std::future::Future;
use std::pin::Pin;

use paytaipei_payment::Timestamp;
use thiserror::Error;

/// What a key is for. Each is an ECDSA P-256 key that never leaves the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyPurpose {
    /// Signs consents, after somebody showed that they are present. Locked with the phone.
    Consent,
    /// Signs for the session. Usable while the phone is locked, so that the queue drains in the background.
    Session,
}

/// Android's Keystore or Apple's Keychain and Secure Enclave.
pub trait KeyVault: Send + Sync {
    /// Encrypts the store's key under a key of the vault's.
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// The reverse. [`VaultError::KeyLost`] where the vault's key is gone: lock screen removed, backup restored elsewhere.
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// The public half, made on first use: uncompressed point, 65 bytes (SEC 1, section 2.3.3).
    fn public_key(&self, purpose: KeyPurpose) -> Result<Vec<u8>, VaultError>;
    /// Makes new keys for both purposes in the place of the old ones, which sign no more; what wraps the store's key stays.
    /// Asked for before a verification, where the old ones were lost or revoked.
    fn renew(&self) -> Result<(), VaultError>;
    /// ECDSA with SHA-256 over the message: DER (as Keystore and Secure Enclave answer) or raw r ‖ s, 64 bytes.
    fn sign(&self, purpose: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// Biometric or device PIN. `reason` is shown.
    fn confirm_presence(&self, reason: String) -> Result<(), VaultError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum VaultError {
    #[error("the vault's key is gone")]
    KeyLost,
    #[error("nobody confirmed to be present")]
    NotPresent,
    #[error("the vault failed")]
    Failed,
}

/// The phone's clock: may be wrong, may jump.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Random bytes fit for keys.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the phone gave no random bytes")]
pub struct EntropyError;

/// Whether the phone believes to be connected. A hint: it wakes the queue and proves nothing.
pub trait Connectivity: Send + Sync {
    fn is_connected(&self) -> bool;
}

/// The mobile network, whatever network all else uses: Android binds a request to it with `requestNetwork`, iOS with an
/// `NWConnection` of a required interface. The operator knows its subscriber there without asking (header enrichment).
pub trait Cellular: Send + Sync {
    /// Fetches `url` over mobile data only; gives the HTTP status. The body means nothing. Called on a thread that may wait.
    fn cellular_get(&self, url: String) -> Result<u16, CellularError>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CellularError {
    #[error("mobile data is switched off or not there")]
    NoMobileData,
    #[error("nothing came back over mobile data")]
    Failed,
}

/// One request to the platform.
pub struct HttpRequest {
    pub method: Method,
    /// Absolute path with query, such as `/v1/inquiries`.
    pub path: String,
    /// Sent as `Authorization: Bearer`, and marked sensitive.
    pub bearer: Option<String>,
    pub bill_token: Option<String>,
    /// Sent as `If-None-Match`: what the phone has already.
    pub if_none_match: Option<String>,
    /// JSON.
    pub body: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Put,
}

/// What came back, whole and bounded.
pub struct HttpReply {
    pub status: u16,
    pub content_type: Option<String>,
    pub retry_after: Option<String>,
    pub etag: Option<String>,
    pub body: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HttpError {
    #[error("the platform could not be reached")]
    Offline,
    #[error("the platform did not answer in time")]
    Timeout,
    #[error("the connection broke off")]
    Broken,
    #[error("the answer is larger than any of this interface")]
    TooLarge,
    #[error("the other side is not the platform")]
    Tls,
    #[error("the platform's certificate is not valid at this time of the phone's clock")]
    Clock,
}

pub type HttpFuture<'a> = Pin<Box<dyn Future<Output = Result<HttpReply, HttpError>> + Send + 'a>>;

/// The network.
pub trait Http: Send + Sync {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_>;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's random number generator.
#[derive(Debug)]
pub struct SystemEntropy(ring::rand::SystemRandom);

impl Default for SystemEntropy {
    fn default() -> Self {
        Self(ring::rand::SystemRandom::new())
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        ring::rand::SecureRandom::fill(&self.0, bytes).map_err(|_| EntropyError)
    }
}

/// Where nobody watches the connection, every call is worth a try.
#[derive(Clone, Copy, Debug, Default)]
pub struct AlwaysTry;

impl Connectivity for AlwaysTry {
    fn is_connected(&self) -> bool {
        true
    }
}
