//! The platform's back: a second TLS port on which the businesses speak their own protocols, and the program
//! `paytaipei-gateway`, which speaks them for the platform and is built on `core/merchant`.

mod gateway;
mod port;

use crate::business::Businesses;
use crate::business::ledger::{Order, Standing};
use crate::business::wire::client::HttpsClient;
use crate::business::wire::oracle::Oracle;
use crate::business::wire::{Keys, Wire};
use crate::clock::now_ms;
use crate::faults::Faults;
use crate::platform::Platform;
use crate::platform::agreements::Debit;
use crate::store::lock;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use axum::routing::{any, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gateway::{Gateway, Told};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// No answer of the gateway takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What it takes to speak the businesses' own protocols.
#[derive(Debug, Clone)]
pub struct Protocols {
    /// The program `paytaipei-gateway`.
    pub gateway: PathBuf,
    /// The folder `node_modules` with the SDKs of `tests/oracles`.
    pub oracles: PathBuf,
}

/// The way to the businesses.
pub struct Back {
    platform: Arc<Platform>,
    businesses: Arc<Businesses>,
    wire: Arc<Wire>,
    gateway: Gateway,
    base: String,
    client: HttpsClient,
    /// Forms that the person's browser will post, by payment.
    forms: Mutex<HashMap<String, Form>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    ids: AtomicU64,
}

/// What opening a back needs.
pub struct Parts<'a> {
    pub protocols: &'a Protocols,
    pub platform: Arc<Platform>,
    pub businesses: Arc<Businesses>,
    pub faults: Arc<Faults>,
    pub tls: TlsAcceptor,
    pub ca: &'a FilePath,
    pub stop: CancellationToken,
}

impl Back {
    /// Opens the port, starts the gateway and the SDKs.
    pub async fn open(parts: Parts<'_>) -> io::Result<Arc<Self>> {
        let Parts { protocols, platform, businesses, faults, tls, ca, stop } = parts;
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let base = format!("https://localhost:{}", listener.local_addr()?.port());
        let oracle = Oracle::start(&protocols.oracles)?;
        let client = HttpsClient::new(ca)?;
        let wire = Wire::new(Arc::clone(&businesses), faults, oracle, client.clone(), base.clone()).await;
        let wire = Arc::new(wire.ok_or_else(|| io::Error::other("the SDKs of tests/oracles do not answer"))?);
        let (gateway, told) = Gateway::start(&protocols.gateway, &start(wire.keys(), &base, ca)).await?;
        let back = Arc::new(Self {
            platform,
            businesses,
            wire: Arc::clone(&wire),
            gateway,
            base,
            client,
            forms: Mutex::default(),
            waiting: Mutex::default(),
            ids: AtomicU64::new(0),
        });
        let own = Router::new()
            .route("/platform/notices/{provider}", post(notice))
            .route("/platform/pay/{payment}", get(form_page))
            .route("/platform/return", any(returned))
            .with_state(Arc::clone(&back));
        tokio::spawn(port::serve(listener, tls, own.merge(wire.router()), stop));
        let hearing = Arc::clone(&back);
        tokio::spawn(async move { hearing.hear(told).await });
        Ok(back)
    }

    /// `https://localhost:PORT`
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Orders a payment at its business.
    pub async fn pay(&self, order: &Order) -> rusqlite::Result<()> {
        let (valid_s, poll_ms) = self.platform.hand_off_times()?;
        let agreement = match self.platform.debit(order)? {
            Debit::Silent(token) => Some(token),
            Debit::NeverAgreed | Debit::Ask => None,
        };
        let description = format!("{} {}", self.platform.biller_name(&order.biller), order.period);
        let pay = json!({
            "payment": order.payment_id, "provider": order.provider, "amount": order.amount,
            "description": description.trim(), "agreement": agreement, "valid_s": valid_s, "poll_ms": poll_ms,
        });
        self.gateway.say(&json!({"pay": pay})).await;
        Ok(())
    }

    /// Looks at once how an order stands.
    pub async fn look(&self, payment: &str) {
        self.gateway.say(&json!({"inquire": {"payment": payment}})).await;
    }

    /// Gives a settled payment back, in part or whole. `Err` has the business's words.
    pub async fn refund(&self, refund: &RefundOrder<'_>) -> Result<(), String> {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let answer = self.await_answer(id);
        let wanted = json!({
            "id": id, "payment": refund.payment, "refund": refund.refund, "provider": refund.provider,
            "amount": refund.amount, "paid": refund.paid,
        });
        self.gateway.say(&json!({"refund": wanted})).await;
        let told = answer.await;
        match told.get("done").and_then(Value::as_bool) {
            Some(true) => Ok(()),
            _ => Err(told["words"].as_str().unwrap_or("no answer").to_owned()),
        }
    }

    /// The person follows the hand-off, and finishes the payment in the business's app or refuses it there.
    pub async fn finish(&self, payment: &str, account: &str, approve: bool) -> bool {
        let form = lock(&self.forms).remove(payment);
        if let Some(form) = form {
            let fields = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            // What comes of it is seen at the business.
            drop(self.client.post(&form.action, &headers, body).await);
        }
        self.wire.finish(payment, account, approve)
    }

    fn await_answer(&self, id: u64) -> impl Future<Output = Value> + use<> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.waiting).insert(id, sender);
        async move { tokio::time::timeout(PATIENCE, receiver).await.ok().and_then(Result::ok).unwrap_or_default() }
    }

    async fn hear(self: Arc<Self>, mut told: tokio::sync::mpsc::UnboundedReceiver<Told>) {
        while let Some(told) = told.recv().await {
            if let Err(error) = self.take(told).await {
                eprintln!("paytaipei-sandbox: what the gateway told was lost: {:?}", error.sqlite_error_code());
            }
        }
    }

    async fn take(self: &Arc<Self>, told: Told) -> rusqlite::Result<()> {
        match told {
            Told::Order { payment, provider, order_id } => {
                let bill = self.platform.facts_of_bill(&payment)?.unwrap_or_default();
                let ok = self.businesses.expect(&provider, &order_id, &payment, &bill)?;
                self.gateway.say(&json!({"registered": {"payment": payment, "ok": ok}})).await;
            }
            Told::Page { payment, url } => self.platform.hand_off(&payment, &url)?,
            Told::Form { payment, action, fields } => {
                lock(&self.forms).insert(payment.clone(), Form { action, fields });
                self.platform.hand_off(&payment, &format!("{}/platform/pay/{payment}", self.base))?;
            }
            Told::Charged { payment, trade_no } => {
                let charged = Standing::Charged { trade_no, at: now_ms() };
                if let Some(paid) = self.platform.conclude(&payment, &charged)? {
                    // It came after the end that the phone was told: it is given back.
                    let this = Arc::clone(self);
                    tokio::spawn(async move {
                        let refund = RefundOrder {
                            payment: &payment,
                            refund: &payment,
                            provider: &paid.provider,
                            amount: paid.amount,
                            paid: paid.amount,
                        };
                        if let Err(words) = this.refund(&refund).await {
                            eprintln!("paytaipei-sandbox: a late payment was not given back: {words}");
                        }
                    });
                }
            }
            Told::Declined { payment, reason } => {
                let declined = Standing::Declined { trade_no: format!("D{payment}"), reason };
                self.platform.conclude(&payment, &declined)?;
            }
            Told::Acknowledge { id, status, body, payment, known } => {
                if let (Some(payment), Some(known)) = (payment, known) {
                    self.platform.note_notice(&payment, &known)?;
                }
                self.answer(id, json!({"status": status, "body": body}));
            }
            Told::Refunded { id, done, words } => self.answer(id, json!({"done": done, "words": words})),
        }
        Ok(())
    }

    fn answer(&self, id: u64, answer: Value) {
        if let Some(waiting) = lock(&self.waiting).remove(&id) {
            // Who waited has gone.
            drop(waiting.send(answer));
        }
    }
}

/// A form that the person's browser posts.
#[derive(Clone)]
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

/// A refund to order.
pub struct RefundOrder<'a> {
    pub payment: &'a str,
    /// Names the refund: a UUIDv7.
    pub refund: &'a str,
    pub provider: &'a str,
    pub amount: i64,
    pub paid: i64,
}

fn start(keys: &Keys, base: &str, ca: &FilePath) -> Value {
    json!({
        "base": base, "ca": ca, "store": keys.store, "key": keys.key, "iv": keys.iv, "public_key": keys.public_key,
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A page of the platform's that posts a form at once, or when the person presses its button.
fn page_of(form: &Form) -> String {
    let Form { action, fields } = form;
    let inputs: String = fields
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escape(name), escape(value)))
        .collect();
    format!(
        "<!doctype html><html lang=\"zh-Hant\"><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>pay.taipei</title></head>\
         <body><form id=\"f\" method=\"post\" action=\"{}\">{inputs}<button>前往付款 Go on to pay</button></form>\
         <script>document.getElementById(\"f\").submit()</script></body></html>",
        escape(action)
    )
}

/// A business tells something: its bytes go to the gateway as they came.
async fn notice(
    State(back): State<Arc<Back>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let id = back.ids.fetch_add(1, Ordering::Relaxed);
    let answer = back.await_answer(id);
    let digest = headers.get("digest").and_then(|value| value.to_str().ok());
    let told = json!({"id": id, "provider": provider, "digest": digest, "body": STANDARD.encode(&body)});
    back.gateway.say(&json!({"notice": told})).await;
    let told = answer.await;
    let status = told["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(503);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    (status, told["body"].as_str().unwrap_or_default().to_owned()).into_response()
}

async fn form_page(State(back): State<Arc<Back>>, Path(payment): Path<String>) -> Response<Body> {
    let form = lock(&back.forms).get(&payment).cloned();
    form.map_or_else(|| StatusCode::NOT_FOUND.into_response(), |form| Html(page_of(&form)).into_response())
}

/// Where the person comes back to: a hint for the phone, never a result.
async fn returned() -> Response<Body> {
    let page = "<!doctype html><html lang=\"zh-Hant\"><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\"><title>pay.taipei</title></head>\
                <body><p>請回到 pay.taipei App 查看結果。 Go back to the pay.taipei app to see what became of it.</p></body></html>";
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}
