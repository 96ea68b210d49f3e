//! What the person agreed to, frozen.

use std::fmt;

use paytaipei_bill::{BillKey, CivilDate, Twd, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::{Cashback, Funding, PaymentId, Provider, Timestamp};

/// What a bill costs and until when.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The bill's total.
    pub amount: Twd,
    pub fee: Twd,
    pub discount: Twd,
    pub due: Option<CivilDate>,
}

impl Terms {
    /// What paper claims: no fee, no discount.
    #[must_use]
    pub const fn claimed(amount: Twd, due: Option<CivilDate>) -> Self {
        Self { amount, fee: Twd::ZERO, discount: Twd::ZERO, due }
    }

    /// amount + fee − discount: what will be charged.
    pub fn payable(&self) -> Result<Twd, MoneyError> {
        self.amount.checked_add(self.fee)?.checked_sub(self.discount)
    }

    /// Whether the same money is asked, part by part. The day it is due is not part of what was agreed to.
    #[must_use]
    pub fn same_money(&self, other: &Self) -> bool {
        (self.amount, self.fee, self.discount) == (other.amount, other.fee, other.discount)
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Terms(..)")
    }
}

/// Everything a person is about to agree to. [`Self::text`] is what their key signs.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentDraft {
    pub id: PaymentId,
    pub bill: BillKey,
    pub terms: Terms,
    pub payable: Twd,
    pub provider: Provider,
    /// Where the person chose what the business takes the money from.
    pub funding: Option<Funding>,
    /// What is promised back.
    pub cashback: Cashback,
    pub at: Timestamp,
    /// `at` as RFC 3339 in UTC, which both the signature and the body carry.
    pub at_text: String,
}

impl ConsentDraft {
    /// The text under the signature (`docs/platform-api.yaml`, `PaymentRequest.consent`). `None` for a provisional key:
    /// nobody can agree to pay a bill that is not known.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let period = self.bill.period.as_ref()?;
        let (version, deal) = match (self.funding, self.cashback.total().dollars()) {
            (None, 0) => (1, String::new()),
            (funding, back) => (2, format!("\n{}\n{back}", funding.map_or("-", Funding::id))),
        };
        Some(format!(
            "paytaipei-consent-v{version}\n{}\n{}\n{}\n{}\n{}\n{}\n{}{deal}",
            self.id,
            self.bill.biller.as_str(),
            self.bill.number.as_str(),
            period.as_str(),
            self.payable.dollars(),
            self.provider.id(),
            self.at_text
        ))
    }

    /// The exact bytes to be sent, now and at every resend. `signature` is base64url, which needs no escaping in JSON;
    /// neither does any other part, by the types' own rules.
    #[must_use]
    pub fn body(&self, signature: &str) -> Option<String> {
        let period = self.bill.period.as_ref()?;
        let funding = self.funding.map_or_else(String::new, |funding| format!(r#""funding":"{}","#, funding.id()));
        let cashback = match self.cashback.total().dollars() {
            0 => String::new(),
            back => format!(r#""cashback":{back},"#),
        };
        Some(format!(
            concat!(
                r#"{{"bill":{{"biller":"{}","number":"{}","period":"{}"}},"#,
                r#""amount":{},"fee":{},"discount":{},"payable":{},"provider":"{}",{}{}"#,
                r#""consent":{{"at":"{}","signature":"{}"}}}}"#
            ),
            self.bill.biller.as_str(),
            self.bill.number.as_str(),
            period.as_str(),
            self.terms.amount.dollars(),
            self.terms.fee.dollars(),
            self.terms.discount.dollars(),
            self.payable.dollars(),
            self.provider.id(),
            funding,
            cashback,
            self.at_text,
            signature
        ))
    }

    /// The consent, once signed. `body` must be [`Self::body`]'s.
    #[must_use]
    pub fn signed(self, body: String, body_sha256: String) -> Consent {
        Consent {
            bill: self.bill,
            terms: self.terms,
            payable: self.payable,
            provider: self.provider,
            funding: self.funding,
            cashback: self.cashback,
            at: self.at,
            body,
            body_sha256,
        }
    }
}

/// A person's consent: given by somebody who was present, signed by a key that never leaves the phone, and never altered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub bill: BillKey,
    pub terms: Terms,
    pub payable: Twd,
    pub provider: Provider,
    #[serde(default)]
    pub funding: Option<Funding>,
    #[serde(default)]
    pub cashback: Cashback,
    pub at: Timestamp,
    /// The bytes that are sent.
    pub body: String,
    /// Lowercase hex of the body's SHA-256.
    pub body_sha256: String,
}

impl Consent {
    /// Whether what the platform confirms is what was agreed to: this bill, this money.
    #[must_use]
    pub fn covers(&self, bill: &BillKey, terms: &Terms) -> bool {
        self.bill == *bill && self.terms.same_money(terms)
    }
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Consent({}, at {})", self.provider.id(), self.at.0)
    }
}

impl fmt::Debug for ConsentDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsentDraft({}, {})", self.id, self.provider.id())
    }
}
