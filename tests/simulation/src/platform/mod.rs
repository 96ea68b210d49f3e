//! The platform, written from `docs/platform-api.yaml` alone: nothing of the phone's code is used here but the envelope of
//! a request and a reply.
//!
//! Consent signatures are not checked: the simulated vault's are deterministic bytes and no ECDSA.

mod inquiries;
mod payments;
mod reply;
mod verifications;

use std::collections::{BTreeMap, BTreeSet};

use paytaipei_app::ports::{HttpReply, HttpRequest, Method};

use crate::business::{Businesses, Order, Standing};
use crate::rng::Rng;

pub use payments::PaymentState;
pub(crate) use reply::{html, problem};

/// Instants of the world: Unix milliseconds.
pub type Instant = i64;

/// A bug put in on purpose, to see that the invariants notice it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// A repeated `PUT` is charged again.
    ForgetsIdentifiers,
    /// A business charges an order again that comes twice.
    ForgetsOrders,
    /// A dollar more is charged than was agreed to.
    Overcharges,
    /// Says `voided` of what was charged.
    VoidsWhatWasCharged,
    /// Gives every inquiry a token and ends the life of none, the guard being off.
    ManyTokens,
    /// Says `settled` before the business has charged, which it then may not.
    SettlesTooEarly,
    /// The phone's disk says that it has synced, and has not.
    DiskLiesAboutSync,
    /// Never finishes a payment that it has recorded.
    NeverFinishes,
    /// The phone takes a late refusal of an earlier sending for one of the latest.
    LateRefusalsCount,
}

impl Plant {
    pub const ALL: [Self; 9] = [
        Self::ForgetsIdentifiers,
        Self::ForgetsOrders,
        Self::Overcharges,
        Self::VoidsWhatWasCharged,
        Self::ManyTokens,
        Self::SettlesTooEarly,
        Self::DiskLiesAboutSync,
        Self::NeverFinishes,
        Self::LateRefusalsCount,
    ];
}

/// A bill at its biller.
#[derive(Clone, Debug)]
pub struct Bill {
    pub biller: &'static str,
    pub number: String,
    pub period: String,
    pub amount: i64,
    pub fee: i64,
    pub discount: i64,
    /// `YYYY-MM-DD`.
    pub due: String,
    pub paid_elsewhere: bool,
    pub expired: bool,
    /// The biller knows it no more.
    pub gone: bool,
    /// The one live token, and whose it is.
    tokens: Vec<(String, String)>,
}

impl Bill {
    #[must_use]
    pub fn new(number: String, period: String, amount: i64, due: String) -> Self {
        Self {
            biller: "kinmen-water",
            number,
            period,
            amount,
            fee: 0,
            discount: 0,
            due,
            paid_elsewhere: false,
            expired: false,
            gone: false,
            tokens: Vec::new(),
        }
    }

    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}/{}", self.biller, self.number, self.period)
    }

    #[must_use]
    pub const fn payable(&self) -> i64 {
        self.amount + self.fee - self.discount
    }
}

/// What the platform does with a request.
pub enum Handled {
    Reply(HttpReply),
    /// Recorded, or known: the answer is how the payment stands once the platform's patience is over. An order goes to the
    /// business where it was recorded now.
    Recorded {
        payment: String,
        order: Option<Order>,
    },
}

/// The platform.
pub struct Platform {
    pub bills: Vec<Bill>,
    payments: BTreeMap<String, payments::Payment>,
    /// By token: whose, and their consent key.
    sessions: BTreeMap<String, (String, String)>,
    verifications: BTreeMap<String, verifications::Verification>,
    rng: Rng,
    /// Refuses a bill that is paid, or being paid, under another identifier.
    pub guard: bool,
    /// For how long after the time in its identifier a payment that is not recorded may be sent again, in seconds.
    pub resend_window_s: i64,
    pub quiet_until: Instant,
    pub closed: BTreeSet<String>,
    /// Consent keys.
    revoked: BTreeSet<String>,
    pub plant: Option<Plant>,
}

/// What the world decides about one inquiry before it is answered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mood {
    /// A paid bill, or one being paid, is shown payable, with a token.
    pub stale: bool,
}

impl Platform {
    #[must_use]
    pub fn new(rng: Rng, guard: bool, plant: Option<Plant>) -> Self {
        Self {
            bills: Vec::new(),
            payments: BTreeMap::new(),
            sessions: BTreeMap::new(),
            verifications: BTreeMap::new(),
            rng,
            guard,
            resend_window_s: 3_600,
            quiet_until: 0,
            closed: BTreeSet::new(),
            revoked: BTreeSet::new(),
            plant,
        }
    }

    /// Answers a request that arrived.
    pub fn handle(&mut self, request: &HttpRequest, businesses: &mut Businesses, mood: Mood, now: Instant) -> Handled {
        let path = request.path.clone();
        let (path, query) = path.split_once('?').unwrap_or((path.as_str(), ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method, parts.as_slice()) {
            (Method::Post, ["v1", "verifications"]) => return Handled::Reply(self.start_verification(request)),
            (Method::Post, ["v1", "verifications", id, "session"]) => return Handled::Reply(self.collect(id, request)),
            _ => {}
        }
        let Some((number, key)) = request.bearer.as_ref().and_then(|token| self.sessions.get(token)).cloned() else {
            return Handled::Reply(problem(401, "session_invalid", None));
        };
        match (request.method, parts.as_slice()) {
            (Method::Post, ["v1", "inquiries"]) => Handled::Reply(self.inquire(&number, request, mood, now)),
            (Method::Get, ["v1", "payments"]) => Handled::Reply(self.list(&number, query)),
            (Method::Put, ["v1", "payments", id]) => self.put((&number, &key), id, request),
            (Method::Get, ["v1", "payments", id]) => Handled::Reply(self.get(&number, id, now)),
            (Method::Post, ["v1", "payments", id, "void"]) => Handled::Reply(self.void(&number, id, businesses)),
            _ => Handled::Reply(problem(404, "not_found", None)),
        }
    }

    /// The business says how an order stands. May come late, twice, or never.
    pub fn webhook(&mut self, order: &Order, standing: Standing, now: Instant) {
        if self.plant == Some(Plant::NeverFinishes) {
            return;
        }
        if let Some(payment) = self.payments.get_mut(&order.payment) {
            payment.hear(standing, now);
        }
    }

    /// Whether no payment is recorded and unfinished.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let open = |state| matches!(state, PaymentState::Processing | PaymentState::AwaitingHandOff);
        !self.payments.values().any(|payment| open(payment.state))
    }

    /// Identifiers of the payments that hold the bill: recorded and not ended without a charge.
    pub fn holders<'a>(&'a self, bill: &'a str) -> impl Iterator<Item = &'a str> {
        self.payments.values().filter(move |payment| payment.holds(bill)).map(|payment| payment.id.as_str())
    }

    /// Ends all sessions of this number.
    pub fn end_sessions(&mut self, number: &str) {
        self.sessions.retain(|_, (owner, _)| owner != number);
    }

    /// Revokes the consent keys that a number has sessions with; says whether there were any.
    pub fn revoke_keys(&mut self, number: &str) -> bool {
        let keys: Vec<String> =
            self.sessions.values().filter(|(owner, _)| owner == number).map(|(_, key)| key.clone()).collect();
        let any = keys.iter().any(|key| !self.revoked.contains(key));
        self.revoked.extend(keys);
        any
    }

    fn token(&mut self, prefix: char) -> String {
        format!("{prefix}{:016x}{:016x}", self.rng.draw(), self.rng.draw())
    }
}
