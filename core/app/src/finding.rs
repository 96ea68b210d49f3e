//! How a bill is found: by any word of what is known of it.

use std::collections::HashMap;

use paytaipei_bill::{Biller, Catalogue, text};

use crate::store::{BillRecord, KnownNumber};

/// More words than anybody types; the rest is not looked at.
const LONGEST: usize = 200;

/// Everything of a bill that somebody might look for, folded; but for its biller's names, which the catalogue may change.
pub(crate) fn haystack(bill: &BillRecord) -> String {
    let facts = &bill.facts;
    let number = facts.key.number.as_str();
    let mut words = vec![facts.key.biller.as_str().to_owned(), number.to_owned()];
    // Printed with hyphens, typed without, or the other way round.
    words.push(number.chars().filter(char::is_ascii_alphanumeric).collect());
    words.extend(facts.key.period.as_ref().map(|period| period.as_str().to_owned()));
    words.extend(facts.owner.clone());
    words.extend(facts.address.clone());
    if let Some(terms) = facts.terms {
        words.push(terms.amount.dollars().to_string());
        words.extend(terms.payable().ok().map(|payable| payable.dollars().to_string()));
    }
    if let Some(due) = facts.due {
        words.extend([due.to_string(), due.for_people(paytaipei_bill::Lang::ZhHant)]);
    }
    fold(&words.join("\n"))
}

/// The names by which each biller is found, folded.
pub(crate) fn names(catalogue: &Catalogue) -> HashMap<&str, String> {
    let name = |biller: &Biller| fold(&format!("{}\n{}", biller.zh, biller.en));
    catalogue.billers.iter().map(|biller| (biller.id.as_str(), name(biller))).collect()
}

/// What the person calls numbers of theirs, folded, by biller and number.
pub(crate) fn nicknames<'a>(numbers: impl Iterator<Item = &'a KnownNumber>) -> HashMap<(&'a str, &'a str), String> {
    numbers
        .filter_map(|known| Some(((known.biller.as_str(), known.number.as_str()), fold(known.nickname.as_deref()?))))
        .collect()
}

/// What somebody typed, word by word; a bill is meant if it has them all.
pub(crate) fn words(typed: &str) -> Vec<String> {
    let cut: String = typed.chars().take(LONGEST).collect();
    cut.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect()
}

/// Full width and half width, small and large, 臺 and 台 are the same to whoever looks for something.
fn fold(text: &str) -> String {
    text::normalise(text, 2_000).to_lowercase().replace('臺', "台")
}
