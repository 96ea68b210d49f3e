//! What payment businesses give back. The rules of `docs/deals.md`, worked out in SQL over the deals' own JSON.

use super::Platform;
use crate::clock::{city_day, day_text, now_ms};
use crate::problem::Problem;
use crate::store::lock;
use rusqlite::{Connection, named_params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the platform offers until the control interface says otherwise.
pub const OFFERED: &str = include_str!("deals.json");

/// A payment to be judged.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    pub biller: &'a str,
    pub provider: &'a str,
    pub funding: Option<&'a str>,
    pub payable: i64,
    /// `YYYY-MM-DD`, in the city.
    pub day: &'a str,
}

/// What one deal gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub deal: String,
    pub amount: i64,
}

/// Days are `YYYY-MM-DD` and compare as text. `worth` is what each deal that applies gives alone; `ranked` numbers those that
/// do not stack, the richest first; `spent` is what those before it give, which ends at what is paid.
const GIVEN: &str = "
    WITH past AS (SELECT value ->> 'biller' AS biller, value ->> 'provider' AS provider, value ->> 'day' AS day
                  FROM json_each(:earlier)),
    deal AS (SELECT value ->> 'id' AS id, value ->> 'provider' AS provider, value -> 'billers' AS billers,
                    value ->> 'who' AS who, value ->> 'times' AS times, value ->> 'basis_points' AS points,
                    value ->> 'cap' AS cap, value -> 'funding' AS funding,
                    coalesce(value ->> 'from', '0000-01-01') AS first, value ->> 'until' AS last,
                    value ->> 'stacks' AS stacks, value ->> 'rounding' AS rounding
             FROM json_each(:deals)),
    worth AS (SELECT id, stacks,
                     min(coalesce(cap, :payable),
                         (:payable * points + iif(rounding = 'half_up', 5000, 0)) / 10000) AS amount
              FROM deal
              WHERE provider = :provider AND :day BETWEEN first AND last
                AND (billers IS NULL OR :biller IN (SELECT value FROM json_each(billers)))
                AND (funding IS NULL OR :funding IN (SELECT value FROM json_each(funding)))
                AND NOT (who = 'new_to_provider' AND deal.provider IN (SELECT provider FROM past))
                AND coalesce(times > (SELECT count(*) FROM past
                                      WHERE past.provider = deal.provider AND past.day BETWEEN first AND last
                                        AND (billers IS NULL OR past.biller IN (SELECT value FROM json_each(billers)))),
                             true)),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY stacks ORDER BY amount DESC, id) AS place FROM worth),
    given AS (SELECT id, stacks, amount,
                     sum(amount) OVER (ORDER BY stacks, id ROWS UNBOUNDED PRECEDING) - amount AS spent
              FROM ranked WHERE stacks OR place = 1)
    SELECT id, min(amount, :payable - spent) FROM given WHERE min(amount, :payable - spent) > 0 ORDER BY stacks, id";

/// What a payment gets by these deals, each after `earlier` payments of its number: lists in JSON, as the contract has deals,
/// and objects of `biller`, `provider` and `day`.
pub fn given(db: &Connection, deals: &str, offer: Offer<'_>, earlier: &str) -> rusqlite::Result<Vec<Given>> {
    let parameters = named_params! {
        ":deals": deals,
        ":earlier": earlier,
        ":biller": offer.biller,
        ":provider": offer.provider,
        ":funding": offer.funding,
        ":payable": offer.payable,
        ":day": offer.day,
    };
    db.prepare_cached(GIVEN)?
        .query_map(parameters, |row| Ok(Given { deal: row.get(0)?, amount: row.get(1)? }))?
        .collect()
}

impl Platform {
    /// `GET /v1/deals`.
    pub fn deals(&self) -> Result<Value, Problem> {
        let deals: Value = serde_json::from_str(&self.offered(&lock(&self.db))?)
            .map_err(|_| Problem::new(500, "internal", "The deals can't be read."))?;
        Ok(json!({"deals": deals}))
    }

    fn offered(&self, db: &Connection) -> rusqlite::Result<String> {
        let set: Option<String> = db.query_row("SELECT max(body) FROM deals", [], |row| row.get(0))?;
        Ok(set.unwrap_or_else(|| OFFERED.to_owned()))
    }

    /// Offers these deals instead.
    pub fn set_deals(&self, deals: &Value) -> rusqlite::Result<()> {
        lock(&self.db).execute("INSERT OR REPLACE INTO deals(id, body) VALUES (1, ?1)", [deals.to_string()]).map(|_| ())
    }

    /// What a payment of this number gets if it is recorded now.
    pub(super) fn given_now(
        &self,
        db: &Connection,
        msisdn: &str,
        request: &super::payments::PaymentRequest,
    ) -> rusqlite::Result<Vec<Given>> {
        let earlier: String = db
            .prepare_cached(
                "SELECT json_group_array(json_object('biller', biller, 'provider', provider,
                                                     'day', date(recorded_at / 1000, 'unixepoch', '+8 hours')))
                 FROM payments
                 WHERE msisdn = ?1 AND state IN ('processing', 'awaiting_hand_off', 'settled', 'refunded')",
            )?
            .query_row([msisdn], |row| row.get(0))?;
        let day = day_text(city_day(now_ms()));
        let offer = Offer {
            biller: &request.bill.biller,
            provider: &request.provider,
            funding: request.funding.as_deref(),
            payable: request.payable,
            day: &day,
        };
        given(db, &self.offered(db)?, offer, &earlier)
    }
}
