//! The one place where a payment changes.

use thiserror::Error;

use crate::{
    AskOutcome, BillStatus, Call, Charged, Closing, ConfirmedBill, Consent, Event, InquiryOutcome, Payment, PaymentId,
    Pending, Reason, Recorded, Refund, Refusal, State, SubmitOutcome, Timestamp, Trouble, retry,
};

/// What is to be done once the row is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Make this call, not before its time.
    Call(Pending),
    /// Tell whoever watches that this payment changed.
    Tell,
    /// Keep this row too: the receipt of a payment that had ended here before its charge became known.
    Keep(Box<Payment>),
}

/// Why a person's wish is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotNow {
    #[error("this payment waits for no consent")]
    ConsentNotAsked,
    #[error("the consent is for another bill, amount or business than the one shown")]
    ConsentForOther,
    #[error("this payment has ended")]
    Ended,
}

/// One step in the life of a payment.
///
/// Answers that come late, twice or out of order change nothing that is final, and a person's wish that cannot be
/// granted is refused. `entropy` spreads waits; nothing else depends on it.
pub fn step(row: &Payment, event: Event, now: Timestamp, entropy: u64) -> Result<(Payment, Vec<Effect>), NotNow> {
    let mut next = row.clone();
    let mut receipt = None;
    let dice = Dice { now, entropy };
    match event {
        Event::Consented(consent) => agree(&mut next, consent, dice)?,
        Event::CancelRequested => cancel(&mut next, dice)?,
        Event::Returned => {
            if next.state == State::AwaitingHandOff {
                next.want(Call::Ask, dice.now);
            }
        }
        Event::Woke => {
            if let Some(pending) = next.pending.as_mut() {
                pending.not_before = retry::spread(now, entropy);
            }
        }
        Event::Began => {
            if next.state == State::AwaitingNetwork {
                next.state = State::Checking;
            }
        }
        Event::Abandoned => abandon(&mut next, dice),
        Event::NumberChanged => {
            if next.state.is_terminal() {
                next.pending = None;
            }
        }
        Event::KeysRenewed => {
            let unsent = matches!(next.state, State::AwaitingNetwork | State::Checking) && next.closing.is_none();
            if unsent && next.consent.is_some() {
                next.end(State::NeedsConsent, Some(Reason::KeysRenewed));
            }
        }
        Event::Held { by, state } => held(&mut next, by, state, dice),
        Event::Inquired(outcome) => inquired(&mut next, outcome, dice),
        Event::Submitted { with, outcome } => submitted(&mut next, &with, outcome, dice),
        Event::Told(outcome) if next.state.is_terminal() => receipt = told_after_end(&mut next, outcome, dice),
        Event::Told(outcome) => told(&mut next, outcome, dice),
    }
    if next == *row {
        return Ok((next, Vec::new()));
    }
    next.updated_at = now;
    let mut effects = vec![Effect::Tell];
    if let Some(pending) = next.pending {
        effects.push(Effect::Call(pending));
    }
    effects.extend(receipt.map(|receipt| Effect::Keep(Box::new(receipt))));
    Ok((next, effects))
}

#[derive(Clone, Copy)]
struct Dice {
    now: Timestamp,
    entropy: u64,
}

impl Payment {
    fn end(&mut self, state: State, reason: Option<Reason>) {
        self.state = state;
        self.reason = reason;
        self.pending = None;
        self.cancel_wanted = false;
        self.closing = None;
    }

    fn charged(&mut self, charged: &Charged) {
        self.charged = Some(charged.amount);
        self.receipt.clone_from(&charged.receipt);
        self.settled_at = charged.at;
        self.cashback.clone_from(&charged.cashback);
        self.signed_receipt.clone_from(&charged.signed_receipt);
    }

    /// Ends at once, by what this phone remembers: nothing was sent. An old copy of its data may have forgotten, so the
    /// platform is asked to make sure, and to say what was charged; `told_after_end` takes it in.
    fn end_unasked(&mut self, state: State, reason: Option<Reason>, dice: Dice) {
        self.end(state, reason);
        self.want(Call::Void, dice.now);
    }

    /// Ends so as soon as the platform has promised that this identifier never charges: neither by bytes that an old copy
    /// of this phone's data forgot, nor by such as are still on their way.
    fn close(&mut self, state: State, reason: Option<Reason>, dice: Dice) {
        self.state = State::Checking;
        self.reason = None;
        self.closing = Some(Closing { state, reason });
        self.want(Call::Void, dice.now);
    }

    fn want(&mut self, call: Call, not_before: Timestamp) {
        self.pending = Some(Pending { call, not_before, floor: Pending::NO_FLOOR, attempt: 0 });
    }

    /// The next call of the same effort: at once, but what failed before still counts, so that a platform which loses
    /// every submission is asked ever less often.
    fn want_next(&mut self, call: Call, now: Timestamp) {
        let attempt = self.pending.map_or(0, |pending| pending.attempt);
        self.pending = Some(Pending { call, not_before: now, floor: Pending::NO_FLOOR, attempt });
    }

    /// The same call again, later than the last time; or, where it was another one that failed, this one for the first
    /// time, but no sooner.
    fn want_again(&mut self, call: Call, trouble: Trouble, dice: Dice) {
        let attempt = self.pending.map_or(0, |pending| pending.attempt.saturating_add(1));
        let floor = trouble
            .retry_after_ms
            .map_or(Pending::NO_FLOOR, |wait| dice.now.plus_millis(wait.clamp(0, retry::LONGEST_RETRY_AFTER_MS)));
        let not_before = retry::back_off(dice.now, attempt, dice.entropy).max(floor);
        self.pending = Some(Pending { call, not_before, floor, attempt });
    }
}

fn agree(row: &mut Payment, consent: Consent, dice: Dice) -> Result<(), NotNow> {
    if row.state.is_terminal() {
        return Err(NotNow::Ended);
    }
    if row.state != State::NeedsConsent {
        return Err(NotNow::ConsentNotAsked);
    }
    let shown = row.terms.as_ref().is_some_and(|terms| consent.covers(&row.bill, terms));
    // Where more is promised by now than was shown, the person gets more.
    let as_offered = (consent.provider, consent.funding) == (row.provider, row.funding)
        && consent.cashback.total() <= row.cashback.total();
    if !shown || !as_offered {
        return Err(NotNow::ConsentForOther);
    }
    row.cashback.clone_from(&consent.cashback);
    row.consent = Some(consent);
    row.state = State::AwaitingNetwork;
    row.reason = None;
    row.token = None;
    row.want(Call::Inquire, dice.now);
    Ok(())
}

fn cancel(row: &mut Payment, dice: Dice) -> Result<(), NotNow> {
    match row.state {
        State::NeedsInquiry | State::NeedsConsent | State::AwaitingNetwork | State::Checking => {
            row.end_unasked(State::Cancelled, None, dice);
        }
        // Bytes may be on their way: only the platform can say that they will never charge.
        State::Submitting | State::Unknown | State::AwaitingHandOff => {
            if row.state == State::Submitting {
                row.state = State::Unknown;
            }
            row.cancel_wanted = true;
            row.want(Call::Void, dice.now);
        }
        _ => return Err(NotNow::Ended),
    }
    Ok(())
}

fn abandon(row: &mut Payment, dice: Dice) {
    match row.state {
        // A void that was asked for is asked for again.
        State::Checking if row.closing.is_some() => {}
        State::Checking => {
            row.state = State::AwaitingNetwork;
            row.want_next(Call::Inquire, dice.now);
        }
        // The process died between the commit and the answer. Whether a byte left is not known, so it is asked.
        State::Submitting => {
            row.state = State::Unknown;
            row.want_next(Call::Ask, dice.now);
        }
        _ => {}
    }
}

fn inquired(row: &mut Payment, outcome: InquiryOutcome, dice: Dice) {
    // A reply that comes after the person cancelled, or after another process went on, is of no use.
    let waiting = matches!(row.state, State::NeedsInquiry | State::AwaitingNetwork | State::Checking);
    if !waiting || row.pending.is_none_or(|pending| pending.call != Call::Inquire) {
        return;
    }
    match outcome {
        InquiryOutcome::Bill(bill) => confirmed(row, *bill, dice),
        InquiryOutcome::NotFound => row.close(State::Declined, Some(Reason::BillNotFound), dice),
        InquiryOutcome::BillerUnknown => row.close(State::Declined, Some(Reason::BillerUnknown), dice),
        InquiryOutcome::Quiet { retry_after_ms } => {
            wait_for_network(row, Some(Reason::QuietHours), Trouble { retry_after_ms: Some(retry_after_ms) }, dice);
        }
        InquiryOutcome::NoAnswer(trouble) => wait_for_network(row, None, trouble, dice),
    }
}

fn wait_for_network(row: &mut Payment, reason: Option<Reason>, trouble: Trouble, dice: Dice) {
    if row.state == State::Checking {
        row.state = State::AwaitingNetwork;
    }
    row.reason = reason;
    row.want_again(Call::Inquire, trouble, dice);
}

fn confirmed(row: &mut Payment, bill: ConfirmedBill, dice: Dice) {
    if let Some((by, state)) = bill.held_by {
        return held(row, by, state, dice);
    }
    row.bill = bill.key;
    row.terms = Some(bill.terms);
    match bill.status {
        BillStatus::Paid => row.close(State::PaidElsewhere, None, dice),
        BillStatus::Expired => row.close(State::Expired, None, dice),
        BillStatus::Payable => payable(row, bill.token, dice),
    }
}

/// Two intents for one bill: the one of which nothing was sent is ended by what the other became, at once, since the
/// store allows a bill one.
fn held(row: &mut Payment, by: PaymentId, state: State, dice: Dice) {
    if row.state.is_terminal() || row.state.may_have_charged() {
        return;
    }
    row.held_by = Some(by);
    match state {
        State::Settled => row.end_unasked(State::PaidElsewhere, Some(Reason::PaidByThisPhone), dice),
        _ => row.end_unasked(State::Cancelled, Some(Reason::Duplicate), dice),
    }
}

fn payable(row: &mut Payment, token: Option<String>, dice: Dice) {
    let (Some(consent), Some(terms)) = (row.consent.as_ref(), row.terms.as_ref()) else {
        row.end(State::NeedsConsent, None);
        return;
    };
    if consent.covers(&row.bill, terms) {
        match token {
            // From here on bytes may leave: the next start of the process asks before it sends.
            Some(token) => {
                row.token = Some(token);
                row.state = State::Submitting;
                row.reason = None;
                row.want(Call::Submit, dice.now);
            }
            // An inquiry for paying without a token is not an answer.
            None => wait_for_network(row, None, Trouble::default(), dice),
        }
    } else {
        let reason = if consent.bill == row.bill { Reason::AmountChanged } else { Reason::BillChanged };
        row.end(State::NeedsConsent, Some(reason));
    }
}

fn submitted(row: &mut Payment, with: &str, outcome: SubmitOutcome, dice: Dice) {
    // A refusal is final for what was sent then, and silence says something of that only: once the payment was checked
    // anew and went out with another token, an answer that a frozen process had in its hands must not end it.
    let of_now = row.state.may_have_charged() && row.token.as_deref() == Some(with);
    if row.state.is_terminal() || !(of_now || matches!(outcome, SubmitOutcome::Recorded(_))) {
        return;
    }
    match outcome {
        SubmitOutcome::Recorded(recorded) => stands(row, recorded, dice),
        SubmitOutcome::Refused(refusal) => refused(row, refusal, dice),
        // A timeout is not a refusal.
        SubmitOutcome::NoAnswer(trouble) => {
            row.state = State::Unknown;
            let call = if row.cancel_wanted { Call::Void } else { Call::Ask };
            row.want_again(call, trouble, dice);
        }
    }
}

fn refused(row: &mut Payment, refusal: Refusal, dice: Dice) {
    // A refusal answers the bytes that this call sent. Where the outcome was unknown meanwhile, only asking tells.
    if row.state != State::Submitting {
        return;
    }
    match refusal {
        Refusal::TokenStale | Refusal::AmountChanged => {
            row.state = State::AwaitingNetwork;
            row.token = None;
            row.want_again(Call::Inquire, Trouble::default(), dice);
        }
        Refusal::AlreadyPaid => row.end(State::PaidElsewhere, None),
        Refusal::BillExpired => row.end(State::Expired, None),
        // Agreed to under a promise that is not kept: what it is now is shown, and asked about anew.
        Refusal::DealChanged => {
            row.token = None;
            row.end(State::NeedsConsent, Some(Reason::DealChanged));
        }
        Refusal::ProviderClosed => row.end(State::Declined, Some(Reason::ProviderClosed)),
        Refusal::ConsentInvalid => row.end(State::Declined, Some(Reason::ConsentInvalid)),
        Refusal::NotUnderstood => row.end(State::Declined, Some(Reason::NotUnderstood)),
        // Something stands under this identifier: what, the platform is asked.
        Refusal::IdConflict => {
            row.state = State::Unknown;
            row.want(Call::Ask, dice.now);
        }
    }
}

fn told(row: &mut Payment, outcome: AskOutcome, dice: Dice) {
    // A record under this identifier is the truth also where this phone forgot that it sent it: a restored backup.
    let asked = row.state.may_have_charged() || row.closing.is_some();
    if row.state.is_terminal() || !(asked || matches!(outcome, AskOutcome::Recorded(_))) {
        return;
    }
    match outcome {
        AskOutcome::Recorded(recorded) => stands(row, recorded, dice),
        // A void is answered with a record, or not at all.
        AskOutcome::NotFound { .. } if row.closing.is_some() => row.want_again(Call::Void, Trouble::default(), dice),
        AskOutcome::NotFound { resend_for_s } => {
            // While a submission is under way, 'not found' may have been said before it arrived.
            if row.state == State::Submitting {
                return;
            }
            if row.cancel_wanted || resend_for_s <= 0 || row.token.is_none() {
                row.want_next(Call::Void, dice.now);
            } else {
                // The same identifier, the same bytes, the same token.
                row.state = State::Submitting;
                row.want_next(Call::Submit, dice.now);
            }
        }
        AskOutcome::NoAnswer(trouble) => {
            let call = row.pending.map_or(Call::Ask, |pending| pending.call);
            row.want_again(call, trouble, dice);
        }
    }
}

/// The platform's word on a payment that has ended here. What ended stays as it ended: a charge is a row of its own, and
/// what may still charge is stopped.
fn told_after_end(row: &mut Payment, outcome: AskOutcome, dice: Dice) -> Option<Payment> {
    match (row.state, &outcome) {
        (State::Settled, AskOutcome::Recorded(Recorded::Refunded(charged, refund))) => {
            row.charged(charged);
            row.refund = Some(*refund);
            row.end(State::Refunded, None);
            return None;
        }
        // A receipt that an earlier release did not ask for, or that came later.
        (State::Settled, AskOutcome::Recorded(Recorded::Settled(charged))) if row.signed_receipt.is_none() => {
            row.charged(charged);
            return None;
        }
        (State::Settled | State::Refunded, _) => return None,
        _ => {}
    }
    match outcome {
        AskOutcome::Recorded(Recorded::Settled(charged)) => return beside(row, &charged, None, dice),
        AskOutcome::Recorded(Recorded::Refunded(charged, refund)) => return beside(row, &charged, Some(refund), dice),
        AskOutcome::Recorded(Recorded::Declined(_) | Recorded::Voided) => row.pending = None,
        AskOutcome::Recorded(Recorded::Processing | Recorded::AwaitingHandOff { .. }) => {
            row.want_again(Call::Void, Trouble::default(), dice);
        }
        AskOutcome::NotFound { .. } if row.pending.is_some() => row.want_again(Call::Void, Trouble::default(), dice),
        AskOutcome::NoAnswer(trouble) if row.pending.is_some() => row.want_again(Call::Void, trouble, dice),
        AskOutcome::NotFound { .. } | AskOutcome::NoAnswer(_) => {}
    }
    None
}

/// The receipt of a charge that came to light after the end, as a row of its own: once, and once more where the money came
/// back since.
fn beside(row: &mut Payment, charged: &Charged, refund: Option<Refund>, dice: Dice) -> Option<Payment> {
    row.pending = None;
    let id = row.id.beside();
    if row.held_by == Some(id) && (refund.is_none() || row.refund.is_some()) {
        return None;
    }
    row.reason = Some(Reason::ChargedBefore);
    row.held_by = Some(id);
    row.refund = refund;
    let mut beside = row.clone();
    beside.id = id;
    beside.receipt_of = Some(row.id);
    beside.restored = true;
    beside.held_by = None;
    beside.updated_at = dice.now;
    beside.charged(charged);
    beside.end(if refund.is_some() { State::Refunded } else { State::Settled }, None);
    Some(beside)
}

/// The platform's record is the truth, whichever call brought it.
fn stands(row: &mut Payment, recorded: Recorded, dice: Dice) {
    let closing = row.closing.take();
    match recorded {
        Recorded::Settled(charged) => {
            row.charged(&charged);
            row.end(State::Settled, None);
        }
        Recorded::Refunded(charged, refund) => {
            row.charged(&charged);
            row.refund = Some(refund);
            row.end(State::Refunded, None);
        }
        Recorded::Declined(reason) => row.end(State::Declined, Some(reason)),
        Recorded::Voided => match closing {
            Some(closing) => row.end(closing.state, closing.reason),
            None => row.end(State::Voided, None),
        },
        Recorded::Processing => {
            row.state = State::Unknown;
            row.reason = Some(Reason::Processing);
            // What the person wants stopped stays so: this may answer a question that was asked before.
            let call = if row.cancel_wanted { Call::Void } else { Call::Ask };
            row.want_again(call, Trouble::default(), dice);
        }
        Recorded::AwaitingHandOff { url } => {
            row.state = State::AwaitingHandOff;
            row.reason = None;
            row.hand_off_url = url;
            if row.cancel_wanted {
                row.want_again(Call::Void, Trouble::default(), dice);
            } else {
                row.want(Call::Ask, dice.now.plus_millis(retry::HAND_OFF_MS));
            }
        }
    }
}
