//! The eight payment businesses. Each takes orders of the platform and charges accounts in books of its own
//! ([`ledger`]); each knows an order again by its order id only, so a bill that the platform orders twice under two ids
//! is charged twice, and is counted as such here. Results go to the platform as webhooks.

pub mod expected;
pub mod ledger;
pub mod wire;

use crate::control::types::{Charge, DoubleCharge, FaultKind, Ledger, Route};
use crate::faults::{Facts, Faults};
use crate::platform::agreements::Debit;
use crate::preload::{self, Past};
use crate::store;
use ledger::{Books, Decision, Order, Standing};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::UnboundedSender;

/// A business of the catalogue: id, names, prefix of its trade numbers.
pub struct Business {
    pub id: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub(crate) prefix: &'static str,
    /// Where the person finishes, or agrees to silent debits.
    pub(crate) host: &'static str,
}

/// The eight of the platform's launch.
pub const BUSINESSES: [Business; 8] = [
    Business { id: "pi-wallet", zh: "Pi 拍錢包", en: "Pi Wallet", prefix: "PI", host: "s.intella.co" },
    Business {
        id: "taishin",
        zh: "台新銀行",
        en: "Taishin International Bank",
        prefix: "TS",
        host: "tspg.taishinbank.com.tw",
    },
    Business { id: "esun", zh: "玉山銀行", en: "E.SUN Bank", prefix: "ES", host: "acq.esunbank.com.tw" },
    Business { id: "ezpay", zh: "簡單付 ezPay", en: "ezPay", prefix: "EZ", host: "core.newebpay.com" },
    Business { id: "opay", zh: "歐付寶", en: "O'Pay", prefix: "OP", host: "payment.opay.tw" },
    Business { id: "aipei", zh: "愛貝錢包", en: "Aipei", prefix: "AP", host: "s.intella.co" },
    Business { id: "jkopay", zh: "街口支付", en: "JKOPAY", prefix: "JK", host: "onlinepay.jkopay.com" },
    Business { id: "gamapay", zh: "橘子支付", en: "GAMA PAY", prefix: "GP", host: "s.intella.co" },
];

/// What a business tells the platform of an order. May come twice, and late.
#[derive(Clone)]
pub struct Webhook {
    pub order_id: String,
    pub standing: Standing,
}

/// All businesses, on one database file with tables for each.
pub struct Businesses {
    db: Mutex<Connection>,
    books: Vec<Books>,
    faults: Arc<Faults>,
    platform: UnboundedSender<Webhook>,
}

impl Businesses {
    pub fn open(file: &Path, faults: Arc<Faults>, platform: UnboundedSender<Webhook>) -> rusqlite::Result<Self> {
        let books: Vec<Books> = BUSINESSES.iter().map(|one| Books::new(one.id, one.prefix)).collect();
        let schema: String = books.iter().map(Books::schema).chain([expected::SCHEMA.to_owned()]).collect();
        Ok(Self { db: store::open(file, &schema)?, books, faults, platform })
    }

    fn books(&self, provider: &str) -> Option<&Books> {
        self.books.iter().find(|books| books.id == provider)
    }

    /// Takes an order and tells the platform what became of it.
    pub async fn take(&self, order: Order, debit: Debit) {
        let facts = Facts {
            route: Some(Route::Put),
            provider: Some(order.provider.clone()),
            biller: Some(order.biller.clone()),
            number: Some(order.number.clone()),
        };
        self.faults.wait(FaultKind::SlowBusiness, &facts).await;
        let decision = match self.faults.take(&[FaultKind::Decline, FaultKind::HandOff], &facts) {
            None => match &debit {
                Debit::Silent(token) if !matches!(self.agreed(&order.provider, token), Ok(true)) => {
                    Decision::Decline("no_agreement".to_owned())
                }
                // Who never agreed to anything has an account that is debited all the same.
                Debit::Silent(_) | Debit::NeverAgreed => Decision::Charge,
                Debit::Ask => Decision::HandOff,
            },
            Some(fault) if fault.kind == FaultKind::HandOff => Decision::HandOff,
            Some(fault) => Decision::Decline(fault.reason.unwrap_or_else(|| "provider_refused".to_owned())),
        };
        let Some(books) = self.books(&order.provider) else { return };
        match books.take(&self.db, &order, decision) {
            Ok(standing) => self.tell(order.order_id, standing, &facts),
            Err(error) => eprintln!("paytaipei-sandbox: a business's books: {:?}", error.sqlite_error_code()),
        }
    }

    /// Cancels an order unless it is finished; says how it stands.
    pub fn cancel(&self, order: &Order) -> rusqlite::Result<Option<Standing>> {
        self.books(&order.provider).map(|books| books.cancel(&self.db, order)).transpose()
    }

    /// Gives back of what an order charged, once under one refund's id. False where it charged less.
    pub fn refund(&self, provider: &str, order_id: &str, refund_id: &str, amount: i64) -> rusqlite::Result<bool> {
        self.books(provider).map_or(Ok(false), |books| books.refund(&self.db, order_id, refund_id, amount))
    }

    /// The person finishes in the business's app. False where no order of this payment waits for it.
    pub fn finish(&self, payment_id: &str, approve: bool) -> rusqlite::Result<bool> {
        for books in &self.books {
            if let Some((order_id, standing)) = books.finish(&self.db, payment_id, None, approve)? {
                let facts = Facts { route: Some(Route::Put), provider: Some(books.id.to_owned()), ..Facts::default() };
                self.tell(order_id, standing, &facts);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fills the books with the charges of `count` past payments.
    pub fn preload(&self, count: u64) -> rusqlite::Result<()> {
        preload::in_bulk(&self.db, |db| {
            let mut books = self.books.iter().map(|books| books.past(db)).collect::<rusqlite::Result<Vec<_>>>()?;
            for place in 0..count {
                let past = Past::at(place, count);
                if let Some(books) = books.get_mut(past.business) {
                    books.write(&past, place < preload::PEOPLE)?;
                }
            }
            Ok(())
        })
    }

    /// How many charges there are, and how many bills were charged more than once.
    pub fn totals(&self) -> rusqlite::Result<(i64, i64)> {
        let db = store::lock(&self.db);
        let (mut charges, mut all) = (0_i64, Vec::new());
        for books in &self.books {
            let table = books.charges_table();
            charges += db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))?;
            all.push(format!("SELECT biller, number, period FROM {table}"));
        }
        let doubles = format!(
            "SELECT count(*) FROM (SELECT 1 FROM ({}) GROUP BY biller, number, period HAVING count(*) > 1)",
            all.join(" UNION ALL ")
        );
        Ok((charges, db.query_row(&doubles, [], |row| row.get(0))?))
    }

    fn tell(&self, order_id: String, standing: Standing, facts: &Facts) {
        let webhook = Webhook { order_id, standing };
        let twice = self.faults.take(&[FaultKind::DuplicateWebhook], facts).is_some();
        for _ in 0..if twice { 2 } else { 1 } {
            // Nobody listens only while the sandbox stops; the order is then asked for again at the next start.
            drop(self.platform.send(webhook.clone()));
        }
    }

    /// What an account holds; `None` where no business has this id.
    pub fn balance(&self, provider: &str, msisdn: &str) -> rusqlite::Result<Option<i64>> {
        self.books(provider).map(|books| books.balance(&self.db, msisdn)).transpose()
    }

    /// A number agrees, at a business, to silent debits of up to `most` dollars each.
    pub fn agree(&self, provider: &str, token: &str, msisdn: &str, most: i64) -> rusqlite::Result<bool> {
        self.books(provider).map_or(Ok(false), |books| books.agree(&self.db, token, msisdn, most).map(|()| true))
    }

    fn agreed(&self, provider: &str, token: &str) -> rusqlite::Result<bool> {
        let agreed = self.books(provider).map(|books| books.agreed(&self.db, token)).transpose()?;
        Ok(agreed.flatten().is_some())
    }

    /// Ends what a number agreed to, at the business: the platform is not told.
    pub fn revoke(&self, provider: &str, msisdn: &str) -> rusqlite::Result<bool> {
        self.books(provider).map_or(Ok(false), |books| books.revoke(&self.db, msisdn))
    }

    /// Sets an account's balance. False where no business has this id.
    pub fn set_balance(&self, provider: &str, msisdn: &str, balance: i64) -> rusqlite::Result<bool> {
        match self.books(provider) {
            None => Ok(false),
            Some(books) => books.set_balance(&self.db, msisdn, balance).map(|()| true),
        }
    }

    /// Every charge of every business, and the bills charged more than once.
    pub fn ledger(&self) -> rusqlite::Result<Ledger> {
        let mut charges = Vec::new();
        for books in &self.books {
            charges.extend(books.charges(&self.db)?);
        }
        let mut by_bill: BTreeMap<(String, String, String), Vec<Charge>> = BTreeMap::new();
        for charge in charges.iter().filter(|charge| charge.refunded < charge.amount) {
            let bill = (charge.biller.clone(), charge.number.clone(), charge.period.clone());
            by_bill.entry(bill).or_default().push(charge.clone());
        }
        let double_charged = by_bill
            .into_iter()
            .filter(|(_, charges)| charges.len() > 1)
            .map(|((biller, number, period), charges)| DoubleCharge { biller, number, period, charges })
            .collect();
        Ok(Ledger { charges, double_charged })
    }
}
