//! Following the queue while nothing gets through.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

#[path = "kept/world.rs"]
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use paytaipei_app::ports::{
    AlwaysTry, Clock, Entropy, EntropyError, Http, HttpError, HttpFuture, HttpRequest, SystemEntropy,
};
use paytaipei_app::{Config, Core, Lang, PayTaipei, Phone};
use world::{KeptVault, MADE_AT, SetClock, World};

/// No request gets through; those of payments are counted.
#[derive(Default)]
struct DeadLine(AtomicUsize);

impl Http for DeadLine {
    fn send(&self, request: HttpRequest) -> HttpFuture<'_> {
        // Deals, keys and agreements are asked about beside the payments.
        let of_payments = request.bearer.is_some() && request.path != "/v1/agreements";
        self.0.fetch_add(usize::from(of_payments), Ordering::SeqCst);
        Box::pin(async { Err(HttpError::Offline) })
    }
}

/// Every throw of the dice shows 1,501: what a connection wakes is due at once, and what failed waits 500 ms or more.
#[derive(Default)]
struct Loaded(SystemEntropy);

impl Entropy for Loaded {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        if let Ok(dice) = <&mut [u8; 8]>::try_from(&mut *bytes) {
            *dice = 1_501_u64.to_le_bytes();
            return Ok(());
        }
        self.0.fill(bytes)
    }
}

const PAYMENTS: usize = 5;

/// A phone with that many payments agreed to, and a line on which nothing gets through.
fn agreed_phone() -> (tempfile::TempDir, Arc<DeadLine>, PayTaipei) {
    let home = tempfile::tempdir().unwrap();
    // The clock stands still: whatever waits, waits for ever.
    let clock = Arc::new(SetClock(AtomicI64::new(MADE_AT)));
    let phone = Phone {
        vault: Arc::new(KeptVault),
        connectivity: Arc::new(AlwaysTry),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        entropy: Arc::new(Loaded::default()),
    };
    let file = home.path().join("paytaipei.sqlite");
    let world = World::open(&file, MADE_AT, 1).unwrap();
    world.verify();
    let order = world.core.restore_order().unwrap().unwrap();
    world.core.restored(order.answer(Ok(world::json(200, r#"{"payments":[]}"#)))).unwrap();
    agree(&world.core);
    drop(world);
    let config = Config {
        data: home.path().to_owned(),
        platform: "https://platform.invalid".to_owned(),
        extra_root: None,
        lang: Lang::En,
    };
    let line = Arc::new(DeadLine::default());
    let core = PayTaipei::open_with(&config, phone, Arc::clone(&line) as Arc<dyn Http>).unwrap();
    (home, line, core)
}

#[tokio::test]
async fn a_phone_that_always_says_it_is_connected_waits_its_time_after_each_failure() {
    let (_home, line, core) = agreed_phone();
    let following = core.follow();
    let watching = async {
        while line.0.load(Ordering::SeqCst) < PAYMENTS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // As long as several looks at the queue.
        tokio::time::sleep(Duration::from_millis(1_500)).await;
    };
    tokio::select! {
        ended = following => panic!("{ended:?}"),
        () = watching => {}
    }
    assert_eq!(line.0.load(Ordering::SeqCst), PAYMENTS, "each was tried once");
}

#[tokio::test]
async fn somebody_who_asks_while_the_queue_is_followed_waits_for_no_pause() {
    let (_home, line, core) = agreed_phone();
    let asking = async {
        while line.0.load(Ordering::SeqCst) < PAYMENTS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The clock stands still: by itself nothing is tried again.
        core.sync(Duration::from_millis(200)).await.unwrap();
        while line.0.load(Ordering::SeqCst) < 2 * PAYMENTS {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        ended = core.follow() => panic!("{ended:?}"),
        asked = tokio::time::timeout(Duration::from_secs(30), asking) => asked.expect("asking changes nothing"),
    }
    assert_eq!(line.0.load(Ordering::SeqCst), 2 * PAYMENTS);
}

fn agree(core: &Core) {
    for number in 0..PAYMENTS {
        let text = format!(
            "TWQRP://金門縣自來水廠/158/03/V1?D1=42800&D3=AVWYrjDqQES+&D4=20261220&D7=123456{number}11510&D11=00,4614611000051300010001000100513965"
        );
        let bill = core.add_text(&text).unwrap();
        core.consent(&core.pay_when_confirmed(&bill.id, "jkopay", None).unwrap().id).unwrap();
    }
}
