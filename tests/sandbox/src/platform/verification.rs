//! Verification of a mobile number through the operator, and the sessions that come of it.

use super::{Platform, Setting, consent};
use crate::clock::now_ms;
use crate::entropy;
use crate::operator::{self, Approval};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{OptionalExtension, TransactionBehavior, params};
use serde::Deserialize;
use serde_json::{Value, json};

/// CIBA Core §11: `slow_down` lengthens the interval by at least five seconds, for good.
const SLOW_DOWN_S: i64 = 5;
/// The contract's longest interval.
const LONGEST_INTERVAL_S: i64 = 60;
/// Letters that nobody confuses when comparing two screens.
const BINDING_ALPHABET: &[u8] = b"ACDEFHJKMNPRTWXY3479";
/// So many approvals may wait on one handset: more would only train people to approve anything.
const MOST_PENDING: usize = 10;

/// The contract's `VerificationRequest`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationRequest {
    msisdn: String,
    challenge: String,
    consent_key: String,
    session_key: String,
    #[serde(default)]
    method: Method,
}

/// How the operator recognises the number.
#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Method {
    #[default]
    Ciba,
    Device,
    Camara,
}

/// What the operator's page led back with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    code: String,
    code_verifier: String,
    nonce: String,
}

/// Who speaks: the number and consent key that a token stands for.
pub struct Session {
    pub msisdn: String,
    pub consent_key: String,
}

/// What collecting a session came to.
pub enum Collected {
    Session { token: String, expires_in_s: u32 },
    Pending { interval_s: i64 },
}

impl Platform {
    /// `POST /v1/verifications`.
    pub fn start_verification(&self, request: &VerificationRequest) -> Result<Value, Problem> {
        for key in [&request.consent_key, &request.session_key] {
            if consent::public_key(key).is_none() {
                return Err(Problem::malformed("A key is not an uncompressed point of P-256: make new keys."));
            }
        }
        if self.operator.pending(&request.msisdn)?.len() >= MOST_PENDING {
            let mut problem = Problem::new(429, "too_many_verifications", "Answer those on the handset first.");
            problem.retry_after_s = Some(60);
            return Err(problem);
        }
        let binding_message =
            format!("{}-{}", entropy::from_alphabet(3, BINDING_ALPHABET), entropy::from_alphabet(3, BINDING_ALPHABET));
        let db = lock(&self.db);
        let revoked = db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM revoked_keys WHERE consent_key = ?1)")?
            .query_row([&request.consent_key], |row| row.get(0))?;
        if revoked {
            return Err(Problem::new(403, "key_revoked", "This consent key was revoked: make new keys."));
        }
        let interval_s = self.setting(&db, Setting::PollIntervalS)?;
        let expires_in_s = self.setting(&db, Setting::VerificationS)?;
        let mut started = json!({
            "interval_s": interval_s, "expires_in_s": expires_in_s, "binding_message": binding_message,
        });
        let mut auth_req_id = None;
        if request.method == Method::Device {
            let at = |path: &str| format!("{}/{path}", operator::ISSUER);
            started["operator"] = json!({
                "issuer": operator::ISSUER,
                "authorization_endpoint": operator::AUTHORIZATION_ENDPOINT,
                "token_endpoint": at("token"),
                "jwks_uri": at("jwks"),
                "client_id": operator::CLIENT_ID,
                "redirect_uri": operator::REDIRECT_URI,
            });
        } else {
            let shown = request.method == Method::Ciba;
            let (id, ticket) = self.operator.ask(&request.msisdn, &binding_message, expires_in_s, shown)?;
            auth_req_id = Some(id);
            // Nobody answers there but the mobile network, which the control interface plays.
            started["cellular_url"] = format!("{}/recognise/{ticket}", operator::ISSUER).into();
        }
        let id = entropy::opaque();
        db.execute(
            "INSERT INTO verifications(id, msisdn, challenge, consent_key, session_key, auth_req_id, interval_s)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                id,
                request.msisdn,
                request.challenge,
                request.consent_key,
                request.session_key,
                auth_req_id,
                interval_s
            ],
        )?;
        started["verification"] = id.into();
        Ok(started)
    }

    /// `POST /v1/verifications/{verification}/session`. Whoever has no verifier learns nothing and changes nothing.
    pub fn collect_session(
        &self,
        verification: &str,
        verifier: &str,
        page: Option<&Page>,
    ) -> Result<Collected, Problem> {
        let gone = |why: &str| Problem::new(410, "expired_token", format!("{why} Verify the number again."));
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let row = tx
            .query_row(
                "SELECT msisdn, challenge, consent_key, session_key, auth_req_id, interval_s, polled_at, collected
                 FROM verifications WHERE id = ?1",
                [verification],
                |row| {
                    let request = VerificationRequest {
                        msisdn: row.get(0)?,
                        challenge: row.get(1)?,
                        consent_key: row.get(2)?,
                        session_key: row.get(3)?,
                        method: Method::default(),
                    };
                    let auth_req_id: Option<String> = row.get(4)?;
                    let polling: (i64, Option<i64>, bool) = (row.get(5)?, row.get(6)?, row.get(7)?);
                    Ok((request, auth_req_id, polling))
                },
            )
            .optional()?;
        let Some((request, auth_req_id, (interval_s, polled_at, collected))) = row else {
            return Err(gone("There is no such verification, or none any more."));
        };
        if entropy::base64url(&entropy::sha256(verifier.as_bytes())) != request.challenge {
            return Err(Problem::new(403, "verifier_mismatch", "This verification was begun by somebody else."));
        }
        if collected {
            return Err(gone("The session was collected already."));
        }
        let approval = match (auth_req_id, page) {
            (Some(auth_req_id), _) => self.operator.answer(&auth_req_id)?,
            (None, None) => Approval::Pending,
            (None, Some(page)) => {
                let redeemed = self.operator.redeem(&page.code, &page.code_verifier)?;
                let redeemed = redeemed.ok_or_else(|| gone("The operator does not take the code."))?;
                if redeemed.nonce != page.nonce {
                    return Err(Problem::new(403, "verifier_mismatch", "The code answers another request."));
                }
                if redeemed.msisdn != request.msisdn {
                    return Err(Problem::new(403, "number_mismatch", "The operator recognised another number."));
                }
                Approval::Approved
            }
        };
        match approval {
            Approval::Expired => Err(gone("Nobody approved in time.")),
            Approval::Denied => Err(Problem::new(403, "access_denied", "The person refused on the handset.")),
            Approval::Pending => {
                let now = now_ms();
                let too_soon = polled_at.is_some_and(|at| now.saturating_sub(at) < interval_s.saturating_mul(1000));
                let interval_s =
                    if too_soon { interval_s.saturating_add(SLOW_DOWN_S).min(LONGEST_INTERVAL_S) } else { interval_s };
                tx.execute(
                    "UPDATE verifications SET polled_at = ?2, interval_s = ?3 WHERE id = ?1",
                    params![verification, now, interval_s],
                )?;
                tx.commit()?;
                Ok(Collected::Pending { interval_s })
            }
            Approval::Approved => {
                let token = entropy::opaque();
                let expires_in_s = self.setting(&tx, Setting::SessionS)?;
                let expires_at = now_ms().saturating_add(i64::from(expires_in_s).saturating_mul(1000));
                tx.execute("UPDATE verifications SET collected = 1 WHERE id = ?1", [verification])?;
                tx.execute(
                    "INSERT INTO sessions(hash, msisdn, consent_key, session_key, expires_at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        entropy::sha256_hex(token.as_bytes()),
                        request.msisdn,
                        request.consent_key,
                        request.session_key,
                        expires_at
                    ],
                )?;
                tx.commit()?;
                Ok(Collected::Session { token, expires_in_s })
            }
        }
    }

    /// The session that an `Authorization` header names.
    pub fn session(&self, authorization: Option<&str>) -> Result<Session, Problem> {
        let invalid = || {
            Problem::new(401, "session_invalid", "The session is unknown, expired or revoked: verify the number again.")
        };
        let (scheme, token) = authorization.and_then(|header| header.split_once(' ')).ok_or_else(invalid)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(invalid());
        }
        lock(&self.db)
            .prepare_cached("SELECT msisdn, consent_key FROM sessions WHERE hash = ?1 AND expires_at > ?2")?
            .query_row(params![entropy::sha256_hex(token.trim().as_bytes()), now_ms()], |row| {
                Ok(Session { msisdn: row.get(0)?, consent_key: row.get(1)? })
            })
            .optional()?
            .ok_or_else(invalid)
    }

    /// Ends every session of a number, and unless told otherwise the consent keys of those sessions for good. Gives the
    /// number of sessions ended.
    pub fn revoke(&self, msisdn: &str, keys_too: bool) -> rusqlite::Result<usize> {
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if keys_too {
            tx.execute(
                "INSERT OR IGNORE INTO revoked_keys(consent_key) SELECT consent_key FROM sessions WHERE msisdn = ?1",
                [msisdn],
            )?;
        }
        let ended = tx.execute("DELETE FROM sessions WHERE msisdn = ?1", [msisdn])?;
        tx.commit()?;
        Ok(ended)
    }
}
