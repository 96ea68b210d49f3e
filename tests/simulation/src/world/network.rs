//! The network: delays, losses, duplicates, and answers that are none.

use std::rc::Rc;

use paytaipei_app::PreparedInquiry;
use paytaipei_app::platform::Order as Errand;
use paytaipei_app::ports::{HttpError, HttpReply, HttpRequest};
use paytaipei_payment::PaymentId;
use serde_json::Value;

use super::{Event, MINUTE, SECOND, World};
use crate::check::Checked;
use crate::counts::Fault;
use crate::platform::{Handled, Mood, html, problem};

/// The phone waits no longer for an answer.
const PATIENCE: i64 = 20 * SECOND;

/// What a call was made for.
pub enum For {
    Payment(PaymentId, Box<Errand>),
    Look(Box<PreparedInquiry>),
}

/// A request under way, and what will become of its answer.
pub struct Call {
    pub phone: usize,
    pub process: u64,
    pub purpose: Option<For>,
    request: Rc<HttpRequest>,
    fate: Fate,
}

/// What becomes of an answer.
#[derive(Clone, Copy)]
enum Fate {
    Good,
    /// Refused before anything is done.
    Before(u16),
    /// Another answer in its place, after the commit.
    After(u16),
    Lost,
    Cut,
    Late,
    Garbled,
    OfOther,
}

const BUSY: [u16; 7] = [408, 425, 429, 500, 502, 503, 504];

impl World {
    /// Sends a request.
    pub(super) fn send(&mut self, phone: usize, process: u64, purpose: For) {
        let request = match &purpose {
            For::Payment(_, errand) => errand.request(),
            For::Look(inquiry) => inquiry.order.request(),
        };
        self.counts.requests += 1;
        self.serial += 1;
        let call = self.serial;
        self.note(|| format!("phone {phone}: {:?} {} (call {call})", request.method, request.path));
        let fate = self.draw_fate();
        let purpose = Some(purpose);
        self.calls.insert(call, Call { phone, process, purpose, request: Rc::new(request), fate });
        let quick = self.rng.between(5, 400);
        if self.goes_wrong(40) {
            self.counts.fault(Fault::Offline);
            return self.after(quick, Event::Deliver { call, reply: Err(HttpError::Offline) });
        }
        if self.goes_wrong(4) {
            self.counts.fault(Fault::WrongClockTls);
            return self.after(quick, Event::Deliver { call, reply: Err(HttpError::Clock) });
        }
        if self.goes_wrong(8) {
            self.counts.fault(Fault::Portal);
            let status = *self.rng.pick(&[200, 302, 404, 511]).unwrap_or(&200);
            return self.after(quick, Event::Deliver { call, reply: Ok(html(status)) });
        }
        self.after(PATIENCE, Event::GiveUp { call });
        if self.goes_wrong(25) {
            self.counts.fault(Fault::RequestLost);
            return;
        }
        let late = self.goes_wrong(40);
        let delay = if late { self.rng.between(PATIENCE, 40 * MINUTE) } else { self.rng.between(5, 2 * SECOND) };
        self.after(delay, Event::Arrive { call, again: false });
        if self.goes_wrong(30) {
            let delay =
                if self.rng.chance(500) { self.rng.between(5, PATIENCE) } else { self.rng.between(5, 40 * MINUTE) };
            self.after(delay, Event::Arrive { call, again: true });
        }
    }

    fn draw_fate(&mut self) -> Fate {
        if !self.goes_wrong(120) {
            return Fate::Good;
        }
        let status = *self.rng.pick(&BUSY).unwrap_or(&503);
        match self.rng.below(8) {
            0 => Fate::Before(status),
            1 => Fate::After(status),
            2 | 3 => Fate::Lost,
            4 => Fate::Cut,
            5 => Fate::Late,
            6 => Fate::Garbled,
            _ => Fate::OfOther,
        }
    }

    /// A request reaches the platform.
    pub(super) fn arrive(&mut self, id: u64, again: bool) -> Checked {
        let Some(call) = self.calls.get(&id) else { return Ok(()) };
        let (phone, fate, request, open) = (call.phone, call.fate, Rc::clone(&call.request), call.purpose.is_some());
        if !open {
            self.counts.fault(Fault::RequestLate);
        }
        if again {
            self.counts.fault(Fault::RequestTwice);
        }
        if let Some(payment) = request.path.strip_prefix("/v1/payments/") {
            let payment = payment.trim_end_matches("/void").to_owned();
            let latest = self.arrived.entry(payment).or_default();
            if *latest > id {
                self.counts.fault(Fault::RequestOvertaken);
            }
            *latest = (*latest).max(id);
        }
        if let (Fate::Before(status), false) = (fate, again) {
            self.counts.fault(Fault::BusyBefore);
            let reply = self.busy(status);
            self.reply_as_is(id, reply);
            return Ok(());
        }
        let mood = Mood { stale: self.may_be_stale(phone, &request) };
        let handled = self.platform.handle(&request, &mut self.businesses, mood, self.now);
        match handled {
            Handled::Reply(reply) => {
                self.note(|| {
                    format!("platform: call {id} → {} {}", reply.status, String::from_utf8_lossy(&reply.body))
                });
                self.reply(id, reply);
            }
            Handled::Recorded { payment, order } => {
                self.note(|| {
                    format!("platform: call {id} records {payment}{}", if order.is_some() { "" } else { " (known)" })
                });
                if let Some(order) = order {
                    let wait = if self.rng.chance(850) {
                        self.rng.between(1, SECOND)
                    } else {
                        self.rng.between(1, 10 * MINUTE)
                    };
                    if self.goes_wrong(30) {
                        let wait = self.rng.between(1, 20 * MINUTE);
                        self.after(wait, Event::Order { order: order.clone(), again: true });
                    }
                    self.after(wait, Event::Order { order, again: false });
                }
                let patience = self.rng.between(10, 6 * SECOND);
                self.after(patience, Event::Answer { call: id, payment });
            }
        }
        self.check_charges()
    }

    /// Whether this inquiry may be answered with a paid bill shown payable. With the guard off only where the asking store
    /// knows of the payment: nothing else could protect it.
    fn may_be_stale(&mut self, phone: usize, request: &HttpRequest) -> bool {
        if request.path != "/v1/inquiries" || !self.goes_wrong(120) {
            return false;
        }
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        let number = body["number"].as_str().unwrap_or_default();
        let Some(sim) = self.phones.get(phone) else { return false };
        let mut stale = false;
        for bill in self.platform.bills.iter().filter(|bill| bill.number == number) {
            let name = bill.name();
            let mut holders = self.platform.holders(&name).peekable();
            stale |= bill.paid_elsewhere || holders.peek().is_some();
            let known = !bill.paid_elsewhere && holders.all(|holder| sim.memory.knows_holder(holder));
            if !self.setup.guard && !known {
                return false;
            }
        }
        if stale {
            self.counts.fault(Fault::StaleBill);
        }
        stale
    }

    /// The platform answers; what arrives is another matter.
    pub(super) fn reply(&mut self, id: u64, reply: HttpReply) {
        let Some(fate) = self.calls.get(&id).map(|call| call.fate) else { return };
        let delay = self.rng.between(5, 900);
        let reply = match fate {
            Fate::Good | Fate::Before(_) => Ok(reply),
            Fate::After(status) => {
                self.counts.fault(Fault::BusyAfter);
                Ok(self.busy(status))
            }
            Fate::Lost => {
                self.counts.fault(Fault::ReplyLost);
                return;
            }
            Fate::Cut => {
                self.counts.fault(Fault::ReplyCut);
                Err(HttpError::Broken)
            }
            Fate::Late => {
                self.counts.fault(Fault::ReplyLate);
                return self.after(PATIENCE + delay, Event::Deliver { call: id, reply: Ok(reply) });
            }
            Fate::Garbled => {
                self.counts.fault(Fault::ReplyGarbled);
                let mut reply = reply;
                reply.body.truncate(self.rng.index(reply.body.len()));
                Ok(reply)
            }
            Fate::OfOther => {
                let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return };
                if body.get("id").is_some() {
                    self.counts.fault(Fault::ReplyOfOther);
                    body["id"] = "01234567-89ab-7cde-8f01-23456789abcd".into();
                }
                Ok(HttpReply { body: body.to_string().into_bytes(), ..reply })
            }
        };
        self.after(delay, Event::Deliver { call: id, reply });
    }

    fn reply_as_is(&mut self, id: u64, reply: HttpReply) {
        let delay = self.rng.between(5, 900);
        self.after(delay, Event::Deliver { call: id, reply: Ok(reply) });
    }

    fn busy(&mut self, status: u16) -> HttpReply {
        if self.rng.chance(500) {
            return html(status);
        }
        let retry_after = self.rng.chance(400).then(|| self.rng.between(0, 600));
        if retry_after.is_some() {
            self.counts.fault(Fault::RetryAfter);
        }
        problem(status, "busy", retry_after)
    }

    /// Nobody waits for the answers to this process's calls any more.
    pub(super) fn drop_calls(&mut self, phone: usize, process: u64) {
        for call in self.calls.values_mut().filter(|call| call.phone == phone && call.process == process) {
            call.purpose = None;
        }
    }
}
