//! The operator's page (OpenID Connect Core 1.0, section 3.1): the person approves there, and the browser is led back with a
//! code. Whose SIM is in the phone, the mobile network says; the control interface plays it and the browser.

use super::Operator;
use crate::clock::now_ms;
use crate::entropy;
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;

pub const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS codes(
        code TEXT PRIMARY KEY, msisdn TEXT NOT NULL, nonce TEXT NOT NULL, challenge TEXT NOT NULL, expires_at INTEGER NOT NULL,
        used INTEGER NOT NULL DEFAULT 0) STRICT;
";

/// Nobody answers there but the control interface.
pub const ISSUER: &str = "https://operator.invalid";
pub const AUTHORIZATION_ENDPOINT: &str = "https://operator.invalid/authorize";
/// The platform, as the operator has registered it, and the app's link.
pub const CLIENT_ID: &str = "pay-taipei";
pub const REDIRECT_URI: &str = "https://pay.taipei/app/verified";
/// RFC 6749, section 4.1.2: a code lives ten minutes at most.
const CODE_MS: i64 = 60_000;

/// What a code is worth.
pub struct Redeemed {
    pub msisdn: String,
    pub nonce: String,
}

impl Operator {
    /// The browser of the phone with this SIM opens the page at `url`, and the person answers. Gives the address that the
    /// browser is led to.
    pub fn browse(&self, url: &str, msisdn: &str, approve: bool) -> Result<String, Problem> {
        let refuse = |why: &str| Problem::malformed(format!("The operator's page: {why}."));
        let (page, query) = url.split_once('?').ok_or_else(|| refuse("there is no query"))?;
        let mut given = HashMap::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
            if given.insert(name, value).is_some() {
                return Err(refuse("a parameter stands twice"));
            }
        }
        let asked = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
        let scopes: Vec<&str> = asked("scope").split(' ').collect();
        let wanted = [
            (page == AUTHORIZATION_ENDPOINT, "another address"),
            (asked("client_id") == CLIENT_ID, "an unknown client"),
            (asked("redirect_uri") == REDIRECT_URI, "a way back that nobody registered"),
            (asked("response_type") == "code", "another response type than code"),
            (scopes.contains(&"openid") && scopes.contains(&"mc_authn"), "scopes openid and mc_authn are missing"),
            (matches!(asked("acr_values"), "2" | "3"), "no level of assurance"),
            (asked("version").starts_with("mc_"), "no version of Mobile Connect"),
            (
                asked("code_challenge_method") == "S256" && asked("code_challenge").len() == 43,
                "no proof key (RFC 7636)",
            ),
            (asked("state").len() >= 22 && asked("nonce").len() >= 22, "state or nonce can be guessed"),
        ];
        if let Some((_, why)) = wanted.iter().find(|(holds, _)| !holds) {
            return Err(refuse(why));
        }
        let mut back = form_urlencoded::Serializer::new(String::new());
        if approve {
            let code = entropy::opaque();
            lock(&self.db).execute(
                "INSERT INTO codes(code, msisdn, nonce, challenge, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![code, msisdn, asked("nonce"), asked("code_challenge"), now_ms().saturating_add(CODE_MS)],
            )?;
            back.append_pair("code", &code);
        } else {
            back.append_pair("error", "access_denied");
        }
        back.append_pair("state", asked("state")).append_pair("iss", ISSUER);
        Ok(format!("{REDIRECT_URI}?{}", back.finish()))
    }

    /// Redeems a code, once, for who brings the verifier of its challenge. Any try uses it up.
    pub fn redeem(&self, code: &str, code_verifier: &str) -> rusqlite::Result<Option<Redeemed>> {
        let db = lock(&self.db);
        let row = db
            .query_row(
                "UPDATE codes SET used = 1 WHERE code = ?1 AND NOT used AND expires_at > ?2
                 RETURNING msisdn, nonce, challenge",
                params![code, now_ms()],
                |row| Ok((Redeemed { msisdn: row.get(0)?, nonce: row.get(1)? }, row.get::<_, String>(2)?)),
            )
            .optional()?;
        let proven = |challenge: &String| entropy::base64url(&entropy::sha256(code_verifier.as_bytes())) == *challenge;
        Ok(row.filter(|(_, challenge)| proven(challenge)).map(|(redeemed, _)| redeemed))
    }
}
