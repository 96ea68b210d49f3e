//! The rules hold in many worlds, a seed means one world to the byte, and a bug put in on purpose is noticed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use paytaipei_simulation::{Counts, Plant, Setup, World};

fn setup(seed: u64, guard: bool) -> Setup {
    Setup { seed, guard, plant: None, trace: false }
}

fn rules_hold(guard: bool) {
    let mut counts = Counts::default();
    for seed in 0..700 {
        let ended = World::run(setup(seed, guard));
        if let Some(violation) = ended.violation {
            let guard = if guard { "on" } else { "off" };
            panic!("seed {seed}: {violation}\nscripts/simulate --replay {seed} --guard {guard}");
        }
        counts.add(&ended.counts);
    }
    assert!(counts.charges > 700, "{}", counts.report());
}

#[test]
fn the_rules_hold_with_the_platforms_guard() {
    rules_hold(true);
}

#[test]
fn the_rules_hold_by_the_phone_alone() {
    rules_hold(false);
}

#[test]
fn a_seed_means_the_same_world_to_the_byte() {
    let mut lines = 0;
    for seed in 0..30 {
        let run = || {
            let ended = World::run(Setup { trace: true, ..setup(seed, seed % 2 == 0) });
            (ended.trace.join("\n"), ended.counts)
        };
        let (first, second) = (run(), run());
        lines += first.0.lines().count();
        assert_eq!(first, second, "seed {seed}");
    }
    assert!(lines > 3_000, "{lines} lines");
}

/// The rule that each planted bug breaks.
fn expected(plant: Plant) -> &'static [&'static str] {
    match plant {
        Plant::ForgetsIdentifiers | Plant::ForgetsOrders | Plant::ManyTokens => &["a bill is charged at most once"],
        Plant::Overcharges => &["only what was agreed to is charged"],
        Plant::VoidsWhatWasCharged | Plant::LateRefusalsCount => &["ended without a charge is not charged"],
        Plant::SettlesTooEarly => &["settled is charged"],
        Plant::DiskLiesAboutSync => &[
            "no payment is lost",
            "what has ended stays as it ended",
            "the store always opens",
            "the store always answers",
            "stored before it is sent",
            "a bill is charged at most once",
        ],
        Plant::NeverFinishes => &["everything comes to rest once the platform answers"],
    }
}

#[test]
fn every_planted_bug_is_noticed() {
    for plant in Plant::ALL {
        let broken = (0..20_000).find_map(|seed| {
            let ended = World::run(Setup { plant: Some(plant), ..setup(seed, false) });
            ended.violation.map(|violation| (seed, violation.rule))
        });
        let (seed, rule) = broken.unwrap_or_else(|| panic!("{plant:?} went unnoticed"));
        eprintln!("{plant:?} noticed in seed {seed}: {rule}");
        assert!(expected(plant).contains(&rule), "{plant:?}: {rule}");
    }
}
