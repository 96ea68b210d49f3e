//! The drainer's desk, without network, threads or waiting: which calls are wanted, and what their answers change.
//!
//! The runner ([`super::Runner`]) makes the calls on a phone; a simulation may make them in any order and at any time.

use std::sync::Arc;

use paytaipei_payment::{AskOutcome, Call, Event, InquiryOutcome, PaymentId, Refusal, State, SubmitOutcome};

use super::agenda::Agenda;
use crate::error::{Code, Result};
use crate::platform::{Answer, Errand, Inquiry, Order, Purpose, Silence, Why};
use crate::ports::Clock;
use crate::store::{BillState, PaymentRecord, Store};

/// One drainer's right to make calls. The last to take the lease has it: whoever had it before makes no more.
pub struct Desk {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    lease: i64,
}

impl Desk {
    /// Takes the lease. Whoever had it is dead, or holds no lock: what it had under way will not be answered, and what it
    /// may have sent is asked about.
    pub fn take_over(store: Arc<Store>, clock: Arc<dyn Clock>) -> Result<Self> {
        let now = clock.now();
        let lease = store.write(|work| {
            for record in work.payments_under_way()? {
                work.advance(record, Event::Abandoned, now)?;
            }
            work.take_lease()
        })?;
        Ok(Self { store, clock, lease })
    }

    /// The connection came back, or a person asks: everything that waits is due, a little spread. Somebody who asks may
    /// have finished in the business's app meanwhile.
    pub fn wake(&self) -> Result<()> {
        Self::wake_all(&self.store, self.clock.as_ref())
    }

    /// The same without a desk: whoever has one notices.
    pub fn wake_all(store: &Store, clock: &dyn Clock) -> Result<()> {
        let now = clock.now();
        store.write(|work| {
            for record in work.pending_payments()? {
                let handed_off = record.payment.state == State::AwaitingHandOff && !record.payment.cancel_wanted;
                work.advance(record, if handed_off { Event::Returned } else { Event::Woke }, now)?;
            }
            Ok(())
        })
    }

    /// Payments that want a call made, the earliest due bill first.
    pub fn pending(&self) -> Result<Vec<PaymentRecord>> {
        self.store.read(|work| work.pending_payments())
    }

    /// What this process committed, into the agenda: costs no look at the store.
    pub(super) fn catch_up(&self, agenda: &mut Agenda) {
        agenda.catch_up(&self.store);
    }

    /// Everything that was committed, by whomever, into the agenda.
    pub(super) fn look(&self, mut agenda: Agenda) -> Result<Agenda> {
        agenda.look(&self.store)?;
        Ok(agenda)
    }

    /// Commits that the call of this payment is about to be made, and gives it. `None` where it wants none any more, or the
    /// row is damaged.
    pub fn begin(&self, id: PaymentId) -> Result<Option<Order>> {
        let now = self.clock.now();
        self.store.write(|work| {
            if work.lease()? != self.lease {
                return Err(Code::StoreLocked.into());
            }
            let session = work.session()?.filter(|session| session.is_current(now.0)).ok_or(Code::NumberNotVerified)?;
            let Some(record) = work.intact_payment(id)? else { return Ok(None) };
            if record.payment.pending.is_none_or(|pending| !pending.is_due(now)) {
                return Ok(None);
            }
            let (record, _) = work.advance(record, Event::Began, now)?;
            let payment = record.payment;
            let errand = match payment.pending.map(|pending| pending.call) {
                Some(Call::Inquire) => {
                    let purpose = if payment.consent.is_some() { Purpose::Pay } else { Purpose::Status };
                    Errand::Inquire { bill: payment.bill, purpose }
                }
                Some(Call::Submit) => match (payment.consent, payment.token) {
                    (Some(consent), Some(bill_token)) => Errand::Submit { id, consent: Box::new(consent), bill_token },
                    // The engine never wants this. Asking is safe whatever happened.
                    _ => Errand::Ask { id },
                },
                Some(Call::Ask) => Errand::Ask { id },
                Some(Call::Void) => Errand::Void { id },
                None => return Ok(None),
            };
            Ok(Some(Order { token: session.token, errand }))
        })
    }

    /// Takes the answer to an order in, committed before this returns. Answers count whoever holds the lease by now.
    pub fn finish(&self, id: PaymentId, order: &Order, answer: Answer) -> Result<()> {
        if let Some(Silence { why: Why::SessionInvalid, .. }) = answer.silence() {
            self.store.end_session()?;
        }
        let event = match answer {
            Answer::Inquired(answer) => return self.inquired(id, answer),
            Answer::Submitted(answer) => {
                let with = match &order.errand {
                    Errand::Submit { bill_token, .. } => bill_token.clone(),
                    _ => return Err(Code::Internal.into()),
                };
                let outcome = answer.unwrap_or_else(|silence| SubmitOutcome::NoAnswer(silence.trouble));
                if let (SubmitOutcome::Refused(Refusal::ConsentInvalid), Errand::Submit { consent, .. }) =
                    (&outcome, &order.errand)
                {
                    self.store.signature_was_refused(consent.at)?;
                }
                Event::Submitted { with, outcome }
            }
            // Not a payment's own call.
            Answer::Listed(_) => return Err(Code::Internal.into()),
            Answer::Told(answer) => Event::Told(answer.unwrap_or_else(|silence| AskOutcome::NoAnswer(silence.trouble))),
        };
        self.store.advance(id, event).map(|_| ())
    }

    /// An inquiry's answer: the bill, whatever it is merged with, and the payment, in one transaction.
    fn inquired(&self, id: PaymentId, answer: std::result::Result<Inquiry, Silence>) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|work| {
            let record = work.payment(id)?.ok_or(Code::PaymentUnknown)?;
            let outcome = match answer {
                Ok(Inquiry::Bills(bills)) => match work.absorb(&record.payment.bill, &bills, now)?.1 {
                    Some(bill) => InquiryOutcome::Bill(Box::new(work.confirmed(&bill, id)?)),
                    None => InquiryOutcome::NotFound,
                },
                Ok(Inquiry::NotFound) => {
                    if let Some(mut bill) = work.bill(&record.bill)? {
                        bill.state = BillState::NotFound;
                        bill.checked_at = Some(now);
                        work.keep_bill(&bill)?;
                    }
                    InquiryOutcome::NotFound
                }
                Ok(Inquiry::BillerUnknown) => InquiryOutcome::BillerUnknown,
                Ok(Inquiry::Quiet { retry_after_ms }) => InquiryOutcome::Quiet { retry_after_ms },
                Err(silence) => InquiryOutcome::NoAnswer(silence.trouble),
            };
            // Absorbing may have rewritten the row: a merge, or a lesson to all that waited.
            let record = if work.has_written(id) { work.payment(id)?.ok_or(Code::PaymentUnknown)? } else { record };
            work.advance(record, Event::Inquired(outcome), now)?;
            Ok(())
        })
    }
}
