//! Makes the file that a release leaves behind: a phone with a payment in every state.
//!
//! Before a release whose schema differs from the last one's:
//! `KEEP=0.2.0 cargo test -p paytaipei-app --test kept keep_this_release -- --ignored`.
//! A kept file is never made again, and never altered: it is what phones hold.

use std::path::Path;

use paytaipei_app::ports::HttpError;
use paytaipei_payment::PaymentId;

use crate::world::{MADE_AT, World, bill, json, problem, recorded};

const PERIOD: &str = "11510";

/// Dollars of the bill with this number: no two cost the same.
pub fn amount(number: &str) -> i64 {
    number.bytes().fold(100, |sum, digit| (sum * 7 + i64::from(digit)) % 9_000 + 100)
}

struct Maker {
    world: World,
    bills: u32,
}

impl Maker {
    /// A bill of its own, scanned or, without a period, as an old paper shows it.
    fn intend(&mut self, period: &str) -> (PaymentId, String) {
        self.bills += 1;
        self.world.later(1_000);
        let number = format!("{:07}", 1_000_000 + self.bills);
        let text = format!(
            "TWQRP://金門縣自來水廠/158/03/V1?D1={}00&D3=AVWYrjDqQES+&D4=20261220&D7={number}{period}&D11=00,4614611000051300010001000100513965",
            amount(&number)
        );
        let kept = self.world.core.add_text(&text).unwrap();
        let payment = self.world.core.pay_when_confirmed(&kept.id, "esun", None).unwrap();
        (PaymentId::parse(&payment.id).unwrap(), number)
    }

    fn agreed(&mut self) -> (PaymentId, String) {
        let (id, number) = self.intend(PERIOD);
        self.world.core.consent(&id.to_string()).unwrap();
        (id, number)
    }

    /// Checked, its token stored: the next call sends it.
    fn checked(&mut self) -> (PaymentId, String) {
        let (id, number) = self.agreed();
        self.world.call(id, Ok(bill(&number, PERIOD, "payable", amount(&number))));
        (id, number)
    }

    fn sent(&mut self, state: &str) -> PaymentId {
        let (id, number) = self.checked();
        self.world.call(id, Ok(json(200, &recorded(id, &number, PERIOD, amount(&number), state))));
        id
    }

    fn lost(&mut self) -> PaymentId {
        let (id, _) = self.checked();
        self.world.call(id, Err(HttpError::Timeout));
        id
    }
}

/// Makes the file, closed, and returns its payments as [`crate::line`] puts them.
pub fn make(file: &Path) -> Vec<String> {
    let world = World::open(file, MADE_AT, 1).unwrap();
    world.verify();
    let mut maker = Maker { world, bills: 0 };
    // Waiting for the amount, and having asked for it in vain.
    maker.intend("");
    let (id, _) = maker.intend("");
    maker.world.call(id, Err(HttpError::Offline));
    // Waiting for the person: for the first time, and because the amount changed.
    maker.intend(PERIOD);
    let (id, number) = maker.agreed();
    maker.world.call(id, Ok(bill(&number, PERIOD, "payable", amount(&number) + 1)));
    // Agreed to; and put off.
    maker.agreed();
    let (id, _) = maker.agreed();
    maker.world.call(id, Ok(problem(409, "quiet_hours")));
    // Sent, with every kind of answer and none.
    maker.sent("awaiting_hand_off");
    maker.sent("processing");
    maker.sent("settled");
    maker.sent("refunded");
    maker.sent("declined");
    maker.lost();
    let id = maker.lost();
    maker.world.core.cancel(&id.to_string()).unwrap();
    let id = maker.lost();
    maker.world.later(60_000);
    maker.world.call(id, Ok(problem(404, "payment_not_found")));
    maker.world.call(id, Ok(json(200, &recorded(id, "", "", 0, "voided"))));
    let (id, _) = maker.checked();
    maker.world.call(id, Ok(problem(409, "already_paid")));
    let (id, _) = maker.checked();
    maker.world.call(id, Ok(problem(409, "bill_expired")));
    // Given up before anything was sent.
    let (id, _) = maker.agreed();
    maker.world.core.cancel(&id.to_string()).unwrap();
    // Known from the platform only, and more of them to be fetched.
    let listed = |place: u32, state: &str| {
        let id = PaymentId::new(paytaipei_payment::Timestamp(MADE_AT - 86_400_000), [place as u8; 10]);
        let number = format!("{:07}", 2_000_000 + place);
        recorded(id, &number, PERIOD, amount(&number), state)
    };
    let order = maker.world.core.restore_order().unwrap().unwrap();
    let page = format!(r#"{{"payments":[{},{}],"next":"c2"}}"#, listed(1, "settled"), listed(2, "processing"));
    maker.world.core.restored(order.answer(Ok(json(200, &page)))).unwrap();
    // Somebody verifies the number again.
    maker.world.begin_verification("fedcba9876543210");
    // Killed in the middle of a check, and of a submission.
    let (id, _) = maker.agreed();
    maker.world.begin(id);
    let (id, _) = maker.checked();
    maker.world.begin(id);
    let records = maker.world.core.records().unwrap();
    records.iter().map(crate::line).collect()
}
