//! A blocking client of the control interface, for tests and the demo.

use super::types::{
    BillChange, BillName, CatalogueChange, Fault, IssuedBill, Ledger, NewBill, PendingApproval, PlatformPayment, Route,
    Settings, Totals,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);
/// For work on millions of rows.
const LONG_PATIENCE: Duration = Duration::from_secs(1_800);

/// Why a control call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The sandbox refused: HTTP status, code, message.
    #[error("the sandbox refused: {status} {code}: {message}")]
    Refused { status: u16, code: String, message: String },
    #[error("the sandbox can't be reached: {0}")]
    Unreachable(String),
    #[error("the sandbox's answer can't be read: {0}")]
    Unreadable(String),
}

/// Speaks to a sandbox's control port. Cheap to clone; every call blocks until it is done.
#[derive(Clone)]
pub struct ControlClient {
    url: String,
    agent: ureq::Agent,
}

impl ControlClient {
    /// `url` as the sandbox printed it: `http://127.0.0.1:PORT`.
    pub fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            .max_idle_connections(0)
            .proxy(None)
            .build();
        Self { url: url.trim_end_matches('/').to_owned(), agent: config.into() }
    }

    fn read<T: DeserializeOwned>(
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<T, ControlError> {
        let mut answer = answer.map_err(|error| ControlError::Unreachable(error.to_string()))?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string();
        let text = text.map_err(|error| ControlError::Unreadable(error.to_string()))?;
        if status >= 400 {
            let problem: Value = serde_json::from_str(&text).unwrap_or_default();
            let part = |name: &str| problem["error"][name].as_str().unwrap_or_default().to_owned();
            return Err(ControlError::Refused { status, code: part("code"), message: part("message") });
        }
        serde_json::from_str(&text).map_err(|error| ControlError::Unreadable(error.to_string()))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ControlError> {
        Self::read(self.agent.get(format!("{}/control/{path}", self.url)).call())
    }

    fn post<T: DeserializeOwned>(&self, path: &str, body: impl Serialize) -> Result<T, ControlError> {
        let body = serde_json::to_string(&body).map_err(|error| ControlError::Unreadable(error.to_string()))?;
        Self::read(self.agent.post(format!("{}/control/{path}", self.url)).send(body))
    }

    /// Opens the TLS port, or closes it and cuts every connection. Its number stays.
    pub fn open_port(&self, open: bool) -> Result<(), ControlError> {
        self.post("port", json!({"open": open})).map(|_: Value| ())
    }

    /// Switches a fault on; gives its number.
    pub fn fault(&self, fault: Fault) -> Result<u64, ControlError> {
        let answer: Value = self.post("faults", fault)?;
        answer["id"].as_u64().ok_or_else(|| ControlError::Unreadable("no id".to_owned()))
    }

    /// How many faults are still on: one with `times` is off once it has happened so often.
    pub fn faults_left(&self) -> Result<usize, ControlError> {
        let answer: Value = self.get("faults")?;
        Ok(answer["faults"].as_array().map_or(0, Vec::len))
    }

    /// Offers these deals, in the contract's form, and no others.
    pub fn set_deals(&self, deals: &Value) -> Result<(), ControlError> {
        self.post("deals", deals).map(|_: Value| ())
    }

    /// Receipts are signed by a new key from now on; gives its name.
    pub fn renew_receipt_key(&self) -> Result<String, ControlError> {
        let answer: Value = self.post("receipt-keys", json!({}))?;
        answer["kid"].as_str().map(str::to_owned).ok_or_else(|| ControlError::Unreadable("no kid".to_owned()))
    }

    /// Switches every fault off.
    pub fn clear_faults(&self) -> Result<(), ControlError> {
        Self::read(self.agent.delete(format!("{}/control/faults", self.url)).call()).map(|_: Value| ())
    }

    /// Switches the platform's refusal of bills that are paid already.
    pub fn guard(&self, on: bool) -> Result<(), ControlError> {
        self.post("guard", json!({"on": on})).map(|_: Value| ())
    }

    /// Issues a bill.
    pub fn issue(&self, bill: NewBill) -> Result<IssuedBill, ControlError> {
        self.post("bills", bill)
    }

    /// Changes a bill that was issued.
    pub fn change(&self, change: BillChange) -> Result<(), ControlError> {
        self.post("bills/change", change).map(|_: Value| ())
    }

    /// Somebody pays the bill at a shop's counter.
    pub fn pay_elsewhere(&self, bill: &BillName) -> Result<(), ControlError> {
        self.post("bills/pay-elsewhere", bill).map(|_: Value| ())
    }

    /// The person approves the newest request on the handset of a number. Refused with 404 when none waits.
    pub fn approve(&self, msisdn: &str) -> Result<(), ControlError> {
        self.post("handset", json!({"msisdn": msisdn, "approve": true})).map(|_: Value| ())
    }

    /// The person refuses it.
    pub fn deny(&self, msisdn: &str) -> Result<(), ControlError> {
        self.post("handset", json!({"msisdn": msisdn, "approve": false})).map(|_: Value| ())
    }

    /// Fetches `url` over the mobile network, from the phone with the SIM of this number; gives the HTTP status.
    pub fn cellular_get(&self, url: &str, msisdn: &str) -> Result<u16, ControlError> {
        let answer: Value = self.post("cellular", json!({"url": url, "msisdn": msisdn}))?;
        let status = answer["status"].as_u64().and_then(|status| u16::try_from(status).ok());
        status.ok_or_else(|| ControlError::Unreadable("no status".to_owned()))
    }

    /// Opens the operator's page in the browser of the phone with the SIM of this number, and answers; gives the address that
    /// the page leads back to.
    pub fn browse(&self, url: &str, msisdn: &str, approve: bool) -> Result<String, ControlError> {
        let answer: Value = self.post("browser", json!({"url": url, "msisdn": msisdn, "approve": approve}))?;
        let link = answer["link"].as_str().map(str::to_owned);
        link.ok_or_else(|| ControlError::Unreadable("no link".to_owned()))
    }

    /// What the handset of a number shows, oldest first.
    pub fn pending(&self, msisdn: &str) -> Result<Vec<PendingApproval>, ControlError> {
        let mut answer: Value = self.get(&format!("handset?msisdn={}", msisdn.replace('+', "%2B")))?;
        serde_json::from_value(answer["pending"].take()).map_err(|error| ControlError::Unreadable(error.to_string()))
    }

    /// The person finishes a payment that was handed off to the business's app, or refuses it there.
    pub fn finish_hand_off(&self, payment_id: &str, approve: bool) -> Result<(), ControlError> {
        self.post("hand-off", json!({"id": payment_id, "approve": approve})).map(|_: Value| ())
    }

    /// [`Self::finish_hand_off`] in a business's own protocol: on whose account.
    pub fn finish_on_account(&self, payment_id: &str, account: &str, approve: bool) -> Result<(), ControlError> {
        let finish = json!({"id": payment_id, "approve": approve, "account": account});
        self.post("hand-off", finish).map(|_: Value| ())
    }

    /// A number agrees, at a business, to silent debits of up to `most` dollars each.
    pub fn agree(&self, provider: &str, msisdn: &str, most: i64) -> Result<(), ControlError> {
        let agree = json!({"provider": provider, "msisdn": msisdn, "most": most});
        self.post("agreements", agree).map(|_: Value| ())
    }

    /// The number ends that at the business; the platform is not told.
    pub fn revoke_agreement(&self, provider: &str, msisdn: &str) -> Result<(), ControlError> {
        self.post("agreements/revoke", json!({"provider": provider, "msisdn": msisdn})).map(|_: Value| ())
    }

    /// The platform gives a settled payment back, as `refund` or `reversal`: the bill is owed again.
    pub fn refund(&self, payment_id: &str, kind: &str) -> Result<(), ControlError> {
        self.post("refund", json!({"id": payment_id, "kind": kind})).map(|_: Value| ())
    }

    /// Wants so many dollars of it given back.
    pub fn refund_of(&self, payment_id: &str, amount: i64) -> Result<(), ControlError> {
        let part = json!({"id": payment_id, "kind": "refund", "amount": amount});
        self.post("refund", part).map(|_: Value| ())
    }

    /// What the payment businesses charged.
    pub fn ledger(&self) -> Result<Ledger, ControlError> {
        self.get("ledger")
    }

    /// Fills an empty sandbox with that many payments of the past. Takes about 15 s for a million.
    pub fn preload(&self, payments: u64) -> Result<(), ControlError> {
        let body = json!({"payments": payments}).to_string();
        let request = self.agent.post(format!("{}/control/preload", self.url));
        Self::read(request.config().timeout_global(Some(LONG_PATIENCE)).build().send(body)).map(|_: Value| ())
    }

    /// How much stands in the books.
    pub fn totals(&self) -> Result<Totals, ControlError> {
        let request = self.agent.get(format!("{}/control/totals", self.url));
        Self::read(request.config().timeout_global(Some(LONG_PATIENCE)).build().call())
    }

    /// The platform's payments, oldest first.
    pub fn payments(&self) -> Result<Vec<PlatformPayment>, ControlError> {
        let mut answer: Value = self.get("payments")?;
        serde_json::from_value(answer["payments"].take()).map_err(|error| ControlError::Unreadable(error.to_string()))
    }

    /// Sets what an account holds: NT dollars.
    pub fn account(&self, provider: &str, msisdn: &str, balance: i64) -> Result<(), ControlError> {
        let account = json!({"provider": provider, "msisdn": msisdn, "balance": balance});
        self.post("accounts", account).map(|_: Value| ())
    }

    /// What an account holds: NT dollars.
    pub fn balance(&self, provider: &str, msisdn: &str) -> Result<i64, ControlError> {
        let path = format!("accounts?provider={provider}&msisdn={}", msisdn.replace('+', "%2B"));
        let answer: Value = self.get(&path)?;
        answer["balance"].as_i64().ok_or_else(|| ControlError::Unreadable("no balance".to_owned()))
    }

    /// Opens or closes a payment business.
    pub fn open_provider(&self, provider: &str, open: bool) -> Result<(), ControlError> {
        self.post("providers", json!({"provider": provider, "open": open})).map(|_: Value| ())
    }

    /// Changes the catalogue that the platform publishes.
    pub fn change_catalogue(&self, change: &CatalogueChange) -> Result<(), ControlError> {
        self.post("catalogue", change).map(|_: Value| ())
    }

    /// A lost phone: ends the number's sessions, and the consent keys of those sessions for good.
    pub fn revoke(&self, msisdn: &str) -> Result<(), ControlError> {
        self.post("revoke", json!({"msisdn": msisdn})).map(|_: Value| ())
    }

    /// Ends the number's sessions only, as time does.
    pub fn end_sessions(&self, msisdn: &str) -> Result<(), ControlError> {
        self.post("revoke", json!({"msisdn": msisdn, "keys": false})).map(|_: Value| ())
    }

    /// Changes times and patience.
    pub fn settings(&self, settings: Settings) -> Result<(), ControlError> {
        self.post("settings", settings).map(|_: Value| ())
    }

    /// Requests of the TLS port by route since the start.
    pub fn requests(&self) -> Result<BTreeMap<Route, u64>, ControlError> {
        self.get("requests")
    }

    /// Stops the sandbox.
    pub fn shutdown(&self) -> Result<(), ControlError> {
        self.post("shutdown", json!({})).map(|_: Value| ())
    }
}
