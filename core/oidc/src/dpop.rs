//! Proof of possession (DPoP, RFC 9449): a token that a phone's own key must be shown with is worth nothing to a thief.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::json;
use thiserror::Error;

/// A proof still without its signature, which the key's vault makes.
pub struct Unsigned(String);

/// What a proof is for.
pub struct Use<'a> {
    /// Of HTTP: `GET`, `POST`, `PUT`.
    pub method: &'a str,
    /// Without query and fragment (section 4.2, `htu`).
    pub url: &'a str,
    /// The access token that goes along, if one does.
    pub access_token: Option<&'a str>,
    /// The server's, once it has given one.
    pub nonce: Option<&'a str>,
    /// Unix seconds, by the server's clock as far as it is known.
    pub at: i64,
    /// Fresh random bytes: no two proofs have one name.
    pub id: [u8; 16],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the key is no uncompressed point of P-256: make new keys")]
pub struct PointError;

/// x and y in base64url, of an uncompressed point (SEC 1, section 2.3.3).
fn coordinates(point: &[u8]) -> Result<[String; 2], PointError> {
    let [4, rest @ ..] = point else { return Err(PointError) };
    let (x, y) = rest.split_at_checked(32).ok_or(PointError)?;
    if y.len() != 32 {
        return Err(PointError);
    }
    Ok([x, y].map(|half| URL_SAFE_NO_PAD.encode(half)))
}

/// A proof by the P-256 key with this public half.
pub fn proof(point: &[u8], usage: &Use<'_>) -> Result<Unsigned, PointError> {
    let [x, y] = coordinates(point)?;
    let header = json!({
        "typ": "dpop+jwt", "alg": "ES256", "jwk": { "kty": "EC", "crv": "P-256", "x": x, "y": y },
    });
    let url = usage.url.split(['?', '#']).next().unwrap_or_default();
    let mut claims = json!({
        "jti": URL_SAFE_NO_PAD.encode(usage.id), "htm": usage.method, "htu": url, "iat": usage.at,
    });
    if let Some(claims) = claims.as_object_mut() {
        if let Some(token) = usage.access_token {
            claims.insert("ath".into(), URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes())).into());
        }
        if let Some(nonce) = usage.nonce {
            claims.insert("nonce".into(), nonce.into());
        }
    }
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    Ok(Unsigned(format!("{header}.{claims}")))
}

impl Unsigned {
    /// What the key signs: ECDSA with SHA-256.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The proof, with the signature as r ‖ s.
    #[must_use]
    pub fn signed(self, signature: &[u8; 64]) -> String {
        format!("{}.{}", self.0, URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The key's name in `cnf.jkt` (RFC 7638: members in the order of their names, no blanks).
pub fn thumbprint(point: &[u8]) -> Result<String, PointError> {
    let [x, y] = coordinates(point)?;
    let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    Ok(URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// The key of RFC 9449, section 4.1.
    fn rfc_key() -> Vec<u8> {
        let [x, y] = ["l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"]
            .map(|text| URL_SAFE_NO_PAD.decode(text).unwrap());
        [vec![4], x, y].concat()
    }

    fn usage(url: &str) -> Use<'_> {
        Use { method: "GET", url, access_token: None, nonce: None, at: 1_562_262_618, id: [7; 16] }
    }

    fn parts(proof: &Unsigned) -> Vec<Value> {
        let text = std::str::from_utf8(proof.message()).unwrap();
        text.split('.').map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()).collect()
    }

    #[test]
    fn a_key_has_the_thumbprint_that_rfc_9449_states() {
        // Section 6.1, figure 9: `jkt` of the token bound to the key of figure 2.
        assert_eq!(thumbprint(&rfc_key()).unwrap(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_proof_for_a_token_carries_the_hash_that_rfc_9449_states() {
        // Section 7.1, figure 12.
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let proof = proof(&rfc_key(), &Use { access_token: Some(token), ..usage("https://r.example/p") }).unwrap();
        assert_eq!(parts(&proof)[1]["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    }

    #[test]
    fn a_proof_names_method_address_and_key_and_nothing_of_the_query() {
        let proof = proof(&rfc_key(), &Use { nonce: Some("n"), ..usage("https://r.example/p?number=1#x") }).unwrap();
        let [header, claims] = &parts(&proof)[..] else { panic!() };
        assert_eq!((&header["typ"], &header["alg"]), (&"dpop+jwt".into(), &"ES256".into()));
        assert_eq!(header["jwk"]["x"], "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs");
        assert_eq!(header["jwk"].as_object().unwrap().len(), 4, "the public half only");
        assert_eq!((&claims["htu"], &claims["htm"]), (&"https://r.example/p".into(), &"GET".into()));
        assert_eq!((&claims["nonce"], claims.get("ath")), (&"n".into(), None));
    }

    #[test]
    fn what_is_no_point_makes_no_proof() {
        for bad in [&[][..], &[4; 64], &[4; 66], &[2; 33], &[3; 65]] {
            assert_eq!(proof(bad, &usage("https://r.example/")).err(), Some(PointError));
        }
    }
}
