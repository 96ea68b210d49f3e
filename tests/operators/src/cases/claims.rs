//! Every claim, missing and wrong, one by one, in tokens that the operator's own key has signed.

use paytaipei_oidc::{Expected, Jwks};
use serde_json::{Value, json};

use super::{ACCESS_TOKEN, CLIENT, Case, HINT, ISSUER, NONCE, NOW, Outcome, good_claims};
use crate::signer::Signer;

const GROUP: &str = "Claims, in tokens that the operator signed";
const DAY_S: i64 = 86_400;

pub const fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        client_id: CLIENT,
        nonce: Some(NONCE),
        acr: Some(3),
        amr: &["SIM_PIN", "BIOM"],
        access_token: Some(ACCESS_TOKEN),
        login_hint: Some(HINT),
        complete: true,
        max_age: Some(300),
    }
}

pub fn run(signer: &Signer, cases: &mut Vec<Case>) {
    let Ok(keys) = Jwks::parse(json!({ "keys": [signer.ec_key("ec")] }).to_string().as_bytes()) else { return };
    let mut at = |attempt, refusal, change: Value, now| {
        let mut claims = good_claims();
        if let (Some(claims), Some(change)) = (claims.as_object_mut(), change.as_object()) {
            for (name, value) in change {
                // `null` takes a claim away.
                if value.is_null() {
                    claims.remove(name)
                } else {
                    claims.insert(name.clone(), value.clone())
                };
            }
        }
        let token = signer.token(&json!({ "alg": "ES256", "kid": "ec" }), &claims.to_string());
        let outcome = Outcome::of(expected().validate(&token, &keys, now));
        cases.push(Case { group: GROUP, attempt, refusal, outcome });
    };
    let mut add = |attempt, refusal, change| at(attempt, refusal, change, NOW);

    add("no `iss`", "NoIssuer", json!({ "iss": null }));
    add("two operators mixed up: `iss` of another", "Issuer", json!({ "iss": "https://other-operator.example" }));
    add("`iss` with a slash more", "Issuer", json!({ "iss": "https://operator.example/" }));
    add("`iss` is a list", "WrongKind", json!({ "iss": [ISSUER] }));
    add("no `sub`", "NoSubject", json!({ "sub": null }));
    add("an empty `sub`", "NoSubject", json!({ "sub": "" }));
    add("no `aud`", "NoAudience", json!({ "aud": null }));
    add("`aud` is another client", "Audience", json!({ "aud": "other-app" }));
    add("`aud` is a list without this client", "Audience", json!({ "aud": ["other-app", "third-app"] }));
    add("`aud` is this client and another", "MoreAudiences", json!({ "aud": [CLIENT, "other-app"] }));
    add("`aud` is a number", "WrongKind", json!({ "aud": 7 }));
    add("`azp` is another client", "AuthorizedParty", json!({ "azp": "other-app" }));
    add("no `exp`", "NoExpiry", json!({ "exp": null }));
    add("expired a minute and a second ago", "Expired", json!({ "exp": NOW - 61 }));
    add("`exp` is a text", "WrongKind", json!({ "exp": "1795478700" }));
    add("`exp` is negative", "WrongKind", json!({ "exp": -1 }));
    add("no `iat`", "NoIssueTime", json!({ "iat": null }));
    add("issued in two minutes", "IssuedInFuture", json!({ "iat": NOW + 120 }));
    add("issued an hour ago", "IssuedLongAgo", json!({ "iat": NOW - 3_600 }));
    add("not valid yet (`nbf`)", "NotYetValid", json!({ "nbf": NOW + 120 }));
    add("no `nonce`", "NoNonce", json!({ "nonce": null }));
    add("the nonce of an earlier request, replayed", "Nonce", json!({ "nonce": "n-of-yesterday" }));
    add("no `acr`", "NoAcr", json!({ "acr": null }));
    add("acr 3 asked, 2 given", "AcrTooLow", json!({ "acr": "2" }));
    add("`acr` is no level", "NoAcr", json!({ "acr": "urn:example:silver" }));
    add("no `amr`", "NoAmr", json!({ "amr": null }));
    add("`amr` is empty", "NoAmr", json!({ "amr": [] }));
    add("only the network knew the SIM (`HDR`) where a PIN was asked for", "Amr", json!({ "amr": ["HDR"] }));
    add("`amr` is a text", "WrongKind", json!({ "amr": "SIM_PIN" }));
    add("no `at_hash`", "NoAccessTokenHash", json!({ "at_hash": null }));
    add("`at_hash` of another access token", "AccessTokenHash", json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }));
    add("no `hashed_login_hint`", "NoLoginHintHash", json!({ "hashed_login_hint": null }));
    add(
        "the number does not match: `hashed_login_hint` of another",
        "LoginHintHash",
        json!({ "hashed_login_hint": "0".repeat(64) }),
    );
    add("no `auth_time` though `max_age` was sent", "NoAuthTime", json!({ "auth_time": null }));
    add("authenticated yesterday", "AuthTime", json!({ "auth_time": NOW - DAY_S }));
    at("the clock is a day ahead", "Expired", json!({}), NOW + DAY_S);
    at("the clock is a day behind", "IssuedInFuture", json!({}), NOW - DAY_S);
}
