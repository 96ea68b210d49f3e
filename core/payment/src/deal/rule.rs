//! One deal, as the platform tells it.

use paytaipei_bill::{BillerId, CivilDate, Lang, Twd};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Funding, Provider};

/// A deal's name among machines: 1 to 48 of `a-z 0-9 -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DealId(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DealError {
    #[error("a deal's id has 1 to 48 small letters, digits or hyphens")]
    Id,
    #[error("a deal gives between one hundredth of a percent and all of the amount")]
    Percent,
    #[error("a deal is for at least one payment, and names whom and what it is for")]
    Empty,
    #[error("a deal's last day does not come before its first")]
    Days,
    #[error("a deal's name has at most 80 characters, none of them hidden")]
    Name,
}

impl DealId {
    pub fn new(text: &str) -> Result<Self, DealError> {
        let fits = (1..=48).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(DealError::Id) }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DealId {
    type Error = DealError;
    fn try_from(text: String) -> Result<Self, DealError> {
        Self::new(&text)
    }
}

impl From<DealId> for String {
    fn from(id: DealId) -> Self {
        id.0
    }
}

/// Whose payments count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Everyone,
    /// A number that has not paid through this business before, to whomever.
    NewToProvider,
}

/// What becomes of a fraction of a dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    Down,
    HalfUp,
}

/// Words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Names {
    zh: String,
    en: String,
}

/// Who gets how much of what. A deal that this release does not wholly understand is no deal to it: a condition that it
/// cannot check would make it promise what nobody gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Deal {
    pub id: DealId,
    names: Names,
    pub provider: Provider,
    /// To whom a payment must be; `None`: to anybody.
    pub billers: Option<Vec<BillerId>>,
    pub who: Who,
    /// For so many payments of a number, through this business, to these billers, in these days; `None`: for all.
    pub times: Option<u32>,
    /// Hundredths of a percent of what is charged, 1 to 10,000.
    pub basis_points: u32,
    /// At most so much for one payment.
    pub cap: Option<Twd>,
    /// Only where the money comes from one of these; `None`: wherever it comes from.
    pub funding: Option<Vec<Funding>>,
    /// First day, in the city.
    pub from: Option<CivilDate>,
    /// Last day, in the city; it still counts.
    pub until: CivilDate,
    /// Given beside others. Of those that do not stack, a payment gets the one that gives most.
    pub stacks: bool,
    pub rounding: Rounding,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    id: DealId,
    names: Names,
    provider: Provider,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billers: Option<Vec<BillerId>>,
    who: Who,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    basis_points: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cap: Option<Twd>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    funding: Option<Vec<Funding>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<CivilDate>,
    until: CivilDate,
    stacks: bool,
    rounding: Rounding,
}

impl TryFrom<Wire> for Deal {
    type Error = DealError;

    fn try_from(wire: Wire) -> Result<Self, DealError> {
        let Wire {
            id,
            names,
            provider,
            billers,
            who,
            times,
            basis_points,
            cap,
            funding,
            from,
            until,
            stacks,
            rounding,
        } = wire;
        if !(1..=10_000).contains(&basis_points) {
            return Err(DealError::Percent);
        }
        let empty = times == Some(0)
            || billers.as_ref().is_some_and(Vec::is_empty)
            || funding.as_ref().is_some_and(Vec::is_empty);
        if empty {
            return Err(DealError::Empty);
        }
        if from.is_some_and(|from| from > until) {
            return Err(DealError::Days);
        }
        let fits =
            |name: &str| (1..=80).contains(&name.chars().count()) && !paytaipei_bill::text::has_hidden_characters(name);
        if !fits(&names.zh) || !fits(&names.en) {
            return Err(DealError::Name);
        }
        Ok(Self { id, names, provider, billers, who, times, basis_points, cap, funding, from, until, stacks, rounding })
    }
}

impl From<Deal> for Wire {
    fn from(deal: Deal) -> Self {
        let Deal {
            id,
            names,
            provider,
            billers,
            who,
            times,
            basis_points,
            cap,
            funding,
            from,
            until,
            stacks,
            rounding,
        } = deal;
        Self { id, names, provider, billers, who, times, basis_points, cap, funding, from, until, stacks, rounding }
    }
}

impl Deal {
    #[must_use]
    pub fn name(&self, lang: Lang) -> &str {
        lang.pick(&self.names.zh, &self.names.en)
    }

    /// Whether a payment of this day to this biller through this business is one that the deal counts.
    #[must_use]
    pub fn counts(&self, provider: Provider, biller: &BillerId, day: CivilDate) -> bool {
        self.provider == provider
            && self.billers.as_ref().is_none_or(|billers| billers.contains(biller))
            && self.from.is_none_or(|from| day >= from)
            && day <= self.until
    }
}
