//! `--record`: every request and answer of the TLS port, one JSON object a line.

use crate::contract::Exchange;
use crate::store::lock;
use axum::http::HeaderMap;
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

/// Writes exchanges to a file, each whole.
pub struct Recorder {
    file: Mutex<File>,
}

impl Recorder {
    /// Appends to a file, or makes it.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: Mutex::new(OpenOptions::new().create(true).append(true).open(path)?) })
    }

    pub fn write(&self, exchange: &Exchange) {
        let line = serde_json::to_vec(exchange).map(|mut line| {
            line.push(b'\n');
            line
        });
        let written = line.map_err(io::Error::from).and_then(|line| lock(&self.file).write_all(&line));
        if let Err(error) = written {
            eprintln!("paytaipei-sandbox: the recording can't be written: {}", error.kind());
        }
    }
}

/// Headers by lower-case name; of `authorization` only the scheme.
pub fn headers(map: &HeaderMap) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::new();
    for (name, value) in map {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let text = match name.as_str() {
            "authorization" => text.split(' ').next().unwrap_or_default().to_owned(),
            _ => text,
        };
        headers.insert(name.as_str().to_owned(), text);
    }
    headers
}
