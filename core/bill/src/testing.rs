//! Short forms for the tests of every format.

use std::sync::Arc;

use crate::{BillClaim, Biller, BillerId, Catalogue, CivilDate, Reading, read_text};

pub(crate) fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

pub(crate) fn today() -> CivilDate {
    day("2026-11-24")
}

/// Of the bundled catalogue.
pub(crate) fn biller(id: &str) -> Arc<Biller> {
    Arc::clone(Catalogue::bundled().biller(&BillerId::new(id).unwrap()).unwrap())
}

pub(crate) fn claim(text: &str) -> BillClaim {
    match read_text(text, today()) {
        Reading::Bill(claim) => *claim,
        other => panic!("no bill but {other:?}: {text}"),
    }
}

pub(crate) fn known(text: &str) -> &'static str {
    match read_text(text, today()) {
        Reading::Known(known) => known.code(),
        other => panic!("nothing known but {other:?}: {text}"),
    }
}

pub(crate) fn suspicion(text: &str) -> &'static str {
    match read_text(text, today()) {
        Reading::Suspicious(suspicion) => suspicion.code(),
        other => panic!("nothing suspicious but {other:?}: {text}"),
    }
}
