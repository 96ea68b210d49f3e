//! A payment as it is stored, and as the contract shows it.

use crate::business::ledger::Order;
use crate::clock::instant;
use crate::control::types::BillName;
use crate::platform::deals::Given;
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Map, Value, json};

/// A row of the payments.
pub(super) struct PaymentRow {
    pub seq: i64,
    pub id: String,
    pub msisdn: String,
    pub state: String,
    pub reason: Option<String>,
    pub bill: BillName,
    pub payable: i64,
    pub provider: String,
    pub order_id: Option<String>,
    pub body_sha256: Option<String>,
    pub receipt: Option<String>,
    pub recorded_at: i64,
    pub settled_at: Option<i64>,
    pub hand_off_url: Option<String>,
    pub puts: i64,
    /// JSON.
    pub cashback: Option<String>,
    pub signed_receipt: Option<String>,
    pub refund: Option<(String, i64)>,
}

pub(super) const COLUMNS: &str = "seq, id, msisdn, state, reason, biller, number, period, payable, provider, order_id, body_sha256, \
                       receipt, recorded_at, settled_at, hand_off_url, puts, cashback, signed_receipt, refund, refunded_at";

impl PaymentRow {
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            msisdn: row.get(2)?,
            state: row.get(3)?,
            reason: row.get(4)?,
            bill: BillName { biller: row.get(5)?, number: row.get(6)?, period: row.get(7)? },
            payable: row.get(8)?,
            provider: row.get(9)?,
            order_id: row.get(10)?,
            body_sha256: row.get(11)?,
            receipt: row.get(12)?,
            recorded_at: row.get(13)?,
            settled_at: row.get(14)?,
            hand_off_url: row.get(15)?,
            puts: row.get(16)?,
            cashback: row.get(17)?,
            signed_receipt: row.get(18)?,
            refund: row.get::<_, Option<String>>(19)?.zip(row.get(20)?),
        })
    }

    /// The contract's `Payment`.
    pub fn answer(&self) -> Value {
        let mut answer = Map::new();
        answer.insert("id".into(), json!(self.id));
        answer.insert("state".into(), json!(self.state));
        answer.insert("bill".into(), json!(self.bill));
        answer.insert("payable".into(), json!(self.payable));
        answer.insert("provider".into(), json!(self.provider));
        let in_hand = self.state == "awaiting_hand_off";
        let optional = [
            ("reason", self.reason.clone()),
            ("body_sha256", self.body_sha256.clone()),
            ("receipt", self.receipt.clone()),
            ("settled_at", self.settled_at.map(instant)),
            ("hand_off_url", self.hand_off_url.clone().filter(|_| in_hand)),
            ("signed_receipt", self.signed_receipt.clone()),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                answer.insert(name.into(), value.into());
            }
        }
        let given = self.given();
        if !given.is_empty() {
            answer.insert("cashback".into(), json!(given));
        }
        if let Some((kind, at)) = &self.refund {
            answer.insert("refund".into(), json!({"kind": kind, "at": instant(*at)}));
        }
        Value::Object(answer)
    }

    pub fn given(&self) -> Vec<Given> {
        self.cashback.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    pub fn is_finished(&self) -> bool {
        matches!(self.state.as_str(), "settled" | "refunded" | "declined" | "voided")
    }

    /// The order that the business was or will be given. A tombstone has none.
    pub fn order(&self) -> Option<Order> {
        self.order_id.as_ref().map(|order_id| Order {
            provider: self.provider.clone(),
            order_id: order_id.clone(),
            payment_id: self.id.clone(),
            account: self.msisdn.clone(),
            biller: self.bill.biller.clone(),
            number: self.bill.number.clone(),
            period: self.bill.period.clone(),
            amount: self.payable,
        })
    }
}

pub(super) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<PaymentRow>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM payments WHERE id = ?1"))?
        .query_row([id], PaymentRow::read)
        .optional()
}
