//! A file of an earlier release is migrated whole or not at all, whenever the process dies or the power fails while it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use paytaipei_app::{Core, Lang};
use paytaipei_simulation::ports::{SetClock, phone};
use paytaipei_simulation::rng::Rng;
use paytaipei_simulation::vfs::{self, Backup, Disk, Doom};

const PHONE: &str = "kept";
/// The simulated vault opens it: `core/app/tests/kept` says how it was made.
const FILE: &[u8] = include_bytes!("../../../core/app/tests/kept/0.1.0.sqlite");
const ROWS: &str = include_str!("../../../core/app/tests/kept/0.1.0.txt");
/// 2026-11-25T05:20:00Z, a day after the file was made.
const NOW: i64 = 1_795_584_000_000;

fn open(process: u64) -> paytaipei_app::Result<Core> {
    vfs::with(PHONE, |disk| disk.enter(process));
    let clock = Arc::new(SetClock::default());
    clock.set(NOW);
    Core::open(Path::new(&vfs::database_path(PHONE)), phone(&clock, &Arc::default(), Rng::new(process)), Lang::En)
}

/// Identifier and state of every payment.
fn rows(core: &Core) -> Vec<(String, String)> {
    let records = core.records().unwrap();
    records.iter().map(|record| (record.payment.id.to_string(), record.payment.state.as_str().to_owned())).collect()
}

#[test]
fn a_migration_that_is_cut_short_is_done_anew_and_loses_nothing() {
    vfs::register();
    let kept: Vec<(String, String)> = ROWS
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap().to_owned(), words.nth(1).unwrap().to_owned())
        })
        .collect();
    let path = vfs::database_path(PHONE);
    for doom in [Doom::Kill, Doom::PowerCut] {
        let mut cut_short = 0;
        for after in 0.. {
            let mut disk = Disk::new(Rng::new(after));
            disk.restore(&Backup::of(&path, FILE));
            disk.doom(1, after, doom);
            vfs::insert(PHONE, disk);
            let opened = open(1);
            let died = vfs::with(PHONE, |disk| {
                disk.spare(1);
                disk.is_dead(1)
            });
            assert_eq!(opened.is_err(), died.unwrap(), "after {after}");
            drop(opened);
            vfs::with(PHONE, |disk| disk.power_was_cut());
            vfs::with(PHONE, |disk| disk.bury(1));
            let core = open(2).unwrap();
            assert_eq!(rows(&core), kept, "{doom:?} after {after} changes of the disk");
            assert!(core.verified_number().unwrap().is_some() && core.restore_order().unwrap().is_some());
            drop(core);
            vfs::with(PHONE, |disk| disk.bury(2));
            vfs::clear();
            if !died.unwrap() {
                break;
            }
            cut_short += 1;
        }
        assert!(cut_short >= 5, "{doom:?} befell it {cut_short} times");
    }
}
