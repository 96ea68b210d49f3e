//! The phone's history beside the accounts at the payment businesses.

use std::collections::BTreeMap;

use paytaipei_sandbox::Ledger;
use serde_json::Value;

use super::chapters::dollars;
use crate::teller::Teller;
use crate::{Result, ensure};

/// What both sides agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub charges: usize,
    /// Whole New Taiwan dollars.
    pub dollars: i64,
}

/// Fails unless each charge at a business is a settled payment on the phone over the same money, or a refunded one where the
/// account has it back, and the reverse, and no bill was charged twice.
pub fn compare(teller: &mut Teller<'_>, history: &[Value], ledger: &Ledger, account: &str) -> Result<Agreement> {
    let heads = if teller.tongue.code() == "zh" {
        ["帳單", "業者", "手機：狀態", "手機", "業者帳戶", "收據"]
    } else {
        ["bill", "business", "phone: state", "phone", "account", "receipt"]
    };
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    let mut unmatched: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for charge in ledger.charges.iter().filter(|charge| charge.account == account) {
        let known = unmatched.insert(&charge.payment_id, (charge.amount, charge.refunded));
        ensure!(known.is_none(), "payment {} was charged twice", charge.payment_id);
    }
    let mut agreement = Agreement { charges: 0, dollars: 0 };
    for payment in history {
        let words = |key: &str| payment[key].as_str().unwrap_or("—").to_owned();
        let charged_here = payment["charged"].as_i64();
        let charged_there = unmatched.remove(words("id").as_str());
        let here = match payment["state"].as_str() {
            Some("settled") => charged_here.map(|amount| (amount, 0)),
            Some("refunded") => charged_here.map(|amount| (amount, amount)),
            _ => None,
        };
        ensure!(
            here.is_some() == charged_here.is_some() && here == charged_there,
            "the phone says {here:?}, the account {charged_there:?}, for {payment}"
        );
        let kept = charged_there.map(|(amount, back)| amount - back);
        if let Some(kept) = kept.filter(|kept| *kept > 0) {
            agreement.charges += 1;
            agreement.dollars += kept;
        }
        let shown = |amount: Option<i64>| amount.map_or_else(|| "—".to_owned(), dollars);
        rows.push(vec![
            words("biller_name"),
            words("provider_name"),
            words("words"),
            shown(here.map(|(amount, back)| amount - back)),
            shown(kept),
            words("receipt"),
        ]);
    }
    ensure!(unmatched.is_empty(), "charged and unknown to the phone: {unmatched:?}");
    ensure!(ledger.double_charged.is_empty(), "charged more than once: {:?}", ledger.double_charged);
    let total = dollars(agreement.dollars);
    let blank = String::new;
    rows.push(vec![teller.tongue.pick("合計", "total").to_owned(), blank(), blank(), total.clone(), total]);
    teller.table(&rows);
    Ok(agreement)
}
