//! The peer: values of the same shapes cross the same kind of border, and nothing else happens. It is told what to answer
//! and answers it from memory.

use std::sync::{Mutex, PoisonError};

uniffi::setup_scaffolding!();

/// As `paytaipei_ffi::Biller`.
#[derive(Clone, uniffi::Record)]
pub struct Biller {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub category: String,
    pub county: String,
    pub served: bool,
    pub scan: bool,
    pub fields: Vec<String>,
    pub hint: String,
}

/// As `paytaipei_ffi::Provider`.
#[derive(Clone, uniffi::Record)]
pub struct Provider {
    pub id: String,
    pub name: String,
}

/// As `paytaipei_ffi::Words`.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

/// As `paytaipei_ffi::Refusal`.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Refusal {
    pub code: String,
    pub detail: Option<String>,
    pub message: Words,
    pub hint: Words,
}

/// As `paytaipei_ffi::PayTaipeiError`, which has more variants.
#[derive(Clone, Debug, uniffi::Error)]
pub enum EchoError {
    Input { refusal: Box<Refusal> },
}

impl std::fmt::Display for EchoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for EchoError {}

/// As `paytaipei_ffi::Rotation`.
#[derive(uniffi::Enum)]
pub enum Rotation {
    R0,
    R90,
    R180,
    R270,
}

/// As `paytaipei_ffi::Lang`.
#[derive(uniffi::Enum)]
pub enum Lang {
    ZhHant,
    En,
}

static BILLERS: Mutex<Vec<Biller>> = Mutex::new(Vec::new());
static PROVIDERS: Mutex<Vec<Provider>> = Mutex::new(Vec::new());
static REFUSAL: Mutex<Option<Refusal>> = Mutex::new(None);

/// From now on these are the answers.
#[uniffi::export]
pub fn remember(billers: Vec<Biller>, providers: Vec<Provider>, refusal: Refusal) {
    *BILLERS.lock().unwrap_or_else(PoisonError::into_inner) = billers;
    *PROVIDERS.lock().unwrap_or_else(PoisonError::into_inner) = providers;
    *REFUSAL.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
}

#[uniffi::export]
pub fn billers(lang: Lang) -> Vec<Biller> {
    let _ = lang;
    BILLERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

#[uniffi::export]
pub fn providers(lang: Lang) -> Vec<Provider> {
    let _ = lang;
    PROVIDERS.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// A number in, a text out.
#[uniffi::export]
pub fn echo(number: i64) -> String {
    number.to_string()
}

/// Takes a frame in hand, and refuses it.
#[derive(uniffi::Object)]
pub struct Taker {}

#[uniffi::export]
impl Taker {
    #[uniffi::constructor]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self {}
    }

    pub fn frame(
        &self,
        luma: &[u8],
        width: u32,
        height: u32,
        stride: u32,
        rotation: Rotation,
    ) -> Result<u32, EchoError> {
        let _ = (height, rotation);
        let refusal = REFUSAL.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match refusal {
            Some(refusal) if width > stride => Err(EchoError::Input { refusal: Box::new(refusal) }),
            _ => Ok(u32::from(luma.first().copied().unwrap_or_default())),
        }
    }
}
