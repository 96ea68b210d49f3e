//! What platform and gateway say to each other: one JSON object a line, on standard input and output.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where the businesses are and which keys they share with the platform. The first line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// `https://localhost:PORT`: each business stands under its own name there.
    pub base: String,
    /// The root certificate, a file.
    pub ca: std::path::PathBuf,
    pub store: String,
    pub key: String,
    pub iv: String,
    /// Scan2Pay's, PEM.
    pub public_key: String,
}

/// What the platform wants.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    Pay(Pay),
    Registered {
        payment: Uuid,
        ok: bool,
    },
    Notice(Notice),
    /// Look at once how an order stands.
    Inquire {
        payment: Uuid,
    },
    Refund(Refund),
}

#[derive(Deserialize)]
pub struct Pay {
    pub payment: Uuid,
    pub provider: String,
    /// NT dollars.
    pub amount: i64,
    pub description: String,
    pub agreement: Option<String>,
    /// How long the person has to finish.
    pub valid_s: u64,
    pub poll_ms: u64,
}

/// A notice as it came in, base64.
#[derive(Deserialize)]
pub struct Notice {
    pub id: u64,
    pub provider: String,
    pub digest: Option<String>,
    pub body: String,
}

#[derive(Deserialize)]
pub struct Refund {
    pub id: u64,
    pub payment: Uuid,
    pub refund: Uuid,
    pub provider: String,
    /// NT dollars.
    pub amount: i64,
    pub paid: i64,
}

/// What the gateway tells.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told<'a> {
    /// Before anything is sent: is this order id free?
    Order {
        payment: Uuid,
        provider: &'a str,
        order_id: &'a str,
    },
    /// The person finishes there.
    Page {
        payment: Uuid,
        url: &'a str,
    },
    /// The person's browser posts this form.
    Form {
        payment: Uuid,
        action: &'a str,
        fields: &'a [(&'static str, String)],
    },
    Charged {
        payment: Uuid,
        trade_no: &'a str,
    },
    Declined {
        payment: Uuid,
        reason: &'static str,
    },
    /// What to answer a notice. `payment` and `known` where it was believed, `known` telling its like from others.
    Acknowledge {
        id: u64,
        status: u16,
        body: &'a str,
        payment: Option<Uuid>,
        known: Option<&'a str>,
    },
    Refunded {
        id: u64,
        done: bool,
        words: String,
    },
}
