//! One entry of the catalogue: a biller.

use serde::Deserialize;

use super::{BillerId, lenient};
use crate::keyed::Field;
use crate::{CivilDate, Lang};

/// Whom a bill is owed to, and how its bills come in and are paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Biller {
    pub id: BillerId,
    /// Id of one of the catalogue's categories.
    pub category: String,
    /// Id of one of the catalogue's counties.
    pub county: String,
    pub zh: String,
    pub en: String,
    /// Name of a picture that shells draw; one that a shell lacks is left out.
    pub icon: String,
    pub state: State,
    /// Codes by which its bills are scanned.
    #[serde(deserialize_with = "lenient")]
    pub codes: Vec<AcceptedCode>,
    /// What may be keyed in instead: the fields of one way each.
    #[serde(deserialize_with = "lenient")]
    pub keyed: Vec<Way>,
    /// Whether a number names one bill; otherwise it names a customer, who has one each period.
    pub number_is_bill: bool,
    pub deadline: Deadline,
    /// Hours of the city's day in which the biller answers no inquiries.
    pub quiet: Vec<Quiet>,
    /// Ids of the payment businesses that pay its bills; all of them where left out.
    pub providers: Option<Vec<String>>,
    /// What to look for on the paper.
    pub zh_hint: String,
    pub en_hint: String,
    /// How to pay where this app doesn't; empty where it does.
    #[serde(default)]
    pub zh_elsewhere: String,
    #[serde(default)]
    pub en_elsewhere: String,
}

/// The platform's switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    /// Served, and switched off for now: bills are kept and not paid.
    Closed,
    /// Known and explained, not paid here; also whatever state a later release adds.
    #[serde(other)]
    NotServed,
}

/// A way to key a bill in: its fields, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Way {
    pub fields: Vec<Field>,
}

/// A code whose bills are this biller's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "format", rename_all = "snake_case")]
pub enum AcceptedCode {
    /// pay.taipei's links of this item.
    PayTaipeiLink {
        item: u16,
    },
    /// paytax.nat.gov.tw's links of the categories from `first` to `last`.
    TaxLink {
        first: u32,
        last: u32,
    },
    /// Barcodes of tax slips, which do not tell which tax.
    TaxSlip,
    ParkingSlip,
    KmWater,
    TaipeiWater,
    TaiwanWater,
}

/// Until when bills are paid here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deadline {
    /// On the day printed as the last one, and before.
    UntilDue,
    /// Afterwards too, for as long as the biller shows them.
    AlsoAfterDue,
}

/// Hours of the city's day, Asia/Taipei, as `HH:MM`: from the first minute up to, and without, the last.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Quiet {
    pub from: Minute,
    pub to: Minute,
}

/// Minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Minute(u16);

impl TryFrom<String> for Minute {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let read = |text: &str, below: u16| {
            let number = if text.len() == 2 { text.parse::<u16>().ok() } else { None };
            number.filter(|number| *number < below)
        };
        let parts = text.split_once(':').and_then(|(hour, minute)| Some((read(hour, 24)?, read(minute, 60)?)));
        parts.map(|(hour, minute)| Self(hour * 60 + minute)).ok_or("a time of day is HH:MM")
    }
}

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Quiet {
    /// Whether `minute` of the city's day lies in it; it may go past midnight.
    #[must_use]
    pub fn covers(&self, minute: u16) -> bool {
        let (from, to) = (self.from.0, self.to.0);
        if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }
}

impl Biller {
    #[must_use]
    pub const fn name(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhHant => self.zh.as_str(),
            Lang::En => self.en.as_str(),
        }
    }

    /// What to look for on the paper.
    #[must_use]
    pub const fn hint(&self, lang: Lang) -> &str {
        match lang {
            Lang::ZhHant => self.zh_hint.as_str(),
            Lang::En => self.en_hint.as_str(),
        }
    }

    /// Whether its bills are paid here, if not always at this moment.
    #[must_use]
    pub fn served(&self) -> bool {
        self.state != State::NotServed
    }

    /// Where to pay instead.
    #[must_use]
    pub fn elsewhere(&self, lang: Lang) -> &str {
        let own = match lang {
            Lang::ZhHant => self.zh_elsewhere.as_str(),
            Lang::En => self.en_elsewhere.as_str(),
        };
        let plain = lang.pick("請使用帳單上所列的方式繳費。", "Pay it in one of the ways that the bill names.");
        if own.is_empty() { plain } else { own }
    }

    /// The one field that names bill or customer by itself, if there is one.
    #[must_use]
    pub fn number(&self) -> Option<&Field> {
        self.keyed.iter().find_map(|way| match way.fields.as_slice() {
            [only] if only.is_number() => Some(only),
            _ => None,
        })
    }

    /// Whether this payment business pays its bills.
    #[must_use]
    pub fn takes(&self, provider: &str) -> bool {
        self.providers.as_ref().is_none_or(|ids| ids.iter().any(|id| id == provider))
    }

    /// When the biller answers again, if it answers no inquiries at this minute of the city's day.
    #[must_use]
    pub fn quiet_until(&self, minute: u16) -> Option<Minute> {
        self.quiet.iter().find(|quiet| quiet.covers(minute)).map(|quiet| quiet.to)
    }

    /// Whether a bill due on that day can still be paid here.
    #[must_use]
    pub fn pays_on(&self, due: CivilDate, today: CivilDate) -> bool {
        self.deadline == Deadline::AlsoAfterDue || today <= due
    }
}
