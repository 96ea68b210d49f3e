//! The contract's bodies, and what of them this phone believes.

use paytaipei_bill::{BillKey, BillNumber, BillerId, CivilDate, Period, Twd};
use paytaipei_identity::device::{Client, Code};
use paytaipei_identity::{Answer, Method, Msisdn, Started, Verifier};
use paytaipei_oidc::provider::is_address;
use paytaipei_payment::deal::{DealId, Part};
use paytaipei_payment::{
    BillStatus, Cashback, Charged, PaymentId, Provider, Reason, Recorded, Refund, RefundKind, Terms, Timestamp,
};
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use super::{ListedPayment, Page, Purpose};
use crate::store::PlatformBill;

pub fn verification_request(
    msisdn: &Msisdn,
    method: Method,
    verifier: &Verifier,
    consent_key: &str,
    session_key: &str,
) -> Vec<u8> {
    json!({
        "method": method.name(),
        "msisdn": msisdn.e164(),
        "challenge": verifier.challenge(),
        "consent_key": consent_key,
        "session_key": session_key,
    })
    .to_string()
    .into_bytes()
}

pub fn collection(verifier: &Verifier, page: Option<Code<'_>>) -> Vec<u8> {
    let mut body = json!({ "verifier": verifier.reveal() });
    if let (Some(page), Some(body)) = (page, body.as_object_mut()) {
        let page = json!({ "code": page.code, "code_verifier": page.verifier.reveal(), "nonce": page.nonce });
        body.insert("page".into(), page);
    }
    body.to_string().into_bytes()
}

pub fn inquiry(key: &BillKey, purpose: Purpose) -> Vec<u8> {
    let mut body = json!({
        "biller": key.biller.as_str(),
        "number": key.number.as_str(),
        "purpose": match purpose { Purpose::Status => "status", Purpose::Pay => "pay" },
    });
    if let (Some(period), Some(body)) = (&key.period, body.as_object_mut()) {
        body.insert("period".into(), period.as_str().into());
    }
    body.to_string().into_bytes()
}

pub fn search(biller: &BillerId, fields: &[(String, Zeroizing<String>)]) -> Vec<u8> {
    let fields: std::collections::BTreeMap<&str, &str> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    json!({ "biller": biller.as_str(), "fields": fields, "purpose": "status" }).to_string().into_bytes()
}

#[derive(Deserialize)]
pub struct Problem {
    pub error: ProblemError,
}

#[derive(Deserialize)]
pub struct ProblemError {
    pub code: String,
}

#[derive(Deserialize)]
pub struct NotFound {
    pub resend_for_s: i64,
}

#[derive(Deserialize)]
pub struct VerificationStarted {
    verification: String,
    interval_s: i64,
    expires_in_s: i64,
    binding_message: String,
    #[serde(default)]
    cellular_url: Option<String>,
    #[serde(default)]
    operator: Option<Operator>,
}

#[derive(Deserialize)]
struct Operator {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    client_id: String,
    redirect_uri: String,
}

impl Operator {
    fn judge(self) -> Option<Client> {
        let addresses = [&self.issuer, &self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        if !addresses.into_iter().all(|url| is_address(url)) {
            return None;
        }
        let provider = paytaipei_oidc::Provider {
            issuer: self.issuer,
            authorization_endpoint: self.authorization_endpoint,
            token_endpoint: self.token_endpoint,
            jwks_uri: self.jwks_uri,
            backchannel_authentication_endpoint: None,
            names_itself: true,
        };
        Client::new(provider, &self.client_id, &self.redirect_uri).ok()
    }
}

/// The longest address that the phone fetches over the mobile network.
const LONGEST_URL: usize = 512;

impl VerificationStarted {
    pub fn judge(self) -> Option<Started> {
        let fit = |url: &String| {
            url.len() <= LONGEST_URL && url.starts_with("https://") && url.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let clean = is_token(&self.verification, 16, 64)
            && self.cellular_url.as_ref().is_none_or(fit)
            && self.binding_message.chars().count() <= 20
            && !paytaipei_bill::text::has_hidden_characters(&self.binding_message);
        let operator = match self.operator {
            None => None,
            Some(operator) => Some(operator.judge()?),
        };
        clean.then_some(Started {
            operator,
            id: self.verification,
            interval_s: self.interval_s,
            expires_in_s: self.expires_in_s,
            binding_message: self.binding_message,
            cellular_url: self.cellular_url,
        })
    }
}

#[derive(Deserialize)]
pub struct Pending {
    pub interval_s: i64,
}

#[derive(Deserialize)]
pub struct Session {
    token: String,
    expires_in_s: i64,
}

impl Session {
    pub fn judge(self) -> Option<Answer> {
        is_token(&self.token, 20, 256).then_some(Answer::Session { token: self.token, expires_in_s: self.expires_in_s })
    }
}

#[derive(Deserialize)]
pub struct Deals {
    pub deals: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
pub struct Bills {
    bills: Vec<Bill>,
}

#[derive(Deserialize)]
struct Bill {
    biller: BillerId,
    number: BillNumber,
    period: Period,
    status: Status,
    amount: Twd,
    fee: Twd,
    discount: Twd,
    payable: Twd,
    due: CivilDate,
    owner_masked: Option<String>,
    address_masked: Option<String>,
    bill_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Payable,
    Paid,
    Expired,
}

impl Bills {
    /// `None` where the answer is not about what was asked, or does not add up.
    pub fn judge(self, biller: &BillerId, number: Option<&BillNumber>) -> Option<Vec<PlatformBill>> {
        if self.bills.is_empty() || self.bills.len() > 24 {
            return None;
        }
        self.bills.into_iter().map(|bill| bill.judge(biller, number)).collect()
    }
}

impl Bill {
    fn judge(self, biller: &BillerId, number: Option<&BillNumber>) -> Option<PlatformBill> {
        let terms = Terms { amount: self.amount, fee: self.fee, discount: self.discount, due: Some(self.due) };
        let adds_up = terms.payable().ok()? == self.payable;
        let asked_about = self.biller == *biller && number.is_none_or(|number| self.number == *number);
        let token_fits = self.bill_token.as_deref().is_none_or(|token| is_token(token, 16, 128));
        if !adds_up || !asked_about || !token_fits {
            return None;
        }
        Some(PlatformBill {
            key: BillKey { biller: self.biller, number: self.number, period: Some(self.period) },
            status: match self.status {
                Status::Payable => BillStatus::Payable,
                Status::Paid => BillStatus::Paid,
                Status::Expired => BillStatus::Expired,
            },
            terms,
            owner: shown(self.owner_masked, 40),
            address: shown(self.address_masked, 120),
            token: self.bill_token,
        })
    }
}

#[derive(Deserialize)]
pub struct Payments {
    payments: Vec<Payment>,
    next: Option<String>,
}

impl Payments {
    /// `None` where one of them cannot be understood, or the cursor is not one.
    pub fn judge(self) -> Option<Page> {
        let clean = self.payments.len() <= 100 && self.next.as_deref().is_none_or(|next| is_token(next, 1, 64));
        if !clean {
            return None;
        }
        // A void that came before its original names no bill: there is nothing to remember.
        let named = self.payments.into_iter().filter(|payment| !payment.bill.biller.is_empty());
        let payments = named.map(Payment::judge_listed).collect::<Option<_>>()?;
        Some(Page { payments, next: self.next })
    }
}

#[derive(Deserialize)]
struct PaymentBill {
    biller: String,
    number: String,
    period: String,
}

#[derive(Deserialize)]
pub struct Payment {
    id: String,
    bill: PaymentBill,
    provider: String,
    state: String,
    reason: Option<String>,
    payable: Twd,
    receipt: Option<String>,
    settled_at: Option<String>,
    hand_off_url: Option<String>,
    #[serde(default)]
    cashback: Vec<Given>,
    signed_receipt: Option<String>,
    refund: Option<PaymentRefund>,
}

#[derive(Deserialize)]
struct Given {
    deal: DealId,
    amount: Twd,
}

#[derive(Deserialize)]
struct PaymentRefund {
    kind: RefundKind,
    at: String,
}

impl Payment {
    fn judge_listed(self) -> Option<ListedPayment> {
        let id = PaymentId::parse(&self.id)?;
        let bill = BillKey {
            biller: BillerId::new(&self.bill.biller).ok()?,
            number: BillNumber::new(&self.bill.number).ok()?,
            period: Some(Period::new(&self.bill.period).ok()?),
        };
        let (provider, payable) = (Provider::from_id(&self.provider)?, self.payable);
        Some(ListedPayment { id, bill, provider, payable, recorded: self.judge(id)? })
    }

    /// `None` where the answer is about another payment, or in a state that this release does not know.
    pub fn judge(self, asked: PaymentId) -> Option<Recorded> {
        if self.id != asked.to_string() {
            return None;
        }
        if self.cashback.len() > 32 {
            return None;
        }
        Some(match self.state.as_str() {
            "processing" => Recorded::Processing,
            "awaiting_hand_off" => {
                Recorded::AwaitingHandOff { url: self.hand_off_url.filter(|url| url.len() <= 2_000) }
            }
            "settled" => Recorded::Settled(Box::new(self.charged())),
            "refunded" => {
                let refund = self.refund.as_ref()?;
                let refund = Refund { kind: refund.kind, at: instant(&refund.at) };
                Recorded::Refunded(Box::new(self.charged()), refund)
            }
            "declined" => Recorded::Declined(match self.reason.as_deref() {
                Some("insufficient_funds") => Reason::InsufficientFunds,
                Some("over_limit") => Reason::OverLimit,
                Some("no_agreement") => Reason::NoAgreement,
                Some("refused_by_person") => Reason::RefusedByPerson,
                _ => Reason::ProviderRefused,
            }),
            "voided" => Recorded::Voided,
            _ => return None,
        })
    }

    fn charged(self) -> Charged {
        let parts = self.cashback.into_iter().map(|given| Part { deal: given.deal, amount: given.amount }).collect();
        let fits = |receipt: &String| {
            receipt.len() <= paytaipei_receipt::LONGEST
                && receipt.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        };
        Charged {
            amount: self.payable,
            receipt: shown(self.receipt, 40),
            at: self.settled_at.as_deref().and_then(instant),
            cashback: Cashback(parts),
            signed_receipt: self.signed_receipt.filter(fits),
        }
    }
}

pub fn instant(text: &str) -> Option<Timestamp> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp)
}

/// Text for a screen: bounded, without characters that hide or turn others.
fn shown(text: Option<String>, limit: usize) -> Option<String> {
    text.filter(|text| text.chars().count() <= limit && !paytaipei_bill::text::has_hidden_characters(text))
}

/// base64url characters, so many.
fn is_token(text: &str, shortest: usize, longest: usize) -> bool {
    (shortest..=longest).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
