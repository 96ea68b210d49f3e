//! The peer: what the same work costs without any of this project's code on the phone's side.
//!
//! SQLite with the store's own settings of durability, rows of the same sizes, nothing sealed, nothing checked, no index
//! but the key; reqwest over rustls with the platform's root. It would lose its place at a crash.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use rusqlite::{Connection, TransactionBehavior, params};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Failure, Result};

/// So many calls at once, as the drainer.
const AT_ONCE: usize = 4;

/// Opens a database with the settings under which the store commits.
pub fn open(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS bill (id TEXT PRIMARY KEY, row BLOB NOT NULL) STRICT;
         CREATE TABLE IF NOT EXISTS payment (id TEXT PRIMARY KEY, state TEXT NOT NULL, row BLOB NOT NULL) STRICT;",
    )?;
    Ok(connection)
}

/// Bytes of a row, plain columns and sealed one together.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Sizes {
    pub bill: usize,
    pub payment: usize,
}

impl Sizes {
    /// Of the rows of a real store, on average.
    pub fn of(store: &Path) -> Result<Self> {
        let connection = Connection::open(store)?;
        let average = |sql: &str| -> Result<usize> {
            let bytes: f64 = connection.query_row(sql, [], |row| row.get(0))?;
            // Sizes of rows: far below any bound of the type.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Ok(bytes.ceil() as usize)
        };
        // Integers count eight bytes here; the identifier is the peer's own key.
        Ok(Self {
            bill: average("SELECT avg(length(lookup) + length(status) + 24 + length(sealed)) FROM bill")?,
            payment: average(
                "SELECT avg(length(bill) + length(lookup) + length(state) + length(coalesce(call, '')) + 48 + length(sealed))
                 FROM payment",
            )?,
        })
    }
}

/// A payment to make: the bytes that the phone would send.
#[derive(Serialize, Deserialize)]
pub struct Planned {
    pub id: String,
    pub inquiry: String,
    pub body: String,
}

/// All that the bare loop is given.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub url: String,
    pub token: String,
    pub sizes: Sizes,
    pub payments: Vec<Planned>,
}

/// Fills the peer's tables with rows as large as the store's.
pub fn fill(connection: &mut Connection, sizes: Sizes, ids: impl Iterator<Item = impl AsRef<str>>) -> Result<()> {
    let tx = connection.transaction()?;
    for id in ids {
        let id = id.as_ref();
        tx.prepare_cached("INSERT INTO bill (id, row) VALUES (?1, ?2)")?
            .execute(params![id, vec![0_u8; sizes.bill]])?;
        tx.prepare_cached("INSERT INTO payment (id, state, row) VALUES (?1, 'waiting', ?2)")?
            .execute(params![id, vec![0_u8; sizes.payment]])?;
    }
    Ok(tx.commit()?)
}

/// Durable commits of rows of a size, and nothing else.
pub struct Rows {
    connection: Connection,
    /// Alters from row to row, so that each commit has something to write.
    fresh: u64,
}

impl Rows {
    pub fn new(connection: Connection) -> Self {
        Self { connection, fresh: 0 }
    }

    fn row(&mut self, size: usize) -> Vec<u8> {
        self.fresh = self.fresh.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut row: Vec<u8> = self.fresh.to_le_bytes().iter().copied().cycle().take(size).collect();
        if let Some(last) = row.last_mut() {
            *last = !*last;
        }
        row
    }

    /// Commits a payment's row, and its bill's where `bill` says so.
    pub fn commit(&mut self, id: &str, state: &str, sizes: Sizes, bill: bool) -> Result<()> {
        let (payment_row, bill_row) = (self.row(sizes.payment), bill.then(|| self.row(sizes.bill)));
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(row) = bill_row {
            tx.prepare_cached("UPDATE bill SET row = ?2 WHERE id = ?1")?.execute(params![id, row])?;
        }
        tx.prepare_cached("UPDATE payment SET state = ?2, row = ?3 WHERE id = ?1")?.execute(params![
            id,
            state,
            payment_row
        ])?;
        Ok(tx.commit()?)
    }
}

/// A client that trusts the platform's root only.
fn client(root: &[u8]) -> Result<Client> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(root).map_err(|_| Failure::new("the platform's root cannot be read"))?;
    roots.add(root).map_err(|error| Failure::new(error.to_string()))?;
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?)
}

/// Makes every planned payment: per payment two requests and three durable commits, four payments at once.
pub async fn drain(file: &Path, root: &[u8], plan: Plan) -> Result<()> {
    let mut connection = open(file)?;
    fill(&mut connection, plan.sizes, plan.payments.iter().map(|payment| &payment.id))?;
    let bare = Arc::new(Bare {
        rows: Mutex::new(Rows::new(connection)),
        client: client(root)?,
        sizes: plan.sizes,
        url: plan.url,
        token: plan.token,
        next: Mutex::new(plan.payments.into_iter()),
    });
    let hands: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(Arc::clone(&bare).work())).collect();
    for hand in hands {
        hand.await??;
    }
    Ok(())
}

struct Bare {
    rows: Mutex<Rows>,
    client: Client,
    sizes: Sizes,
    url: String,
    token: String,
    next: Mutex<std::vec::IntoIter<Planned>>,
}

impl Bare {
    async fn work(self: Arc<Self>) -> Result<()> {
        while let Some(payment) = self.next() {
            self.commit(&payment.id, "checking", false)?;
            let inquiry = self.client.post(format!("{}/v1/inquiries", self.url)).body(payment.inquiry);
            let told = self.answer(inquiry).await?;
            let bill_token = told["bills"][0]["bill_token"].as_str().unwrap_or_default();
            self.commit(&payment.id, "submitting", true)?;
            let url = format!("{}/v1/payments/{}", self.url, payment.id);
            let put = self.client.put(url).header("bill-token", bill_token).body(payment.body);
            let told = self.answer(put).await?;
            if told["state"] != json!("settled") {
                return Err(Failure::new(format!("the bare loop's payment did not settle: {told}")));
            }
            self.commit(&payment.id, "settled", true)?;
        }
        Ok(())
    }

    fn next(&self) -> Option<Planned> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).next()
    }

    fn commit(&self, id: &str, state: &str, bill: bool) -> Result<()> {
        let commit = || self.rows.lock().unwrap_or_else(PoisonError::into_inner).commit(id, state, self.sizes, bill);
        tokio::task::block_in_place(commit)
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let reply = request.header(CONTENT_TYPE, "application/json").bearer_auth(&self.token).send().await?;
        Ok(serde_json::from_slice(&reply.bytes().await?)?)
    }
}
