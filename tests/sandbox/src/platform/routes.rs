//! The platform's HTTP operations, one function each.

use super::Platform;
use super::inquiry::Inquiry;
use super::verification::{Collected, Page, VerificationRequest};
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

type Answer = Result<Response, Problem>;

/// The operations of the contract.
pub fn router(platform: Arc<Platform>) -> Router {
    Router::new()
        .route("/v1/catalogue", get(catalogue))
        .route("/v1/deals", get(deals))
        .route("/v1/receipt-keys", get(receipt_keys))
        .route("/v1/verifications", post(start_verification))
        .route("/v1/verifications/{verification}/session", post(collect_session))
        .route("/v1/inquiries", post(inquire))
        .route("/v1/agreements", get(agreements))
        .route("/v1/agreements/{provider}/link", post(link_agreement))
        .route("/v1/agreements/{provider}/limit", post(limit_agreement))
        .route("/v1/agreements/{provider}/unlink", post(unlink_agreement))
        .route("/v1/payments", get(list_payments))
        .route("/v1/payments/{id}", get(get_payment).put(put_payment))
        .route("/v1/payments/{id}/void", post(void_payment))
        .fallback(|| async { Problem::new(404, "no_such_route", "The interface has no such path.") })
        .method_not_allowed_fallback(|| async {
            Problem::new(405, "no_such_method", "The interface has no such method on this path.")
        })
        .with_state(platform)
}

fn ok(value: Value) -> Answer {
    Ok(Json(value).into_response())
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// A body as the contract has it: JSON of the declared type, held to the schema.
fn read<T: DeserializeOwned>(
    platform: &Platform,
    method: &str,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<T, Problem> {
    is_json(headers)?;
    let value: Value = serde_json::from_slice(body).map_err(|_| Problem::malformed("The body is not JSON."))?;
    platform
        .contract
        .check_body(method, path, &value)
        .map_err(|violation| Problem::malformed(format!("Not as the interface has it: {violation}.")))?;
    serde_json::from_slice(body).map_err(|_| Problem::malformed("The body is not as the interface has it."))
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(Problem::malformed("The body must be application/json."))
    }
}

async fn catalogue(State(platform): State<Arc<Platform>>, headers: HeaderMap) -> Answer {
    let (signed, tag) = platform.signed_catalogue()?;
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(signed)).into_response())
}

async fn deals(State(platform): State<Arc<Platform>>) -> Answer {
    ok(platform.deals()?)
}

async fn receipt_keys(State(platform): State<Arc<Platform>>) -> Answer {
    ok(platform.receipt_keys()?)
}

async fn start_verification(State(platform): State<Arc<Platform>>, headers: HeaderMap, body: Bytes) -> Answer {
    let request: VerificationRequest = read(&platform, "POST", "/v1/verifications", &headers, &body)?;
    Ok((StatusCode::ACCEPTED, Json(platform.start_verification(&request)?)).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Collect {
    verifier: String,
    #[serde(default)]
    page: Option<Page>,
}

async fn collect_session(
    State(platform): State<Arc<Platform>>,
    Path(verification): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let path = format!("/v1/verifications/{verification}/session");
    platform
        .contract
        .check_path("POST", &path)
        .map_err(|_| Problem::malformed("This is no verification of this interface."))?;
    let request: Collect = read(&platform, "POST", &path, &headers, &body)?;
    match platform.collect_session(&verification, &request.verifier, request.page.as_ref())? {
        Collected::Session { token, expires_in_s } => ok(json!({"token": token, "expires_in_s": expires_in_s})),
        Collected::Pending { interval_s } => {
            let pending = json!({"state": "pending", "interval_s": interval_s});
            Ok((StatusCode::ACCEPTED, Json(pending)).into_response())
        }
    }
}

async fn inquire(State(platform): State<Arc<Platform>>, headers: HeaderMap, body: Bytes) -> Answer {
    let session = platform.session(authorization(&headers))?;
    let inquiry: Inquiry = read(&platform, "POST", "/v1/inquiries", &headers, &body)?;
    ok(platform.inquire(&session, &inquiry)?)
}

async fn agreements(State(platform): State<Arc<Platform>>, headers: HeaderMap) -> Answer {
    let session = platform.session(authorization(&headers))?;
    ok(platform.agreements(&session)?)
}

async fn link_agreement(
    State(platform): State<Arc<Platform>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let session = platform.session(authorization(&headers))?;
    let wish = read(&platform, "POST", &agreement_path(&platform, &provider, "link")?, &headers, &body)?;
    ok(platform.wish_agreement(&session, &provider, &wish)?)
}

async fn limit_agreement(
    State(platform): State<Arc<Platform>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let session = platform.session(authorization(&headers))?;
    let wish = read(&platform, "POST", &agreement_path(&platform, &provider, "limit")?, &headers, &body)?;
    ok(platform.lower_agreement(&session, &provider, &wish)?)
}

async fn unlink_agreement(
    State(platform): State<Arc<Platform>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let session = platform.session(authorization(&headers))?;
    agreement_path(&platform, &provider, "unlink")?;
    ok(platform.unlink_agreement(&session, &provider)?)
}

fn agreement_path(platform: &Platform, provider: &str, what: &str) -> Result<String, Problem> {
    let path = format!("/v1/agreements/{provider}/{what}");
    let checked = platform.contract.check_path("POST", &path);
    checked.map(|()| path).map_err(|_| Problem::malformed("There is no such payment business."))
}

async fn list_payments(
    State(platform): State<Arc<Platform>>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    let session = platform.session(authorization(&headers))?;
    ok(platform.list(&session, query.get("after").map(String::as_str))?)
}

async fn get_payment(State(platform): State<Arc<Platform>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let session = platform.session(authorization(&headers))?;
    ok(platform.payment(&session, &id)?)
}

async fn put_payment(
    State(platform): State<Arc<Platform>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let session = platform.session(authorization(&headers))?;
    let token = headers.get("bill-token").and_then(|value| value.to_str().ok());
    ok(platform.put(&session, &id, token, &body).await?)
}

async fn void_payment(State(platform): State<Arc<Platform>>, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let session = platform.session(authorization(&headers))?;
    ok(platform.void(&session, &id)?)
}
