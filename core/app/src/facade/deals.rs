//! What payment businesses give back, and through which a bill is best paid.

use std::sync::Arc;

use paytaipei_bill::Twd;
use paytaipei_payment::agreement::{self, Way};
use paytaipei_payment::deal::{Choice, Deal, choices, is_used_up};
use paytaipei_payment::{Funding, State};
use serde::Serialize;

use super::{Core, PayTaipei};
use crate::error::{Code, Error, Result};
use crate::platform;
use crate::ports::Http;
use crate::store::Fetched;

/// What is older is fetched again with the next drain.
pub(super) const FRESH_MS: i64 = 6 * 60 * 60 * 1_000;

/// A payment business, for one bill. Amounts are whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderView {
    pub id: String,
    pub name: String,
    /// What it gives back, whatever the money comes from.
    pub cashback: i64,
    /// What it gives back at most, and from which source, where that makes a difference.
    pub best: i64,
    pub funding: Option<String>,
    pub funding_name: Option<String>,
    /// Why: each deal with its conditions, and those that are used up.
    pub why: Vec<String>,
    /// `silent`: debited under an agreement, without a further question; `hand_off`: the person finishes at the business.
    pub way: String,
    /// Why it is handed off: `no_agreement`, `over_limit`, `expired`.
    pub way_reason: Option<String>,
    /// What the person reads of it.
    pub way_words: String,
}

/// A deal. It is over after `until`, in the city's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DealView {
    pub id: String,
    pub name: String,
    pub provider: String,
    pub provider_name: String,
    pub words: String,
    pub from: Option<String>,
    pub until: String,
    /// Whether it gives something today.
    pub current: bool,
}

impl Core {
    /// The payment businesses that pay this bill and are open, the one that gives back most first, each with why. Before the
    /// amount is known, none gives anything.
    pub fn providers(&self, bill: &str) -> Result<Vec<ProviderView>> {
        let session = self.verified()?;
        let now = self.clock.now();
        let (today, catalogue) = (self.today(), self.catalogue());
        self.store.read(|work| {
            let bill = work.bill(bill)?.ok_or(Code::BillUnknown)?;
            let biller = &bill.facts.key.biller;
            let payable = bill.facts.terms.and_then(|terms| terms.payable().ok()).unwrap_or(Twd::ZERO);
            let (deals, earlier) = (work.deals()?, work.earlier(None)?);
            let listed = work.agreements(session.msisdn.e164())?;
            let agreements: Vec<_> = listed.into_iter().map(|listed| listed.agreement).collect();
            let view = |choice: &Choice| {
                let of_it = deals.iter().filter(|deal| deal.counts(choice.provider, biller, today));
                let why = of_it.filter_map(|deal| {
                    if choice.best.0.iter().any(|part| part.deal == deal.id) {
                        Some(self.reason(deal))
                    } else if is_used_up(deal, &earlier) {
                        let used = self.lang.pick("次數已用完", "used up");
                        Some(format!("{} ({used})", self.reason(deal)))
                    } else {
                        None
                    }
                });
                let (way, way_reason, way_words) = match agreement::way(&agreements, choice.provider, payable, now) {
                    Way::Silent => {
                        ("silent", None, self.lang.pick("約定扣款，不必再確認", "debited under your agreement"))
                    }
                    Way::HandOff(why) => ("hand_off", Some(why.as_str().to_owned()), why.words(self.lang)),
                };
                ProviderView {
                    way: way.to_owned(),
                    way_reason,
                    way_words: way_words.to_owned(),
                    id: choice.provider.id().to_owned(),
                    name: choice.provider.name(self.lang).to_owned(),
                    cashback: choice.plain.total().dollars(),
                    best: choice.best.total().dollars(),
                    funding: choice.funding.map(|funding| funding.id().to_owned()),
                    funding_name: choice.funding.map(|funding: Funding| funding.name(self.lang).to_owned()),
                    why: why.collect(),
                }
            };
            let open = |choice: &&Choice| {
                let id = choice.provider.id();
                catalogue.biller(biller).is_some_and(|biller| biller.takes(id)) && catalogue.provider_is_open(id)
            };
            Ok(choices(&deals, biller, payable, today, &earlier).iter().filter(open).map(view).collect())
        })
    }

    fn reason(&self, deal: &Deal) -> String {
        format!("{}: {}", deal.name(self.lang), deal.words(self.lang))
    }

    /// The deals as this phone was told of them last.
    pub fn deals(&self) -> Result<Vec<DealView>> {
        self.verified()?;
        let today = self.today();
        let view = |deal: &Deal| DealView {
            id: deal.id.as_str().to_owned(),
            name: deal.name(self.lang).to_owned(),
            provider: deal.provider.id().to_owned(),
            provider_name: deal.provider.name(self.lang).to_owned(),
            words: deal.words(self.lang),
            from: deal.from.map(|day| day.to_string()),
            until: deal.until.to_string(),
            current: deal.from.is_none_or(|from| from <= today) && today <= deal.until,
        };
        Ok(self.store.read(|work| work.deals())?.iter().map(view).collect())
    }

    /// What was never fetched, or so long ago that it may not hold any more.
    pub(crate) fn stale(&self) -> Result<Vec<Fetched>> {
        let now = self.clock.now();
        self.store.read(|work| {
            let mut stale = Vec::new();
            for what in Fetched::ALL {
                let fresh = work.fetched_at(what)?.is_some_and(|at| (0..FRESH_MS).contains(&now.millis_since(at)));
                if !fresh {
                    stale.push(what);
                }
            }
            Ok(stale)
        })
    }

    /// Fetches it and keeps it. What is promised to whoever has not agreed yet follows new deals at once.
    pub(crate) async fn fetch(&self, http: &dyn Http, what: Fetched) -> Result<()> {
        let reply = http.send(platform::open_request(what)).await;
        let body = match what {
            Fetched::Deals => serde_json::to_value(platform::deals(reply)?).map_err(|_| Error::new(Code::Internal))?,
            Fetched::ReceiptKeys => platform::receipt_keys(reply)?,
        };
        let now = self.clock.now();
        self.store.write(|work| {
            work.keep_fetched(what, &body, now)?;
            if what == Fetched::Deals {
                for waiting in work.open_payments()? {
                    if waiting.payment.state == State::NeedsConsent {
                        work.keep_promise(waiting.payment.id, now)?;
                    }
                }
            }
            Ok(())
        })
    }
}

impl PayTaipei {
    /// Fetches deals and the keys of receipts now. A drain does so by itself, where they are old.
    pub async fn refresh(&self) -> Result<()> {
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            for what in Fetched::ALL {
                core.fetch(http.as_ref(), what).await?;
            }
            Ok(())
        })
        .await
    }

    /// Asks the platform about all payments of the number once more, with the next drain: whether money came back.
    pub fn ask_again(&self) -> Result<()> {
        self.verified()?;
        self.core.store.write(|work| work.keep_restoring(Some(&crate::store::Restoring::default())))
    }
}
