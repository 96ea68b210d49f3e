//! Each order from its opening to its end.
//!
//! A signed notice that an order was paid is believed. Anything else that a business tells by itself is a reason to ask: a
//! failed attempt can be told after the one that went well. Where nothing is told, the business is asked all the same; and
//! once the person's time is up, an order that it says is not paid has ended.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use paytaipei_bill::Twd;
use paytaipei_merchant::business::BUSINESSES;
use paytaipei_merchant::{
    Answer, Decline, Delivery, Exchange, NoticeError, Opened, Opening, Order, OrderState, PaidOrder, Protocol, Refund,
    RefundOutcome, Refusal, RequestError, Told as Notified,
};
use time::OffsetDateTime;
use tokio::sync::{Notify, oneshot};
use uuid::Uuid;

use crate::network::Network;
use crate::protocols::protocol;
use crate::words::{self, Pay, Start, Told, Wanted};

pub struct Desk {
    network: Network,
    start: Start,
    protocols: BTreeMap<&'static str, Box<dyn Protocol>>,
    open: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    /// Whose answer about an order id is awaited.
    registering: HashMap<Uuid, oneshot::Sender<bool>>,
    orders: HashMap<Uuid, Arc<Standing>>,
    /// The platform's list: order ids that lead nowhere by themselves.
    by_order_id: HashMap<(String, String), Uuid>,
}

struct Standing {
    provider: String,
    amount: Twd,
    valid_until: OffsetDateTime,
    poll: Duration,
    /// Somebody told something: look.
    nudge: Notify,
    ended: Mutex<bool>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn say(told: &Told<'_>) {
    if let Ok(line) = serde_json::to_string(told) {
        let mut out = std::io::stdout().lock();
        // Nobody reads only while the platform stops.
        drop(writeln!(out, "{line}").and_then(|()| out.flush()));
    }
}

/// The contract's reasons.
const fn reason(why: Decline) -> &'static str {
    match why {
        Decline::InsufficientFunds => "insufficient_funds",
        Decline::OverLimit => "over_limit",
        Decline::NoAgreement => "no_agreement",
        Decline::ByPerson => "refused_by_person",
        Decline::Unnamed => "provider_refused",
    }
}

impl Desk {
    pub fn new(network: Network, start: Start) -> Result<Self, RequestError> {
        let protocols = BUSINESSES
            .iter()
            .map(|one| Ok((one.id, protocol(one.id, &start)?)))
            .collect::<Result<_, RequestError>>()?;
        Ok(Self { network, start, protocols, open: Mutex::default() })
    }

    pub fn take(self: Arc<Self>, wanted: Wanted) {
        match wanted {
            Wanted::Registered { payment, ok } => {
                if let Some(waiting) = lock(&self.open).registering.remove(&payment) {
                    // Who waited no longer wants to know.
                    let _ = waiting.send(ok);
                }
            }
            Wanted::Inquire { payment } => self.nudge(payment),
            Wanted::Pay(pay) => drop(tokio::spawn(async move { self.pay(pay).await })),
            Wanted::Notice(notice) => self.notice(&notice),
            Wanted::Refund(refund) => drop(tokio::spawn(async move { self.refund(refund).await })),
        }
    }

    /// Somebody told something of an order: it is looked at, also after its end.
    fn nudge(self: &Arc<Self>, payment: Uuid) {
        let Some(standing) = lock(&self.open).orders.get(&payment).cloned() else { return };
        standing.nudge.notify_one();
        if *lock(&standing.ended) {
            let this = Arc::clone(self);
            tokio::spawn(async move {
                let Some(protocol) = this.protocols.get(standing.provider.as_str()) else { return };
                if let OrderState::Paid(paid) = this.state(protocol.as_ref(), payment, standing.amount).await {
                    paid_or_not(&standing, payment, &paid);
                }
            });
        }
    }

    async fn send<T>(&self, exchange: &Exchange, judge: impl Fn(Option<Answer<'_>>) -> T) -> T {
        let answer = self.network.send(&exchange.request).await;
        judge(answer.as_ref().map(|(status, body)| Answer { status: *status, body }))
    }

    async fn pay(&self, pay: Pay) {
        let payment = pay.payment;
        let refused = |why| say(&Told::Declined { payment, reason: reason(why) });
        let Some(protocol) = self.protocols.get(pay.provider.as_str()) else { return refused(Decline::Unnamed) };
        let Ok(amount) = Twd::new(pay.amount) else { return refused(Decline::Unnamed) };
        if !self.register(payment, &pay.provider).await {
            return refused(Decline::Unnamed);
        }
        let now = OffsetDateTime::now_utc();
        let valid_until = now.saturating_add(time::Duration::seconds(i64::try_from(pay.valid_s).unwrap_or(600)));
        let standing = Arc::new(Standing {
            provider: pay.provider.clone(),
            amount,
            valid_until,
            poll: Duration::from_millis(pay.poll_ms.max(50)),
            nudge: Notify::new(),
            ended: Mutex::new(false),
        });
        lock(&self.open).orders.insert(payment, Arc::clone(&standing));
        let notice_url = format!("{}/platform/notices/{}", self.start.base, pay.provider);
        let return_url = format!("{}/platform/return", self.start.base);
        let order = Order {
            payment,
            amount,
            description: &pay.description,
            valid_until,
            now,
            notice_url: &notice_url,
            return_url: &return_url,
            agreement: pay.agreement.as_deref(),
        };
        let opening = match protocol.open(&order) {
            Ok(opening) => opening,
            Err(error) => {
                eprintln!("paytaipei-gateway: an order was not built: {error}");
                return end(&standing, payment, Err(Decline::Unnamed));
            }
        };
        match opening {
            Opening::Page(form) => say(&Told::Form { payment, action: &form.action, fields: &form.fields }),
            Opening::Ask(exchange) => {
                let opened = self.send(&exchange, |answer| protocol.opened(&exchange, answer)).await;
                match opened {
                    Opened::Page(page) if pay.agreement.is_none() => say(&Told::Page { payment, url: &page.url }),
                    Opened::Refused(Refusal::Declined(why)) => return end(&standing, payment, Err(why)),
                    Opened::Refused(Refusal::LimitReached) => return end(&standing, payment, Err(Decline::OverLimit)),
                    Opened::Refused(Refusal::Repeated) => {}
                    Opened::Refused(_) => return end(&standing, payment, Err(Decline::Unnamed)),
                    Opened::Page(_) | Opened::Waiting | Opened::AlreadyPaid => standing.nudge.notify_one(),
                    Opened::Unknown(doubt) => {
                        eprintln!("paytaipei-gateway: {}: {doubt}", pay.provider);
                        standing.nudge.notify_one();
                    }
                }
            }
        }
        self.follow(protocol.as_ref(), payment, &standing).await;
    }

    /// Makes sure, before anything is sent, that no other payment has this order id.
    async fn register(&self, payment: Uuid, provider: &str) -> bool {
        let Some(business) = BUSINESSES.iter().find(|one| one.id == provider) else { return false };
        let Ok(order_id) = business.order_id.order_id(payment) else { return false };
        let (sender, answer) = oneshot::channel();
        {
            let mut book = lock(&self.open);
            book.registering.insert(payment, sender);
            book.by_order_id.insert((provider.to_owned(), order_id.clone()), payment);
        }
        say(&Told::Order { payment, provider, order_id: &order_id });
        answer.await.unwrap_or(false)
    }

    /// Asks until the order has ended.
    async fn follow(&self, protocol: &dyn Protocol, payment: Uuid, standing: &Standing) {
        while !*lock(&standing.ended) {
            drop(tokio::time::timeout(standing.poll, standing.nudge.notified()).await);
            if *lock(&standing.ended) {
                return;
            }
            let late = OffsetDateTime::now_utc() > standing.valid_until;
            let Ok(asked) = protocol.inquire(payment, standing.amount, OffsetDateTime::now_utc()) else { return };
            match self.send(&asked, |answer| protocol.inquired(&asked, answer)).await {
                OrderState::Paid(paid) => paid_or_not(standing, payment, &paid),
                OrderState::Failed(why) => end(standing, payment, Err(why)),
                // Asked after the time was up: it was not paid in time.
                OrderState::NotPaidYet | OrderState::NotThere if late => end(standing, payment, Err(Decline::ByPerson)),
                OrderState::NotPaidYet | OrderState::NotThere | OrderState::Processing | OrderState::Unknown(_) => {}
            }
        }
    }

    fn notice(self: &Arc<Self>, notice: &words::Notice) {
        let answer = |status, body, payment, known| {
            say(&Told::Acknowledge { id: notice.id, status, body, payment, known });
        };
        let Some(protocol) = self.protocols.get(notice.provider.as_str()) else { return answer(404, "", None, None) };
        let Ok(body) = STANDARD.decode(&notice.body) else { return answer(400, "", None, None) };
        let known =
            |order_id: &str| lock(&self.open).by_order_id.get(&(notice.provider.clone(), order_id.to_owned())).copied();
        match protocol.notice(Delivery { digest: notice.digest.as_deref(), body: &body, known: &known }) {
            Ok(Notified::Result(told)) => {
                let standing = lock(&self.open).orders.get(&told.payment).cloned();
                match (&told.state, standing) {
                    (OrderState::Paid(paid), Some(standing)) => paid_or_not(&standing, told.payment, paid),
                    _ => self.nudge(told.payment),
                }
                answer(200, protocol.acknowledgement(), Some(told.payment), Some(&told.dedupe_key));
            }
            Ok(Notified::Hint(payment)) => {
                self.nudge(payment);
                answer(200, protocol.acknowledgement(), Some(payment), Some(&format!("{}/hint", notice.provider)));
            }
            Err(NoticeError::Trial) => answer(200, protocol.acknowledgement(), None, None),
            Err(error) => {
                eprintln!("paytaipei-gateway: {}: {error}", notice.provider);
                answer(403, "", None, None);
            }
        }
    }

    async fn refund(&self, wanted: words::Refund) {
        let id = wanted.id;
        let no = |words: String| say(&Told::Refunded { id, done: false, words });
        let (Some(protocol), Ok(amount), Ok(paid)) =
            (self.protocols.get(wanted.provider.as_str()), Twd::new(wanted.amount), Twd::new(wanted.paid))
        else {
            return no("no such refund".to_owned());
        };
        let state = self.state(protocol.as_ref(), wanted.payment, paid).await;
        let OrderState::Paid(PaidOrder { trade_no, refunded: before, .. }) = state else {
            return no(format!("not paid: {state:?}"));
        };
        let now = OffsetDateTime::now_utc();
        let refund = Refund { payment: wanted.payment, refund: wanted.refund, amount, paid, trade_no: &trade_no, now };
        let asked = match protocol.refund(&refund) {
            Ok(asked) => asked,
            Err(error) => return no(error.to_string()),
        };
        match self.send(&asked, |answer| protocol.refunded(&asked, answer)).await {
            RefundOutcome::Done { .. } => say(&Told::Refunded { id, done: true, words: String::new() }),
            RefundOutcome::Refused(refusal) => no(format!("{refusal:?}")),
            // Settled by what the business says was given back.
            RefundOutcome::Unknown(doubt) => match self.state(protocol.as_ref(), wanted.payment, paid).await {
                OrderState::Paid(after) if after.refunded > before => {
                    say(&Told::Refunded { id, done: true, words: String::new() });
                }
                _ => no(doubt.to_string()),
            },
        }
    }

    async fn state(&self, protocol: &dyn Protocol, payment: Uuid, amount: Twd) -> OrderState {
        match protocol.inquire(payment, amount, OffsetDateTime::now_utc()) {
            Ok(asked) => self.send(&asked, |answer| protocol.inquired(&asked, answer)).await,
            Err(_) => OrderState::NotThere,
        }
    }
}

/// Paid is what the person agreed to; another amount is nothing that this platform ordered.
fn paid_or_not(standing: &Standing, payment: Uuid, paid: &PaidOrder) {
    if paid.amount == standing.amount {
        end(standing, payment, Ok(&paid.trade_no));
    } else {
        eprintln!("paytaipei-gateway: an order was paid over another amount");
    }
}

/// A payment is told as often as it is seen: one that comes after the end is to be given back.
fn end(standing: &Standing, payment: Uuid, how: Result<&str, Decline>) {
    let before = std::mem::replace(&mut *lock(&standing.ended), true);
    match how {
        Ok(trade_no) => say(&Told::Charged { payment, trade_no }),
        Err(why) if !before => say(&Told::Declined { payment, reason: reason(why) }),
        Err(_) => {}
    }
    standing.nudge.notify_one();
}
