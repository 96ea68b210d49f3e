//! The eight businesses over TLS, each in the protocol of its own that `docs/providers.md` names.
//!
//! What is signed here is signed and verified by the SDKs of `tests/oracles`; what is kept is kept in the same books as
//! without these protocols.

pub mod client;
mod esun;
mod jkopay;
mod newebpay;
mod opay;
pub mod oracle;
mod page;
mod scan2pay;
mod taishin;

use super::ledger::{Books, Decision, Order, Standing};
use super::{BUSINESSES, Businesses};
use crate::control::types::{FaultKind, Route};
use crate::entropy;
use crate::faults::{Facts, Faults};
use crate::store::lock;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::any;
use axum::{Router, body};
use client::HttpsClient;
use oracle::Oracle;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MOST_BODY: usize = 64 * 1024;
/// JKOPAY documents twelve tries; the others say less of it.
const TELLINGS: u32 = 12;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// How long an answer is held back where nobody says.
const HELD_MS: u64 = 5_000;

/// Keys that a business and the platform share, made for this run.
pub struct Keys {
    pub store: String,
    pub key: String,
    pub iv: String,
    /// Scan2Pay's own, PEM.
    pub private_key: String,
    pub public_key: String,
}

/// What a business remembers of an order beside its books, until it ends.
#[derive(Clone)]
struct Opened {
    business: &'static str,
    order_id: String,
    description: String,
    notice_url: String,
    return_url: String,
}

/// An order as it came in.
struct Placed {
    order_id: String,
    amount: i64,
    description: String,
    notice_url: String,
    return_url: String,
    agreement: Option<String>,
}

/// A request to a business.
struct Asked {
    path: String,
    query: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A notice, ready to be sent.
struct Telling {
    headers: Vec<(&'static str, String)>,
    body: String,
}

pub struct Wire {
    businesses: Arc<Businesses>,
    faults: Arc<Faults>,
    oracle: Oracle,
    client: HttpsClient,
    keys: Keys,
    /// `https://localhost:PORT`
    base: String,
    pages: Mutex<HashMap<String, Opened>>,
}

fn facts(business: &str) -> Facts {
    Facts { route: Some(Route::Put), provider: Some(business.to_owned()), ..Facts::default() }
}

/// Fields of a form; the last of a name counts, as in most frameworks.
fn form(body: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(body).into_owned().collect()
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().map(str::to_owned).unwrap_or_default()
}

fn html(status: StatusCode, body: String) -> Response<Body> {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// A form of answers.
fn encoded<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Wire {
    pub async fn new(
        businesses: Arc<Businesses>,
        faults: Arc<Faults>,
        oracle: Oracle,
        client: HttpsClient,
        base: String,
    ) -> Option<Self> {
        let made = oracle.ask(&json!({"ask": "make_keys"})).await?;
        let letters = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
        let keys = Keys {
            store: entropy::digits(9),
            key: entropy::from_alphabet(32, letters),
            iv: entropy::from_alphabet(16, letters),
            private_key: text(&made, "private_key"),
            public_key: text(&made, "public_key"),
        };
        Some(Self { businesses, faults, oracle, client, keys, base, pages: Mutex::default() })
    }

    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Everything under `/{business}/`, and Scan2Pay's one address for three of them.
    pub fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/{business}/pay/{page}", any(page::serve))
            .route("/{business}/{*path}", any(serve))
            .with_state(self)
    }

    fn books(&self, business: &str) -> Option<&Books> {
        self.businesses.books(business)
    }

    /// The key that a business holds: another than the platform's, where the fault says so.
    fn key(&self, business: &str) -> String {
        match self.faults.take(&[FaultKind::WrongSignature], &facts(business)) {
            Some(_) => self.keys.key.chars().rev().collect(),
            None => self.keys.key.clone(),
        }
    }

    /// Takes an order, once. Gives how it stands and, where the person has to approve, the page.
    async fn place(self: &Arc<Self>, business: &'static str, placed: Placed) -> Option<(Standing, String)> {
        let facts = facts(business);
        self.faults.wait(FaultKind::SlowBusiness, &facts).await;
        let books = self.books(business)?;
        let refused = self.faults.take(&[FaultKind::Decline], &facts);
        let db = &self.businesses.db;
        let agreed = placed.agreement.as_deref().map(|token| books.agreed(db, token).ok().flatten());
        let (decision, account) = match (refused, agreed) {
            (Some(fault), _) => {
                (Decision::Decline(fault.reason.unwrap_or_else(|| "provider_refused".to_owned())), String::new())
            }
            (None, None) => (Decision::HandOff, String::new()),
            (None, Some(None)) => (Decision::Decline("no_agreement".to_owned()), String::new()),
            (None, Some(Some((account, most)))) if placed.amount > most => {
                (Decision::Decline("over_limit".to_owned()), account)
            }
            (None, Some(Some((account, _)))) => (Decision::Charge, account),
        };
        let known = self.businesses.expected(business, &placed.order_id).ok().flatten().unwrap_or_default();
        let order = Order {
            provider: business.to_owned(),
            order_id: placed.order_id.clone(),
            payment_id: known.payment_id,
            account,
            biller: known.biller,
            number: known.number,
            period: known.period,
            amount: placed.amount,
        };
        let standing = books.take(db, &order, decision).ok()?;
        let opened = Opened {
            business,
            order_id: placed.order_id,
            description: placed.description,
            notice_url: placed.notice_url,
            return_url: placed.return_url,
        };
        // The same order keeps its page.
        let page = entropy::sha256_hex(format!("{business}/{}/{}", opened.order_id, self.keys.key).as_bytes());
        lock(&self.pages).insert(page.clone(), opened.clone());
        if !matches!(standing, Standing::HandedOff { .. }) {
            self.tell(opened, standing.clone());
        }
        Some((standing, format!("{}/{business}/pay/{page}", self.base)))
    }

    /// The person approves or refuses on the page.
    fn decide(self: &Arc<Self>, opened: &Opened, account: &str, approve: bool) -> Option<Standing> {
        let books = self.books(opened.business)?;
        let finished = books.finish(&self.businesses.db, &opened.order_id, Some(account), approve).ok()?;
        let (_, standing) = finished?;
        self.tell(opened.clone(), standing.clone());
        Some(standing)
    }

    /// The person approves or refuses, wherever: `id` is a payment's.
    pub fn finish(self: &Arc<Self>, id: &str, account: &str, approve: bool) -> bool {
        let pages: Vec<Opened> = lock(&self.pages).values().cloned().collect();
        pages.iter().any(|opened| {
            let known = self.businesses.expected(opened.business, &opened.order_id).ok().flatten();
            known.is_some_and(|known| known.payment_id == id) && self.decide(opened, account, approve).is_some()
        })
    }

    /// How an order stands: with its amount, and what was given back.
    fn look(&self, business: &str, order_id: &str) -> Option<(Standing, i64, i64)> {
        self.books(business)?.look(&self.businesses.db, order_id).ok()?
    }

    fn give_back(&self, business: &str, order_id: &str, refund_id: &str, amount: i64) -> bool {
        self.businesses.refund(business, order_id, refund_id, amount).unwrap_or(false)
    }

    /// Tells the platform until it acknowledges.
    fn tell(self: &Arc<Self>, opened: Opened, standing: Standing) {
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let facts = facts(opened.business);
            let has = |kind| this.faults.take(&[kind], &facts).is_some();
            if has(FaultKind::LostWebhook) {
                return;
            }
            this.faults.wait(FaultKind::LateWebhook, &facts).await;
            if has(FaultKind::ForgedWebhook) {
                this.send(&opened, &standing, true).await;
            }
            let twice = has(FaultKind::DuplicateWebhook);
            let unordered = has(FaultKind::UnorderedWebhooks);
            for _ in 0..if twice { 2 } else { 1 } {
                this.send(&opened, &standing, false).await;
            }
            if unordered {
                // An attempt that failed before the one that went well, told after it.
                let (Standing::Charged { trade_no, .. } | Standing::Declined { trade_no, .. }) = standing else {
                    return;
                };
                let earlier = Standing::Declined { trade_no, reason: "provider_refused".to_owned() };
                this.send(&opened, &earlier, false).await;
            }
        });
    }

    async fn send(&self, opened: &Opened, standing: &Standing, forged: bool) {
        let Some((_, amount, _)) = self.look(opened.business, &opened.order_id) else { return };
        let telling = match opened.business {
            "jkopay" => jkopay::telling(self, opened, standing, amount).await,
            "opay" => opay::telling(self, opened, standing, amount).await,
            "ezpay" => newebpay::telling(self, opened, standing, amount).await,
            "esun" => esun::telling(self, opened, standing).await,
            "taishin" => taishin::telling(opened, standing, amount),
            _ => scan2pay::telling(self, opened, standing, amount).await,
        };
        let Some(Telling { mut headers, body }) = telling else { return };
        let mut body = body;
        if forged {
            // Somebody who knows an order's id and no key: another amount, another end, the old signature.
            body = body.replace(&amount.to_string(), "1").replace("Sign\":\"", "Sign\":\"AAAA");
            if let Some((_, digest)) = headers.iter_mut().find(|(name, _)| *name == "DIGEST") {
                *digest = "0".repeat(64);
            }
        }
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let tries = if forged { 1 } else { TELLINGS };
        let mut pause = FIRST_PAUSE;
        for _ in 0..tries {
            if matches!(self.client.post(&opened.notice_url, &headers, body.clone()).await, Ok((200, _))) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    }
}

async fn serve(State(wire): State<Arc<Wire>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = body::to_bytes(body, MOST_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let path = head.uri.path().trim_start_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let business = if first == "scan2pay" {
        Some("scan2pay")
    } else {
        BUSINESSES.iter().map(|one| one.id).find(|id| *id == first)
    };
    let Some(business) = business else { return StatusCode::NOT_FOUND.into_response() };
    let asked = Asked {
        path: rest.to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    // A task of its own: what was asked is done, whoever hangs up meanwhile.
    let task = tokio::spawn(async move {
        let answer = match business {
            "jkopay" => jkopay::serve(&wire, asked).await,
            "opay" => opay::serve(&wire, asked).await,
            "ezpay" => newebpay::serve(&wire, asked).await,
            "esun" => esun::serve(&wire, asked).await,
            "taishin" => taishin::serve(&wire, asked).await,
            _ => scan2pay::serve(&wire, asked).await,
        };
        answer.unwrap_or_else(|| StatusCode::BAD_REQUEST.into_response())
    });
    task.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Wire {
    /// Holds an answer back where the fault says so: the business has done its work.
    async fn hold(&self, business: &str) {
        if let Some(fault) = self.faults.take(&[FaultKind::LostAnswer], &facts(business)) {
            tokio::time::sleep(Duration::from_millis(fault.ms.unwrap_or(HELD_MS))).await;
        }
    }
}
