//! What the phone provides, as traits that Kotlin and Swift implement. Every method may fail; an exception that is none of
//! these errors counts as a failure, and what it says is dropped unread.
//!
//! A shell's language may also die inside a method without telling (Kotlin's `Error` is no `Exception`): then uniffi sees
//! success with a value of zeros. Each answer here is such that zeros grant nothing.

use std::sync::Arc;

use paytaipei_app::ports;
use thiserror::Error;

/// What a key is for. Each is an ECDSA P-256 key that never leaves the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum KeyPurpose {
    /// Signs consents, after somebody showed that they are present. Locked with the phone.
    Consent,
    /// Signs for the session. Usable while the phone is locked, so that the queue drains in the background.
    Session,
}

/// Why the vault did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum VaultError {
    /// The vault's key is gone: lock screen removed, backup restored on another phone.
    #[error("the vault's key is gone")]
    KeyLost,
    /// Nobody confirmed to be present.
    #[error("nobody confirmed to be present")]
    NotPresent,
    /// Anything else; it may work later.
    #[error("the vault failed")]
    Failed,
}

/// Why a hint or an observer's method failed. Nothing depends on the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum ForeignError {
    #[error("it failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for VaultError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for ForeignError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// Android's Keystore, or Apple's Keychain and Secure Enclave. Called from any thread.
#[uniffi::export(with_foreign)]
pub trait KeyVault: Send + Sync {
    /// Encrypts the store's key (32 bytes) under a key of the vault's.
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// The reverse. `KeyLost` where the vault's key is gone.
    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// The public half, made on first use: uncompressed point, 65 bytes (SEC 1, section 2.3.3).
    fn public_key(&self, purpose: KeyPurpose) -> Result<Vec<u8>, VaultError>;
    /// Makes new keys for both purposes in the place of the old ones, which sign no more; what wraps the store's key stays.
    /// Asked for before a verification, where the old ones were lost or revoked.
    fn renew(&self) -> Result<(), VaultError>;
    /// ECDSA with SHA-256 over the message: DER, as Keystore and Secure Enclave answer, or raw r ‖ s, 64 bytes.
    fn sign(&self, purpose: KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, VaultError>;
    /// Biometric or device PIN; `reason` is shown. `true` only if somebody confirmed.
    fn confirm_presence(&self, reason: String) -> Result<bool, VaultError>;
}

/// Whether the phone believes to be connected. A hint: it wakes the queue and proves nothing. Asked a few times a second
/// while the queue drains; where it fails, the core tries the network as if connected.
#[uniffi::export(with_foreign)]
pub trait Connectivity: Send + Sync {
    fn is_connected(&self) -> Result<bool, ForeignError>;
}

/// Why nothing came back over the mobile network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, uniffi::Error)]
pub enum CellularError {
    /// Mobile data is switched off or not there.
    #[error("mobile data is switched off or not there")]
    NoMobileData,
    /// Anything else.
    #[error("nothing came back over mobile data")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CellularError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// The mobile network, whatever network all else uses: on Android a request bound with `requestNetwork`, on iOS an
/// `NWConnection` of the required interface. The operator knows its subscriber there without asking.
#[uniffi::export(with_foreign)]
pub trait Cellular: Send + Sync {
    /// Fetches `url` over mobile data only, and gives the HTTP status. The body means nothing. Waited for ten seconds.
    fn cellular_get(&self, url: String) -> Result<u16, CellularError>;
}

pub struct MobileNetwork(pub Arc<dyn Cellular>);

impl ports::Cellular for MobileNetwork {
    fn cellular_get(&self, url: String) -> Result<u16, ports::CellularError> {
        self.0.cellular_get(url).map_err(|error| match error {
            CellularError::NoMobileData => ports::CellularError::NoMobileData,
            CellularError::Failed => ports::CellularError::Failed,
        })
    }
}

pub struct Vault(pub Arc<dyn KeyVault>);

impl From<VaultError> for ports::VaultError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::KeyLost => Self::KeyLost,
            VaultError::NotPresent => Self::NotPresent,
            VaultError::Failed => Self::Failed,
        }
    }
}

impl From<ports::KeyPurpose> for KeyPurpose {
    fn from(purpose: ports::KeyPurpose) -> Self {
        match purpose {
            ports::KeyPurpose::Consent => Self::Consent,
            ports::KeyPurpose::Session => Self::Session,
        }
    }
}

/// An answer of the vault's, unless it is empty.
fn filled(answer: Result<Vec<u8>, VaultError>) -> Result<Vec<u8>, ports::VaultError> {
    answer
        .map_err(Into::into)
        .and_then(|bytes| if bytes.is_empty() { Err(ports::VaultError::Failed) } else { Ok(bytes) })
}

impl ports::KeyVault for Vault {
    fn wrap(&self, key: Vec<u8>) -> Result<Vec<u8>, ports::VaultError> {
        filled(self.0.wrap(key))
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, ports::VaultError> {
        filled(self.0.unwrap(wrapped))
    }

    fn public_key(&self, purpose: ports::KeyPurpose) -> Result<Vec<u8>, ports::VaultError> {
        filled(self.0.public_key(purpose.into()))
    }

    fn renew(&self) -> Result<(), ports::VaultError> {
        self.0.renew().map_err(Into::into)
    }

    fn sign(&self, purpose: ports::KeyPurpose, message: Vec<u8>) -> Result<Vec<u8>, ports::VaultError> {
        filled(self.0.sign(purpose.into(), message))
    }

    fn confirm_presence(&self, reason: String) -> Result<(), ports::VaultError> {
        match self.0.confirm_presence(reason) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ports::VaultError::NotPresent),
            Err(error) => Err(error.into()),
        }
    }
}

pub struct Hint(pub Arc<dyn Connectivity>);

impl ports::Connectivity for Hint {
    fn is_connected(&self) -> bool {
        self.0.is_connected().unwrap_or(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use paytaipei_app::ports::{Connectivity as _, KeyVault as _};

    struct Mute;

    impl KeyVault for Mute {
        fn wrap(&self, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Ok(Vec::new())
        }
        fn unwrap(&self, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Ok(Vec::new())
        }
        fn public_key(&self, _: KeyPurpose) -> Result<Vec<u8>, VaultError> {
            Ok(Vec::new())
        }
        fn renew(&self) -> Result<(), VaultError> {
            Ok(())
        }
        fn sign(&self, _: KeyPurpose, _: Vec<u8>) -> Result<Vec<u8>, VaultError> {
            Ok(Vec::new())
        }
        fn confirm_presence(&self, _: String) -> Result<bool, VaultError> {
            Ok(false)
        }
    }

    impl Connectivity for Mute {
        fn is_connected(&self) -> Result<bool, ForeignError> {
            Err(ForeignError::Failed)
        }
    }

    /// What uniffi hands over where the foreign side died without a word.
    #[test]
    fn answers_of_zeros_grant_nothing() {
        let vault = Vault(Arc::new(Mute));
        assert_eq!(vault.wrap(vec![7; 32]), Err(ports::VaultError::Failed));
        assert_eq!(vault.unwrap(vec![7; 60]), Err(ports::VaultError::Failed));
        assert_eq!(vault.public_key(ports::KeyPurpose::Session), Err(ports::VaultError::Failed));
        assert_eq!(vault.sign(ports::KeyPurpose::Consent, vec![1]), Err(ports::VaultError::Failed));
        assert_eq!(vault.confirm_presence("?".to_owned()), Err(ports::VaultError::NotPresent));
    }

    #[test]
    fn a_hint_that_fails_keeps_no_payment_from_being_tried() {
        assert!(Hint(Arc::new(Mute)).is_connected());
    }
}
