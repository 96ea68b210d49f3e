//! Envelopes.

use paytaipei_app::ports::HttpReply;
use serde_json::{Value, json};

pub fn json(status: u16, body: &Value) -> HttpReply {
    HttpReply {
        status,
        content_type: Some("application/json".into()),
        retry_after: None,
        etag: None,
        body: body.to_string().into_bytes(),
    }
}

/// The contract's `Problem`.
pub fn problem(status: u16, code: &str, retry_after_s: Option<i64>) -> HttpReply {
    let mut reply = json(status, &json!({"error": {"code": code, "message": "Simulated."}}));
    reply.retry_after = retry_after_s.map(|seconds| seconds.to_string());
    reply
}

/// A page, as captive portals and broken proxies give.
pub fn html(status: u16) -> HttpReply {
    HttpReply {
        status,
        content_type: Some("text/html; charset=utf-8".into()),
        retry_after: None,
        etag: None,
        body: b"<!doctype html><title>Sign in to the Wi-Fi</title>".to_vec(),
    }
}
