//! Between the TLS port and the platform: bounds on what comes in, faults, counts, and the recording.

pub mod port;
pub mod record;
pub mod tls;

use crate::clock::{instant, now_ms};
use crate::contract::Exchange;
use crate::control::types::{Fault, FaultKind, Route};
use crate::faults::{Facts, Faults};
use crate::platform::Platform;
use crate::problem::Problem;
use crate::store::lock;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode, header, request};
use axum::response::IntoResponse;
use futures_util::stream;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use record::Recorder;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// No request of the contract comes near it: bytes.
const MOST_BODY: usize = 64 * 1024;
/// A body up to here is read to its end and refused in words; of a larger one the connection may end in the middle.
const MOST_READ: usize = 1024 * 1024;
const BODY_LIMIT: Duration = Duration::from_secs(30);
/// `huge` ends by itself here, should nobody hang up before: 1 GiB.
const HUGE_CHUNKS: usize = 16 * 1024;
const HUGE_CHUNK: usize = 64 * 1024;

/// Everything that stands before the platform.
pub struct Front {
    router: Router,
    platform: Arc<Platform>,
    faults: Arc<Faults>,
    recorder: Option<Recorder>,
    counts: Mutex<BTreeMap<Route, u64>>,
}

/// What the phone gets: an answer, or nothing because the connection is cut.
enum Fate {
    Answer(Response<Body>),
    Cut,
}

impl Front {
    pub fn new(router: Router, platform: Arc<Platform>, faults: Arc<Faults>, recorder: Option<Recorder>) -> Self {
        Self { router, platform, faults, recorder, counts: Mutex::new(BTreeMap::new()) }
    }

    /// Requests by route since the start.
    pub fn counts(&self) -> BTreeMap<Route, u64> {
        lock(&self.counts).clone()
    }

    /// One request, to its end. The platform's part runs in a task of its own: a phone that hangs up stops nothing.
    pub async fn serve(self: Arc<Self>, request: Request<Incoming>, cut: CancellationToken) -> Response<Body> {
        let (head, body) = request.into_parts();
        let route = route_of(&head.method, head.uri.path());
        {
            let mut counts = lock(&self.counts);
            let count = counts.entry(route).or_insert(0);
            *count = count.saturating_add(1);
        }
        let body = match tokio::time::timeout(BODY_LIMIT, Limited::new(body, MOST_READ).collect()).await {
            Ok(Ok(collected)) => collected.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(),
            Ok(Err(_)) | Err(_) => {
                return Problem::new(408, "request_timeout", "The request didn't come in whole.").into_response();
            }
        };
        if body.len() > MOST_BODY {
            return too_large();
        }
        let task = tokio::spawn(self.answer(head, body, route));
        match task.await {
            Ok(Fate::Answer(answer)) => answer,
            Ok(Fate::Cut) => {
                cut.cancel();
                std::future::pending().await
            }
            Err(_) => Problem::new(500, "internal", "The sandbox failed on this request.").into_response(),
        }
    }

    async fn answer(self: Arc<Self>, head: request::Parts, body: Bytes, route: Route) -> Fate {
        let facts = self.facts(route, head.uri.path(), &body);
        let begun = Instant::now();
        let mut exchange = Exchange {
            at: Some(instant(now_ms())),
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            request_headers: record::headers(&head.headers),
            request_body: (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned()),
            ..Exchange::default()
        };
        let (fate, fault) = self.through_faults(head, body, &facts).await;
        exchange.fault = fault.and_then(|kind| serde_json::to_value(kind).ok()?.as_str().map(str::to_owned));
        let fate = match fate {
            Fate::Answer(answer) if fault == Some(FaultKind::Huge) => {
                exchange.status = Some(answer.status().as_u16());
                exchange.response_headers = record::headers(answer.headers());
                Fate::Answer(answer)
            }
            Fate::Answer(answer) => Fate::Answer(note_answer(answer, &mut exchange).await),
            Fate::Cut => Fate::Cut,
        };
        exchange.ms = u64::try_from(begun.elapsed().as_millis()).ok();
        if let Some(recorder) = &self.recorder {
            recorder.write(&exchange);
        }
        fate
    }

    /// The faults that meet this request, in the order in which a request would meet them on its way.
    async fn through_faults(&self, head: request::Parts, body: Bytes, facts: &Facts) -> (Fate, Option<FaultKind>) {
        let take = |kinds: &[FaultKind]| self.faults.take(kinds, facts);
        if take(&[FaultKind::DropRequest]).is_some() {
            return (Fate::Cut, Some(FaultKind::DropRequest));
        }
        self.faults.wait(FaultKind::Slow, facts).await;
        let refuses = |fault: &Fault| match fault.kind {
            FaultKind::ErrorBefore | FaultKind::TooMany => true,
            FaultKind::QuietHours => facts.route == Some(Route::Inquire),
            kind => !fault.after && spoils(kind),
        };
        if let Some(fault) = self.faults.take_where(facts, refuses) {
            let kind = fault.kind;
            return (Fate::Answer(spoiled(&fault)), Some(kind));
        }
        let request = Request::from_parts(head, Body::from(body));
        // A router never fails: its error type has no values.
        let answer = self.router.clone().oneshot(request).await.unwrap_or_else(|never: Infallible| match never {});
        self.faults.wait(FaultKind::SlowReply, facts).await;
        if take(&[FaultKind::LostReply]).is_some() {
            return (Fate::Cut, Some(FaultKind::LostReply));
        }
        let ruins = |fault: &Fault| fault.kind == FaultKind::ErrorAfter || (fault.after && spoils(fault.kind));
        match self.faults.take_where(facts, ruins) {
            Some(fault) => (Fate::Answer(spoiled(&fault)), Some(fault.kind)),
            None => (Fate::Answer(answer), None),
        }
    }

    /// What a fault's filters can know: from the body, or for a look-up or void from the payment.
    fn facts(&self, route: Route, path: &str, body: &[u8]) -> Facts {
        let mut facts = match route {
            Route::Get | Route::Void => path.split('/').nth(3).map(|id| self.platform.facts(id)).unwrap_or_default(),
            _ => Facts::default(),
        };
        facts.route = Some(route);
        if let (Route::Put | Route::Inquire, Ok(value)) = (route, serde_json::from_slice::<Value>(body)) {
            let bill = value.get("bill").unwrap_or(&value);
            let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
            facts.provider = text(&value, "provider");
            facts.biller = text(bill, "biller");
            facts.number = text(bill, "number");
        }
        facts
    }
}

fn too_large() -> Response<Body> {
    Problem::new(413, "too_large", "No request of this interface is that large.").into_response()
}

/// The class of a request.
fn route_of(method: &Method, path: &str) -> Route {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["v1", "catalogue"]) => Route::Catalogue,
        ("POST", ["v1", "verifications"]) => Route::Verify,
        ("POST", ["v1", "verifications", _, "session"]) => Route::Collect,
        ("POST", ["v1", "inquiries"]) => Route::Inquire,
        ("GET", ["v1", "payments"]) => Route::List,
        ("PUT", ["v1", "payments", _]) => Route::Put,
        ("GET", ["v1", "payments", _]) => Route::Get,
        ("POST", ["v1", "payments", _, "void"]) => Route::Void,
        _ => Route::Other,
    }
}

/// Answers that aren't the platform's words.
fn spoils(kind: FaultKind) -> bool {
    matches!(kind, FaultKind::Html | FaultKind::Garbage | FaultKind::Empty | FaultKind::Redirect | FaultKind::Huge)
}

fn spoiled(fault: &Fault) -> Response<Body> {
    let typed = |status: StatusCode, kind: &str, body: Body| {
        let mut response = Response::new(body);
        *response.status_mut() = status;
        if let Ok(kind) = HeaderValue::from_str(kind) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        response
    };
    match fault.kind {
        FaultKind::TooMany => {
            let mut problem = Problem::new(fault.status.unwrap_or(429), "too_many_requests", "Ask again later.");
            problem.retry_after_s = Some(fault.retry_after_s.unwrap_or(1));
            problem.into_response()
        }
        FaultKind::QuietHours => {
            let mut problem = Problem::new(409, "quiet_hours", "The biller answers no inquiries now.");
            problem.retry_after_s = Some(fault.retry_after_s.unwrap_or(60));
            problem.into_response()
        }
        FaultKind::Html => typed(
            StatusCode::OK,
            "text/html; charset=utf-8",
            Body::from("<!doctype html><html><title>Wi-Fi</title><body><h1>請登入無線網路</h1></body></html>"),
        ),
        FaultKind::Garbage => typed(StatusCode::OK, "application/json", Body::from(r#"{"state":"settled","id":"#)),
        FaultKind::Empty => typed(StatusCode::OK, "application/json", Body::empty()),
        FaultKind::Redirect => {
            let mut response = typed(StatusCode::FOUND, "text/plain", Body::empty());
            let elsewhere = HeaderValue::from_static("https://elsewhere.sandbox.invalid/v1/");
            response.headers_mut().insert(header::LOCATION, elsewhere);
            response
        }
        FaultKind::Huge => typed(StatusCode::OK, "application/json", huge()),
        _ => {
            let mut problem =
                Problem::new(fault.status.unwrap_or(500), "internal", "Something failed. Ask what became of it.");
            problem.retry_after_s = fault.retry_after_s;
            problem.into_response()
        }
    }
}

/// JSON that begins well and goes on with blanks.
fn huge() -> Body {
    let blanks = Bytes::from(vec![b' '; HUGE_CHUNK]);
    let chunks = (0..HUGE_CHUNKS).map(move |at| {
        Ok::<_, Infallible>(if at == 0 { Bytes::from_static(br#"{"payments":["#) } else { blanks.clone() })
    });
    Body::from_stream(stream::iter(chunks))
}

/// Notes an answer whole, and gives it on.
async fn note_answer(answer: Response<Body>, exchange: &mut Exchange) -> Response<Body> {
    let (head, body) = answer.into_parts();
    let bytes = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
    exchange.status = Some(head.status.as_u16());
    exchange.response_headers = record::headers(&head.headers);
    exchange.response_body = (!bytes.is_empty()).then(|| String::from_utf8_lossy(&bytes).into_owned());
    Response::from_parts(head, Body::from(bytes))
}
