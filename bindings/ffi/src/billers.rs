//! Whom bills are owed to, what is keyed in for them, and the numbers that the person has with them.

use std::fmt;
use std::sync::Arc;

use paytaipei_app::view;

use crate::error::{Refusal, Result};
use crate::guard::{guarded, guarded_async};
use crate::records::{Bill, Lang, all};
use crate::shared::Shared;

/// Somebody whom bills can be owed to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Biller {
    pub id: String,
    pub name: String,
    pub name_en: String,
    /// Such as `water` or `parking`.
    pub category: String,
    /// `taipei`, `kinmen` or `elsewhere`.
    pub county: String,
    /// Whether this release pays its bills.
    pub served: bool,
    /// Whether its bills can be scanned.
    pub scan: bool,
    /// Names of the fields to key in; empty where it cannot be keyed.
    pub fields: Vec<String>,
    /// Where on the paper the number stands.
    pub hint: String,
    pub category_name: String,
    pub county_name: String,
    /// Name of a picture that the app draws.
    pub icon: String,
    /// Served, and switched off for now.
    pub closed: bool,
    /// All ways to key a bill in.
    pub ways: Vec<Way>,
    /// Where to pay instead, where it is not served.
    pub elsewhere: Option<String>,
    /// Whether bills are paid here after their last day too.
    pub also_after_due: bool,
    /// Hours of the city's day in which it answers no inquiries, such as `05:15-06:15`.
    pub quiet: Vec<String>,
    /// When it answers again, where it rests now.
    pub quiet_until: Option<String>,
    /// Payment businesses that pay its bills and are open.
    pub providers: Vec<String>,
}

/// One way to key a bill in: all of its fields.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Way {
    pub fields: Vec<Field>,
}

/// One thing to key in.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub hint: String,
    /// Never kept on the phone; the app completes it from nowhere either.
    pub secret: bool,
    /// Those to choose from; empty where it is typed.
    pub choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Choice {
    pub id: String,
    pub name: String,
}

/// A county to choose.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct County {
    pub id: String,
    pub name: String,
}

impl From<view::CountyView> for County {
    fn from(view: view::CountyView) -> Self {
        Self { id: view.id, name: view.name }
    }
}

impl From<view::FieldView> for Field {
    fn from(view: view::FieldView) -> Self {
        let view::FieldView { name, label, hint, secret, choices } = view;
        let choices = choices.into_iter().map(|one| Choice { id: one.id, name: one.name }).collect();
        Self { name, label, hint, secret, choices }
    }
}

/// How far somebody has come in typing. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
#[uniffi::export(Debug)]
pub enum Typing {
    /// So far so good, and not done.
    Unfinished,
    /// Complete; `sent` is the form that is sent.
    Complete { sent: String, warnings: Vec<String> },
    /// No typing on makes it right.
    Wrong { reason: String, message: String, hint: String },
}

impl fmt::Debug for Typing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => f.write_str("Unfinished"),
            Self::Complete { .. } => f.write_str("Complete(..)"),
            Self::Wrong { reason, .. } => write!(f, "Wrong({reason})"),
        }
    }
}

impl From<view::TypingView> for Typing {
    fn from(view: view::TypingView) -> Self {
        match (view.sent, view.refusal) {
            (Some(sent), _) => Self::Complete { sent, warnings: view.warnings },
            (None, Some(reason)) => {
                Self::Wrong { reason, message: view.message.unwrap_or_default(), hint: view.hint.unwrap_or_default() }
            }
            (None, None) => Self::Unfinished,
        }
    }
}

/// What was keyed into one field. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct Keyed {
    pub name: String,
    pub value: String,
}

impl fmt::Debug for Keyed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyed({})", self.name)
    }
}

/// A number kept for the next bill. Personal data.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
#[uniffi::export(Debug)]
pub struct KnownNumber {
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    pub nickname: Option<String>,
    /// Whether this phone has paid a bill of it.
    pub paid: bool,
}

impl fmt::Debug for KnownNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KnownNumber({})", self.biller)
    }
}

impl From<view::NumberView> for KnownNumber {
    fn from(view: view::NumberView) -> Self {
        let view::NumberView { biller, biller_name, number, nickname, paid } = view;
        Self { biller, biller_name, number, nickname, paid }
    }
}

/// What a household owes.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Household {
    pub bills: Vec<Bill>,
    /// Numbers of which nothing was learnt, and why.
    pub failed: Vec<FailedNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FailedNumber {
    pub number: KnownNumber,
    pub refusal: crate::Refusal,
}

impl From<view::BillerView> for Biller {
    fn from(view: view::BillerView) -> Self {
        Self {
            id: view.id,
            name: view.name,
            name_en: view.name_en,
            category: view.category,
            county: view.county,
            served: view.served,
            scan: view.scan,
            fields: view.fields,
            hint: view.hint,
            category_name: view.category_name,
            county_name: view.county_name,
            icon: view.icon,
            closed: view.closed,
            ways: view
                .ways
                .into_iter()
                .map(|fields| Way { fields: fields.into_iter().map(Into::into).collect() })
                .collect(),
            elsewhere: view.elsewhere,
            also_after_due: view.also_after_due,
            quiet: view.quiet,
            quiet_until: view.quiet_until,
            providers: view.providers,
        }
    }
}

/// Whom bills can be paid to, and who is known and not served, as this release knows them. Needs nothing to be open.
#[uniffi::export]
#[must_use]
pub fn billers(lang: Lang) -> Vec<Biller> {
    paytaipei_app::billers(lang.into()).into_iter().map(Into::into).collect()
}

/// Billers and the person's numbers with them.
#[derive(uniffi::Object)]
pub struct Billers {
    shared: Arc<Shared>,
}

impl Billers {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

#[uniffi::export]
impl Billers {
    /// All billers by the newest catalogue that the platform signed, those of the person's county first.
    pub fn billers(&self) -> Result<Vec<Biller>> {
        guarded(|| Ok(self.shared.core.billers()?.into_iter().map(Into::into).collect()))
    }

    /// Asks the platform for a newer catalogue: `true` where there was one. Needs no verified number.
    pub async fn refresh(&self) -> Result<bool> {
        guarded_async(self.shared.core.refresh_catalogue()).await
    }

    /// The counties to choose from.
    #[must_use]
    pub fn counties(&self) -> Vec<County> {
        self.shared.core.counties().into_iter().map(Into::into).collect()
    }

    /// The county that the person chose.
    pub fn county(&self) -> Result<Option<String>> {
        guarded(|| self.shared.core.county())
    }

    /// The person lives there: its utilities come first from now on.
    pub fn choose_county(&self, county: String) -> Result<()> {
        guarded(|| self.shared.core.choose_county(&county))
    }

    /// Judges what was typed so far into a biller's field: for every keystroke. Kept nowhere.
    pub fn typing(&self, biller: String, field: String, typed: String) -> Result<Typing> {
        guarded(|| Ok(self.shared.core.typing(&biller, &field, &typed)?.into()))
    }

    /// What somebody owes, by all fields of one of the biller's ways. What is keyed in is not kept, so that it needs a
    /// connection; what is found has numbers of its own.
    pub async fn search(&self, biller: String, keyed: Vec<Keyed>) -> Result<Vec<Bill>> {
        let fields: Vec<(String, String)> = keyed.into_iter().map(|field| (field.name, field.value)).collect();
        let views = guarded_async(self.shared.core.search(&biller, &fields)).await?;
        guarded(|| all(views))
    }

    /// The numbers kept for the next bill: those that were named, and those that this phone paid.
    pub fn numbers(&self) -> Result<Vec<KnownNumber>> {
        guarded(|| Ok(self.shared.core.numbers()?.into_iter().map(Into::into).collect()))
    }

    /// Keeps a customer's number, under a name of the person's own.
    pub fn remember_number(&self, biller: String, number: String, nickname: Option<String>) -> Result<KnownNumber> {
        guarded(|| Ok(self.shared.core.remember_number(&biller, &number, nickname.as_deref())?.into()))
    }

    /// Keeps a number no longer.
    pub fn forget_number(&self, biller: String, number: String) -> Result<()> {
        guarded(|| self.shared.core.forget_number(&biller, &number))
    }

    /// All bills of the numbers that are kept.
    pub async fn household(&self) -> Result<Household> {
        let checked = guarded_async(self.shared.core.check_household()).await?;
        guarded(|| {
            let failed = checked.failed.into_iter();
            let failed =
                failed.map(|one| FailedNumber { number: one.number.into(), refusal: Refusal::from(&one.error) });
            Ok(Household { bills: all(checked.bills)?, failed: failed.collect() })
        })
    }
}
