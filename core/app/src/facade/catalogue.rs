//! Who can be paid, kept up to date; what is keyed in, judged while it is typed; the person's county and numbers.

use std::sync::{Arc, PoisonError};

use paytaipei_bill::catalogue::Release;
use paytaipei_bill::keyed::{Field, Typing};
use paytaipei_bill::{Biller, BillerId, Catalogue, text};

use super::{Core, PayTaipei};
use crate::error::{Code, Result};
use crate::intake;
use crate::platform::signed::{CATALOGUE, PlatformKeys};
use crate::platform::{catalogue_reply, catalogue_request};
use crate::ports::{HttpError, HttpReply, HttpRequest};
use crate::store::{KeptCatalogue, KnownNumber, Work};
use crate::view::{BillerView, CountyView, NumberView, TypingView};

/// The longest nickname, in characters.
const LONGEST_NICKNAME: usize = 20;
/// More numbers than any household has.
const MOST_NUMBERS: usize = 200;

/// The bundled catalogue, or a newer one that was kept.
pub(super) fn newest(work: &Work<'_>) -> Result<Arc<Catalogue>> {
    let bundled = Catalogue::bundled();
    let kept = work.kept_catalogue()?.and_then(|kept| Catalogue::read(kept.json.as_bytes()).ok());
    Ok(kept.filter(|kept| kept.version > bundled.version).map_or(bundled, Arc::new))
}

/// The biller's field of this name, in any of its ways.
fn field<'a>(biller: &'a Biller, name: &str) -> Option<&'a Field> {
    biller.keyed.iter().flat_map(|way| &way.fields).find(|field| field.name == name)
}

impl Core {
    /// All billers, those of the person's county first.
    pub fn billers(&self) -> Result<Vec<BillerView>> {
        let (catalogue, county) = (self.catalogue(), self.county()?);
        let minute = self.city_minute();
        let view = |biller: &Arc<Biller>| BillerView::new(biller, &catalogue, self.lang, Some(minute));
        Ok(catalogue.for_county(county.as_deref()).into_iter().map(view).collect())
    }

    /// The counties to choose from.
    #[must_use]
    pub fn counties(&self) -> Vec<CountyView> {
        let catalogue = self.catalogue();
        let views = catalogue.counties.iter().map(|county| CountyView {
            id: county.id.clone(),
            name: self.lang.pick(&county.zh, &county.en).to_owned(),
        });
        views.collect()
    }

    /// The county that the person chose.
    pub fn county(&self) -> Result<Option<String>> {
        self.store.read(|work| work.county())
    }

    /// The person lives there: its utilities come first from now on.
    pub fn choose_county(&self, county: &str) -> Result<()> {
        if !self.catalogue().counties.iter().any(|known| known.id == county) {
            return Err(Code::CountyUnknown.into());
        }
        self.store.write(|work| work.keep_county(county))
    }

    /// Judges what was typed so far into a field; asked at every keystroke, and kept nowhere.
    pub fn typing(&self, biller: &str, name: &str, typed: &str) -> Result<TypingView> {
        let catalogue = self.catalogue();
        let biller = intake::served_biller(&catalogue, biller)?;
        let field = field(biller, name).ok_or(Code::FieldUnknown)?;
        Ok(TypingView::new(&field.typing(typed), self.lang))
    }

    /// What to ask the platform for a newer catalogue.
    pub fn catalogue_request(&self) -> Result<HttpRequest> {
        let kept = self.store.read(|work| work.kept_catalogue())?;
        Ok(catalogue_request(kept.and_then(|kept| kept.etag)))
    }

    /// Takes the platform's catalogue in: `true` where it is newer. Refused where the platform did not sign it, or where it is
    /// older than one that this phone has seen.
    pub fn take_catalogue(
        &self,
        reply: std::result::Result<HttpReply, HttpError>,
        keys: &PlatformKeys,
    ) -> Result<bool> {
        let Some(reply) = catalogue_reply(reply)? else { return Ok(false) };
        let json = keys.open(CATALOGUE, &reply.body)?;
        let read = Catalogue::read(&json).map_err(|_| Code::PlatformGarbled)?;
        let json = String::from_utf8(json).map_err(|_| Code::PlatformGarbled)?;
        let etag = reply.etag.filter(|etag| etag.len() <= 80 && etag.bytes().all(|b| b.is_ascii_graphic()));
        let taken = self.store.write(|work| {
            let (kept, known) = (work.kept_catalogue()?, newest(work)?);
            let same = kept.as_ref().map_or(read == *known, |kept| kept.json == json);
            // Under one version there is one catalogue.
            if read.version < known.version || (read.version == known.version && !same) {
                return Err(Code::CatalogueOlder.into());
            }
            work.keep_catalogue(&KeptCatalogue { version: read.version, etag, json })?;
            Ok(read.version > known.version)
        })?;
        if taken {
            *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        }
        Ok(taken)
    }

    /// Whether this release may pay by the catalogue, and this biller takes payments now.
    pub(super) fn open_biller(&self, id: &BillerId) -> Result<Arc<Biller>> {
        let catalogue = self.catalogue();
        if Release::parse(env!("CARGO_PKG_VERSION")).is_none_or(|own| own < catalogue.min_app) {
            return Err(Code::AppTooOld.into());
        }
        let biller = intake::served_biller(&catalogue, id.as_str())?;
        match biller.state {
            paytaipei_bill::catalogue::State::Closed => Err(Code::BillerClosed.into()),
            _ => Ok(Arc::clone(biller)),
        }
    }

    /// Keeps a customer's number for the next bill, under a name of the person's own.
    pub fn remember_number(&self, biller: &str, number: &str, nickname: Option<&str>) -> Result<NumberView> {
        self.verified()?;
        let (catalogue, now) = (self.catalogue(), self.clock.now());
        let nickname = nickname.map(|name| text::normalise(name, LONGEST_NICKNAME + 1)).filter(|name| !name.is_empty());
        let clean = |name: &String| name.chars().count() <= LONGEST_NICKNAME && !text::has_hidden_characters(name);
        if !nickname.as_ref().is_none_or(clean) {
            return Err(Code::NicknameMalformed.into());
        }
        let key = intake::from_keys(&catalogue, biller, number)?.facts.key;
        let known = self.store.write(|work| {
            let known = work.number_of(&key)?;
            if known.is_none() && work.numbers()?.len() >= MOST_NUMBERS {
                return Err(Code::TooManyNumbers.into());
            }
            let (paid, since) = known.map_or((false, now), |known| (known.paid, known.since));
            let known = KnownNumber { biller: key.biller.clone(), number: key.number.clone(), nickname, paid, since };
            work.keep_number(&known)?;
            Ok(known)
        })?;
        Ok(NumberView::new(&known, &self.tongue()))
    }

    /// The numbers kept for the next bill, the first kept first.
    pub fn numbers(&self) -> Result<Vec<NumberView>> {
        self.verified()?;
        let numbers = self.store.read(|work| work.numbers())?;
        Ok(numbers.iter().map(|number| NumberView::new(number, &self.tongue())).collect())
    }

    /// Keeps a number no longer.
    pub fn forget_number(&self, biller: &str, number: &str) -> Result<()> {
        self.verified()?;
        let key = intake::from_keys(&self.catalogue(), biller, number)?.facts.key;
        self.store.write(|work| work.forget_number(&key))
    }
}

impl PayTaipei {
    /// Asks the platform for a newer catalogue: `true` where there was one. Needs no verified number.
    pub async fn refresh_catalogue(&self) -> Result<bool> {
        let request = self.catalogue_request()?;
        let (core, http, keys) = (Arc::clone(&self.core), Arc::clone(&self.http), self.keys.clone());
        self.on_core(async move { core.take_catalogue(http.send(request).await, &keys) }).await
    }
}

impl TypingView {
    fn new(typing: &Typing, lang: paytaipei_bill::Lang) -> Self {
        let (state, sent, warnings, refusal) = match typing {
            Typing::Unfinished => ("unfinished", None, Vec::new(), None),
            Typing::Complete(text, warnings) => ("complete", Some(text.clone()), warnings.clone(), None),
            Typing::Wrong(error) => ("wrong", None, Vec::new(), Some(*error)),
        };
        Self {
            state: state.to_owned(),
            sent,
            warnings: warnings.iter().map(|warning| warning.message(lang).to_owned()).collect(),
            refusal: refusal.map(|error| error.code().to_owned()),
            message: refusal.map(|error| error.message(lang)),
            hint: refusal.map(|error| error.hint(lang).to_owned()),
        }
    }
}
