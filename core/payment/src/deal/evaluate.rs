//! What a payment gets.
#![deny(clippy::arithmetic_side_effects)]

use paytaipei_bill::{BillerId, CivilDate, Twd};
use serde::{Deserialize, Serialize};

use super::{Deal, DealId, Rounding, Who};
use crate::{Funding, Provider};

/// A payment that somebody is about to agree to.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    pub biller: &'a BillerId,
    pub provider: Provider,
    pub funding: Option<Funding>,
    pub payable: Twd,
    /// The city's day.
    pub day: CivilDate,
}

/// A payment of the same number that was charged, or still may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub biller: BillerId,
    pub provider: Provider,
    pub day: CivilDate,
}

/// What one deal gives for one payment: never nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub deal: DealId,
    pub amount: Twd,
}

/// What a payment gets back, deal by deal; empty where it gets nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cashback(pub Vec<Part>);

impl Cashback {
    #[must_use]
    pub fn total(&self) -> Twd {
        self.0.iter().fold(Twd::ZERO, |sum, part| sum.checked_add(part.amount).unwrap_or(Twd::MAX))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Of the deals that do not stack the one that gives most, the first by id where two give the same; and each that stacks, in
/// the order of their ids. All together never more than is paid.
#[must_use]
pub fn cashback<'a>(deals: impl IntoIterator<Item = &'a Deal>, offer: &Offer<'_>, earlier: &[Earlier]) -> Cashback {
    let mut given: Vec<(bool, Part)> = deals
        .into_iter()
        .filter(|deal| applies(deal, offer, earlier))
        .filter_map(|deal| {
            let amount = amount(deal, offer.payable);
            (amount > Twd::ZERO).then(|| (deal.stacks, Part { deal: deal.id.clone(), amount }))
        })
        .collect();
    given.sort_by(|(_, a), (_, b)| a.deal.cmp(&b.deal));
    let best = given
        .iter()
        .filter(|(stacks, _)| !stacks)
        .map(|(_, part)| part)
        .min_by_key(|part| (std::cmp::Reverse(part.amount), &part.deal))
        .cloned();
    let mut left = offer.payable;
    let stacking = given.into_iter().filter_map(|(stacks, part)| stacks.then_some(part));
    let mut parts = Vec::new();
    for mut part in best.into_iter().chain(stacking) {
        part.amount = part.amount.min(left);
        left = left.checked_sub(part.amount).unwrap_or(Twd::ZERO);
        if part.amount > Twd::ZERO {
            parts.push(part);
        }
    }
    Cashback(parts)
}

fn applies(deal: &Deal, offer: &Offer<'_>, earlier: &[Earlier]) -> bool {
    if !deal.counts(offer.provider, offer.biller, offer.day) {
        return false;
    }
    let funded = match (&deal.funding, offer.funding) {
        (None, _) => true,
        (Some(sources), Some(funding)) => sources.contains(&funding),
        (Some(_), None) => false,
    };
    let meant = match deal.who {
        Who::Everyone => true,
        Who::NewToProvider => !earlier.iter().any(|payment| payment.provider == deal.provider),
    };
    funded && meant && !is_used_up(deal, earlier)
}

/// Whether as many payments as the deal is for were made, whatever they were paid from: "the first two" are the first two.
#[must_use]
pub fn is_used_up(deal: &Deal, earlier: &[Earlier]) -> bool {
    let used = || earlier.iter().filter(|payment| deal.counts(payment.provider, &payment.biller, payment.day)).count();
    deal.times.is_some_and(|times| used() >= usize::try_from(times).unwrap_or(usize::MAX))
}

fn amount(deal: &Deal, payable: Twd) -> Twd {
    // At most 10^10 · 10^4: far inside an i64.
    let hundredths = payable.dollars().saturating_mul(i64::from(deal.basis_points));
    let dollars = match deal.rounding {
        Rounding::Down => hundredths / 10_000,
        Rounding::HalfUp => hundredths.saturating_add(5_000) / 10_000,
    };
    let amount = Twd::new(dollars).unwrap_or(Twd::MAX);
    deal.cap.map_or(amount, |cap| amount.min(cap))
}
