//! Typed refusals, as the contract's `Problem`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refusal or trouble: HTTP status, code and a message that says what to do. Never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    /// Seconds.
    pub retry_after_s: Option<u64>,
    /// Stands with `payment_not_found` only: seconds.
    pub resend_for_s: Option<u64>,
}

impl Problem {
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None, resend_for_s: None }
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(422, "malformed", message)
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        // SQLite's own words may quote a row: only its code leaves.
        let code = error.sqlite_error_code().map_or_else(|| "no code".to_owned(), |code| format!("{code:?}"));
        eprintln!("paytaipei-sandbox: database trouble ({code})");
        Self::new(500, "internal", format!("The sandbox's database refused ({code}). Ask again later."))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({"error": {"code": self.code, "message": self.message}});
        if let (Some(seconds), Some(members)) = (self.resend_for_s, body.as_object_mut()) {
            members.insert("resend_for_s".into(), seconds.into());
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(body)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
