//! The payment businesses and their account ledgers: where money moves, and where it is counted.

use std::collections::{BTreeMap, BTreeSet};

/// The contract's eight.
pub const PROVIDERS: [&str; 8] = ["pi-wallet", "taishin", "esun", "ezpay", "opay", "aipei", "jkopay", "gamapay"];

/// What the platform orders. A business knows an order by its id and by nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub provider: String,
    pub order_id: String,
    pub payment: String,
    pub account: String,
    /// `biller/number/period`.
    pub bill: String,
    /// Whole NT dollars.
    pub amount: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Charged,
    Declined(&'static str),
    HandedOff,
    Cancelled,
}

/// How a business takes a new order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Charge,
    Decline(&'static str),
    HandOff,
}

/// Money that left an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    pub provider: String,
    pub account: String,
    pub payment: String,
    pub bill: String,
    pub amount: i64,
}

/// All eight, each with orders and accounts of its own.
#[derive(Default)]
pub struct Businesses {
    orders: BTreeMap<(String, String), Standing>,
    /// What each account has paid.
    paid: BTreeMap<(String, String), i64>,
    charges: Vec<Charge>,
    /// Whose agreements ended at which business.
    revoked: BTreeSet<(String, String)>,
    /// Planted: orders that come twice are charged twice.
    pub forgets_orders: bool,
}

impl Businesses {
    /// Takes an order, once: one that is known stands as it stands.
    pub fn take(&mut self, order: &Order, decision: Decision) -> Standing {
        let key = (order.provider.clone(), order.order_id.clone());
        if let Some(standing) = self.orders.get(&key)
            && !(self.forgets_orders && *standing == Standing::Charged)
        {
            return *standing;
        }
        let standing = match decision {
            Decision::Charge => {
                self.charge(order);
                Standing::Charged
            }
            Decision::Decline(reason) => Standing::Declined(reason),
            Decision::HandOff => Standing::HandedOff,
        };
        self.orders.insert(key, standing);
        standing
    }

    /// Somebody ends at the business what they agreed to; nobody else is told. From then on it debits that account no more.
    pub fn revoke(&mut self, provider: &str, account: &str) {
        self.revoked.insert((provider.to_owned(), account.to_owned()));
    }

    #[must_use]
    pub fn has_revoked(&self, order: &Order) -> bool {
        self.revoked.contains(&(order.provider.clone(), order.account.clone()))
    }

    /// Everybody agrees anew.
    pub fn agree_anew(&mut self) {
        self.revoked.clear();
    }

    /// Cancels an order that isn't finished, and one that has not come yet: it will find itself cancelled.
    pub fn cancel(&mut self, order: &Order) -> Standing {
        let key = (order.provider.clone(), order.order_id.clone());
        let standing = self.orders.entry(key).or_insert(Standing::Cancelled);
        if *standing == Standing::HandedOff {
            *standing = Standing::Cancelled;
        }
        *standing
    }

    /// The person finishes, or refuses, in the business's app.
    pub fn finish(&mut self, order: &Order, approve: bool) -> Option<Standing> {
        let key = (order.provider.clone(), order.order_id.clone());
        if self.orders.get(&key) != Some(&Standing::HandedOff) {
            return None;
        }
        let standing = if approve {
            self.charge(order);
            Standing::Charged
        } else {
            Standing::Declined("refused_by_person")
        };
        self.orders.insert(key, standing);
        Some(standing)
    }

    fn charge(&mut self, order: &Order) {
        let account = self.paid.entry((order.provider.clone(), order.account.clone())).or_default();
        *account = account.saturating_add(order.amount);
        self.charges.push(Charge {
            provider: order.provider.clone(),
            account: order.account.clone(),
            payment: order.payment.clone(),
            bill: order.bill.clone(),
            amount: order.amount,
        });
    }

    /// Every charge, oldest first.
    #[must_use]
    pub fn charges(&self) -> &[Charge] {
        &self.charges
    }

    /// What left all accounts of this number.
    #[must_use]
    pub fn paid_by(&self, account: &str) -> i64 {
        self.paid.iter().filter(|((_, owner), _)| owner == account).map(|(_, amount)| amount).sum()
    }
}
