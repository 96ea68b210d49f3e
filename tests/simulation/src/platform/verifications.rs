//! Verifying a number. The person on the handset always approves: what is proved here is paying.

use paytaipei_app::ports::{HttpReply, HttpRequest};
use serde_json::{Value, json};

use super::{Platform, problem, reply};

pub struct Verification {
    number: String,
    challenge: String,
    consent_key: String,
    collected: bool,
}

impl Platform {
    pub(super) fn start_verification(&mut self, request: &HttpRequest) -> HttpReply {
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let (Some(number), Some(challenge), Some(consent_key)) =
            (text("msisdn"), text("challenge"), text("consent_key"))
        else {
            return problem(422, "malformed", None);
        };
        if self.revoked.contains(&consent_key) {
            return problem(403, "key_revoked", None);
        }
        let verification = Verification { number, challenge, consent_key, collected: false };
        let id = self.token('v');
        self.verifications.insert(id.clone(), verification);
        let started = json!({"verification": id, "interval_s": 1, "expires_in_s": 600, "binding_message": "A1"});
        reply::json(202, &started)
    }

    pub(super) fn collect(&mut self, id: &str, request: &HttpRequest) -> HttpReply {
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        let token = self.token('s');
        let Some(verification) = self.verifications.get_mut(id) else { return problem(410, "expired_token", None) };
        let hash = ring::digest::digest(&ring::digest::SHA256, body["verifier"].as_str().unwrap_or("").as_bytes());
        if base64_url(hash.as_ref()) != verification.challenge {
            return problem(403, "verifier_mismatch", None);
        }
        if std::mem::replace(&mut verification.collected, true) {
            return problem(410, "expired_token", None);
        }
        let owner = (verification.number.clone(), verification.consent_key.clone());
        self.sessions.insert(token.clone(), owner);
        reply::json(200, &json!({"token": token, "expires_in_s": 30 * 86_400}))
    }
}

/// RFC 4648, section 5, without padding.
fn base64_url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..=chunk.len() {
            let letter = (word >> (18 - 6 * place)) & 63;
            text.extend(ALPHABET.get(letter as usize).copied().map(char::from));
        }
    }
    text
}
