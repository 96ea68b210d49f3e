//! What a text is: a bill, a known thing that is none, something suspicious, or unknown.

use std::sync::Arc;

use crate::catalogue::AcceptedCode;
use crate::code::{LAYOUTS, Layout};
use crate::code::{e_invoice, emvco, mobile_carrier, parking_slip, pay_taipei, taiwan_water, tax, twqrp};
use crate::link::{Link, Site, Verdict};
use crate::{BillClaim, Biller, Catalogue, CivilDate, KnownCode, Suspicion, Warning, text};

/// What a code or a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A bill that can be paid here; all that the code claims.
    Bill(Box<BillClaim>),
    /// A known thing that is no bill to be paid here.
    Known(KnownCode),
    /// Something that presents itself as a bill and is not right.
    Suspicious(Suspicion),
    Unknown,
}

impl Reading {
    /// Adds what only today's date tells, by the biller's own deadline.
    pub(crate) fn dated(mut self, reader: Reader<'_>) -> Self {
        if let Self::Bill(claim) = &mut self
            && let Some(biller) = reader.catalogue.biller(&claim.biller)
            && claim.due.is_some_and(|due| !biller.pays_on(due, reader.today))
        {
            claim.warn(Warning::PastDue);
        }
        self
    }
}

/// Longer than any text in a QR code (version 40 holds 2,953 bytes or 1,817 Chinese characters; ISO/IEC 18004) even
/// when percent-encoded twice.
const LONGEST: usize = 32 * 1024;

/// Reads codes on a day, by a catalogue.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub(crate) catalogue: &'a Catalogue,
    /// The city's day.
    pub(crate) today: CivilDate,
    pub(crate) layouts: &'a [Layout],
}

/// [`Reader::text`] by the bundled catalogue. `today` is the city's day.
#[must_use]
pub fn read_text(text: &str, today: CivilDate) -> Reading {
    Reader::new(&Catalogue::bundled(), today).text(text)
}

impl<'a> Reader<'a> {
    #[must_use]
    pub const fn new(catalogue: &'a Catalogue, today: CivilDate) -> Self {
        Self { catalogue, today, layouts: LAYOUTS }
    }

    #[must_use]
    pub const fn catalogue(self) -> &'a Catalogue {
        self.catalogue
    }

    /// Reads the text of a QR code, or a text that was typed or pasted.
    #[must_use]
    pub fn text(self, text: &str) -> Reading {
        if text.len() > LONGEST {
            return Reading::Unknown;
        }
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        let visible: String = text.chars().filter(|c| is_line_break(*c) || !is_hidden(*c)).collect();
        let reading = classify(&visible, self).dated(self);
        match reading {
            // What cannot be seen has no place in a bill's code; anywhere else it is nobody's business here.
            Reading::Bill(_) if visible.len() != text.len() => Reading::Suspicious(Suspicion::HiddenCharacters),
            reading => reading,
        }
    }

    /// A claim, if its biller is served.
    pub(crate) fn claimed(self, claim: BillClaim) -> Reading {
        match self.catalogue.biller(&claim.biller) {
            Some(biller) if !biller.served() => not_served(biller),
            _ => Reading::Bill(Box::new(claim)),
        }
    }

    /// What a code is that tells whose it is and no more.
    pub(crate) fn explained(self, code: &AcceptedCode) -> Reading {
        self.catalogue.with_code(|other| other == code).map_or(Reading::Unknown, not_served)
    }
}

pub(crate) fn not_served(biller: &Arc<Biller>) -> Reading {
    Reading::Known(KnownCode::NotServed(Arc::clone(biller)))
}

fn classify(text: &str, reader: Reader<'_>) -> Reading {
    let other = emvco::read(text).or_else(|| e_invoice::read(text)).or_else(|| mobile_carrier::read(text));
    if let Some(reading) = other.or_else(|| twqrp::read(text, reader)) {
        return reading;
    }
    let Some(link) = Link::split(text) else { return three_segments(text, reader) };
    let carries_bill = pay_taipei::is_shaped(&link) || parking_slip::is_shaped(&link) || tax::is_shaped(&link);
    match link.judge(carries_bill) {
        Verdict::Genuine(Site::PayTaipei) => pay_taipei::read(&link, reader),
        Verdict::Genuine(Site::ParkingFee) => parking_slip::read(&link, reader),
        Verdict::Genuine(Site::PayTax) => tax::read(&link, reader),
        Verdict::Genuine(Site::TaiwanWater) => taiwan_water::read(&link, reader),
        Verdict::Genuine(Site::Fisc) | Verdict::Foreign => Reading::Unknown,
        Verdict::Pretends(suspicion) => Reading::Suspicious(suspicion),
    }
}

/// Three barcodes pasted or typed together, white space between them.
fn three_segments(text: &str, reader: Reader<'_>) -> Reading {
    let segments: Vec<&str> = text.split_whitespace().take(4).collect();
    match reader.barcodes(&segments) {
        Ok(read) if segments.len() == 3 => read.reading,
        _ => Reading::Unknown,
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\t')
}

fn is_hidden(c: char) -> bool {
    text::has_hidden_characters(c.encode_utf8(&mut [0; 4]))
}
