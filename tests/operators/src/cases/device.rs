//! What comes back to the phone: by app link, which any app and any page can open, and from the operator's token endpoint.

use paytaipei_identity::device::{Ask, Authorization, Client, HttpAnswer, Purpose, ReturnError, Version};
use paytaipei_oidc::{KeyCache, LoginHint, Provider};
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, CLIENT, Case, ISSUER, NOW, Outcome, good_claims};
use crate::signer::Signer;

const LINKS: &str = "The way back: an app link";
const ANSWERS: &str = "The operator's token endpoint";
const DAY_MS: i64 = 86_400_000;
const NOW_MS: i64 = NOW * 1_000;

/// A request under way, and the parameter `state` of it.
fn begun() -> Option<(Authorization, String)> {
    let described = json!({
        "issuer": ISSUER, "authorization_endpoint": format!("{ISSUER}/authorize"), "token_endpoint": format!("{ISSUER}/token"),
        "jwks_uri": format!("{ISSUER}/jwks"), "authorization_response_iss_parameter_supported": true,
    });
    let provider = Provider::described(ISSUER, described.to_string().as_bytes()).ok()?;
    let client = Client::new(provider, CLIENT, "https://pay.taipei/app/verified").ok()?;
    let ask = Ask {
        purpose: Purpose::Authenticate,
        version: Some(Version::DeviceInitiated2_3),
        hint: Some(LoginHint::Msisdn("+886900000017")),
        acr: 3,
        max_age: None,
        ui_locales: "zh-Hant",
        claims: None,
    };
    let (authorization, url) = client.begin(&ask, &[7; 96], NOW_MS).ok()?;
    let state = url.split("state=").nth(1)?.split('&').next()?.to_owned();
    Some((authorization, state))
}

pub fn run(signer: &Signer, cases: &mut Vec<Case>) {
    links(cases);
    answers(signer, cases);
}

fn links(cases: &mut Vec<Case>) {
    let Some((fresh, state)) = begun() else { return };
    let iss = "iss=https%3A%2F%2Foperator.example";
    let good = format!("code=c0de&state={state}&{iss}");
    let mut at = |attempt, refusal, link: String, now| {
        let outcome = Outcome::of(fresh.clone().returned(&link, now));
        cases.push(Case { group: LINKS, attempt, refusal, outcome });
    };
    let mut add = |attempt, refusal, link| at(attempt, refusal, link, NOW_MS + 5_000);
    let home = "pay.taipei/app/verified";
    add("another scheme: the app of anybody", "OtherScheme", format!("paytaipei://{home}?{good}"));
    add("`http` instead of `https`", "OtherScheme", format!("http://{home}?{good}"));
    add("another host", "OtherHost", format!("https://pay.taipei.example/app/verified?{good}"));
    add("a host that only looks the same", "OtherHost", format!("https://pay.tаipei/app/verified?{good}"));
    add("another port", "OtherPort", format!("https://pay.taipei:8443/app/verified?{good}"));
    add("another path", "OtherPath", format!("https://pay.taipei/app/verified/../other?{good}"));
    add("a user's name before the host", "Decorated", format!("https://me@{home}?{good}"));
    add("the answer in the fragment, where scripts read it", "Decorated", format!("https://{home}?{good}#{good}"));
    add("no address at all", "NotAnAddress", good.clone());
    add("a link of 1 MB", "TooLong", format!("https://{home}?{good}&x={}", "A".repeat(1 << 20)));
    let link = |query: String| format!("https://{home}?{query}");
    add("opened by another app: an invented state", "State", link(format!("code=c0de&state=AAAA&{iss}")));
    add("no state", "NoState", link(format!("code=c0de&{iss}")));
    add("two states", "ParameterTwice", link(format!("{good}&state=AAAA")));
    add("two codes", "ParameterTwice", link(format!("{good}&code=other")));
    add("two operators mixed up: `iss` of another", "Issuer", link(good.replace("operator.example", "other.example")));
    add("no `iss`, of an operator that always gives one", "NoIssuer", link(format!("code=c0de&state={state}")));
    add("the person said no", "Denied", link(format!("error=access_denied&state={state}&{iss}")));
    add("the operator is in trouble", "Refused", link(format!("error=server_error&state={state}&{iss}")));
    add("no code", "NoCode", link(format!("state={state}&{iss}")));
    add("an empty code", "NoCode", link(format!("code=&state={state}&{iss}")));
    add("a code with a line break in it", "NoCode", link(format!("code=a%0D%0Ab&state={state}&{iss}")));
    at("eleven minutes later", "Late", link(good.clone()), NOW_MS + 660_000);
    at("after the clock went a day back", "Late", link(good.clone()), NOW_MS - DAY_MS);
    let mut used = fresh.clone();
    let twice = used.returned(&link(good.clone()), NOW_MS).and_then(|_| used.returned(&link(good), NOW_MS));
    cases.push(Case { group: LINKS, attempt: "the same link again", refusal: "Replayed", outcome: Outcome::of(twice) });
    let mut denied = fresh.clone();
    let no = denied.returned(&link(format!("error=access_denied&state={state}&{iss}")), NOW_MS);
    let then = match no {
        Err(ReturnError::Denied) => denied.returned(&link(format!("code=c0de&state={state}&{iss}")), NOW_MS),
        other => other,
    };
    cases.push(Case { group: LINKS, attempt: "a code after a no", refusal: "Replayed", outcome: Outcome::of(then) });
}

fn answers(signer: &Signer, cases: &mut Vec<Case>) {
    let Some((mut authorization, state)) = begun() else { return };
    let link = format!("https://pay.taipei/app/verified?code=c0de&state={state}&iss=https%3A%2F%2Foperator.example");
    let unreturned = authorization.clone();
    if authorization.returned(&link, NOW_MS).is_err() {
        return;
    }
    let judged = |authorization: &Authorization, status: u16, body: &str| {
        let mut keys = KeyCache::default();
        let set = json!({ "keys": [signer.ec_key("ec")] }).to_string();
        // The cache has never been asked: what it holds is current.
        let known = keys.fetched(set.as_bytes(), NOW).is_ok();
        let answer = (known && status != 0).then_some(HttpAnswer { status, body: body.as_bytes() });
        Outcome::of(authorization.redeemed(answer, &mut keys, NOW))
    };
    let mut add = |attempt, refusal, status, body: &str| {
        cases.push(Case { group: ANSWERS, attempt, refusal, outcome: judged(&authorization, status, body) });
    };
    let id_token = signer.token(&json!({ "alg": "ES256", "kid": "ec" }), &good_claims().to_string());
    let good = json!({ "access_token": ACCESS_TOKEN, "token_type": "DPoP", "expires_in": 300, "id_token": id_token });
    let with = |name: &str, value: Value| {
        let mut answer = good.clone();
        answer[name] = value;
        answer.to_string()
    };
    add("an operator that never answers", "NotHeard", 0, "");
    add("trouble (503)", "NotHeard", 503, "");
    add("a redirect to elsewhere", "NotHeard", 302, &good.to_string());
    add("a captive portal's page", "Json(NotAnObject)", 200, "<html></html>");
    add("an answer of 1 MB", "Json(TooLarge)", 200, &with("x", "A".repeat(1 << 20).into()));
    add("`access_token` twice", "Json(DuplicateMember)", 200, r#"{"access_token":"a","access_token":"b"}"#);
    add("no access token", "NoAccessToken", 200, &with("access_token", Value::Null));
    add("an access token with a line break in it", "NoAccessToken", 200, &with("access_token", "a\r\nb".into()));
    add("a bearer token, good for any thief", "NotBound", 200, &with("token_type", "Bearer".into()));
    add("no ID token", "NoIdToken", 200, &with("id_token", Value::Null));
    add("an ID token of 1 MB", "Json(TooLarge)", 200, &with("id_token", "A".repeat(1 << 20).into()));
    add("the code was used before", "InvalidGrant", 400, r#"{"error":"invalid_grant"}"#);
    add("the operator knows no such app", "InvalidClient", 401, r#"{"error":"invalid_client"}"#);
    add("the operator does not take the proof", "Proof", 400, r#"{"error":"invalid_dpop_proof"}"#);
    add("the operator wants a nonce", "UseNonce", 400, r#"{"error":"use_dpop_nonce"}"#);
    add("an error that nobody knows", "Refused", 400, r#"{"error":"teapot"}"#);
    // Signed by the operator, for another request of the same phone.
    add("an ID token of another request", "IdToken(Nonce)", 200, &good.to_string());
    let outcome = judged(&unreturned, 200, &good.to_string());
    cases.push(Case {
        group: ANSWERS,
        attempt: "tokens before any code came back",
        refusal: "NothingToRedeem",
        outcome,
    });
}
