//! What the control interface says and hears. It is the test's own hand and eye: everybody in it is invented, which is
//! why these types, unlike the phone's, can be printed.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A class of requests, for faults and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    Catalogue,
    /// Start of a verification; as a filter of faults, its collection too.
    Verify,
    Collect,
    Inquire,
    List,
    Put,
    Get,
    Void,
    /// Whatever the contract doesn't know.
    Other,
}

/// What goes wrong. README.md says of each what the platform has done by then. What is slow goes on at once when the
/// faults are cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request reaches the platform `ms` later, even if the phone has gone away by then: a late original.
    Slow,
    /// The platform acts at once, the answer takes `ms`.
    SlowReply,
    /// `status` (500) before anything was done.
    ErrorBefore,
    /// `status` (500) after everything was done.
    ErrorAfter,
    /// Done, then the connection is cut without a byte.
    LostReply,
    /// The connection is cut before anything was done.
    DropRequest,
    /// 429 with `Retry-After` before anything was done.
    TooMany,
    /// 409 `quiet_hours` with `Retry-After`; inquiries only.
    QuietHours,
    /// A captive portal's page: 200 `text/html`.
    Html,
    /// 200 `application/json` that isn't JSON.
    Garbage,
    /// 200 and nothing.
    Empty,
    /// 302 to another host.
    Redirect,
    /// A body that doesn't end.
    Huge,
    /// An inquiry shows a bill as payable, and gives a token, although it is paid.
    StaleBill,
    /// The business refuses, with `reason` (`provider_refused`).
    Decline,
    /// The business answers after `ms`; meanwhile the payment is `processing`.
    SlowBusiness,
    /// The person must finish in the business's app: `awaiting_hand_off`.
    HandOff,
    /// The business tells its result twice.
    DuplicateWebhook,
    /// In its own protocol, the business tells its result `ms` later.
    LateWebhook,
    /// In its own protocol, the business never tells its result.
    LostWebhook,
    /// In its own protocol, somebody without a key tells another result first.
    ForgedWebhook,
    /// In its own protocol, the business tells of an earlier attempt that failed after the one that went well.
    UnorderedWebhooks,
    /// In its own protocol, the business does its work and holds its answer back for `ms`.
    LostAnswer,
    /// In its own protocol, the business holds another key than the platform.
    WrongSignature,
}

/// A fault to switch on. Filters left out match everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub kind: FaultKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biller: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// How often; until cleared when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
    /// For `html`, `garbage`, `empty`, `redirect`, `huge`: spoil the answer after everything was done, instead of
    /// keeping the request from the platform.
    #[serde(default)]
    pub after: bool,
}

impl Fault {
    /// A fault that meets every request, until cleared.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            route: None,
            provider: None,
            biller: None,
            number: None,
            times: None,
            ms: None,
            status: None,
            reason: None,
            retry_after_s: None,
            after: false,
        }
    }

    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.route = Some(route);
        self
    }

    #[must_use]
    pub fn provider(mut self, provider: &str) -> Self {
        self.provider = Some(provider.to_owned());
        self
    }

    #[must_use]
    pub fn biller(mut self, biller: &str) -> Self {
        self.biller = Some(biller.to_owned());
        self
    }

    #[must_use]
    pub fn number(mut self, number: &str) -> Self {
        self.number = Some(number.to_owned());
        self
    }

    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    #[must_use]
    pub fn ms(mut self, ms: u64) -> Self {
        self.ms = Some(ms);
        self
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    #[must_use]
    pub fn reason(mut self, reason: &str) -> Self {
        self.reason = Some(reason.to_owned());
        self
    }

    #[must_use]
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    #[must_use]
    pub fn after(mut self) -> Self {
        self.after = true;
        self
    }
}

/// Names a bill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillName {
    pub biller: String,
    pub number: String,
    pub period: String,
}

/// A bill to issue. What is left out is made up, validly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBill {
    pub biller: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Whole NT dollars.
    pub amount: i64,
    #[serde(default)]
    pub fee: i64,
    #[serde(default)]
    pub discount: i64,
    /// `YYYY-MM-DD`, the city's day; a fortnight from today when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What its customer may ask for it by, in the form that the phone sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, String>>,
}

impl NewBill {
    /// A bill of that biller over that many NT dollars, all else made up.
    pub fn new(biller: &str, amount: i64) -> Self {
        Self {
            biller: biller.to_owned(),
            number: None,
            period: None,
            amount,
            fee: 0,
            discount: 0,
            due: None,
            owner: None,
            address: None,
            fields: None,
        }
    }

    #[must_use]
    pub fn number(mut self, number: &str) -> Self {
        self.number = Some(number.to_owned());
        self
    }

    #[must_use]
    pub fn period(mut self, period: &str) -> Self {
        self.period = Some(period.to_owned());
        self
    }

    /// Asked for by these fields too.
    #[must_use]
    pub fn fields<const N: usize>(mut self, fields: [(&str, &str); N]) -> Self {
        self.fields = Some(fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        self
    }

    #[must_use]
    pub fn due(mut self, due: &str) -> Self {
        self.due = Some(due.to_owned());
        self
    }
}

/// A bill as issued: what the bill printer takes. `amount` is what the paper shows: amount + fee − discount are the
/// platform's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedBill {
    pub biller: String,
    pub number: String,
    pub period: String,
    pub amount: i64,
    pub due: String,
    pub owner: String,
    pub address: String,
}

impl IssuedBill {
    pub fn name(&self) -> BillName {
        BillName { biller: self.biller.clone(), number: self.number.clone(), period: self.period.clone() }
    }
}

/// A change of a bill that was issued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillChange {
    pub biller: String,
    pub number: String,
    pub period: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// One charge at a payment business's account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    pub business: String,
    /// The account's mobile number.
    pub account: String,
    pub order_id: String,
    pub payment_id: String,
    pub biller: String,
    pub number: String,
    pub period: String,
    /// NT dollars.
    pub amount: i64,
    /// UTC.
    pub at: String,
    /// NT dollars that the account has back.
    pub refunded: i64,
}

/// A bill that was charged more than once, at whichever businesses, beside what was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubleCharge {
    pub biller: String,
    pub number: String,
    pub period: String,
    pub charges: Vec<Charge>,
}

/// What the payment businesses charged, oldest first for each business.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    pub charges: Vec<Charge>,
    pub double_charged: Vec<DoubleCharge>,
}

/// How much stands in the books, without listing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// The platform's payments, tombstones included.
    pub payments: i64,
    /// Charges at the businesses' accounts.
    pub charges: i64,
    /// Bills that were charged more than once.
    pub double_charged: i64,
}

/// A payment as the platform sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformPayment {
    pub id: String,
    pub msisdn: String,
    pub state: String,
    pub reason: Option<String>,
    pub biller: String,
    pub number: String,
    pub period: String,
    pub payable: i64,
    pub provider: String,
    pub order_id: Option<String>,
    pub body_sha256: Option<String>,
    pub receipt: Option<String>,
    /// What is given back, all deals together.
    #[serde(default)]
    pub cashback: i64,
    pub recorded_at: String,
    pub settled_at: Option<String>,
    /// How many `PUT`s of this identifier reached the platform since it was recorded, that one included.
    pub puts: i64,
    /// How many webhooks about it came in, duplicates included.
    pub webhooks: i64,
}

/// A change of the catalogue that the platform publishes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogueChange {
    /// States by biller: `open`, `closed`, `not_served`.
    #[serde(default)]
    pub states: BTreeMap<String, String>,
    /// Entries of billers to add, as the catalogue has them.
    #[serde(default)]
    pub add: Vec<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_app: Option<String>,
    /// One more than the last when left out; a lower one is what no platform does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Times and patience. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// How long after its identifier's time the same payment may be sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resend_window_s: Option<u32>,
    /// Life of sessions made from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_s: Option<u32>,
    /// The operator's polling interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_interval_s: Option<u32>,
    /// How long a verification waits for approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_s: Option<u32>,
    /// How long a `PUT` waits for the business before it answers `processing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_ms: Option<u32>,
    /// In the businesses' own protocols: how long the person has to finish in a business's app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hand_off_s: Option<u32>,
    /// In the businesses' own protocols: how often a business is asked that has told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_ms: Option<u32>,
    /// How long an agreement lasts that is made from now on.
    pub agreement_s: Option<u32>,
}

/// A verification that waits on the handset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingApproval {
    pub msisdn: String,
    /// Also shown by the phone: the person compares.
    pub binding_message: String,
}
