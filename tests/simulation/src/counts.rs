//! How often everything happened. What never happened was not proved.

use std::collections::BTreeMap;

macro_rules! faults {
    ($($variant:ident $name:literal,)*) => {
        /// Everything that goes wrong, or that people and billers do, on purpose of the world.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($variant,)* }

        impl Fault {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

faults! {
    // The network.
    Offline "no connection",
    WrongClockTls "certificate refused by the phone's clock",
    RequestLost "request lost",
    RequestLate "request arrives after the phone gave up",
    RequestTwice "request arrives twice",
    RequestOvertaken "request overtaken by a later one of its payment",
    Portal "captive portal answers",
    BusyBefore "408, 425, 429 or 5xx before anything was done",
    BusyAfter "408, 425, 429 or 5xx after the commit",
    RetryAfter "Retry-After",
    ReplyLost "reply lost after the commit",
    ReplyCut "reply cut off",
    ReplyLate "reply arrives after the phone gave up",
    ReplyGarbled "reply is broken JSON",
    ReplyOfOther "reply about another payment",
    // The platform and the businesses.
    QuietHours "biller's quiet hours",
    ProviderClosed "business closed",
    SessionEnded "session ended by the platform",
    KeyRevoked "consent key revoked",
    RevokedKeyRefused "revoked key refused at verifying",
    NoResend "window for sending again is shut",
    TokenTaken "bill token ended by a stranger's inquiry",
    StaleBill "paid bill shown payable",
    OrderTwice "order reaches the business twice",
    WebhookTwice "webhook comes twice",
    BusinessDeclines "business declines",
    AgreementRevoked "agreement ended at the business between consent and payment",
    HandOff "handed off to the business's app",
    // The billers.
    AmountChanged "amount changed",
    BillExpired "deadline passes",
    PaidElsewhere "paid at a counter",
    BillGone "bill withdrawn",
    // The phone.
    ClosedTidily "process closed tidily",
    KilledBetween "process killed between two calls",
    KilledInCall "process killed within a transaction",
    KilledBeforeSending "process killed between commit and first byte",
    KilledBeforeTaking "process killed between reply and commit",
    PowerCutBetween "power cut between two calls",
    PowerCutInCall "power cut within a transaction",
    UnsyncedLost "power cut with unsynced writes",
    DiskFull "disk full",
    SecondProcess "second process opens the store",
    LeaseStolen "lease taken from a living drainer",
    ZombieFinishes "answer taken in after the lease was lost",
    ClockForward "clock jumps forward",
    ClockBack "clock jumps back",
    KeysLost "signing keys lost",
    KeysRenewed "signing keys renewed",
    OldCopyRestored "old copy of the database restored",
    PaymentsFetched "page of the number's payments fetched",
    // The people.
    Scanned "bill scanned",
    ScannedWithoutPeriod "bill scanned whose period is unknown",
    Looked "bill looked at",
    PayRefused "second payment of a bill refused by the phone",
    Consented "consent given",
    ConsentedAgain "consent given again to another amount",
    CancelledBefore "cancelled before anything was sent",
    CancelledAfter "cancelled after something may have been sent",
    LostInterest "consent never given",
    FamilyBill "two phones of a family pay one bill",
}

/// The moves that must occur in a long run, as `from → to` in the store's words.
pub const TRANSITIONS: &[(&str, &str)] = &[
    ("", "needs_inquiry"),
    ("", "needs_consent"),
    ("needs_inquiry", "needs_consent"),
    ("needs_inquiry", "checking"),
    ("needs_inquiry", "paid_elsewhere"),
    ("needs_inquiry", "cancelled"),
    ("needs_consent", "awaiting_network"),
    ("needs_consent", "cancelled"),
    ("awaiting_network", "checking"),
    ("awaiting_network", "needs_consent"),
    ("awaiting_network", "cancelled"),
    ("checking", "awaiting_network"),
    ("checking", "submitting"),
    ("checking", "needs_consent"),
    ("checking", "paid_elsewhere"),
    ("checking", "expired"),
    ("checking", "declined"),
    ("checking", "settled"),
    ("checking", "cancelled"),
    ("submitting", "settled"),
    ("submitting", "declined"),
    ("submitting", "unknown"),
    ("submitting", "awaiting_hand_off"),
    ("submitting", "awaiting_network"),
    ("submitting", "paid_elsewhere"),
    ("submitting", "expired"),
    ("awaiting_hand_off", "settled"),
    ("awaiting_hand_off", "declined"),
    ("awaiting_hand_off", "voided"),
    ("unknown", "submitting"),
    ("unknown", "awaiting_hand_off"),
    ("unknown", "settled"),
    ("unknown", "declined"),
    ("unknown", "voided"),
];

/// Counts of one world, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub worlds: u64,
    /// Committed changes of a payment's row, a state kept and another call wanted included.
    pub transitions: u64,
    /// Changes of the disks: writes, syncs, deletions.
    pub disk_changes: u64,
    pub requests: u64,
    pub charges: u64,
    /// Dollars that left accounts.
    pub charged: i64,
    pub moves: BTreeMap<(String, String), u64>,
    pub faults: BTreeMap<Fault, u64>,
    pub ends: BTreeMap<String, u64>,
    /// Receipts beside payments that had ended before their charge became known.
    pub receipts: u64,
    /// Rows of a restored old copy that wait for consent although their payment had been charged before.
    pub waiting_charges: u64,
}

impl Counts {
    pub fn fault(&mut self, fault: Fault) {
        let count = self.faults.entry(fault).or_default();
        *count = count.saturating_add(1);
    }

    pub fn moved(&mut self, from: &str, to: &str) {
        self.transitions = self.transitions.saturating_add(1);
        let count = self.moves.entry((from.to_owned(), to.to_owned())).or_default();
        *count = count.saturating_add(1);
    }

    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.transitions += other.transitions;
        self.disk_changes += other.disk_changes;
        self.requests += other.requests;
        self.charges += other.charges;
        self.charged += other.charged;
        self.receipts += other.receipts;
        self.waiting_charges += other.waiting_charges;
        for (key, count) in &other.moves {
            *self.moves.entry(key.clone()).or_default() += count;
        }
        for (key, count) in &other.faults {
            *self.faults.entry(*key).or_default() += count;
        }
        for (key, count) in &other.ends {
            *self.ends.entry(key.clone()).or_default() += count;
        }
    }

    /// What never happened and should have.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let faults =
            Fault::ALL.iter().filter(|fault| !self.faults.contains_key(fault)).map(|fault| fault.name().to_owned());
        let moves = TRANSITIONS
            .iter()
            .filter(|(from, to)| !self.moves.contains_key(&((*from).to_owned(), (*to).to_owned())))
            .map(|(from, to)| format!("{from} → {to}"));
        faults.chain(moves).collect()
    }

    /// As lines for people.
    #[must_use]
    pub fn report(&self) -> String {
        use std::fmt::Write;
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{} worlds, {} transitions, {} requests, {} charges of NT${} in all, {} changes of disks",
            self.worlds, self.transitions, self.requests, self.charges, self.charged, self.disk_changes
        );
        let _ = writeln!(text, "\ntransitions:");
        for ((from, to), count) in &self.moves {
            let from = if from.is_empty() { "(new)" } else { from.as_str() };
            let _ = writeln!(text, "{count:>10}  {from} → {to}");
        }
        let _ = writeln!(text, "\nends:");
        for (state, count) in &self.ends {
            let _ = writeln!(text, "{count:>10}  {state}");
        }
        let _ =
            writeln!(text, "{:>10}  receipts of payments that had ended before their charge was known", self.receipts);
        let _ =
            writeln!(text, "{:>10}  wait for consent, charged before an old copy was restored", self.waiting_charges);
        let _ = writeln!(text, "\nfaults and events:");
        for fault in Fault::ALL {
            let _ = writeln!(text, "{:>10}  {}", self.faults.get(fault).copied().unwrap_or(0), fault.name());
        }
        text
    }
}
