//! What a person or a peer would notice of one payment's life.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use paytaipei_bill::{BillKey, BillNumber, BillerId, Period, Twd};
use paytaipei_payment::deal::{DealId, Part};
use paytaipei_payment::*;

const NOW: Timestamp = Timestamp(1_795_500_000_000);

fn key() -> BillKey {
    BillKey {
        biller: BillerId::new("kinmen-water").unwrap(),
        number: BillNumber::new("1234567").unwrap(),
        period: Some(Period::new("11510").unwrap()),
    }
}

fn terms(dollars: i64) -> Terms {
    Terms::claimed(Twd::new(dollars).unwrap(), None)
}

fn id() -> PaymentId {
    PaymentId::new(NOW, [7; 10])
}

fn draft(bill: BillKey, terms: Terms) -> ConsentDraft {
    ConsentDraft {
        id: id(),
        bill,
        terms,
        payable: terms.payable().unwrap(),
        provider: Provider::Jkopay,
        funding: None,
        cashback: Cashback::default(),
        at: NOW,
        at_text: "2026-11-24T10:00:00Z".into(),
    }
}

fn consent(bill: BillKey, terms: Terms) -> Consent {
    let draft = draft(bill, terms);
    let body = draft.body("c2ln").unwrap();
    draft.signed(body, "00".into())
}

fn go(row: &Payment, event: Event) -> Payment {
    step(row, event, NOW, 12_345).unwrap().0
}

/// What came back for the bytes that [`sent`] sent.
fn submitted(outcome: SubmitOutcome) -> Event {
    Event::Submitted { with: "token-1".into(), outcome }
}

fn bill(dollars: i64, status: BillStatus, token: Option<&str>) -> Event {
    Event::Inquired(InquiryOutcome::Bill(Box::new(ConfirmedBill {
        key: key(),
        status,
        terms: terms(dollars),
        token: token.map(Into::into),
        held_by: None,
    })))
}

fn agreed() -> Payment {
    let row = Payment::intended(id(), key(), Provider::Jkopay, Some(terms(428)), NOW);
    go(&row, Event::Consented(consent(key(), terms(428))))
}

fn sent() -> Payment {
    let row = go(&go(&agreed(), Event::Began), bill(428, BillStatus::Payable, Some("token-1")));
    assert_eq!((row.state, row.pending.unwrap().call), (State::Submitting, Call::Submit));
    row
}

fn settled() -> Recorded {
    Recorded::Settled(Box::new(Charged {
        receipt: Some("R1".into()),
        at: Some(NOW),
        ..Charged::of(Twd::new(428).unwrap())
    }))
}

#[test]
fn nothing_is_sent_before_the_bill_was_checked() {
    let row = agreed();
    assert_eq!((row.state, row.pending.unwrap().call), (State::AwaitingNetwork, Call::Inquire));
    assert_eq!(sent().token.as_deref(), Some("token-1"), "the token is stored before it is sent");
}

#[test]
fn a_bill_paid_elsewhere_is_not_paid_again() {
    let closing = go(&go(&agreed(), Event::Began), bill(428, BillStatus::Paid, None));
    assert_eq!((closing.state, closing.pending.unwrap().call), (State::Checking, Call::Void));
    let row = go(&closing, voided());
    assert_eq!((row.state, row.pending), (State::PaidElsewhere, None));
}

/// The platform's promise that the identifier never charges.
fn voided() -> Event {
    Event::Told(AskOutcome::Recorded(Recorded::Voided))
}

#[test]
fn a_bill_shown_paid_may_have_been_paid_by_this_payment_itself_before_an_old_copy_came_back() {
    let closing = go(&go(&agreed(), Event::Began), bill(428, BillStatus::Paid, None));
    let row = go(&closing, Event::Told(AskOutcome::Recorded(settled())));
    assert_eq!((row.state, row.receipt.as_deref(), row.closing), (State::Settled, Some("R1"), None));
    let died = go(&closing, Event::Abandoned);
    assert_eq!(
        (died.state, died.pending.unwrap().call),
        (State::Checking, Call::Void),
        "asked again, and nothing else"
    );
    let silent = go(&closing, Event::Told(AskOutcome::NoAnswer(Trouble::default())));
    assert_eq!((silent.state, silent.pending.unwrap().attempt), (State::Checking, 1));
}

#[test]
fn what_was_cancelled_offline_and_had_been_charged_shows_a_receipt_beside_it() {
    let cancelled = go(&agreed(), Event::CancelRequested);
    assert_eq!((cancelled.state, cancelled.pending.unwrap().call), (State::Cancelled, Call::Void), "ends at once");
    let (row, effects) = step(&cancelled, Event::Told(AskOutcome::Recorded(settled())), NOW, 0).unwrap();
    assert_eq!((row.state, row.reason, row.pending), (State::Cancelled, Some(Reason::ChargedBefore), None));
    let receipt = effects.iter().find_map(|effect| match effect {
        Effect::Keep(receipt) => Some(receipt),
        _ => None,
    });
    let receipt = receipt.unwrap();
    assert_eq!((receipt.state, receipt.receipt.as_deref()), (State::Settled, Some("R1")));
    assert_eq!((receipt.receipt_of, row.held_by), (Some(row.id), Some(receipt.id)));
    let again = step(&row, Event::Told(AskOutcome::Recorded(settled())), NOW, 0).unwrap();
    assert_eq!(again, (row, Vec::new()), "told twice, noted once");
}

#[test]
fn what_was_cancelled_and_is_still_being_worked_on_is_stopped() {
    let cancelled = go(&agreed(), Event::CancelRequested);
    let row = go(&cancelled, Event::Told(AskOutcome::Recorded(Recorded::Processing)));
    assert_eq!((row.state, row.pending.unwrap().call), (State::Cancelled, Call::Void));
    assert_eq!(go(&row, voided()).pending, None);
}

#[test]
fn under_another_number_nobody_is_asked_about_what_ended() {
    let cancelled = go(&agreed(), Event::CancelRequested);
    assert_eq!(go(&cancelled, Event::NumberChanged).pending, None);
    assert_eq!(go(&agreed(), Event::NumberChanged), agreed());
}

#[test]
fn with_new_keys_what_was_not_sent_is_agreed_to_anew_and_what_was_sent_stays() {
    let row = go(&agreed(), Event::KeysRenewed);
    assert_eq!((row.state, row.reason, row.pending), (State::NeedsConsent, Some(Reason::KeysRenewed), None));
    let again = go(&row, Event::Consented(consent(key(), terms(428))));
    assert_eq!((again.state, again.id), (State::AwaitingNetwork, row.id));
    assert_eq!(go(&sent(), Event::KeysRenewed), sent());
}

#[test]
fn a_bill_past_its_deadline_is_said_so() {
    let closing = go(&go(&agreed(), Event::Began), bill(428, BillStatus::Expired, None));
    assert_eq!(go(&closing, voided()).state, State::Expired);
}

#[test]
fn another_amount_asks_again_and_the_old_consent_cannot_be_used() {
    let row = go(&go(&agreed(), Event::Began), bill(500, BillStatus::Payable, Some("token-1")));
    assert_eq!((row.state, row.reason, row.difference()), (State::NeedsConsent, Some(Reason::AmountChanged), Some(72)));
    assert_eq!(row.pending, None, "nothing happens until the person agrees");
    let stale = step(&row, Event::Consented(consent(key(), terms(428))), NOW, 0);
    assert_eq!(stale.unwrap_err(), NotNow::ConsentForOther);
    let again = go(&row, Event::Consented(consent(key(), terms(500))));
    assert_eq!((again.state, again.id), (State::AwaitingNetwork, row.id), "nothing was sent, so the identifier stays");
}

#[test]
fn less_money_needs_consent_too() {
    let row = go(&go(&agreed(), Event::Began), bill(400, BillStatus::Payable, Some("token-1")));
    assert_eq!((row.state, row.difference()), (State::NeedsConsent, Some(-28)));
}

#[test]
fn the_same_payable_made_of_other_parts_needs_consent() {
    let other = Terms { amount: Twd::new(430).unwrap(), discount: Twd::new(2).unwrap(), ..terms(428) };
    let event = Event::Inquired(InquiryOutcome::Bill(Box::new(ConfirmedBill {
        key: key(),
        status: BillStatus::Payable,
        terms: other,
        token: Some("t".into()),
        held_by: None,
    })));
    assert_eq!(go(&go(&agreed(), Event::Began), event).state, State::NeedsConsent);
}

#[test]
fn a_lost_reply_is_neither_paid_nor_refused_and_is_asked_about() {
    let row = go(&sent(), submitted(SubmitOutcome::NoAnswer(Trouble::default())));
    assert_eq!((row.state, row.pending.unwrap().call), (State::Unknown, Call::Ask));
    let found = go(&row, Event::Told(AskOutcome::Recorded(settled())));
    assert_eq!((found.state, found.receipt.as_deref()), (State::Settled, Some("R1")));
}

#[test]
fn never_seen_lets_the_same_bytes_go_again() {
    let before = sent();
    let row = go(&before, submitted(SubmitOutcome::NoAnswer(Trouble::default())));
    let again = go(&row, Event::Told(AskOutcome::NotFound { resend_for_s: 3_600 }));
    assert_eq!((again.state, again.pending.unwrap().call), (State::Submitting, Call::Submit));
    assert_eq!((again.id, &again.consent, &again.token), (before.id, &before.consent, &before.token));
}

#[test]
fn outside_the_window_it_is_voided_before_anything_else() {
    let row = go(&sent(), submitted(SubmitOutcome::NoAnswer(Trouble::default())));
    let voiding = go(&row, Event::Told(AskOutcome::NotFound { resend_for_s: 0 }));
    assert_eq!((voiding.state, voiding.pending.unwrap().call), (State::Unknown, Call::Void));
    assert!(voiding.state.holds_bill(), "no new identifier while this one may still charge");
    let voided = go(&voiding, Event::Told(AskOutcome::Recorded(Recorded::Voided)));
    assert!(!voided.state.holds_bill());
}

#[test]
fn trouble_while_asking_leaves_the_outcome_unknown_and_waits_longer() {
    let mut row = go(&sent(), submitted(SubmitOutcome::NoAnswer(Trouble::default())));
    for attempt in 2..20 {
        row = go(&row, Event::Told(AskOutcome::NoAnswer(Trouble::default())));
        assert_eq!((row.state, row.pending.unwrap().call), (State::Unknown, Call::Ask));
        assert_eq!(row.pending.unwrap().attempt, attempt);
    }
}

#[test]
fn a_platform_that_loses_every_submission_is_asked_ever_less_often() {
    let mut row = sent();
    for round in 1..10 {
        row = go(&row, submitted(SubmitOutcome::NoAnswer(Trouble::default())));
        assert_eq!(row.pending.unwrap().attempt, round);
        row = go(&row, Event::Told(AskOutcome::NotFound { resend_for_s: 60 }));
    }
}

#[test]
fn a_process_that_died_while_sending_asks_when_it_is_back() {
    let row = go(&sent(), Event::Abandoned);
    assert_eq!((row.state, row.pending.unwrap().call), (State::Unknown, Call::Ask));
}

#[test]
fn a_process_that_dies_again_and_again_asks_no_more_often_for_that() {
    let mut row = agreed();
    for attempt in 1..8 {
        let died = go(&go(&row, Event::Began), Event::Abandoned);
        assert_eq!((died.state, died.pending.unwrap().call), (State::AwaitingNetwork, Call::Inquire));
        row = go(&go(&died, Event::Began), Event::Inquired(InquiryOutcome::NoAnswer(Trouble::default())));
        assert_eq!(row.pending.unwrap().attempt, attempt);
    }
    let sent = go(&go(&row, Event::Began), bill(428, BillStatus::Payable, Some("token-1")));
    let asked = go(&sent, Event::Abandoned);
    let silent = go(&asked, Event::Told(AskOutcome::NoAnswer(Trouble::default())));
    assert_eq!((silent.state, silent.pending.unwrap().attempt), (State::Unknown, 1), "sending had begun anew");
}

#[test]
fn retry_after_is_obeyed_even_when_the_connection_comes_back() {
    let busy = Trouble { retry_after_ms: Some(60_000) };
    let row = go(&sent(), submitted(SubmitOutcome::NoAnswer(busy)));
    let woken = go(&row, Event::Woke);
    assert!(!woken.pending.unwrap().is_due(NOW.plus_millis(59_999)));
    assert!(woken.pending.unwrap().is_due(NOW.plus_millis(60_000)));
}

#[test]
fn a_person_has_ten_minutes_in_the_businesss_app_before_the_platform_is_asked() {
    let row = go(&sent(), submitted(SubmitOutcome::Recorded(Recorded::AwaitingHandOff { url: None })));
    let pending = row.pending.unwrap();
    assert_eq!((row.state, pending.call), (State::AwaitingHandOff, Call::Ask));
    assert!(!pending.is_due(NOW) && !pending.is_due(NOW.plus_millis(599_999)));
    assert!(pending.is_due(NOW.plus_millis(600_000)));
    assert!(go(&row, Event::Returned).pending.unwrap().is_due(NOW), "asked at once when they come back");
}

#[test]
fn a_clock_that_went_back_by_years_holds_nothing_up() {
    let row = go(&sent(), submitted(SubmitOutcome::NoAnswer(Trouble::default())));
    assert!(row.pending.unwrap().is_due(Timestamp(0)));
}

#[test]
fn cancelling_before_anything_was_sent_ends_it_and_afterwards_asks_the_platform() {
    assert_eq!(go(&agreed(), Event::CancelRequested).state, State::Cancelled);
    let row = go(&sent(), Event::CancelRequested);
    assert_eq!((row.state, row.pending.unwrap().call), (State::Unknown, Call::Void));
    let too_late = go(&row, Event::Told(AskOutcome::Recorded(settled())));
    assert_eq!(too_late.state, State::Settled, "money that was charged is shown as charged");
    assert_eq!(step(&too_late, Event::CancelRequested, NOW, 0).unwrap_err(), NotNow::Ended);
}

#[test]
fn a_cancelled_payment_is_not_sent_by_a_late_answer() {
    let checking = go(&agreed(), Event::Began);
    let cancelled = go(&checking, Event::CancelRequested);
    assert_eq!(go(&cancelled, bill(428, BillStatus::Payable, Some("t"))), cancelled);
}

#[test]
fn a_stale_token_is_checked_again_and_nothing_is_final() {
    let row = go(&sent(), submitted(SubmitOutcome::Refused(Refusal::TokenStale)));
    assert_eq!((row.state, row.pending.unwrap().call, row.token), (State::AwaitingNetwork, Call::Inquire, None));
}

#[test]
fn a_late_refusal_of_an_earlier_sending_does_not_end_what_was_sent_since() {
    // A process was frozen with the answer in its socket; another took over, was told that the token is stale, checked
    // the bill anew, and sent again.
    let checking = go(&go(&sent(), submitted(SubmitOutcome::Refused(Refusal::TokenStale))), Event::Began);
    let again = go(&checking, bill(428, BillStatus::Payable, Some("token-2")));
    for outcome in [
        SubmitOutcome::Refused(Refusal::TokenStale),
        SubmitOutcome::Refused(Refusal::AmountChanged),
        SubmitOutcome::Refused(Refusal::ProviderClosed),
        SubmitOutcome::NoAnswer(Trouble::default()),
    ] {
        assert_eq!(go(&again, submitted(outcome)), again);
    }
    let charged = go(&again, submitted(SubmitOutcome::Recorded(settled())));
    assert_eq!(charged.state, State::Settled, "a record is the truth, whichever sending it answers");
}

#[test]
fn a_second_intent_for_one_bill_is_closed_by_what_the_first_became() {
    let held = |state| {
        let event = Event::Inquired(InquiryOutcome::Bill(Box::new(ConfirmedBill {
            key: key(),
            status: BillStatus::Payable,
            terms: terms(428),
            token: Some("t".into()),
            held_by: Some((PaymentId::new(NOW, [1; 10]), state)),
        })));
        let row = go(&go(&agreed(), Event::Began), event);
        (row.state, row.reason)
    };
    assert_eq!(held(State::Settled), (State::PaidElsewhere, Some(Reason::PaidByThisPhone)));
    for state in [State::AwaitingNetwork, State::Submitting, State::Unknown] {
        assert_eq!(held(state), (State::Cancelled, Some(Reason::Duplicate)));
    }
}

#[test]
fn a_bill_whose_amount_nobody_knows_waits_without_consent() {
    let provisional = key().provisional();
    let row = Payment::intended(id(), provisional, Provider::Jkopay, None, NOW);
    assert_eq!((row.state, row.pending.unwrap().call), (State::NeedsInquiry, Call::Inquire));
    assert_eq!(step(&row, Event::Consented(consent(key(), terms(1))), NOW, 0).unwrap_err(), NotNow::ConsentNotAsked);
    let known = go(&row, bill(316, BillStatus::Payable, None));
    assert_eq!((known.state, known.terms, known.pending), (State::NeedsConsent, Some(terms(316)), None));
}

#[test]
fn consent_to_a_bill_without_a_period_cannot_be_written() {
    let draft = ConsentDraft {
        id: id(),
        bill: key().provisional(),
        terms: terms(1),
        payable: Twd::new(1).unwrap(),
        provider: Provider::Esun,
        funding: None,
        cashback: Cashback::default(),
        at: NOW,
        at_text: String::new(),
    };
    assert_eq!((draft.text(), draft.body("x")), (None, None));
}

#[test]
fn a_record_at_the_platform_counts_although_a_restored_backup_forgot_it() {
    let forgot = Payment::intended(id(), key(), Provider::Jkopay, Some(terms(428)), NOW);
    assert_eq!(go(&forgot, Event::Told(AskOutcome::Recorded(settled()))).state, State::Settled);
    let asked = go(&forgot, Event::Told(AskOutcome::NotFound { resend_for_s: 60 }));
    assert_eq!(asked, forgot, "nothing was sent, so nothing is sent again");
}

#[test]
fn what_another_phone_left_open_is_asked_about_and_never_sent_from_here() {
    let row = Payment::restored(id(), key(), Provider::Esun, Twd::new(428).unwrap(), Recorded::Processing, NOW);
    assert_eq!((row.state, row.pending.unwrap().call), (State::Unknown, Call::Ask));
    let lost = go(&row, Event::Told(AskOutcome::NotFound { resend_for_s: 3_600 }));
    assert_eq!(lost.pending.unwrap().call, Call::Void, "without its bytes it can only be voided");
    let row = Payment::restored(id(), key(), Provider::Esun, Twd::new(428).unwrap(), settled(), NOW);
    assert_eq!((row.state, row.charged), (State::Settled, Some(Twd::new(428).unwrap())));
}

#[test]
fn debug_output_shows_no_number_no_amount_and_no_token() {
    let shown = format!("{:?} {:?}", sent(), sent().consent);
    for secret in ["1234567", "428", "token-1", "c2ln"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_call_wanted_while_the_clock_was_ahead_is_due_when_the_clock_is_right_and_somebody_asks() {
    for ahead in [3_600_000, 10 * 3_600_000, 60 * 86_400_000] {
        let then = NOW.plus_millis(ahead);
        let wanted = Payment::intended(id(), key(), Provider::Jkopay, Some(terms(428)), then);
        let agreed = step(&wanted, Event::Consented(consent(key(), terms(428))), then, 0).unwrap().0;
        let woken = step(&agreed, Event::Woke, NOW, 0).unwrap().0;
        assert!(woken.pending.unwrap().is_due(NOW), "{ahead} ms ahead");
    }
}

#[test]
fn what_was_to_be_stopped_stays_so_when_an_earlier_question_is_answered() {
    for recorded in [Recorded::Processing, Recorded::AwaitingHandOff { url: None }] {
        let unknown = go(&sent(), submitted(SubmitOutcome::NoAnswer(Trouble::default())));
        let stopped = go(&unknown, Event::CancelRequested);
        let told = go(&stopped, Event::Told(AskOutcome::Recorded(recorded)));
        assert_eq!(told.pending.unwrap().call, Call::Void);
        assert!(told.cancel_wanted);
    }
}

#[test]
fn less_cashback_than_was_promised_asks_again_and_nothing_was_charged() {
    let refused = go(&sent(), submitted(SubmitOutcome::Refused(Refusal::DealChanged)));
    assert_eq!((refused.state, refused.reason), (State::NeedsConsent, Some(Reason::DealChanged)));
    assert_eq!((refused.token.as_ref(), refused.pending), (None, None));
}

#[test]
fn a_consent_to_another_source_or_promise_than_the_one_shown_is_refused() {
    let mut row = Payment::intended(id(), key(), Provider::Jkopay, Some(terms(428)), NOW);
    let shown = consent(row.bill.clone(), terms(428));
    row.funding = Some(Funding::StoredValue);
    assert_eq!(step(&row, Event::Consented(shown.clone()), NOW, 0).unwrap_err(), NotNow::ConsentForOther);
    let promised =
        |dollars| Cashback(vec![Part { deal: DealId::new("d").unwrap(), amount: Twd::new(dollars).unwrap() }]);
    let agreed = Consent { funding: Some(Funding::StoredValue), ..shown };
    row.cashback = promised(20);
    let more = Consent { cashback: promised(21), ..agreed.clone() };
    assert_eq!(step(&row, Event::Consented(more), NOW, 0).unwrap_err(), NotNow::ConsentForOther);
    // Deals came in while the person looked: what was shown is agreed to, and more may be given.
    let less = Consent { cashback: promised(8), ..agreed.clone() };
    assert_eq!(step(&row, Event::Consented(less), NOW, 0).unwrap().0.cashback, promised(8));
    assert_eq!(step(&row, Event::Consented(agreed), NOW, 0).unwrap().0.state, State::AwaitingNetwork);
}

#[test]
fn what_was_charged_can_come_back_and_the_bill_is_free_then() {
    let paid = go(&sent(), submitted(SubmitOutcome::Recorded(settled())));
    assert!(paid.state.holds_bill());
    let refund = Refund { kind: RefundKind::Reversal, at: Some(NOW) };
    let charged = Box::new(Charged::of(Twd::new(428).unwrap()));
    let refunded = go(&paid, Event::Told(AskOutcome::Recorded(Recorded::Refunded(charged, refund))));
    assert_eq!((refunded.state, refunded.refund), (State::Refunded, Some(refund)));
    assert!(refunded.state.is_terminal() && !refunded.state.holds_bill());
}

#[test]
fn what_a_deal_promises_stands_in_the_text_that_is_signed_and_in_the_body() {
    let mut draft = draft(key(), terms(428));
    assert!(draft.text().unwrap().starts_with("paytaipei-consent-v1\n"), "without a deal, as ever");
    draft.funding = Some(Funding::PairedAccount);
    draft.cashback = serde_json::from_str(r#"[{"deal":"a","amount":20},{"deal":"b","amount":8}]"#).unwrap();
    let text = draft.text().unwrap();
    assert!(text.starts_with("paytaipei-consent-v2\n") && text.ends_with("\npaired_account\n28"), "{text}");
    let body: serde_json::Value = serde_json::from_str(&draft.body("c2ln").unwrap()).unwrap();
    assert_eq!((&body["funding"], &body["cashback"]), (&"paired_account".into(), &28.into()));
}
