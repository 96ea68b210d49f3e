//! Where a payment stands, in words for the store, for the person, and for the shells.

use paytaipei_bill::Lang;
use serde::{Deserialize, Serialize};

/// The states of a payment. Terminal ones are never left; the store guards that too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The person wants to pay, but nobody knows the amount yet: no consent was asked.
    NeedsInquiry,
    /// The amount is known and the person has not agreed to it (or it changed since).
    NeedsConsent,
    /// Agreed to; waits to be checked with the biller.
    AwaitingNetwork,
    /// The platform is being asked whether the bill is still as agreed; and, where it needs no payment any more, to promise
    /// that this one never charges.
    Checking,
    /// Bytes may be on their way. Stored before the first one leaves.
    Submitting,
    /// The person finishes in the business's app.
    AwaitingHandOff,
    /// Sent, and no word of the outcome: neither paid nor refused until the platform has said which.
    Unknown,
    /// Charged, once.
    Settled,
    /// Charged, and all of it given back since: the bill may be owed again.
    Refunded,
    /// Refused; nothing was charged.
    Declined,
    /// The bill was paid by another way; nothing was charged here.
    PaidElsewhere,
    /// Past the deadline; nothing was charged.
    Expired,
    /// Given up by the person, or a second intent for one bill; nothing was sent, as far as this phone remembers.
    Cancelled,
    /// The platform promised that this identifier never charges.
    Voided,
}

impl State {
    pub const ALL: [Self; 14] = [
        Self::NeedsInquiry,
        Self::NeedsConsent,
        Self::AwaitingNetwork,
        Self::Checking,
        Self::Submitting,
        Self::AwaitingHandOff,
        Self::Unknown,
        Self::Settled,
        Self::Refunded,
        Self::Declined,
        Self::PaidElsewhere,
        Self::Expired,
        Self::Cancelled,
        Self::Voided,
    ];

    /// Its name in the store and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeedsInquiry => "needs_inquiry",
            Self::NeedsConsent => "needs_consent",
            Self::AwaitingNetwork => "awaiting_network",
            Self::Checking => "checking",
            Self::Submitting => "submitting",
            Self::AwaitingHandOff => "awaiting_hand_off",
            Self::Unknown => "unknown",
            Self::Settled => "settled",
            Self::Refunded => "refunded",
            Self::Declined => "declined",
            Self::PaidElsewhere => "paid_elsewhere",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Voided => "voided",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether the payment has ended.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Settled
                | Self::Refunded
                | Self::Declined
                | Self::PaidElsewhere
                | Self::Expired
                | Self::Cancelled
                | Self::Voided
        )
    }

    /// Whether it stands in the way of another payment of the same bill: all but those that can never charge.
    #[must_use]
    pub const fn holds_bill(self) -> bool {
        !self.is_terminal() || matches!(self, Self::Settled)
    }

    /// Whether bytes of this payment may have reached the platform without its answer having come back.
    #[must_use]
    pub const fn may_have_charged(self) -> bool {
        matches!(self, Self::Submitting | Self::AwaitingHandOff | Self::Unknown)
    }

    /// What the person reads.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::NeedsInquiry => lang.pick("等待查詢金額", "waiting to learn the amount"),
            Self::NeedsConsent => lang.pick("等您同意金額", "waiting for you to agree to the amount"),
            Self::AwaitingNetwork => lang.pick("已同意，連上網路後繳納", "agreed, will be paid once connected"),
            Self::Checking => lang.pick("正在核對帳單", "checking the bill"),
            Self::Submitting => lang.pick("正在繳納", "being paid"),
            Self::AwaitingHandOff => lang.pick("請到支付業者的 App 完成付款", "finish in the payment business's app"),
            Self::Unknown => {
                lang.pick("已送出，正在確認結果（請勿重複繳納）", "sent, outcome being confirmed (do not pay again)")
            }
            Self::Settled => lang.pick("已繳清", "paid"),
            Self::Refunded => lang.pick("已退款", "refunded"),
            Self::Declined => lang.pick("未扣款，支付遭拒", "refused, nothing was charged"),
            Self::PaidElsewhere => {
                lang.pick("已由其他管道繳清，未扣款", "already paid another way, nothing was charged")
            }
            Self::Expired => lang.pick("已逾期，未扣款", "past the deadline, nothing was charged"),
            Self::Cancelled => lang.pick("已取消，未扣款", "cancelled, nothing was charged"),
            Self::Voided => lang.pick("已作廢，不會扣款", "voided, will never be charged"),
        }
    }
}

/// Why a payment is where it is, where the state alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The platform confirmed another amount than the one agreed to.
    AmountChanged,
    /// The platform knows the bill by another number or period than the one agreed to.
    BillChanged,
    BillNotFound,
    BillerUnknown,
    QuietHours,
    /// Recorded at the platform; the business has not answered yet.
    Processing,
    /// Less would be given back than was promised.
    DealChanged,
    /// Another payment of this phone holds the same bill.
    Duplicate,
    /// Another payment of this phone paid it.
    PaidByThisPhone,
    /// It was sent and charged before an old copy of the phone's data came back; the receipt is a row of its own.
    ChargedBefore,
    /// The phone has new keys.
    KeysRenewed,
    InsufficientFunds,
    OverLimit,
    NoAgreement,
    RefusedByPerson,
    ProviderRefused,
    ProviderClosed,
    ConsentInvalid,
    /// The platform did not understand this release of the app.
    NotUnderstood,
}

impl Reason {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmountChanged => "amount_changed",
            Self::BillChanged => "bill_changed",
            Self::BillNotFound => "bill_not_found",
            Self::BillerUnknown => "biller_unknown",
            Self::QuietHours => "quiet_hours",
            Self::Processing => "processing",
            Self::DealChanged => "deal_changed",
            Self::Duplicate => "duplicate",
            Self::PaidByThisPhone => "paid_by_this_phone",
            Self::ChargedBefore => "charged_before",
            Self::KeysRenewed => "keys_renewed",
            Self::InsufficientFunds => "insufficient_funds",
            Self::OverLimit => "over_limit",
            Self::NoAgreement => "no_agreement",
            Self::RefusedByPerson => "refused_by_person",
            Self::ProviderRefused => "provider_refused",
            Self::ProviderClosed => "provider_closed",
            Self::ConsentInvalid => "consent_invalid",
            Self::NotUnderstood => "not_understood",
        }
    }

    /// What the person reads.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::AmountChanged => lang.pick("金額有變動", "the amount changed"),
            Self::BillChanged => lang.pick("帳單資料與紙本不同", "the bill differs from the paper"),
            Self::BillNotFound => lang.pick("查無此帳單", "no such bill"),
            Self::BillerUnknown => lang.pick("平台沒有這個收費機關", "the platform has no such biller"),
            Self::QuietHours => lang.pick("收費機關暫停查詢的時段", "the biller answers no inquiries at this hour"),
            Self::Processing => lang.pick("支付業者處理中", "the payment business is working on it"),
            Self::DealChanged => lang.pick("回饋有變動", "the cashback changed"),
            Self::Duplicate => lang.pick("同一張帳單已在繳納中", "the same bill is already being paid"),
            Self::PaidByThisPhone => lang.pick("這支手機已繳過", "this phone has already paid it"),
            Self::ChargedBefore => lang.pick(
                "手機資料還原成舊版之前已送出並扣款，收據另列",
                "it was sent and charged before old data came back to this phone: the receipt stands beside it",
            ),
            Self::KeysRenewed => {
                lang.pick("手機換了新的金鑰，請再同意一次", "the phone has new keys: please agree once more")
            }
            Self::InsufficientFunds => lang.pick("餘額不足", "not enough money in the account"),
            Self::OverLimit => lang.pick("超過扣款上限", "over the limit"),
            Self::NoAgreement => lang.pick("尚未綁定這家支付業者", "no agreement with this payment business"),
            Self::RefusedByPerson => lang.pick("您在支付業者處取消了", "refused at the payment business"),
            Self::ProviderRefused => lang.pick("支付業者拒絕", "the payment business refused"),
            Self::ProviderClosed => lang.pick("支付業者暫停服務", "the payment business is closed"),
            Self::ConsentInvalid => lang
                .pick("同意的簽章不被接受，請重新驗證門號", "the consent was not accepted: verify your number again"),
            Self::NotUnderstood => lang.pick("請更新 App", "please update the app"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_name() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.as_str()), Some(state));
        }
    }

    #[test]
    fn only_states_that_can_never_charge_free_the_bill() {
        let free: Vec<&str> = State::ALL.iter().filter(|s| !s.holds_bill()).map(|s| s.as_str()).collect();
        assert_eq!(free, ["refunded", "declined", "paid_elsewhere", "expired", "cancelled", "voided"]);
    }
}
