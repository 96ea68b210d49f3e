//! Intent, consent, and the queue.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use paytaipei_bill::{Lang, Twd};
use paytaipei_payment::{ConsentDraft, Event, Funding, Payment, PaymentId, Provider, State};
use ring::digest::{SHA256, digest};

use super::{Core, PayTaipei};
use crate::drain::Mode;
use crate::error::{Code, Error, Result};
use crate::ports::{KeyPurpose, VaultError};
use crate::signature;
use crate::store::{BillState, PaymentRecord};
use crate::view::{Export, PaymentView, instant};

/// Whether the person sees whose bill it is before they agree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    First,
    Unasked,
}

/// How a synchronisation ended.
#[derive(Clone, Debug)]
pub struct Synced {
    /// All payments that have not ended, and those that ended just now.
    pub payments: Vec<PaymentView>,
    /// Why the platform could not be reached or understood, where payments still wait for it.
    pub unreachable: Option<Error>,
}

impl Core {
    /// Wants to pay this bill through this business. Nothing is agreed to yet. Where the platform has said whose bill it is,
    /// or this phone has paid a bill of the same number, the payment waits for [`Self::consent`]; otherwise it waits until the
    /// owner is known: a sticker on paper may be a stranger's genuine bill. Refused while another payment holds the bill.
    pub fn pay(&self, bill: &str, provider: &str) -> Result<PaymentView> {
        self.pay_from(bill, provider, None)
    }

    /// The same, from a source at the business that the person chose: `stored_value`, `paired_account` or `card`.
    pub fn pay_from(&self, bill: &str, provider: &str, funding: Option<&str>) -> Result<PaymentView> {
        self.want(bill, provider, funding, Owner::First)
    }

    /// The same, but agreed to by what the paper says, also of a number that this phone has never paid: it is paid when the
    /// platform confirms bill and amount, without asking whether the owner is the right one.
    pub fn pay_when_confirmed(&self, bill: &str, provider: &str, funding: Option<&str>) -> Result<PaymentView> {
        self.want(bill, provider, funding, Owner::Unasked)
    }

    fn want(&self, bill: &str, provider: &str, funding: Option<&str>, owner: Owner) -> Result<PaymentView> {
        self.verified()?;
        let provider = Provider::from_id(provider).ok_or(Code::ProviderUnknown)?;
        let funding = match funding {
            None => None,
            Some(id) => Some(Funding::from_id(id).ok_or(Code::FundingUnknown)?),
        };
        let now = self.clock.now();
        let id = PaymentId::new(now, self.store.random()?);
        self.store.write(|work| {
            let bill = work.bill(bill)?.ok_or(Code::BillUnknown)?;
            if work.holding(&bill.facts.key)?.is_some() {
                return Err(Code::AlreadyBeingPaid.into());
            }
            match bill.state {
                BillState::Paid => return Err(Code::BillPaid.into()),
                BillState::Expired => return Err(Code::BillExpired.into()),
                BillState::Unchecked | BillState::Payable | BillState::NotFound => {}
            }
            let biller = self.open_biller(&bill.facts.key.biller)?;
            if !biller.takes(provider.id()) || !self.catalogue().provider_is_open(provider.id()) {
                return Err(Code::ProviderClosed.into());
            }
            let known = owner == Owner::Unasked
                || bill.state == BillState::Payable
                || work.number_of(&bill.facts.key)?.is_some_and(|number| number.paid);
            let terms = bill.facts.terms.filter(|_| known);
            let mut payment = Payment::intended(id, bill.facts.key.clone(), provider, terms, now);
            payment.funding = funding;
            work.promise(&mut payment, now)?;
            let record = PaymentRecord { bill: bill.id, payment };
            work.keep_payment(&record)?;
            Ok(PaymentView::new(&record, &self.tongue()))
        })
    }

    /// The person agrees to what [`Self::payment`] shows, in person. Identifier, bill, money, business and the bytes to be
    /// sent are frozen and stored with it, before anything is sent. Refused with `keys_invalid` where the key that signs is
    /// lost or was revoked: verifying the number again makes new ones.
    pub fn consent(&self, payment: &str) -> Result<PaymentView> {
        self.verified()?;
        let id = PaymentId::parse(payment).ok_or(Code::PaymentUnknown)?;
        let row = self.as_of_today(id)?;
        if row.state.is_terminal() {
            return Err(Code::PaymentEnded.into());
        }
        let (State::NeedsConsent, Some(terms)) = (row.state, row.terms) else {
            return Err(Code::ConsentNotAsked.into());
        };
        let payable = terms.payable().map_err(|_| Error::new(Code::StoreCorrupt))?;
        let at = self.clock.now();
        let draft = ConsentDraft {
            id,
            bill: row.bill.clone(),
            terms,
            payable,
            provider: row.provider,
            funding: row.funding,
            cashback: row.cashback.clone(),
            at,
            at_text: instant(at),
        };
        let text = draft.text().ok_or(Code::ConsentNotAsked)?;
        let biller = self.catalogue().name(&row.bill.biller, self.lang);
        let owner = self.store.read(|work| work.bill_by_key(&row.bill))?.and_then(|bill| bill.facts.owner);
        let owner = owner.map(|owner| self.lang.pick("（用戶 ", " (").to_owned() + &owner + self.lang.pick("）", ")"));
        let reason = agreement(&row, &biller, &owner.unwrap_or_default(), payable, self.lang);
        if self.store.read(|work| work.keys_are_invalid())? {
            return Err(Code::KeysInvalid.into());
        }
        let signed =
            self.vault.confirm_presence(reason).and_then(|()| self.vault.sign(KeyPurpose::Consent, text.into_bytes()));
        let signed = match signed {
            // The lock screen was removed, or the fingerprints changed: the key is gone, and what it sealed is not.
            Err(VaultError::KeyLost) => {
                self.store.invalidate_keys()?;
                return Err(Code::KeysInvalid.into());
            }
            signed => signed?,
        };
        let body = draft.body(&URL_SAFE_NO_PAD.encode(signature::to_raw(&signed)?)).ok_or(Code::ConsentNotAsked)?;
        let hash = hex(digest(&SHA256, body.as_bytes()).as_ref());
        // The row may have changed while the person looked: the engine compares what was shown with what is there.
        let record = self.store.advance(id, Event::Consented(draft.signed(body, hash)))?;
        Ok(PaymentView::new(&record, &self.tongue()))
    }

    /// The payment as the person was shown it. Where less is promised today, that is stored, and shown anew.
    fn as_of_today(&self, id: PaymentId) -> Result<Payment> {
        let now = self.clock.now();
        let (row, less) = self.store.read(|work| {
            let shown = work.payment(id)?.ok_or(Code::PaymentUnknown)?;
            let mut row = shown.payment.clone();
            if row.state == State::NeedsConsent {
                work.promise(&mut row, now)?;
            }
            let less = row.cashback.total() < shown.payment.cashback.total();
            Ok((shown, less))
        })?;
        if less {
            self.store.write(|work| work.keep_promise(id, now))?;
            return Err(Code::ConsentForOther.into());
        }
        Ok(row.payment)
    }

    /// The person wants it stopped. Where bytes may be on their way, the platform has to say that they never charge.
    pub fn cancel(&self, payment: &str) -> Result<PaymentView> {
        self.verified()?;
        let id = PaymentId::parse(payment).ok_or(Code::PaymentUnknown)?;
        Ok(PaymentView::new(&self.store.advance(id, Event::CancelRequested)?, &self.tongue()))
    }

    /// The person came back from the business's app. A hint only: the platform is asked with the next drain.
    pub fn came_back(&self, payment: &str) -> Result<PaymentView> {
        self.verified()?;
        let id = PaymentId::parse(payment).ok_or(Code::PaymentUnknown)?;
        Ok(PaymentView::new(&self.store.advance(id, Event::Returned)?, &self.tongue()))
    }

    /// Payments that have not ended, the earliest made first.
    pub fn queue(&self) -> Result<Vec<PaymentView>> {
        self.verified()?;
        let records = self.store.read(|work| work.open_payments())?;
        Ok(records.iter().map(|record| PaymentView::new(record, &self.tongue())).collect())
    }

    /// Payments that have ended, the earliest made first.
    pub fn history(&self) -> Result<Vec<PaymentView>> {
        self.list(|payment| payment.state.is_terminal())
    }

    /// Every payment as it is stored, the earliest made first, whoever is verified: for audits. Shells show
    /// [`Self::queue`] and [`Self::history`].
    pub fn records(&self) -> Result<Vec<PaymentRecord>> {
        self.store.read(|work| work.payments())
    }

    /// One payment.
    pub fn payment(&self, id: &str) -> Result<PaymentView> {
        self.verified()?;
        let id = PaymentId::parse(id).ok_or(Code::PaymentUnknown)?;
        let record = self.store.read(|work| work.payment(id))?.ok_or(Code::PaymentUnknown)?;
        Ok(PaymentView::new(&record, &self.tongue()))
    }

    pub(super) fn list(&self, which: impl Fn(&Payment) -> bool) -> Result<Vec<PaymentView>> {
        self.verified()?;
        let records = self.store.read(|work| work.payments())?;
        Ok(records
            .iter()
            .filter(|record| which(&record.payment))
            .map(|record| PaymentView::new(record, &self.tongue()))
            .collect())
    }

    /// Everything that this phone holds of the person, for the person.
    pub fn export(&self) -> Result<Export> {
        let session = self.verified()?;
        Ok(Export {
            exported_at: instant(self.clock.now()),
            msisdn: session.msisdn.e164().to_owned(),
            bills: self.bills()?,
            payments: self.list(|_| true)?,
        })
    }
}

impl PayTaipei {
    /// Drains the queue now, as when the connection came back: until nothing moves any more, or for `patience`.
    pub async fn sync(&self, patience: Duration) -> Result<Synced> {
        self.verified()?;
        let open = self.store.read(|work| work.open_payments())?;
        let runner = Arc::clone(&self.runner);
        let drained = self.on_core(runner.run(Mode::Once(patience))).await?;
        self.verified()?;
        let payments = self.store.read(|work| {
            let mut records = work.open_payments()?;
            let still: HashSet<PaymentId> = records.iter().map(|record| record.payment.id).collect();
            for id in open.iter().map(|record| record.payment.id).filter(|id| !still.contains(id)) {
                records.extend(work.intact_payment(id)?);
            }
            records.sort_by_key(|record| (record.payment.created_at, record.payment.id));
            Ok(records.iter().map(|record| PaymentView::new(record, &self.tongue())).collect())
        })?;
        Ok(Synced { payments, unreachable: drained.unreachable.map(Error::new) })
    }

    /// Drains the queue as long as the caller lives and the number stays verified.
    pub async fn follow(&self) -> Result<()> {
        self.verified()?;
        let runner = Arc::clone(&self.runner);
        self.on_core(runner.run(Mode::Follow)).await.map(|_| ())
    }
}

/// What the person reads while they show that they are present.
fn agreement(row: &Payment, biller: &str, owner: &str, payable: Twd, lang: Lang) -> String {
    let (provider, back) = (row.provider.name(lang), row.cashback.total());
    let from = row.funding.map(|funding| funding.name(lang));
    match lang {
        Lang::ZhHant => {
            let from = from.map_or_else(String::new, |from| format!("的{from}"));
            let back = if back > Twd::ZERO { format!("，回饋 {back}") } else { String::new() };
            format!("同意以{provider}{from}繳納{biller}{owner} {payable}{back}")
        }
        Lang::En => {
            let from = from.map_or_else(String::new, |from| format!(" from {from}"));
            let back = if back > Twd::ZERO { format!(", {back} back") } else { String::new() };
            format!("Agree to pay {payable} to {biller}{owner} through {provider}{from}{back}")
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        for half in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(half), 16));
        }
        text
    })
}
