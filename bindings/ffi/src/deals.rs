//! What payment businesses give back, and through which a bill is best paid.

use crate::error::Result;
use crate::guard::{guarded, guarded_async};
use crate::payments::Payments;
use crate::records::Payment;

/// What a payment business takes the money from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Funding {
    StoredValue,
    PairedAccount,
    Card,
}

impl Funding {
    const fn id(self) -> &'static str {
        match self {
            Self::StoredValue => "stored_value",
            Self::PairedAccount => "paired_account",
            Self::Card => "card",
        }
    }

    fn named(id: &str) -> Option<Self> {
        [Self::StoredValue, Self::PairedAccount, Self::Card].into_iter().find(|funding| funding.id() == id)
    }
}

/// A payment business, for one bill. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ProviderOffer {
    pub id: String,
    pub name: String,
    /// What it gives back, whatever the money comes from.
    pub cashback: i64,
    /// What it gives back at most.
    pub best: i64,
    /// From which source, where that makes a difference.
    pub funding: Option<Funding>,
    pub funding_name: Option<String>,
    /// Why: each deal with its conditions, and those that are used up.
    pub why: Vec<String>,
    /// Debited under an agreement, without a further question; where not, the person finishes at the business.
    pub silent: bool,
    /// What the person reads of that.
    pub way_words: String,
}

/// A deal. It is over after `until`, in the city's day.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Deal {
    pub id: String,
    pub name: String,
    pub provider: String,
    pub provider_name: String,
    /// Its conditions in one line.
    pub words: String,
    pub from: Option<String>,
    pub until: String,
    /// Whether it gives something today.
    pub current: bool,
}

#[uniffi::export]
impl Payments {
    /// The payment businesses for this bill, the one that gives back most first, each with why.
    pub fn offers(&self, bill: String) -> Result<Vec<ProviderOffer>> {
        guarded(|| {
            let offers = self.shared.core.providers(&bill)?;
            Ok(offers
                .into_iter()
                .map(|offer| ProviderOffer {
                    id: offer.id,
                    name: offer.name,
                    cashback: offer.cashback,
                    best: offer.best,
                    funding: offer.funding.as_deref().and_then(Funding::named),
                    funding_name: offer.funding_name,
                    why: offer.why,
                    silent: offer.way == "silent",
                    way_words: offer.way_words,
                })
                .collect())
        })
    }

    /// The deals as this phone was told of them last.
    pub fn deals(&self) -> Result<Vec<Deal>> {
        guarded(|| {
            let deals = self.shared.core.deals()?;
            Ok(deals
                .into_iter()
                .map(|deal| Deal {
                    id: deal.id,
                    name: deal.name,
                    provider: deal.provider,
                    provider_name: deal.provider_name,
                    words: deal.words,
                    from: deal.from,
                    until: deal.until,
                    current: deal.current,
                })
                .collect())
        })
    }

    /// The same as `pay`, from a source at the business that the person chose.
    pub fn pay_from(&self, bill: String, provider: String, funding: Funding) -> Result<Payment> {
        guarded(|| self.shared.core.pay_from(&bill, &provider, Some(funding.id()))?.try_into())
    }

    /// Fetches deals and the keys of receipts now. Paying does so by itself, where they are old.
    pub async fn refresh(&self) -> Result<()> {
        guarded_async(self.shared.core.refresh()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_of_the_engine_has_its_name_here() {
        for funding in paytaipei_payment::Funding::ALL {
            assert_eq!(Funding::named(funding.id()).map(Funding::id), Some(funding.id()));
        }
    }
}
