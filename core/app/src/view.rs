//! What shells see: owned, plain values. Amounts are whole New Taiwan dollars, days `YYYY-MM-DD`, instants RFC 3339 in UTC.

use std::sync::Arc;

use paytaipei_bill::catalogue::{Deadline, State};
use paytaipei_bill::keyed::{Choice, Field, Rule};
use paytaipei_bill::{Biller, Catalogue, Lang, Twd, Warning};
use paytaipei_payment::{Funding, PaymentId, Provider, Timestamp};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::store::{BillRecord, KnownNumber, PaymentRecord};

/// What texts are made of: a language, and the names of billers.
pub(crate) struct Tongue {
    pub lang: Lang,
    pub catalogue: Arc<Catalogue>,
    /// The platform's host, where it is known.
    pub platform: Option<String>,
}

/// Somebody whom bills can be owed to.
#[derive(Clone, Debug, Serialize)]
pub struct BillerView {
    pub id: String,
    pub name: String,
    pub name_en: String,
    pub category: String,
    pub category_name: String,
    pub county: String,
    pub county_name: String,
    /// Name of a picture that shells draw.
    pub icon: String,
    pub served: bool,
    /// Served, and switched off for now.
    pub closed: bool,
    pub scan: bool,
    /// Names of the fields of the first way to key it in; empty where it cannot be keyed.
    pub fields: Vec<String>,
    /// All ways to key it in.
    pub ways: Vec<Vec<FieldView>>,
    pub hint: String,
    /// Where to pay instead, where it is not served.
    pub elsewhere: Option<String>,
    /// Whether bills are paid here after their last day too.
    pub also_after_due: bool,
    /// Hours of the city's day in which it answers no inquiries, such as `05:15-06:15`.
    pub quiet: Vec<String>,
    /// When it answers again, where it rests at this minute.
    pub quiet_until: Option<String>,
    /// Payment businesses that pay its bills and are open.
    pub providers: Vec<String>,
}

/// One thing to key in.
#[derive(Clone, Debug, Serialize)]
pub struct FieldView {
    pub name: String,
    pub label: String,
    pub hint: String,
    /// Never kept on the phone; shells do not complete it either.
    pub secret: bool,
    /// Those to choose from; empty where it is typed.
    pub choices: Vec<ChoiceView>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ChoiceView {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct CountyView {
    pub id: String,
    pub name: String,
}

/// How far somebody has come in typing. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct TypingView {
    /// `unfinished`, `complete`, `wrong`: no typing on makes it right.
    pub state: String,
    /// The form that is sent, where it is complete.
    pub sent: Option<String>,
    pub warnings: Vec<String>,
    /// What is wrong, for machines.
    pub refusal: Option<String>,
    pub message: Option<String>,
    pub hint: Option<String>,
}

/// A number kept for the next bill. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct NumberView {
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    pub nickname: Option<String>,
    /// Whether this phone has paid a bill of it.
    pub paid: bool,
}

impl NumberView {
    pub(crate) fn new(known: &KnownNumber, tongue: &Tongue) -> Self {
        Self {
            biller: known.biller.as_str().to_owned(),
            biller_name: tongue.catalogue.name(&known.biller, tongue.lang),
            number: known.number.as_str().to_owned(),
            nickname: known.nickname.clone(),
            paid: known.paid,
        }
    }
}

impl BillerView {
    /// `minute` of the city's day, where it matters whether the biller rests.
    pub(crate) fn new(biller: &Biller, catalogue: &Catalogue, lang: Lang, minute: Option<u16>) -> Self {
        let ways: Vec<Vec<FieldView>> = biller
            .keyed
            .iter()
            .map(|way| way.fields.iter().map(|field| FieldView::new(field, lang)).collect())
            .collect();
        let first = ways.first().map(|way| way.iter().map(|field| field.name.clone()).collect());
        let category = catalogue.categories.iter().find(|one| one.id == biller.category);
        let county = catalogue.counties.iter().find(|one| one.id == biller.county);
        let open = |id: &str| biller.takes(id) && catalogue.provider_is_open(id);
        Self {
            id: biller.id.as_str().to_owned(),
            name: biller.zh.clone(),
            name_en: biller.en.clone(),
            category: biller.category.clone(),
            category_name: category.map_or("", |one| lang.pick(&one.zh, &one.en)).to_owned(),
            county: biller.county.clone(),
            county_name: county.map_or("", |one| lang.pick(&one.zh, &one.en)).to_owned(),
            icon: biller.icon.clone(),
            served: biller.served(),
            closed: biller.state == State::Closed,
            scan: !biller.codes.is_empty(),
            fields: first.unwrap_or_default(),
            ways,
            hint: biller.hint(lang).to_owned(),
            elsewhere: (!biller.served()).then(|| biller.elsewhere(lang).to_owned()),
            also_after_due: biller.deadline == Deadline::AlsoAfterDue,
            quiet: biller.quiet.iter().map(|quiet| format!("{}-{}", quiet.from, quiet.to)).collect(),
            quiet_until: minute.and_then(|minute| biller.quiet_until(minute)).map(|until| until.to_string()),
            providers: Provider::ALL.into_iter().map(Provider::id).filter(|id| open(id)).map(str::to_owned).collect(),
        }
    }
}

impl FieldView {
    fn new(field: &Field, lang: Lang) -> Self {
        let choices: &[Choice] = if let Rule::Choice(choices) = &field.rule { choices } else { &[] };
        let choice = |one: &Choice| ChoiceView { id: one.id.clone(), name: lang.pick(&one.zh, &one.en).to_owned() };
        Self {
            name: field.name.clone(),
            label: field.label(lang).to_owned(),
            hint: field.hint(lang).to_owned(),
            secret: field.secret,
            choices: choices.iter().map(choice).collect(),
        }
    }
}

/// A bill on this phone. Personal data: for the person's eyes only.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct BillView {
    pub id: String,
    pub biller: String,
    pub biller_name: String,
    pub number: String,
    /// Absent before the first check of a keyed number.
    pub period: Option<String>,
    /// `unchecked`, `payable`, `paid`, `expired`, `not_found`: the last two words are the platform's.
    pub status: String,
    pub amount: Option<i64>,
    pub fee: Option<i64>,
    pub discount: Option<i64>,
    pub payable: Option<i64>,
    pub due: Option<String>,
    pub owner: Option<String>,
    pub address: Option<String>,
    /// A code's format, `keyed` or `platform`.
    pub source: String,
    /// When the platform last confirmed it.
    pub checked_at: Option<String>,
    pub warnings: Vec<String>,
    /// The payment that holds this bill, if one does.
    pub payment: Option<String>,
    /// The person's own word for the number.
    pub nickname: Option<String>,
    /// Whether this phone has paid a bill of the same number. Where not, whose it is comes before consent.
    pub paid_before: bool,
}

impl BillView {
    pub(crate) fn new(
        bill: &BillRecord,
        warnings: &[Warning],
        payment: Option<PaymentId>,
        known: Option<&KnownNumber>,
        tongue: &Tongue,
    ) -> Self {
        let terms = bill.facts.terms;
        Self {
            id: bill.id.clone(),
            biller: bill.facts.key.biller.as_str().to_owned(),
            biller_name: tongue.catalogue.name(&bill.facts.key.biller, tongue.lang),
            number: bill.facts.key.number.as_str().to_owned(),
            period: bill.facts.key.period.as_ref().map(|period| period.as_str().to_owned()),
            status: bill.state.as_str().to_owned(),
            amount: terms.map(|terms| terms.amount.dollars()),
            fee: terms.map(|terms| terms.fee.dollars()),
            discount: terms.map(|terms| terms.discount.dollars()),
            payable: terms.and_then(|terms| terms.payable().ok()).map(Twd::dollars),
            due: bill.facts.due.map(|due| due.to_string()),
            owner: bill.facts.owner.clone(),
            address: bill.facts.address.clone(),
            source: bill.facts.source.clone(),
            checked_at: bill.checked_at.map(instant),
            warnings: warnings.iter().map(|warning| warning.message(tongue.lang).to_owned()).collect(),
            payment: payment.map(|id| id.to_string()),
            nickname: known.and_then(|known| known.nickname.clone()),
            paid_before: known.is_some_and(|known| known.paid),
        }
    }
}

impl std::fmt::Debug for TypingView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TypingView({})", self.state)
    }
}

impl std::fmt::Debug for NumberView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NumberView({})", self.biller)
    }
}

impl std::fmt::Debug for BillView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BillView({}, {})", self.id, self.status)
    }
}

/// A payment on this phone. Personal data: for the person's eyes only.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PaymentView {
    pub id: String,
    pub bill: String,
    pub state: String,
    /// The state in the person's language.
    pub words: String,
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
    pub deals: Vec<GivenView>,
    /// Whether the platform's signed receipt is here.
    pub signed: bool,
    /// `refund` or `reversal`, where the money came back.
    pub refund: Option<String>,
    pub refunded_at: Option<String>,
    pub due: Option<String>,
    pub receipt: Option<String>,
    pub settled_at: Option<String>,
    /// Where the person finishes, if it leads to the business or the platform.
    pub hand_off_url: Option<String>,
    /// Why the person is not sent where the platform wants it: `hand_off_refused`'s detail.
    pub hand_off_refused: Option<String>,
    /// Another payment of this phone that holds the same bill, or the receipt where the reason is `charged_before`.
    pub held_by: Option<String>,
    pub attempt: Option<u32>,
    pub next_attempt_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub can_consent: bool,
    pub can_cancel: bool,
    pub ended: bool,
}

impl PaymentView {
    pub(crate) fn new(record: &PaymentRecord, tongue: &Tongue) -> Self {
        let payment = &record.payment;
        // Of an ended payment the platform is only asked whether it knows better.
        let judge = |url| payment.provider.judge_hand_off(url, tongue.platform.as_deref());
        let judged = payment.hand_off_url.as_deref().map(judge);
        let waits = payment.pending.filter(|_| !payment.state.is_terminal());
        Self {
            id: payment.id.to_string(),
            bill: record.bill.clone(),
            state: payment.state.as_str().to_owned(),
            words: payment.words(tongue.lang).to_owned(),
            reason: payment.reason.map(|reason| reason.as_str().to_owned()),
            reason_words: payment.reason.map(|reason| reason.words(tongue.lang).to_owned()),
            biller: payment.bill.biller.as_str().to_owned(),
            biller_name: tongue.catalogue.name(&payment.bill.biller, tongue.lang),
            number: payment.bill.number.as_str().to_owned(),
            period: payment.bill.period.as_ref().map(|period| period.as_str().to_owned()),
            provider: payment.provider.id().to_owned(),
            provider_name: payment.provider.name(tongue.lang).to_owned(),
            payable: payment.terms.and_then(|terms| terms.payable().ok()).map(Twd::dollars),
            agreed: payment.consent.as_ref().map(|consent| consent.payable.dollars()),
            difference: payment.difference(),
            charged: payment.charged.map(Twd::dollars),
            funding: payment.funding.map(|funding| funding.id().to_owned()),
            funding_name: payment.funding.map(|funding: Funding| funding.name(tongue.lang).to_owned()),
            cashback: (!payment.cashback.is_empty()).then(|| payment.cashback.total().dollars()),
            deals: given(&payment.cashback),
            signed: payment.signed_receipt.is_some(),
            refund: payment.refund.map(|refund| refund.kind.as_str().to_owned()),
            refunded_at: payment.refund.and_then(|refund| refund.at).map(instant),
            due: payment.terms.and_then(|terms| terms.due).map(|due| due.to_string()),
            receipt: payment.receipt.clone(),
            settled_at: payment.settled_at.map(instant),
            hand_off_url: judged.and_then(std::result::Result::ok).map(str::to_owned),
            hand_off_refused: judged.and_then(std::result::Result::err).map(|refused| refused.code().to_owned()),
            held_by: payment.held_by.map(|id| id.to_string()),
            attempt: waits.map(|pending| pending.attempt),
            next_attempt_at: waits.map(|pending| instant(pending.not_before)),
            created_at: instant(payment.created_at),
            updated_at: instant(payment.updated_at),
            can_consent: payment.state == paytaipei_payment::State::NeedsConsent,
            can_cancel: !payment.state.is_terminal() && !payment.cancel_wanted,
            ended: payment.state.is_terminal(),
        }
    }
}

impl std::fmt::Debug for PaymentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PaymentView({}, {})", self.id, self.state)
    }
}

/// What one deal gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GivenView {
    pub deal: String,
    pub amount: i64,
}

fn given(cashback: &paytaipei_payment::Cashback) -> Vec<GivenView> {
    let view = |part: &paytaipei_payment::deal::Part| GivenView {
        deal: part.deal.as_str().to_owned(),
        amount: part.amount.dollars(),
    };
    cashback.0.iter().map(view).collect()
}

/// A verification under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VerificationView {
    /// The number, all but its last three digits hidden.
    pub msisdn: String,
    /// Shown on the handset too: the same there means that it is this request.
    pub binding_message: String,
    pub mobile_data: MobileData,
}

/// What the mobile network said of the number, where it was asked. Whatever it said, the handset was asked too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MobileData {
    /// Neither asked by the shell, nor offered by the operator.
    NotAsked,
    /// The number is the one of this phone's SIM: nobody has to approve.
    Recognised,
    /// Mobile data is off: switched on, the next start needs no approving. Until then, approve on the handset.
    Off,
    /// Another SIM, or no answer: approve on the handset.
    NotRecognised,
}

/// Everything that this phone holds of the person, for the person.
#[derive(Clone, Serialize)]
pub struct Export {
    pub exported_at: String,
    pub msisdn: String,
    pub bills: Vec<BillView>,
    pub payments: Vec<PaymentView>,
}

/// RFC 3339 in UTC, to the second.
pub(crate) fn instant(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1_000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// `NT$1,280`, for a screen.
#[must_use]
pub fn money(dollars: i64) -> String {
    Twd::new(dollars).map_or_else(|_| dollars.to_string(), |amount| amount.to_string())
}
