//! What is owed: under a number, of somebody, of a bill that is kept, of a household. Looking never pays.

use std::collections::BTreeSet;
use std::sync::Arc;

use paytaipei_bill::{BillKey, BillerId, Warning};
use zeroize::Zeroizing;

use super::{Core, PayTaipei};
use crate::error::{Code, Error, Result};
use crate::intake;
use crate::platform::{Answer, Errand, Inquiry, Order, Purpose, Why};
use crate::ports::HttpError::{Broken, Offline, Timeout};
use crate::store::{BillRecord, BillState};
use crate::view::{BillView, NumberView};

/// A question about a bill or a number, kept already and about to be asked.
pub struct PreparedInquiry {
    pub order: Order,
    key: BillKey,
    kept: BillRecord,
    warnings: Vec<Warning>,
}

/// What a household owes.
pub struct Checked {
    pub bills: Vec<BillView>,
    /// Numbers of which nothing was learnt.
    pub failed: Vec<Failed>,
}

pub struct Failed {
    pub number: NumberView,
    pub error: Error,
}

impl Core {
    /// The first half of [`PayTaipei::inquire`], for whoever makes the call: the number is kept, so that what somebody
    /// typed is not lost with the connection.
    pub fn prepare_inquiry(&self, biller: &str, number: &str) -> Result<PreparedInquiry> {
        self.verified()?;
        let intake = intake::from_keys(&self.catalogue(), biller, number)?;
        let now = self.clock.now();
        let kept = self.store.write(|work| work.remember_bill(intake.facts, now))?;
        self.about(kept, intake.warnings)
    }

    /// The same of [`PayTaipei::check`].
    pub fn prepare_check(&self, bill: &str) -> Result<PreparedInquiry> {
        self.verified()?;
        let kept = self.store.read(|work| work.bill(bill))?.ok_or(Code::BillUnknown)?;
        self.about(kept, Vec::new())
    }

    fn about(&self, kept: BillRecord, warnings: Vec<Warning>) -> Result<PreparedInquiry> {
        let token = self.verified()?.token;
        let key = kept.facts.key.clone();
        self.open_biller(&key.biller)?;
        let errand = Errand::Inquire { bill: key.clone(), purpose: Purpose::Status };
        Ok(PreparedInquiry { order: Order { token, errand }, key, kept, warnings })
    }

    /// The second half: what the answer taught.
    pub fn inquired(&self, inquiry: &PreparedInquiry, answer: Answer) -> Result<Vec<BillView>> {
        let Answer::Inquired(answer) = answer else { return Err(Code::Internal.into()) };
        let now = self.clock.now();
        let bills = match answer {
            Ok(Inquiry::Bills(bills)) => self.store.write(|work| Ok(work.absorb(&inquiry.key, &bills, now)?.0))?,
            Ok(Inquiry::NotFound) => {
                // As it stands now: while the answer was on its way, it may have become another bill's row.
                self.store.write(|work| match work.bill_by_key(&inquiry.key)? {
                    Some(bill) => {
                        work.keep_bill(&BillRecord { state: BillState::NotFound, checked_at: Some(now), ..bill })
                    }
                    None => Ok(()),
                })?;
                return Err(Code::BillNotFound.into());
            }
            Err(silence) if matches!(silence.why, Why::Network(Offline | Timeout | Broken)) => {
                vec![inquiry.kept.clone()]
            }
            other => return Err(self.nothing_learnt(other)),
        };
        self.views(&bills, &inquiry.warnings)
    }

    /// The order of [`PayTaipei::search`]: every field is held to its rule, and nothing is kept.
    pub fn prepare_search(&self, biller: &str, fields: &[(String, String)]) -> Result<Order> {
        let session = self.verified()?;
        let catalogue = self.catalogue();
        let biller = intake::served_biller(&catalogue, biller)?;
        self.open_biller(&biller.id)?;
        let given: BTreeSet<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        if given.len() != fields.len() {
            return Err(Code::FieldUnknown.into());
        }
        let names = |way: &paytaipei_bill::catalogue::Way| -> BTreeSet<String> {
            way.fields.iter().map(|field| field.name.clone()).collect()
        };
        let asks =
            |way: &&paytaipei_bill::catalogue::Way| names(way).iter().map(String::as_str).eq(given.iter().copied());
        let Some(way) = biller.keyed.iter().find(asks) else {
            let partly = biller.keyed.iter().any(|way| given.iter().all(|name| names(way).contains(*name)));
            return Err(if partly { Code::FieldMissing } else { Code::FieldUnknown }.into());
        };
        let mut checked = Vec::with_capacity(fields.len());
        for field in &way.fields {
            let typed = fields.iter().find(|(name, _)| *name == field.name).map_or("", |(_, typed)| typed);
            let (value, _) = field.check(typed).map_err(intake::malformed)?;
            checked.push((field.name.clone(), Zeroizing::new(value)));
        }
        let errand = Errand::Search { biller: biller.id.clone(), fields: checked };
        Ok(Order { token: session.token, errand })
    }

    /// The bills that were found, kept by the numbers that the platform gave them.
    pub fn found(&self, answer: Answer) -> Result<Vec<BillView>> {
        let Answer::Inquired(answer) = answer else { return Err(Code::Internal.into()) };
        let now = self.clock.now();
        let bills = match answer {
            Ok(Inquiry::Bills(bills)) => self.store.write(|work| work.take_in(&bills, now))?,
            other => return Err(self.nothing_learnt(other)),
        };
        self.views(&bills, &[])
    }

    fn nothing_learnt(&self, answer: std::result::Result<Inquiry, crate::platform::Silence>) -> Error {
        match answer {
            Ok(Inquiry::Bills(_)) => Code::Internal.into(),
            Ok(Inquiry::NotFound) => Code::BillNotFound.into(),
            Ok(Inquiry::BillerUnknown) => Code::BillerUnknown.into(),
            Ok(Inquiry::Quiet { .. }) => Code::QuietHours.into(),
            Err(silence) => {
                if silence.why == Why::SessionInvalid
                    && let Err(error) = self.store.end_session()
                {
                    return error;
                }
                silence.into()
            }
        }
    }

    /// Each number that is kept, and the order to ask about it.
    fn prepare_household(&self) -> Result<Vec<(NumberView, BillerId, String)>> {
        let numbers = self.store.read(|work| work.numbers())?;
        let tongue = self.tongue();
        let asked = numbers.into_iter().map(|known| {
            let view = NumberView::new(&known, &tongue);
            (view, known.biller, known.number.as_str().to_owned())
        });
        Ok(asked.collect())
    }
}

impl PayTaipei {
    /// What is owed under a number that a person keyed in. Without a connection the number is kept, `unchecked`, and asked
    /// about later; it is kept, too, where the other side answered and was not the platform, which is refused.
    pub async fn inquire(&self, biller: &str, number: &str) -> Result<Vec<BillView>> {
        self.ask(self.prepare_inquiry(biller, number)?).await
    }

    /// What the platform says of a bill that is kept: how it stands, whose it is, what is payable. Pays nothing.
    pub async fn check(&self, bill: &str) -> Result<Vec<BillView>> {
        self.ask(self.prepare_check(bill)?).await
    }

    /// What somebody owes, by what they know of themselves: the fields of one of the biller's ways. Nothing of it is kept on
    /// the phone, so that it needs a connection; what is found has numbers of its own, and is asked about again by these.
    pub async fn search(&self, biller: &str, fields: &[(String, String)]) -> Result<Vec<BillView>> {
        if let [(name, number)] = fields
            && name == "number"
        {
            return self.inquire(biller, number).await;
        }
        let order = self.prepare_search(biller, fields)?;
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            let reply = http.send(order.request()).await;
            core.found(order.answer(reply))
        })
        .await
    }

    /// All bills of the numbers that are kept, asked about one after the other.
    pub async fn check_household(&self) -> Result<Checked> {
        self.verified()?;
        let mut checked = Checked { bills: Vec::new(), failed: Vec::new() };
        for (number, biller, typed) in self.prepare_household()? {
            match self.inquire(biller.as_str(), &typed).await {
                Ok(bills) => checked.bills.extend(bills),
                Err(error) => checked.failed.push(Failed { number, error }),
            }
        }
        Ok(checked)
    }

    async fn ask(&self, inquiry: PreparedInquiry) -> Result<Vec<BillView>> {
        let (core, http) = (Arc::clone(&self.core), Arc::clone(&self.http));
        self.on_core(async move {
            let reply = http.send(inquiry.order.request()).await;
            core.inquired(&inquiry, inquiry.order.answer(reply))
        })
        .await
    }
}
