//! The row: all that is stored of one payment.

use std::fmt;

use paytaipei_bill::{BillKey, Lang, Twd};
use serde::{Deserialize, Serialize};

use crate::{
    AskOutcome, Cashback, Consent, Event, Funding, PaymentId, Provider, Reason, Recorded, Refund, State, Terms,
    Timestamp,
};

/// A call to the platform that a payment wants made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Ask what is owed.
    Inquire,
    /// Send the frozen bytes under the frozen identifier.
    Submit,
    /// Ask what became of the identifier.
    Ask,
    /// Make sure that the identifier never charges.
    Void,
}

impl Call {
    pub const ALL: [Self; 4] = [Self::Inquire, Self::Submit, Self::Ask, Self::Void];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inquire => "inquire",
            Self::Submit => "submit",
            Self::Ask => "ask",
            Self::Void => "void",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.as_str() == name)
    }
}

/// The one call a payment waits for, committed with the row that wants it. A crash loses neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    pub call: Call,
    /// Not before this instant. A connection that comes back brings it forward.
    pub not_before: Timestamp,
    /// Not before this instant either, whatever happens: the platform asked for it. [`Self::NO_FLOOR`] where it did not.
    pub floor: Timestamp,
    /// How often it was tried in vain.
    pub attempt: u32,
}

impl Pending {
    /// Nobody asked for patience. A clock that was ahead when the call was wanted leaves nothing behind to be waited out.
    pub const NO_FLOOR: Timestamp = Timestamp(0);

    /// Whether it may be made now. A clock that went back by more than the longest wait does not hold a payment up.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        let passed = |at: Timestamp, longest: i64| now >= at || at.millis_since(now) > longest;
        passed(self.not_before, crate::retry::LONGEST_WAIT_MS)
            && passed(self.floor, crate::retry::LONGEST_RETRY_AFTER_MS)
    }
}

/// How a payment of which nothing was sent, as this phone remembers, is going to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    pub state: State,
    pub reason: Option<Reason>,
}

/// One payment of one bill. `Debug` shows no personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub state: State,
    pub reason: Option<Reason>,
    pub pending: Option<Pending>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub provider: Provider,
    /// As it is known now: provisional before the first inquiry, the platform's afterwards.
    pub bill: BillKey,
    /// What it costs, as it is known now.
    pub terms: Option<Terms>,
    pub consent: Option<Consent>,
    /// The bill token of the last check: stored before it is sent, the same at every resend.
    pub token: Option<String>,
    /// The person asked to stop a payment whose outcome is unknown.
    pub cancel_wanted: bool,
    pub hand_off_url: Option<String>,
    pub receipt: Option<String>,
    pub settled_at: Option<Timestamp>,
    /// What the platform says was charged.
    pub charged: Option<Twd>,
    /// The payment of this phone that holds the same bill.
    pub held_by: Option<PaymentId>,
    /// Learnt from the platform: made before a reinstallation, or on another phone of the same number.
    pub restored: bool,
    /// How it ends once the platform has promised that this identifier never charges.
    #[serde(default)]
    pub closing: Option<Closing>,
    /// This row is the receipt of that payment, which ended on this phone before its charge became known.
    #[serde(default)]
    pub receipt_of: Option<PaymentId>,
    /// Where the person chose what the business takes the money from.
    #[serde(default)]
    pub funding: Option<Funding>,
    /// Before it is agreed to, what the deals of the day promise; once it is charged, what the platform gives.
    #[serde(default)]
    pub cashback: Cashback,
    /// The platform's receipt, signed: a JWS.
    #[serde(default)]
    pub signed_receipt: Option<String>,
    #[serde(default)]
    pub refund: Option<Refund>,
}

impl Payment {
    /// Somebody wants to pay this bill. Without terms it is inquired first; with them it waits for consent.
    #[must_use]
    pub fn intended(id: PaymentId, bill: BillKey, provider: Provider, terms: Option<Terms>, now: Timestamp) -> Self {
        let known = terms.is_some() && !bill.is_provisional();
        Self {
            id,
            state: if known { State::NeedsConsent } else { State::NeedsInquiry },
            reason: None,
            pending: (!known).then_some(Pending {
                call: Call::Inquire,
                not_before: now,
                floor: Pending::NO_FLOOR,
                attempt: 0,
            }),
            created_at: now,
            updated_at: now,
            provider,
            bill,
            terms,
            consent: None,
            token: None,
            cancel_wanted: false,
            hand_off_url: None,
            receipt: None,
            settled_at: None,
            charged: None,
            held_by: None,
            restored: false,
            closing: None,
            receipt_of: None,
            funding: None,
            cashback: Cashback::default(),
            signed_receipt: None,
            refund: None,
        }
    }

    /// A payment that the platform tells of and this phone does not know. What it charges, or may charge, holds the bill.
    #[must_use]
    pub fn restored(
        id: PaymentId,
        bill: BillKey,
        provider: Provider,
        payable: Twd,
        recorded: Recorded,
        now: Timestamp,
    ) -> Self {
        let mut row = Self::intended(id, bill, provider, Some(Terms::claimed(payable, None)), now);
        row.restored = true;
        row.created_at = id.made_at();
        row.state = State::Unknown;
        row.pending = Some(Pending { call: Call::Ask, not_before: now, floor: Pending::NO_FLOOR, attempt: 0 });
        // A record is taken in from every state that may have charged: this one is.
        match crate::step(&row, Event::Told(AskOutcome::Recorded(recorded)), now, 0) {
            Ok((row, _)) => row,
            Err(_) => row,
        }
    }

    /// What the person reads of where it stands.
    #[must_use]
    pub const fn words(&self, lang: Lang) -> &'static str {
        match self.reason {
            Some(reason @ Reason::ChargedBefore) => reason.words(lang),
            _ => self.state.words(lang),
        }
    }

    /// How many dollars the bill asks beyond (or, below zero, under) what was agreed to.
    #[must_use]
    pub fn difference(&self) -> Option<i64> {
        let consent = self.consent.as_ref()?;
        let now = self.terms.as_ref()?.payable().ok()?;
        Some(now.change_from(consent.payable))
    }
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("reason", &self.reason)
            .field("pending", &self.pending)
            .finish_non_exhaustive()
    }
}
