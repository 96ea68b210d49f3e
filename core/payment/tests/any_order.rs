//! Whatever happens, in whatever order and however often: what must always hold.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use paytaipei_bill::{BillKey, BillNumber, BillerId, Period, Twd};
use paytaipei_payment::*;
use proptest::prelude::*;

fn key(period: &str) -> BillKey {
    BillKey {
        biller: BillerId::new("taipei-water").unwrap(),
        number: BillNumber::new("2081234560").unwrap(),
        period: Some(Period::new(period).unwrap()),
    }
}

fn terms(dollars: i64) -> Terms {
    Terms::claimed(Twd::new(dollars).unwrap(), None)
}

fn consent_for(row: &Payment, dollars: i64, now: Timestamp) -> Consent {
    let draft = ConsentDraft {
        id: row.id,
        bill: row.bill.clone(),
        terms: terms(dollars),
        payable: Twd::new(dollars).unwrap(),
        provider: row.provider,
        funding: None,
        cashback: Cashback::default(),
        at: now,
        at_text: "2026-11-24T10:00:00Z".into(),
    };
    let body = draft.body("c2ln").unwrap_or_default();
    draft.signed(body, String::new())
}

#[derive(Clone, Debug)]
enum Act {
    Consent(i64),
    Event(Event),
}

fn submitted(with: &str, outcome: SubmitOutcome) -> Event {
    Event::Submitted { with: with.to_owned(), outcome }
}

fn recorded() -> impl Strategy<Value = Recorded> {
    prop_oneof![
        Just(Recorded::Processing),
        Just(Recorded::AwaitingHandOff { url: None }),
        Just(Recorded::Settled(Box::new(Charged::of(Twd::new(100).unwrap())))),
        Just(Recorded::Refunded(
            Box::new(Charged::of(Twd::new(100).unwrap())),
            Refund { kind: RefundKind::Refund, at: None }
        )),
        Just(Recorded::Declined(Reason::InsufficientFunds)),
        Just(Recorded::Voided),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let trouble =
        prop_oneof![Just(None), (0_i64..100_000).prop_map(Some)].prop_map(|retry_after_ms| Trouble { retry_after_ms });
    let status =
        prop_oneof![4 => Just(BillStatus::Payable), 1 => Just(BillStatus::Paid), 1 => Just(BillStatus::Expired)];
    let refusal = prop_oneof![
        Just(Refusal::IdConflict),
        Just(Refusal::TokenStale),
        Just(Refusal::AlreadyPaid),
        Just(Refusal::AmountChanged),
        Just(Refusal::BillExpired),
        Just(Refusal::DealChanged),
    ];
    let confirmed =
        (status, prop_oneof![Just(100_i64), Just(101)], any::<bool>(), prop_oneof![Just("20261020"), Just("20261120")])
            .prop_map(|(status, dollars, token, period)| {
                InquiryOutcome::Bill(Box::new(ConfirmedBill {
                    key: key(period),
                    status,
                    terms: terms(dollars),
                    token: token.then(|| "t".to_owned()),
                    held_by: None,
                }))
            });
    prop_oneof![
        3 => prop_oneof![Just(100_i64), Just(101)].prop_map(Act::Consent),
        1 => Just(Act::Event(Event::CancelRequested)),
        1 => Just(Act::Event(Event::Returned)),
        1 => Just(Act::Event(Event::Woke)),
        1 => Just(Act::Event(Event::KeysRenewed)),
        1 => prop_oneof![Just(State::Settled), Just(State::Submitting)]
            .prop_map(|state| Act::Event(Event::Held { by: PaymentId::new(Timestamp(1), [9; 10]), state })),
        1 => Just(Act::Event(Event::Inquired(InquiryOutcome::NotFound))),
        4 => Just(Act::Event(Event::Began)),
        2 => Just(Act::Event(Event::Abandoned)),
        5 => confirmed.prop_map(|c| Act::Event(Event::Inquired(c))),
        1 => trouble.clone().prop_map(|t| Act::Event(Event::Inquired(InquiryOutcome::NoAnswer(t)))),
        2 => recorded().prop_map(|r| Act::Event(submitted("t", SubmitOutcome::Recorded(r)))),
        2 => refusal.clone().prop_map(|r| Act::Event(submitted("t", SubmitOutcome::Refused(r)))),
        1 => refusal.prop_map(|r| Act::Event(submitted("earlier", SubmitOutcome::Refused(r)))),
        2 => trouble.clone().prop_map(|t| Act::Event(submitted("t", SubmitOutcome::NoAnswer(t)))),
        2 => recorded().prop_map(|r| Act::Event(Event::Told(AskOutcome::Recorded(r)))),
        2 => (-1_i64..3).prop_map(|s| Act::Event(Event::Told(AskOutcome::NotFound { resend_for_s: s }))),
        1 => trouble.prop_map(|t| Act::Event(Event::Told(AskOutcome::NoAnswer(t)))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_must_always_hold(acts in prop::collection::vec(act(), 0..60), entropy: u64, known: bool) {
        let now = Timestamp(1_795_500_000_000);
        let id = PaymentId::new(now, [3; 10]);
        let first = key("20261020");
        let bill = if known { first } else { first.provisional() };
        let mut row = Payment::intended(id, bill, Provider::Opay, known.then(|| terms(100)), now);
        for act in acts {
            let event = match act {
                Act::Consent(dollars) => Event::Consented(consent_for(&row, dollars, now)),
                Act::Event(event) => event,
            };
            let learnt = matches!(event, Event::Inquired(InquiryOutcome::Bill(_)));
            let platform_spoke = matches!(
                event,
                Event::Told(AskOutcome::Recorded(_))
                    | Event::Submitted { outcome: SubmitOutcome::Recorded(_) | SubmitOutcome::Refused(_), .. }
            );
            let of_earlier = matches!(
                &event,
                Event::Submitted { with, outcome: SubmitOutcome::Refused(_) } if with == "earlier"
            );
            let told_charged = matches!(event, Event::Told(AskOutcome::Recorded(Recorded::Settled(_))));
            let told_refunded = matches!(event, Event::Told(AskOutcome::Recorded(Recorded::Refunded(..))));
            let never_charges =
                matches!(event, Event::Told(AskOutcome::Recorded(Recorded::Voided | Recorded::Declined(_))));
            let by_this_phone = matches!(event, Event::CancelRequested | Event::Held { .. });
            let Ok((next, effects)) = step(&row, event, now, entropy) else { continue };

            prop_assert_eq!(next.id, row.id, "an identifier is for life");
            if of_earlier {
                prop_assert_eq!(&next, &row, "a refusal is final for what was sent then, and for nothing else");
            }
            if row.state == State::Settled && told_refunded {
                prop_assert_eq!((next.state, next.pending), (State::Refunded, None));
            } else if row.state.is_terminal() {
                let ended = (row.state, &row.consent, row.charged, &row.receipt);
                prop_assert_eq!((next.state, &next.consent, next.charged, &next.receipt), ended, "what has ended stays so");
            }
            let receipts: Vec<&Payment> =
                effects.iter().filter_map(|effect| if let Effect::Keep(row) = effect { Some(&**row) } else { None }).collect();
            let uncharged_here = row.state.is_terminal() && !matches!(row.state, State::Settled | State::Refunded);
            let new_charge = told_charged && uncharged_here && row.held_by != Some(id.beside());
            let new_refund = told_refunded && uncharged_here && row.refund.is_none();
            prop_assert_eq!(receipts.len(), usize::from(new_charge || new_refund), "a charge is shown, and once");
            for receipt in receipts {
                let state = if told_refunded { State::Refunded } else { State::Settled };
                prop_assert_eq!((receipt.state, receipt.receipt_of, receipt.id), (state, Some(id), id.beside()));
                prop_assert_eq!((next.reason, next.pending), (Some(Reason::ChargedBefore), None));
            }
            if !row.state.is_terminal() && next.state.is_terminal() && !row.state.may_have_charged() && !platform_spoke {
                prop_assert!(by_this_phone, "without the platform's word on its identifier only this phone ends it");
                prop_assert_eq!(next.pending.map(|pending| pending.call), Some(Call::Void), "and asks");
            }
            if row.state.is_terminal() && row.pending.is_some() && next.pending.is_none() {
                prop_assert!(told_charged || told_refunded || never_charges, "until the platform has said");
            }
            if next.state == State::Submitting {
                let consent = next.consent.as_ref().expect("no byte leaves without consent");
                prop_assert!(consent.covers(&next.bill, next.terms.as_ref().expect("terms")), "only what was agreed to is sent");
                prop_assert!(next.token.is_some());
                prop_assert!(row.state.may_have_charged() || learnt, "from nothing to sending only by the biller's word");
            }
            if row.state.may_have_charged() && !next.state.may_have_charged() {
                prop_assert!(platform_spoke, "only the platform's word ends an open outcome");
            }
            if row.state.may_have_charged() && next.state.may_have_charged() {
                prop_assert_eq!(&next.consent, &row.consent, "what may have been sent is never altered");
                prop_assert_eq!(&next.token, &row.token);
            }
            if row.consent.is_some() && next.consent != row.consent {
                prop_assert_eq!(row.state, State::NeedsConsent);
            }
            let waits = !next.state.is_terminal() && next.state != State::NeedsConsent;
            prop_assert!(next.pending.is_some() || !waits, "whoever waits for something wants a call made");
            prop_assert_eq!(next.closing.is_some(), next.state == State::Checking && next.pending.map(|p| p.call) == Some(Call::Void));
            if let Some(pending) = next.pending {
                let fits = match next.state {
                    State::Checking if next.closing.is_some() => pending.call == Call::Void,
                    State::NeedsInquiry | State::AwaitingNetwork | State::Checking => pending.call == Call::Inquire,
                    state if state.is_terminal() => pending.call == Call::Void && !matches!(state, State::Settled | State::Refunded),
                    State::NeedsConsent => false,
                    State::Submitting => pending.call == Call::Submit,
                    _ => matches!(pending.call, Call::Ask | Call::Void),
                };
                prop_assert!(fits, "{:?} wants {:?}", next.state, pending.call);
                if next != row {
                    prop_assert!(effects.contains(&Effect::Call(pending)));
                }
            }
            row = next;
        }
    }
}
