//! Through which business a bill is best paid.

use paytaipei_bill::{BillerId, CivilDate, Twd};

use super::{Cashback, Deal, Earlier, Offer, cashback};
use crate::{Funding, Provider};

/// A business, and from what to pay there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub provider: Provider,
    /// What it gives back whatever the money comes from.
    pub plain: Cashback,
    /// What gives most: `funding` is `None` where the source makes no difference.
    pub funding: Option<Funding>,
    pub best: Cashback,
}

/// All businesses, the one that gives back most first; where two give the same, in the order of the list.
#[must_use]
pub fn choices(deals: &[Deal], biller: &BillerId, payable: Twd, day: CivilDate, earlier: &[Earlier]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Provider::ALL
        .into_iter()
        .map(|provider| {
            let from = |funding| cashback(deals, &Offer { biller, provider, funding, payable, day }, earlier);
            let plain = from(None);
            let (mut funding, mut best) = (None, plain.clone());
            for source in Funding::ALL {
                let other = from(Some(source));
                if other.total() > best.total() {
                    (funding, best) = (Some(source), other);
                }
            }
            Choice { provider, plain, funding, best }
        })
        .collect();
    choices.sort_by_key(|choice| std::cmp::Reverse(choice.best.total()));
    choices
}
