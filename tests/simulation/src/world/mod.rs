//! One world: a seed, and everything that follows from it.

mod calm;
mod drain;
mod network;
mod people;
mod phone;
mod trouble;

use std::collections::BTreeMap;

use paytaipei_app::ports::{HttpError, HttpReply};

use paytaipei_payment::PaymentId;

use crate::business::{Businesses, Decision, Order, Standing};
use crate::check::{Audit, Checked, Violation};
use crate::counts::{Counts, Fault};
use crate::platform::{Bill, Plant, Platform};
use crate::rng::Rng;
use crate::vfs;

pub use phone::{Process, SimPhone};

/// Milliseconds.
pub const SECOND: i64 = 1_000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;

/// 2026-11-24T05:20:00Z.
const BEGINNING: i64 = 1_795_497_600_000;

/// What is to happen.
enum Event {
    /// A person does something on this phone.
    Person(usize),
    /// Something befalls this phone.
    Trouble(usize),
    /// A person stops this very payment.
    Stop {
        phone: usize,
        payment: PaymentId,
    },
    /// The lease is taken from whoever has it, who is frozen for at most so long.
    Steal {
        phone: usize,
        longest_freeze: i64,
    },
    /// What a payment needs is taken away while it is being sent: its token, or its business.
    Ambush {
        bill: String,
        provider: &'static str,
    },
    /// The copy that was taken last comes back.
    Restore(usize),
    /// All businesses take payments again.
    Reopen,
    /// Something changes at a biller, a business or the platform.
    Change,
    Boot(usize),
    Drain {
        phone: usize,
        process: u64,
    },
    Arrive {
        call: u64,
        again: bool,
    },
    /// The platform's patience with a recorded payment is over.
    Answer {
        call: u64,
        payment: String,
    },
    Deliver {
        call: u64,
        reply: Result<HttpReply, HttpError>,
    },
    GiveUp {
        call: u64,
    },
    Order {
        order: Order,
        again: bool,
    },
    Webhook {
        order: Order,
        standing: Standing,
    },
    HandOff {
        order: Order,
    },
}

/// How a world is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub seed: u64,
    /// Whether the platform refuses to charge a paid bill under another identifier.
    pub guard: bool,
    pub plant: Option<Plant>,
    /// Whether to write down everything that happens.
    pub trace: bool,
}

/// How a world ended.
pub struct Ended {
    pub counts: Counts,
    pub trace: Vec<String>,
    pub violation: Option<Violation>,
}

/// One world.
pub struct World {
    setup: Setup,
    rng: Rng,
    now: i64,
    events: BTreeMap<(i64, u64), Event>,
    serial: u64,
    phones: Vec<SimPhone>,
    platform: Platform,
    businesses: Businesses,
    audit: Audit,
    calls: BTreeMap<u64, network::Call>,
    /// The latest call of each payment that arrived.
    arrived: BTreeMap<String, u64>,
    counts: Counts,
    trace: Vec<String>,
    /// 0 to 3: how often things go wrong.
    harshness: u64,
    /// Nothing goes wrong any more, and everybody waits.
    calm: bool,
    /// Until when things go wrong.
    horizon: i64,
}

impl World {
    /// Runs the world of this seed to its end.
    #[must_use]
    pub fn run(setup: Setup) -> Ended {
        vfs::register();
        let mut world = Self::new(setup);
        let violation = world.live().err();
        if let Some(violation) = &violation {
            world.note(|| format!("VIOLATION {violation}"));
        }
        world.counts.worlds = 1;
        world.counts.charges = world.businesses.charges().len() as u64;
        world.counts.charged = world.businesses.charges().iter().map(|charge| charge.amount).sum();
        for phone in &mut world.phones {
            phone.close_all();
            let (changes, losses) = vfs::with(&phone.name, |disk| (disk.changes, disk.losses)).unwrap_or_default();
            world.counts.disk_changes += changes;
            (0..losses).for_each(|_| world.counts.fault(Fault::UnsyncedLost));
        }
        vfs::clear();
        Ended { counts: world.counts, trace: world.trace, violation }
    }

    fn new(setup: Setup) -> Self {
        let mut rng = Rng::new(setup.seed ^ if setup.guard { 0 } else { 0x6F66_6600_0000_0000 });
        let platform = Platform::new(rng.fork(), setup.guard, setup.plant);
        let mut businesses = Businesses::default();
        businesses.forgets_orders = setup.plant == Some(Plant::ForgetsOrders);
        let harshness = rng.below(4);
        let mut world = Self {
            setup,
            rng,
            now: BEGINNING,
            events: BTreeMap::new(),
            serial: 0,
            phones: Vec::new(),
            platform,
            businesses,
            audit: Audit::default(),
            calls: BTreeMap::new(),
            arrived: BTreeMap::new(),
            counts: Counts::default(),
            trace: Vec::new(),
            harshness,
            calm: false,
            horizon: 0,
        };
        world.populate();
        world
    }

    /// Bills, phones and people, and what they are going to do.
    fn populate(&mut self) {
        self.platform.resend_window_s = *self.rng.pick(&[0, 30, 600, 86_400]).unwrap_or(&600);
        let bills = 1 + self.rng.index(5);
        for index in 0..bills {
            // Sometimes two periods of one number.
            let shares = index > 0 && self.rng.chance(250);
            let number = format!("{:07}", 1_000_000 + if shares { index - 1 } else { index });
            let amount = self.rng.between(1, 3_000);
            let bill = Bill::new(number, format!("115{:02}", index + 1), amount, "2026-12-20".to_owned());
            self.platform.bills.push(bill);
        }
        let phones = 1 + self.rng.index(2);
        let family = phones > 1 && self.rng.chance(700);
        for index in 0..phones {
            let papers = (0..bills).filter(|bill| phones == 1 || family || bill % phones == index).collect();
            let (disk, phone) = (self.rng.fork(), self.rng.fork());
            self.phones.push(SimPhone::new(index, papers, disk, phone));
            vfs::with(&SimPhone::name_of(index), |disk| {
                disk.lies_about_sync = self.setup.plant == Some(Plant::DiskLiesAboutSync)
            });
        }
        if family {
            self.counts.fault(Fault::FamilyBill);
        }
        let mut last = 0;
        for phone in 0..phones {
            self.after(0, Event::Boot(phone));
            let mut at = 0;
            for _ in 0..12 + self.rng.index(32) {
                at += if self.rng.chance(800) {
                    self.rng.between(1, 40 * SECOND)
                } else {
                    self.rng.between(1, 12 * MINUTE)
                };
                self.after(at, Event::Person(phone));
            }
            last = last.max(at);
        }
        for _ in 0..self.rng.below(1 + 6 * self.harshness) {
            let (at, phone) = (self.rng.between(0, last), self.rng.index(phones));
            self.after(at, Event::Trouble(phone));
        }
        for _ in 0..self.rng.below(2 + 2 * self.harshness) {
            let at = self.rng.between(0, last);
            self.after(at, Event::Change);
        }
        self.horizon = BEGINNING + last + self.rng.between(0, 10 * MINUTE);
    }

    fn live(&mut self) -> Checked {
        while let Some(((at, _), event)) = self.events.pop_first() {
            if at > self.horizon && !self.calm {
                // The event comes back in: calm, and later.
                self.now = self.horizon;
                self.calm_down()?;
                self.at(at, event);
                continue;
            }
            self.now = self.now.max(at);
            self.happen(event)?;
            if self.calm && self.is_over()? {
                return self.settle_up();
            }
        }
        if !self.calm {
            self.now = self.horizon;
            self.calm_down()?;
            return self.live();
        }
        self.must_be_over()
    }

    fn happen(&mut self, event: Event) -> Checked {
        match event {
            Event::Person(phone) if !self.calm => self.person(phone),
            Event::Trouble(phone) if !self.calm => self.trouble(phone),
            Event::Stop { phone, payment } if !self.calm => self.stop_this(phone, payment),
            Event::Steal { phone, longest_freeze } if !self.calm => self.steal_lease(phone, longest_freeze),
            Event::Ambush { bill, provider } if !self.calm => {
                self.ambush(&bill, provider);
                Ok(())
            }
            Event::Change if !self.calm => {
                self.change();
                Ok(())
            }
            Event::Restore(phone) if !self.calm => {
                self.restore(phone);
                Ok(())
            }
            Event::Person(_)
            | Event::Restore(_)
            | Event::Trouble(_)
            | Event::Stop { .. }
            | Event::Steal { .. }
            | Event::Ambush { .. }
            | Event::Change => Ok(()),
            Event::Reopen => {
                self.platform.closed.clear();
                self.businesses.agree_anew();
                Ok(())
            }
            Event::Boot(phone) => self.boot(phone),
            Event::Drain { phone, process } => self.drain(phone, process),
            Event::Arrive { call, again } => self.arrive(call, again),
            Event::Answer { call, payment } => {
                let reply = self.platform.tell(&payment);
                self.reply(call, reply);
                Ok(())
            }
            Event::Deliver { call, reply } => self.deliver(call, reply),
            Event::GiveUp { call } => self.deliver(call, Err(HttpError::Timeout)),
            Event::Order { order, again } => self.order(&order, again),
            Event::Webhook { order, standing } => {
                self.note(|| format!("webhook {} {standing:?}", order.payment));
                self.platform.webhook(&order, standing, self.now);
                Ok(())
            }
            Event::HandOff { order } => self.hand_off(&order),
        }
    }

    /// An order reaches its business.
    fn order(&mut self, order: &Order, again: bool) -> Checked {
        let decision = match self.rng.below(100) {
            _ if self.businesses.has_revoked(order) => {
                self.counts.fault(Fault::AgreementRevoked);
                Decision::Decline("no_agreement")
            }
            0..=7 => Decision::Decline(
                self.rng.pick(&["insufficient_funds", "over_limit", "no_agreement"]).unwrap_or(&"over_limit"),
            ),
            8..=19 => Decision::HandOff,
            _ => Decision::Charge,
        };
        let standing = self.businesses.take(order, decision);
        self.note(|| format!("order {} at {}: {standing:?}", order.payment, order.provider));
        if again {
            self.counts.fault(Fault::OrderTwice);
        }
        match standing {
            Standing::Declined(_) => self.counts.fault(Fault::BusinessDeclines),
            Standing::HandedOff if !again => {
                self.counts.fault(Fault::HandOff);
                let wait = self.rng.between(10 * SECOND, 40 * MINUTE);
                self.after(wait, Event::HandOff { order: order.clone() });
            }
            _ => {}
        }
        let wait =
            if self.rng.chance(800) { self.rng.between(5, 2 * SECOND) } else { self.rng.between(5, 20 * MINUTE) };
        self.after(wait, Event::Webhook { order: order.clone(), standing });
        if self.goes_wrong(30) {
            self.counts.fault(Fault::WebhookTwice);
            let wait = self.rng.between(5, 30 * MINUTE);
            self.after(wait, Event::Webhook { order: order.clone(), standing });
        }
        self.check_charges()
    }

    /// The person finishes or refuses in the business's app.
    fn hand_off(&mut self, order: &Order) -> Checked {
        let approve = self.rng.chance(650);
        if let Some(standing) = self.businesses.finish(order, approve) {
            self.note(|| format!("hand-off of {}: {standing:?}", order.payment));
            let wait = self.rng.between(5, 5 * SECOND);
            self.after(wait, Event::Webhook { order: order.clone(), standing });
        }
        self.check_charges()
    }

    fn check_charges(&mut self) -> Checked {
        for payment in self.audit.charges(self.businesses.charges())? {
            self.note(|| format!("CHARGED {payment}"));
            for phone in &self.phones {
                self.audit.charge_fits(&phone.memory, &payment)?;
            }
        }
        Ok(())
    }

    /// True in so many of a thousand cases, times the world's harshness; never once it is calm.
    fn goes_wrong(&mut self, per_mille: u64) -> bool {
        !self.calm && self.rng.chance(per_mille * self.harshness)
    }

    fn after(&mut self, millis: i64, event: Event) {
        self.at(self.now + millis.max(0), event);
    }

    fn at(&mut self, at: i64, event: Event) {
        self.serial += 1;
        self.events.insert((at, self.serial), event);
    }

    fn note(&mut self, text: impl FnOnce() -> String) {
        if self.setup.trace {
            let line = format!("{:>12.3}  {}", (self.now - BEGINNING) as f64 / 1_000.0, text());
            self.trace.push(line);
        }
    }
}
