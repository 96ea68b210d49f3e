//! Signed receipts (`docs/receipts.md`), the keys that sign them, and what is given back after all.

use super::Platform;
use crate::clock::now_ms;
use crate::entropy::{self, base64url};
use crate::problem::Problem;
use crate::store::lock;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use serde_json::{Value, json};

/// What a receipt says of a payment.
pub(super) struct Paid<'a> {
    pub id: &'a str,
    pub bill: &'a crate::control::types::BillName,
    pub payable: i64,
    pub provider: &'a str,
    pub receipt: &'a str,
    pub settled_at: &'a str,
    pub cashback: &'a [super::deals::Given],
}

/// A key that signs, by its name.
struct Key {
    kid: String,
    signing: SigningKey,
}

impl Key {
    fn read(kid: String, secret: &[u8]) -> Option<Self> {
        Some(Self { kid, signing: SigningKey::from_slice(secret).ok()? })
    }

    /// As a member of a JWK set (RFC 7517), named by its thumbprint (RFC 7638, section 3).
    fn public(signing: &SigningKey) -> Option<(String, Value)> {
        let point = signing.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes().get(1..)?.split_at_checked(32)?;
        let (x, y) = (base64url(x), base64url(y));
        let thumbprint = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        let kid = base64url(&entropy::sha256(thumbprint.as_bytes()));
        let key = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": x, "y": y});
        Some((kid, key))
    }
}

fn internal() -> Problem {
    Problem::new(500, "internal", "The keys of receipts can't be used.")
}

impl Platform {
    /// `GET /v1/receipt-keys`.
    pub fn receipt_keys(&self) -> Result<Value, Problem> {
        let db = lock(&self.db);
        signer(&db)?;
        let mut query = db.prepare("SELECT kid, secret FROM receipt_keys ORDER BY seq DESC")?;
        let keys = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut set = Vec::new();
        for key in keys {
            let (kid, secret): (String, Vec<u8>) = key?;
            let key = Key::read(kid, &secret).and_then(|key| Key::public(&key.signing)).ok_or_else(internal)?;
            set.push(key.1);
        }
        Ok(json!({"keys": set}))
    }

    /// Receipts are signed by a new key from now on; gives its name.
    pub fn renew_receipt_key(&self) -> Result<String, Problem> {
        make(&lock(&self.db)).map(|key| key.kid)
    }

    /// A settled payment's money was given back: the bill is owed again.
    pub fn note_refund(&self, id: &str, kind: &str) -> Result<(), Problem> {
        let mut db = lock(&self.db);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "UPDATE payments SET state = 'refunded', refund = ?2, refunded_at = ?3 WHERE id = ?1 AND state = 'settled'",
            params![id, kind, now_ms()],
        )?;
        tx.execute("UPDATE bills SET paid_at = NULL, paid_by = NULL WHERE paid_by = ?1", [id])?;
        tx.commit()?;
        drop(db);
        self.changed();
        Ok(())
    }
}

/// The newest key, the first one made when it is needed.
fn signer(db: &Connection) -> Result<Key, Problem> {
    let newest: Option<(String, Vec<u8>)> = db
        .prepare_cached("SELECT kid, secret FROM receipt_keys ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match newest {
        Some((kid, secret)) => Key::read(kid, &secret).ok_or_else(internal),
        None => make(db),
    }
}

fn make(db: &Connection) -> Result<Key, Problem> {
    // Nearly every string of 32 bytes is a scalar of P-256.
    let secret = std::iter::repeat_with(entropy::secret).take(8).find(|secret| SigningKey::from_slice(secret).is_ok());
    let secret = secret.ok_or_else(internal)?;
    let signing = SigningKey::from_slice(&secret).map_err(|_| internal())?;
    let (kid, _) = Key::public(&signing).ok_or_else(internal)?;
    db.execute("INSERT INTO receipt_keys(kid, secret) VALUES (?1, ?2)", params![kid, secret.as_slice()])?;
    Ok(Key { kid, signing })
}

/// A JWS in compact form (RFC 7515, section 3.1), ES256 (RFC 7518, section 3.4).
pub(super) fn sign(db: &Connection, paid: &Paid<'_>) -> Result<String, Problem> {
    let key = signer(db)?;
    let header = json!({"alg": "ES256", "kid": key.kid, "typ": "paytaipei-receipt"});
    let mut claims = json!({
        "id": paid.id,
        "biller": paid.bill.biller,
        "number": paid.bill.number,
        "period": paid.bill.period,
        "charged": paid.payable,
        "provider": paid.provider,
        "receipt": paid.receipt,
        "settled_at": paid.settled_at,
    });
    if let (false, Some(members)) = (paid.cashback.is_empty(), claims.as_object_mut()) {
        members.insert("cashback".to_owned(), paid.cashback.iter().map(|given| given.amount).sum::<i64>().into());
    }
    let signed = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature: Signature = key.signing.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", base64url(&signature.to_bytes())))
}
