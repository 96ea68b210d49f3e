//! Agreements on silent debits: what a person allowed a business to take without being asked again there.

use paytaipei_bill::{Lang, Twd};
use serde::{Deserialize, Serialize};

use crate::{Provider, Timestamp};

/// An agreement as the platform has it. One with each business is in force at most; another may be asked for meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub provider: Provider,
    pub state: AgreementState,
    /// No single payment over more than this is debited silently.
    pub limit: Twd,
    /// `None` before the person agreed at the business.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementState {
    /// Asked for; the person has not agreed at the business yet.
    Pending,
    InForce,
    /// Ended here by the person.
    Unlinked,
    /// Its time was up.
    Expired,
    /// Ended at the business.
    Revoked,
}

impl AgreementState {
    pub const ALL: [Self; 5] = [Self::Pending, Self::InForce, Self::Unlinked, Self::Expired, Self::Revoked];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InForce => "in_force",
            Self::Unlinked => "unlinked",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// What the person reads.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::Pending => lang.pick("等您在支付業者處同意", "waiting for you to agree at the payment business"),
            Self::InForce => lang.pick("約定扣款中", "in force"),
            Self::Unlinked => lang.pick("已由您解除", "ended by you"),
            Self::Expired => lang.pick("已到期", "expired"),
            Self::Revoked => lang.pick("已在支付業者處終止", "ended at the payment business"),
        }
    }
}

/// How a payment goes on once it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Debited under the agreement, without a further question.
    Silent,
    /// The person finishes at the business.
    HandOff(NotSilent),
}

/// Why the person is asked at the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSilent {
    NoAgreement,
    OverLimit,
    Expired,
}

impl NotSilent {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoAgreement => "no_agreement",
            Self::OverLimit => "over_limit",
            Self::Expired => "expired",
        }
    }

    /// What the person reads.
    #[must_use]
    pub const fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::NoAgreement => {
                lang.pick("未約定扣款，請到支付業者的 App 完成", "no agreement: finish in the payment business's app")
            }
            Self::OverLimit => lang.pick(
                "超過約定上限，請到支付業者的 App 完成",
                "over the agreed limit: finish in the payment business's app",
            ),
            Self::Expired => lang.pick(
                "約定已到期，請到支付業者的 App 完成",
                "the agreement expired: finish in the payment business's app",
            ),
        }
    }
}

impl Agreement {
    /// More than this nobody can allow a business to take at once: NT$.
    pub const MOST: i64 = 50_000;

    /// The agreement at this instant: one whose time is up has expired, whether or not the platform said so yet.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        let is_over = self.state == AgreementState::InForce && self.expires_at.is_some_and(|until| until <= now);
        Self { state: if is_over { AgreementState::Expired } else { self.state }, ..self }
    }
}

/// How a payment of so much goes on, as far as the phone knows. The business's word counts: it may have ended an agreement
/// that nobody here knows to be over, and then refuses.
#[must_use]
pub fn way(agreements: &[Agreement], provider: Provider, payable: Twd, now: Timestamp) -> Way {
    let with_it = || agreements.iter().filter(|agreement| agreement.provider == provider).map(|one| one.at(now));
    match with_it().find(|agreement| agreement.state == AgreementState::InForce) {
        Some(agreement) if payable <= agreement.limit => Way::Silent,
        Some(_) => Way::HandOff(NotSilent::OverLimit),
        None if with_it().any(|agreement| agreement.state == AgreementState::Expired) => {
            Way::HandOff(NotSilent::Expired)
        }
        None => Way::HandOff(NotSilent::NoAgreement),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    fn agreement(state: AgreementState) -> Agreement {
        Agreement {
            provider: Provider::Jkopay,
            state,
            limit: Twd::new(500).unwrap(),
            expires_at: Some(Timestamp(2_000)),
        }
    }

    #[test]
    fn only_what_is_in_force_and_within_its_limit_is_silent() {
        let dollars = |amount| Twd::new(amount).unwrap();
        // A higher limit that was asked for and not agreed to yet changes nothing.
        let wanted = Agreement { limit: dollars(9_000), expires_at: None, ..agreement(AgreementState::Pending) };
        let held = [wanted, agreement(AgreementState::InForce)];
        assert_eq!(way(&held, Provider::Jkopay, dollars(500), NOW), Way::Silent);
        assert_eq!(way(&held, Provider::Jkopay, dollars(501), NOW), Way::HandOff(NotSilent::OverLimit));
        assert_eq!(way(&held, Provider::Jkopay, dollars(1), Timestamp(2_000)), Way::HandOff(NotSilent::Expired));
        assert_eq!(way(&held, Provider::Opay, dollars(1), NOW), Way::HandOff(NotSilent::NoAgreement));
        for state in [AgreementState::Pending, AgreementState::Unlinked, AgreementState::Revoked] {
            let way = way(&[agreement(state)], Provider::Jkopay, dollars(1), NOW);
            assert_eq!(way, Way::HandOff(NotSilent::NoAgreement), "{state:?}");
        }
    }

    #[test]
    fn every_state_is_found_by_its_name() {
        for state in AgreementState::ALL {
            assert_eq!(AgreementState::from_name(state.as_str()), Some(state));
        }
    }
}
