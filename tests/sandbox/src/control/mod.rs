//! The control interface: plain HTTP on a second loopback port, which no phone ever reaches.

pub mod client;
pub mod types;

use crate::back::RefundOrder;
use crate::business::Businesses;
use crate::entropy;
use crate::faults::Faults;
use crate::front::Front;
use crate::front::port::Port;
use crate::operator::Operator;
use crate::platform::Platform;
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use types::{BillChange, BillName, CatalogueChange, Fault, NewBill, Settings, Totals};

type Answer = Result<Response, Problem>;

/// All that the control interface reaches.
pub struct Hands {
    pub platform: Arc<Platform>,
    pub operator: Arc<Operator>,
    pub businesses: Arc<Businesses>,
    pub faults: Arc<Faults>,
    pub front: Arc<Front>,
    pub port: Arc<Port>,
    pub stop: CancellationToken,
}

type Held = State<Arc<Hands>>;

/// The control interface's paths, as README.md describes them.
pub fn router(hands: Arc<Hands>) -> Router {
    Router::new()
        .route("/control/port", post(set_port))
        .route("/control/faults", post(add_fault).get(list_faults).delete(clear_faults))
        .route("/control/guard", post(set_guard))
        .route("/control/bills", post(issue))
        .route("/control/bills/change", post(change))
        .route("/control/bills/pay-elsewhere", post(pay_elsewhere))
        .route("/control/handset", post(decide).get(pending))
        .route("/control/cellular", post(cellular_get))
        .route("/control/browser", post(browse))
        .route("/control/hand-off", post(finish_hand_off))
        .route("/control/agreements", post(agree))
        .route("/control/agreements/revoke", post(revoke_agreement))
        .route("/control/refund", post(refund))
        .route("/control/deals", post(set_deals))
        .route("/control/receipt-keys", post(renew_receipt_key))
        .route("/control/ledger", get(ledger))
        .route("/control/payments", get(payments))
        .route("/control/preload", post(preload))
        .route("/control/totals", get(totals))
        .route("/control/accounts", post(set_account).get(balance))
        .route("/control/providers", post(set_provider))
        .route("/control/catalogue", post(change_catalogue))
        .route("/control/revoke", post(revoke))
        .route("/control/settings", post(change_settings))
        .route("/control/requests", get(requests))
        .route("/control/shutdown", post(shutdown))
        .fallback(|| async { Problem::new(404, "no_such_route", "README.md lists the control interface's paths") })
        .with_state(hands)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::malformed(error.to_string()))
}

fn done() -> Answer {
    Ok(Json(json!({"ok": true})).into_response())
}

fn give(value: impl Serialize) -> Answer {
    Ok(Json(value).into_response())
}

fn or_not_found(found: bool, message: &str) -> Answer {
    if found { done() } else { Err(Problem::new(404, "not_found", message)) }
}

#[derive(Deserialize)]
struct Open {
    open: bool,
}

async fn set_port(State(hands): Held, body: Bytes) -> Answer {
    let Open { open } = read(&body)?;
    let moved = hands.port.set_open(open).await;
    moved.map_err(|error| Problem::new(500, "port", format!("the port can't be opened or closed: {error}")))?;
    give(json!({"open": open}))
}

async fn add_fault(State(hands): Held, body: Bytes) -> Answer {
    let fault: Fault = read(&body)?;
    if fault.status.is_some_and(|status| !(400..600).contains(&status)) {
        return Err(Problem::malformed("status must stand between 400 and 599"));
    }
    let reasons = ["insufficient_funds", "over_limit", "no_agreement", "refused_by_person", "provider_refused"];
    if fault.reason.as_deref().is_some_and(|reason| !reasons.contains(&reason)) {
        return Err(Problem::malformed(format!("reason must be one of {}", reasons.join(", "))));
    }
    give(json!({"id": hands.faults.add(fault)}))
}

async fn list_faults(State(hands): Held) -> Answer {
    let faults: Vec<_> = hands.faults.list().into_iter().map(|(id, fault)| json!({"id": id, "fault": fault})).collect();
    give(json!({"faults": faults}))
}

async fn clear_faults(State(hands): Held) -> Answer {
    hands.faults.clear();
    done()
}

#[derive(Deserialize)]
struct Guard {
    on: bool,
}

async fn set_guard(State(hands): Held, body: Bytes) -> Answer {
    let Guard { on } = read(&body)?;
    hands.platform.set_guard(on)?;
    give(json!({"on": on}))
}

async fn issue(State(hands): Held, body: Bytes) -> Answer {
    give(hands.platform.issue(read::<NewBill>(&body)?)?)
}

async fn change(State(hands): Held, body: Bytes) -> Answer {
    hands.platform.change(&read::<BillChange>(&body)?)?;
    done()
}

async fn pay_elsewhere(State(hands): Held, body: Bytes) -> Answer {
    hands.platform.pay_elsewhere(&read::<BillName>(&body)?)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decide {
    msisdn: String,
    approve: bool,
    binding_message: Option<String>,
}

async fn decide(State(hands): Held, body: Bytes) -> Answer {
    let Decide { msisdn, approve, binding_message } = read(&body)?;
    let decided = hands.operator.decide(&msisdn, binding_message.as_deref(), approve)?;
    or_not_found(decided, "nothing waits on this number's handset")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CellularGet {
    url: String,
    msisdn: String,
}

/// The mobile network: it carries a request of the phone with this SIM to the operator, and says whose it is.
async fn cellular_get(State(hands): Held, body: Bytes) -> Answer {
    let CellularGet { url, msisdn } = read(&body)?;
    let ticket = url.rsplit('/').next().unwrap_or_default();
    let status = if hands.operator.recognise(ticket, &msisdn)? { 204 } else { 403 };
    give(json!({"status": status}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Browse {
    url: String,
    msisdn: String,
    approve: bool,
}

/// The phone's browser on the operator's page, and the person in front of it.
async fn browse(State(hands): Held, body: Bytes) -> Answer {
    let Browse { url, msisdn, approve } = read(&body)?;
    give(json!({"link": hands.operator.browse(&url, &msisdn, approve)?}))
}

#[derive(Deserialize)]
struct Number {
    msisdn: String,
}

async fn pending(State(hands): Held, Query(Number { msisdn }): Query<Number>) -> Answer {
    // A `+` in a query means a blank to whoever wrote it unescaped.
    give(json!({"pending": hands.operator.pending(&msisdn.replace(' ', "+"))?}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandOff {
    id: String,
    approve: bool,
    /// In the businesses' own protocols: whose account pays.
    account: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agree {
    provider: String,
    msisdn: String,
    most: i64,
}

/// A number agrees to silent debits: the business keeps it, and the platform is given its token.
async fn agree(State(hands): Held, body: Bytes) -> Answer {
    let Agree { provider, msisdn, most } = read(&body)?;
    let token = entropy::digits(18);
    let agreed = hands.businesses.agree(&provider, &token, &msisdn, most)?;
    hands.platform.link(&msisdn, &provider, &token, most)?;
    or_not_found(agreed, "no such payment business")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RevokeAgreement {
    provider: String,
    msisdn: String,
}

async fn revoke_agreement(State(hands): Held, body: Bytes) -> Answer {
    let RevokeAgreement { provider, msisdn } = read(&body)?;
    or_not_found(hands.businesses.revoke(&provider, &msisdn)?, "nothing was agreed to")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refund {
    id: String,
    kind: String,
    amount: Option<i64>,
}

/// The platform gives a settled payment back: at its business, in that business's own protocol where the back speaks it.
async fn refund(State(hands): Held, body: Bytes) -> Answer {
    let Refund { id, kind, amount } = read(&body)?;
    if !["refund", "reversal"].contains(&kind.as_str()) {
        return Err(Problem::malformed("kind is refund or reversal"));
    }
    let payments = hands.platform.all_payments()?;
    let payment = payments.iter().find(|payment| payment.id == id && payment.state == "settled");
    let Some((payment, order)) = payment.and_then(|payment| Some((payment, payment.order_id.as_deref()?))) else {
        return Err(Problem::new(404, "not_found", "no settled payment has this id"));
    };
    let paid = payment.payable;
    if amount.is_some_and(|amount| amount != paid) {
        return Err(Problem::new(409, "partial_refund", "a bill is given back whole: all that was paid, or nothing"));
    }
    match hands.platform.back() {
        // There is one refund of a payment: it goes by the payment's id.
        Some(back) => {
            let wanted = RefundOrder { payment: &id, refund: &id, provider: &payment.provider, amount: paid, paid };
            back.refund(&wanted).await.map_err(|words| Problem::new(409, "refund_refused", words))?;
        }
        None if hands.businesses.refund(&payment.provider, order, &id, paid)? => {}
        None => return Err(Problem::new(409, "refund_refused", "the business charged nothing")),
    }
    hands.platform.note_refund(&id, &kind)?;
    done()
}

async fn finish_hand_off(State(hands): Held, body: Bytes) -> Answer {
    let HandOff { id, approve, account } = read(&body)?;
    let finished = match hands.platform.back() {
        None => hands.businesses.finish(&id, approve)?,
        Some(back) => back.finish(&id, account.as_deref().unwrap_or_default(), approve).await,
    };
    or_not_found(finished, "no payment of this id waits in a business's app")
}

async fn set_deals(State(hands): Held, body: Bytes) -> Answer {
    let deals: Vec<serde_json::Value> = read(&body)?;
    hands.platform.set_deals(&deals.into())?;
    done()
}

async fn renew_receipt_key(State(hands): Held) -> Answer {
    give(json!({"kid": hands.platform.renew_receipt_key()?}))
}

async fn ledger(State(hands): Held) -> Answer {
    give(hands.businesses.ledger()?)
}

async fn payments(State(hands): Held) -> Answer {
    give(json!({"payments": hands.platform.all_payments()?}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preload {
    payments: u64,
}

/// Two databases, filled side by side, off the threads that serve.
async fn preload(State(hands): Held, body: Bytes) -> Answer {
    let Preload { payments } = read(&body)?;
    hands.platform.takes_past(payments)?;
    let (platform, businesses) = (Arc::clone(&hands.platform), Arc::clone(&hands.businesses));
    let platform = tokio::task::spawn_blocking(move || platform.preload(payments));
    let businesses = tokio::task::spawn_blocking(move || businesses.preload(payments));
    let failed = |_| Problem::new(500, "internal", "The sandbox failed while it was filled: throw it away.");
    platform.await.map_err(failed)??;
    businesses.await.map_err(failed)??;
    done()
}

async fn totals(State(hands): Held) -> Answer {
    let counted = tokio::task::spawn_blocking(move || -> Result<Totals, Problem> {
        let payments = hands.platform.count_payments()?;
        let (charges, double_charged) = hands.businesses.totals()?;
        Ok(Totals { payments, charges, double_charged })
    });
    give(counted.await.map_err(|_| Problem::new(500, "internal", "The books could not be counted."))??)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    provider: String,
    msisdn: String,
    balance: i64,
}

async fn set_account(State(hands): Held, body: Bytes) -> Answer {
    let Account { provider, msisdn, balance } = read(&body)?;
    if balance < 0 {
        return Err(Problem::malformed("a balance is 0 or more"));
    }
    or_not_found(hands.businesses.set_balance(&provider, &msisdn, balance)?, "no such payment business")
}

#[derive(Deserialize)]
struct Whose {
    provider: String,
    msisdn: String,
}

async fn balance(State(hands): Held, Query(Whose { provider, msisdn }): Query<Whose>) -> Answer {
    let balance = hands.businesses.balance(&provider, &msisdn.replace(' ', "+"))?;
    give(json!({"balance": balance.ok_or_else(|| Problem::new(404, "not_found", "no such payment business"))?}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Provider {
    provider: String,
    open: bool,
}

async fn set_provider(State(hands): Held, body: Bytes) -> Answer {
    let Provider { provider, open } = read(&body)?;
    or_not_found(hands.platform.open_provider(&provider, open)?, "no such payment business")
}

async fn change_catalogue(State(hands): Held, body: Bytes) -> Answer {
    hands.platform.change_catalogue(&read::<CatalogueChange>(&body)?)?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoke {
    msisdn: String,
    #[serde(default = "yes")]
    keys: bool,
}

fn yes() -> bool {
    true
}

async fn revoke(State(hands): Held, body: Bytes) -> Answer {
    let Revoke { msisdn, keys } = read(&body)?;
    give(json!({"sessions": hands.platform.revoke(&msisdn, keys)?}))
}

async fn change_settings(State(hands): Held, body: Bytes) -> Answer {
    hands.platform.change_settings(&read::<Settings>(&body)?)?;
    done()
}

async fn requests(State(hands): Held) -> Answer {
    give(hands.front.counts())
}

async fn shutdown(State(hands): Held) -> Answer {
    hands.stop.cancel();
    done()
}
