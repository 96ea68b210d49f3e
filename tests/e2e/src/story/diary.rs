//! What happened in a story and when, in both languages, for whoever reads about it afterwards.

use std::path::PathBuf;

use paytaipei_sandbox::IssuedBill;
use serde_json::Value;
use time::OffsetDateTime;

use crate::phone::Killed;

/// The same words in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum What {
    Chapter {
        number: usize,
        title: Words,
    },
    Said(Words),
    /// It was checked, and is as it should be.
    Proven(Words),
    /// The platform's port was opened or closed.
    Network {
        up: bool,
    },
    Killed(Killed),
    /// A program was started after it was killed.
    Restarted {
        process: u32,
        command: String,
    },
}

#[derive(Clone, Debug)]
pub struct Entry {
    pub at: OffsetDateTime,
    pub what: What,
}

/// How a bill got onto the phone.
#[derive(Clone, Debug)]
pub enum Source {
    Photo(Photo),
    Keyed { typed: String, connected: bool },
}

/// A photo as scanned.
#[derive(Clone, Debug)]
pub struct Photo {
    pub file: PathBuf,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// What `paytaipei scan` said of it: one line of its output.
    pub scanned: Value,
}

/// A bill of the story: what was issued, and how the phone came to know it.
#[derive(Clone, Debug)]
pub struct Taken {
    pub issued: IssuedBill,
    pub source: Source,
}
