//! Values that cross: owned and plain. Amounts are whole New Taiwan dollars, days `YYYY-MM-DD` of the city's calendar,
//! instants RFC 3339 in UTC to the second. What is personal does not show in their `Debug`, which is Kotlin's `toString`
//! and Swift's `description` too.

use std::fmt;

use paytaipei_app::view;
use paytaipei_app::{Code, Error};
use paytaipei_payment::State;

/// The language of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Lang {
    /// Traditional Chinese, Taiwan.
    ZhHant,
    En,
}

impl From<Lang> for paytaipei_app::Lang {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::ZhHant => Self::ZhHant,
            Lang::En => Self::En,
        }
    }
}

/// A payment business.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Provider {
    pub id: String,
    pub name: String,
}

/// What is known of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum BillStatus {
    /// As paper or person say; the platform has not confirmed it yet.
    Unchecked,
    Payable,
    Paid,
    Expired,
    NotFound,
}

impl BillStatus {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Payable => "payable",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::NotFound => "not_found",
        }
    }

    fn named(name: &str) -> Result<Self, Error> {
        let all = [Self::Unchecked, Self::Payable, Self::Paid, Self::Expired, Self::NotFound];
        all.into_iter().find(|status| status.name() == name).ok_or_else(|| Code::Internal.into())
    }
}

/// A bill on this phone. Personal data: for the person's eyes only.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Bill {
    pub id: String,
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    /// Absent before the first check of a keyed number.
    pub period: Option<String>,
    pub status: BillStatus,
    pub amount: Option<i64>,
    pub fee: Option<i64>,
    pub discount: Option<i64>,
    /// amount + fee − discount.
    pub payable: Option<i64>,
    pub due: Option<String>,
    pub owner: Option<String>,
    pub address: Option<String>,
    /// A code's format, `keyed` or `platform`.
    pub source: String,
    /// When the platform last confirmed it.
    pub checked_at: Option<String>,
    /// What the person should know before paying.
    pub warnings: Vec<String>,
    /// The payment that holds this bill, if one does.
    pub payment: Option<String>,
    /// The person's own word for the number.
    pub nickname: Option<String>,
    /// Whether this phone has paid a bill of the same number. Where not, whose it is comes before consent.
    pub paid_before: bool,
}

impl fmt::Debug for Bill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bill({}, {:?})", self.id, self.status)
    }
}

impl TryFrom<view::BillView> for Bill {
    type Error = Error;

    fn try_from(view: view::BillView) -> Result<Self, Error> {
        Ok(Self {
            id: view.id,
            biller: view.biller,
            biller_name: view.biller_name,
            number: view.number,
            period: view.period,
            status: BillStatus::named(&view.status)?,
            amount: view.amount,
            fee: view.fee,
            discount: view.discount,
            payable: view.payable,
            due: view.due,
            owner: view.owner,
            address: view.address,
            source: view.source,
            checked_at: view.checked_at,
            warnings: view.warnings,
            payment: view.payment,
            nickname: view.nickname,
            paid_before: view.paid_before,
        })
    }
}

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PaymentState {
    /// Nobody knows the amount yet: no consent was asked.
    NeedsInquiry,
    /// The amount is known and the person has not agreed to it, or it changed since.
    NeedsConsent,
    /// Agreed to; waits to be checked with the biller.
    AwaitingNetwork,
    /// The platform is being asked whether the bill is still as agreed.
    Checking,
    /// Bytes may be on their way.
    Submitting,
    /// The person finishes in the business's app.
    AwaitingHandOff,
    /// Sent, and no word of the outcome: neither paid nor refused until the platform has said which.
    Unknown,
    /// Charged, once. Ended; `refund` says whether the money came back since.
    Settled,
    /// Refused; nothing was charged. Ended.
    Declined,
    /// The bill was paid by another way; nothing was charged here. Ended.
    PaidElsewhere,
    /// Past the deadline; nothing was charged. Ended.
    Expired,
    /// Given up by the person, or a second intent for one bill; nothing was sent. Ended.
    Cancelled,
    /// The platform promised that this identifier never charges. Ended.
    Voided,
}

impl From<State> for PaymentState {
    fn from(state: State) -> Self {
        match state {
            State::NeedsInquiry => Self::NeedsInquiry,
            State::NeedsConsent => Self::NeedsConsent,
            State::AwaitingNetwork => Self::AwaitingNetwork,
            State::Checking => Self::Checking,
            State::Submitting => Self::Submitting,
            State::AwaitingHandOff => Self::AwaitingHandOff,
            State::Unknown => Self::Unknown,
            State::Settled | State::Refunded => Self::Settled,
            State::Declined => Self::Declined,
            State::PaidElsewhere => Self::PaidElsewhere,
            State::Expired => Self::Expired,
            State::Cancelled => Self::Cancelled,
            State::Voided => Self::Voided,
        }
    }
}

/// A payment on this phone. Personal data: for the person's eyes only.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Payment {
    pub id: String,
    pub bill: String,
    pub state: PaymentState,
    /// The state in the person's language.
    pub words: String,
    /// Why it is where it is, for machines.
    pub reason: Option<String>,
    pub reason_words: Option<String>,
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    pub period: Option<String>,
    pub provider: String,
    pub provider_name: String,
    /// What the bill costs, as far as it is known now.
    pub payable: Option<i64>,
    /// What was agreed to.
    pub agreed: Option<i64>,
    /// payable − agreed, where both are known.
    pub difference: Option<i64>,
    /// What was charged, by the platform's word.
    pub charged: Option<i64>,
    /// What the person chose to pay from: `stored_value`, `paired_account` or `card`.
    pub funding: Option<String>,
    pub funding_name: Option<String>,
    /// Before it is charged, what is promised back; afterwards, what is given back.
    pub cashback: Option<i64>,
    /// Which deals give how much of it.
    pub deals: Vec<Given>,
    /// Whether the platform's signed receipt is here.
    pub signed: bool,
    /// `refund` or `reversal`, where all of the money came back; the bill may be owed again.
    pub refund: Option<String>,
    pub refunded_at: Option<String>,
    pub due: Option<String>,
    pub receipt: Option<String>,
    pub settled_at: Option<String>,
    /// To be opened, so that the person finishes in the business's app.
    pub hand_off_url: Option<String>,
    /// Another payment of this phone that holds the same bill.
    pub held_by: Option<String>,
    pub attempt: Option<u32>,
    pub next_attempt_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub can_consent: bool,
    pub can_cancel: bool,
    pub ended: bool,
}

impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payment({}, {:?})", self.id, self.state)
    }
}

impl TryFrom<view::PaymentView> for Payment {
    type Error = Error;

    fn try_from(view: view::PaymentView) -> Result<Self, Error> {
        Ok(Self {
            id: view.id,
            bill: view.bill,
            state: State::from_name(&view.state).ok_or(Code::Internal)?.into(),
            words: view.words,
            reason: view.reason,
            reason_words: view.reason_words,
            biller: view.biller,
            biller_name: view.biller_name,
            number: view.number,
            period: view.period,
            provider: view.provider,
            provider_name: view.provider_name,
            payable: view.payable,
            agreed: view.agreed,
            difference: view.difference,
            charged: view.charged,
            funding: view.funding,
            funding_name: view.funding_name,
            cashback: view.cashback,
            deals: view.deals.into_iter().map(|one| Given { deal: one.deal, amount: one.amount }).collect(),
            signed: view.signed,
            refund: view.refund,
            refunded_at: view.refunded_at,
            due: view.due,
            receipt: view.receipt,
            settled_at: view.settled_at,
            hand_off_url: view.hand_off_url,
            held_by: view.held_by,
            attempt: view.attempt,
            next_attempt_at: view.next_attempt_at,
            created_at: view.created_at,
            updated_at: view.updated_at,
            can_consent: view.can_consent,
            can_cancel: view.can_cancel,
            ended: view.ended,
        })
    }
}

/// What one deal gives.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Given {
    pub deal: String,
    pub amount: i64,
}

/// Views of the core's as records, all or the first refusal.
pub fn all<V, T: TryFrom<V, Error = Error>>(views: Vec<V>) -> Result<Vec<T>, Error> {
    views.into_iter().map(T::try_from).collect()
}

/// A verification under way.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Verification {
    /// The number, all but its last three digits hidden.
    pub msisdn: String,
    /// Shown on the handset too: the same there means that it is this request.
    pub binding_message: String,
    pub mobile_data: MobileData,
}

impl From<view::VerificationView> for Verification {
    fn from(view: view::VerificationView) -> Self {
        Self {
            msisdn: view.msisdn,
            binding_message: view.binding_message,
            mobile_data: match view.mobile_data {
                view::MobileData::NotAsked => MobileData::NotAsked,
                view::MobileData::Recognised => MobileData::Recognised,
                view::MobileData::Off => MobileData::Off,
                view::MobileData::NotRecognised => MobileData::NotRecognised,
            },
        }
    }
}

/// What the mobile network said of the number, where it was asked. Whatever it said, the handset was asked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum MobileData {
    /// Neither asked by the app, nor offered by the operator.
    NotAsked,
    /// The number is the one of this phone's SIM: nobody has to approve.
    Recognised,
    /// Mobile data is off: switched on, the next start needs no approving. Until then, approve on the handset.
    Off,
    /// Another SIM, or no answer: approve on the handset.
    NotRecognised,
}

/// How a synchronisation ended.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Synced {
    /// All payments that have not ended, and those that ended just now.
    pub payments: Vec<Payment>,
    /// Why the platform could not be reached or understood, where payments still wait for it.
    pub unreachable: Option<crate::Refusal>,
}

/// Everything that this phone holds of the person, for the person.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Export {
    pub exported_at: String,
    /// E.164.
    pub msisdn: String,
    pub bills: Vec<Bill>,
    pub payments: Vec<Payment>,
}

impl fmt::Debug for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Export({} bills, {} payments)", self.bills.len(), self.payments.len())
    }
}

/// The symbologies that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum SymbolFormat {
    QrCode,
    Code39,
    Code128,
}

/// A place in a picture, in its pixels: x to the right, y down.
#[derive(Clone, Copy, Debug, PartialEq, uniffi::Record)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// One code that was read. Personal data.
#[derive(Clone, PartialEq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Symbol {
    pub format: SymbolFormat,
    pub text: String,
    /// Four: top left, top right, bottom right, bottom left, as the code is read.
    pub corners: Vec<Point>,
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({:?}, {} bytes)", self.format, self.text.len())
    }
}

impl Symbol {
    /// `None` for a symbology that this interface does not know.
    pub(crate) fn read(symbol: paytaipei_scan::Symbol) -> Option<Self> {
        let format = match symbol.format {
            paytaipei_scan::Format::QrCode => SymbolFormat::QrCode,
            paytaipei_scan::Format::Code39 => SymbolFormat::Code39,
            paytaipei_scan::Format::Code128 => SymbolFormat::Code128,
            _ => return None,
        };
        let corners = symbol.corners.map(|(x, y)| Point { x, y }).to_vec();
        Some(Self { format, text: symbol.text, corners })
    }
}

/// `NT$1,280`, for a screen.
#[uniffi::export]
#[must_use]
pub fn money_text(dollars: i64) -> String {
    paytaipei_app::money(dollars)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_the_engine_keeps_its_name() {
        // A payment whose money came back was settled, and says so beside.
        for state in State::ALL.into_iter().filter(|state| *state != State::Refunded) {
            let snake: String = format!("{:?}", PaymentState::from(state))
                .char_indices()
                .flat_map(|(at, c)| {
                    let gap = (at > 0 && c.is_uppercase()).then_some('_');
                    gap.into_iter().chain(c.to_lowercase())
                })
                .collect();
            assert_eq!(snake, state.as_str());
        }
    }

    #[test]
    fn codes_do_not_show_when_a_symbol_is_printed() {
        let symbol = Symbol { format: SymbolFormat::QrCode, text: "0912345678".to_owned(), corners: Vec::new() };
        assert_eq!(format!("{symbol:?}"), "Symbol(QrCode, 10 bytes)");
    }
}
