//! What can happen to the phone's files: damage, meddling, a full or locked disk, a lost key, two processes at once.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use paytaipei_e2e::phone::{Phone, Ran};
use paytaipei_e2e::world::{World, copy_folder, holdings, refusal, refuses, run, shown, text};
use paytaipei_sandbox::{IssuedBill, Route};
use rusqlite::Connection;
use rusqlite::config::DbConfig;

const LONG: Duration = Duration::from_secs(45);

/// A phone with a bill, and a payment that was agreed to and not sent.
struct Kept {
    world: World,
    phone: Phone,
    bill: IssuedBill,
    payment: String,
}

impl Kept {
    fn new() -> Self {
        let world = World::new().unwrap();
        let phone = world.verified_phone().unwrap();
        let bill = world.water_bill(428).unwrap();
        let payment = world.agree(&phone, &bill, "jkopay").unwrap();
        Self { world, phone, bill, payment }
    }

    fn database(&self) -> PathBuf {
        database(&self.phone)
    }

    /// The same phone with a copy of its folder.
    fn twin(&self, name: &str) -> Phone {
        let data = copy_folder(&self.phone.data, &self.world.folder().join(name)).unwrap();
        Phone { data, ..self.phone.clone() }
    }

    /// Everything is there, and the payment goes on to be paid once.
    fn goes_on(&self, before: &serde_json::Value) {
        assert_eq!(holdings(&self.phone).unwrap(), *before);
        run(&self.phone, &["sync"]).unwrap().well().unwrap();
        assert_eq!(shown(&self.phone, &self.payment).unwrap()["state"], "settled");
        assert_eq!(self.world.charges_of(&self.bill).unwrap(), 1);
    }
}

fn database(phone: &Phone) -> PathBuf {
    phone.data.join("paytaipei.sqlite")
}

/// Every file of the folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (name(&path), fs::read(&path).unwrap()))
        .collect()
}

/// The commands that look at the store in different ways.
const LOOKS: [&[&str]; 5] = [&["queue"], &["export"], &["sync"], &["history"], &["inquire", "kinmen-water", "7654321"]];

#[test]
fn a_file_that_is_no_store_of_ours_is_refused_and_left_as_it_is() {
    let kept = Kept::new();
    let whole = fs::read(kept.database()).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    let stranger = {
        let path = kept.world.folder().join("stranger.sqlite");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE diary (day TEXT); INSERT INTO diary VALUES ('2026-11-24');").unwrap();
        drop(other);
        fs::read(path).unwrap()
    };
    let mut other_application = whole.clone();
    other_application[68..72].copy_from_slice(b"abcd");
    let mut negative = whole.clone();
    negative[60..64].copy_from_slice(&(-1_i32).to_be_bytes());
    let cases: [(&str, Vec<u8>); 8] = [
        ("garbage", (0..8_192_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("text", b"this is no database".to_vec()),
        ("one-byte", vec![0]),
        ("header-only", whole[..100].to_vec()),
        ("half", half),
        ("stranger", stranger),
        ("other-application", other_application),
        ("negative-version", negative),
    ];
    for (name, bytes) in cases {
        let phone = kept.twin(name);
        fs::write(database(&phone), &bytes).unwrap();
        for look in LOOKS {
            let ran = run(&phone, look).unwrap();
            refusal(&ran, 8, "store_corrupt").unwrap_or_else(|failure| panic!("{name}: {failure}"));
        }
        refuses(&phone, &["verify", "0900000018"], 8, "store_corrupt").unwrap();
        assert_eq!(fs::read(database(&phone)).unwrap(), bytes, "{name} was changed");
    }
    // No plain file at all: opening a pipe would wait for ever.
    let phone = kept.twin("pipe");
    fs::remove_file(database(&phone)).unwrap();
    assert!(Command::new("mkfifo").arg(database(&phone)).status().unwrap().success());
    refuses(&phone, &["queue"], 8, "store_corrupt").unwrap();
    let phone = kept.twin("folder");
    fs::remove_file(database(&phone)).unwrap();
    fs::create_dir(database(&phone)).unwrap();
    refuses(&phone, &["queue"], 8, "store_corrupt").unwrap();
}

#[test]
fn a_row_that_somebody_altered_is_refused_and_pays_nothing() {
    let kept = Kept::new();
    let before = holdings(&kept.phone).unwrap();
    for table in ["payment", "bill", "identity", "keyring"] {
        let phone = kept.twin(&format!("flipped-{table}"));
        let raw = Connection::open(database(&phone)).unwrap();
        let column = if table == "keyring" { "proof" } else { "sealed" };
        let mut sealed: Vec<u8> =
            raw.query_row(&format!("SELECT {column} FROM {table}"), [], |row| row.get(0)).unwrap();
        let middle = sealed.len() / 2;
        sealed[middle] ^= 1;
        raw.execute(&format!("UPDATE {table} SET {column} = ?1"), [sealed]).unwrap();
        drop(raw);
        let code = if table == "keyring" { "key_lost" } else { "store_corrupt" };
        refuses(&phone, &["export"], 8, code).unwrap_or_else(|failure| panic!("{table}: {failure}"));
        refusal(&run(&phone, &["sync"]).unwrap(), 8, code).unwrap_or_else(|failure| panic!("{table}: {failure}"));
    }
    let alterations = [
        "UPDATE payment SET due = due + 1",
        "UPDATE payment SET created_at = created_at - 1",
        "UPDATE payment SET state = 'submitting'",
        "UPDATE payment SET call = 'submit'",
        "UPDATE payment SET attempt = attempt + 1",
        "UPDATE payment SET lookup = x'00'",
        "PRAGMA ignore_check_constraints = 1; UPDATE payment SET holds = 0",
        "UPDATE payment SET sealed = (SELECT sealed FROM bill)",
        "UPDATE payment SET sealed = x''",
        "UPDATE payment SET id = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f'",
        "UPDATE bill SET status = 'paid'",
        "UPDATE identity SET sealed = (SELECT sealed FROM payment)",
        "DELETE FROM keyring",
        "DROP TRIGGER payment_stays; DROP TABLE payment",
        "DROP TABLE identity",
    ];
    for (at, alteration) in alterations.iter().enumerate() {
        let phone = kept.twin(&format!("altered-{at}"));
        let raw = Connection::open(database(&phone)).unwrap();
        raw.pragma_update(None, "foreign_keys", false).unwrap();
        raw.execute_batch(alteration).unwrap();
        drop(raw);
        for look in [["export"], ["sync"]] {
            let ran = run(&phone, &look).unwrap();
            refusal(&ran, 8, "store_corrupt").unwrap_or_else(|failure| panic!("{alteration}: {failure}"));
        }
        let sent = kept.world.sandbox.requests().unwrap().get(&Route::Put).copied();
        assert_eq!(sent, None, "sent after {alteration}");
    }
    kept.goes_on(&before);
}

#[test]
fn the_database_itself_refuses_a_second_payment_and_any_change_of_an_ended_one() {
    let kept = Kept::new();
    let raw = || Connection::open(kept.database()).unwrap();
    let refused = |sql: &str| raw().execute_batch(sql).unwrap_err().to_string();
    let second = "INSERT INTO payment SELECT '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', bill, lookup, origin, holds, state, call, \
                  not_before, floor, attempt, due, created_at, updated_at, sealed FROM payment";
    assert!(refused(second).contains("UNIQUE"));
    assert!(refused("DELETE FROM payment").contains("no payment is ever deleted"));
    run(&kept.phone, &["sync"]).unwrap().well().unwrap();
    assert_eq!(shown(&kept.phone, &kept.payment).unwrap()["state"], "settled");
    assert!(refused(second).contains("UNIQUE"), "a paid bill is not paid again");
    assert!(refused("UPDATE payment SET holds = 0").contains("CHECK"), "what holds its bill does not let go of it");
    let reopened = refused("UPDATE payment SET state = 'needs_consent'");
    assert!(reopened.contains("an ended payment stays as it ended"), "{reopened}");
    assert!(refused("UPDATE payment SET state = 'declined'").contains("an ended payment stays as it ended"));
    assert!(refused("DELETE FROM payment").contains("no payment is ever deleted"));
    assert_eq!(shown(&kept.phone, &kept.payment).unwrap()["state"], "settled");
}

fn make_newer(raw: &Connection) {
    let version: i32 = raw.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    raw.pragma_update(None, "user_version", version + 1).unwrap();
}

#[test]
fn a_store_of_a_newer_release_is_refused_untouched() {
    let kept = Kept::new();
    let before = holdings(&kept.phone).unwrap();
    // In the file's header, as after a clean end of the newer release.
    let phone = kept.twin("newer");
    let raw = Connection::open(database(&phone)).unwrap();
    make_newer(&raw);
    drop(raw);
    let bytes = files(&phone.data);
    for look in LOOKS {
        refusal(&run(&phone, look).unwrap(), 8, "store_newer").unwrap();
    }
    refuses(&phone, &["verify", "0900000018"], 8, "store_newer").unwrap();
    assert_eq!(files(&phone.data), bytes);

    // In the log only, as after the newer release was killed.
    let phone = kept.twin("newer-in-the-log");
    let raw = Connection::open(database(&phone)).unwrap();
    raw.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).unwrap();
    make_newer(&raw);
    drop(raw);
    let lasting = || {
        let mut files = files(&phone.data);
        // The log's index, made anew from it by whoever opens the file.
        files.remove("paytaipei.sqlite-shm");
        files
    };
    let bytes = lasting();
    assert!(bytes["paytaipei.sqlite-wal"].len() > 32, "the version stands in the log");
    for look in LOOKS {
        refusal(&run(&phone, look).unwrap(), 8, "store_newer").unwrap();
    }
    assert_eq!(lasting(), bytes);
    kept.goes_on(&before);
}

#[test]
fn a_store_that_another_program_holds_is_waited_for_and_then_named() {
    let kept = Kept::new();
    let before = holdings(&kept.phone).unwrap();
    let raw = Connection::open(kept.database()).unwrap();
    raw.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    refusal(&run(&kept.phone, &["queue"]).unwrap(), 8, "store_locked").unwrap();
    assert!(begun.elapsed() > Duration::from_secs(2), "a short hold is waited out: {:?}", begun.elapsed());
    let phone = kept.phone.clone();
    let waiting = std::thread::spawn(move || run(&phone, &["queue"]).unwrap());
    std::thread::sleep(Duration::from_millis(500));
    raw.execute_batch("ROLLBACK").unwrap();
    drop(raw);
    assert_eq!(waiting.join().unwrap().well().unwrap().all("payment").len(), 1);
    kept.goes_on(&before);
}

#[test]
fn without_its_key_the_store_stays_shut_and_the_key_opens_it_again() {
    let kept = Kept::new();
    let before = holdings(&kept.phone).unwrap();
    let key = kept.phone.data.join("vault.key");
    let (aside, bytes) = (kept.world.folder().join("aside"), fs::read(&key).unwrap());
    let database = fs::read(kept.database()).unwrap();

    fs::rename(&key, &aside).unwrap();
    for look in LOOKS {
        refusal(&run(&kept.phone, look).unwrap(), 8, "key_lost").unwrap();
    }
    refuses(&kept.phone, &["verify", "0900000018"], 8, "key_lost").unwrap();
    assert!(!key.exists(), "no other key takes the lost one's place");
    for stranger in [&b"{}"[..], b"", b"\xff\xfe", &bytes[..bytes.len() / 2]] {
        fs::write(&key, stranger).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        refusal(&run(&kept.phone, &["queue"]).unwrap(), 8, "key_lost").unwrap();
        fs::remove_file(&key).unwrap();
    }
    // Another phone's key is a key, and not this store's.
    let other = kept.world.phone("other").unwrap();
    refusal(&run(&other, &["queue"]).unwrap(), 4, "number_not_verified").unwrap();
    fs::copy(other.data.join("vault.key"), &key).unwrap();
    refusal(&run(&kept.phone, &["queue"]).unwrap(), 8, "key_lost").unwrap();
    fs::remove_file(&key).unwrap();

    fs::rename(&aside, &key).unwrap();
    for mode in [0o640, 0o604, 0o644, 0o666] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        refuses(&kept.phone, &["queue"], 8, "vault_failed").unwrap();
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read(kept.database()).unwrap(), database, "the store was not touched meanwhile");
    kept.goes_on(&before);
}

#[test]
fn the_folder_and_the_key_are_for_their_owners_eyes() {
    let kept = Kept::new();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept.phone.data), 0o700);
    assert_eq!(mode(&kept.phone.data.join("vault.key")), 0o600);
}

/// A file system of its own, taken away again at the end. Only the system's administrator may mount one.
struct Mounted(PathBuf);

impl Mounted {
    fn tmpfs(at: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        Self::mount(at, &["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "tmpfs"])
    }

    /// The same folder again, where nothing can be written.
    fn read_only(folder: &Path, at: &Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mounted = Self::mount(at, &["--bind", &folder.display().to_string()])?;
        mount(&["-o", "remount,ro,bind", &at.display().to_string()]).then_some(mounted)
    }

    fn mount(at: &Path, how: &[&str]) -> Option<Self> {
        let place = at.display().to_string();
        mount(&[how, &[place.as_str()]].concat()).then(|| Self(at.to_owned()))
    }
}

fn mount(arguments: &[&str]) -> bool {
    Command::new("mount").args(arguments).output().is_ok_and(|output| output.status.success())
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_and_loses_nothing() {
    let kept = Kept::new();
    let before = holdings(&kept.phone).unwrap();
    let Some(_mounted) = Mounted::read_only(&kept.phone.data, &kept.world.folder().join("read-only")) else {
        eprintln!("not run: a_folder_that_cannot_be_written_is_named_and_loses_nothing (nothing can be mounted here)");
        return;
    };
    let phone = Phone { data: kept.world.folder().join("read-only"), ..kept.phone.clone() };
    for look in LOOKS {
        refusal(&run(&phone, look).unwrap(), 8, "store_read_only").unwrap();
    }
    let inside = Phone { data: phone.data.join("new"), ..phone.clone() };
    refuses(&inside, &["queue"], 8, "store_read_only").unwrap();
    kept.goes_on(&before);
}

#[test]
fn a_path_that_cannot_be_a_folder_is_named() {
    let world = World::new().unwrap();
    let file = world.file("file", b"").unwrap();
    for data in [file.clone(), format!("{file}/below")] {
        let phone = Phone { data: data.into(), ..world.phone("x").unwrap() };
        refuses(&phone, &["queue"], 8, "store_read_only").unwrap();
    }
}

/// Fills a file system to its last byte.
fn fill(at: &Path) -> PathBuf {
    let path = at.join("filler");
    let mut file = fs::File::create(&path).unwrap();
    for size in [1 << 20, 64 << 10, 4 << 10, 512, 1] {
        let block = vec![7_u8; size];
        while file.write_all(&block).is_ok() {}
    }
    path
}

#[test]
fn a_full_disk_is_named_and_once_there_is_space_everything_goes_on() {
    let world = World::new().unwrap();
    let at = world.folder().join("small");
    let Some(_mounted) = Mounted::tmpfs(&at, "1m") else {
        eprintln!(
            "not run: a_full_disk_is_named_and_once_there_is_space_everything_goes_on (nothing can be mounted here)"
        );
        return;
    };
    let phone = Phone { data: at.join("phone"), ..world.phone("x").unwrap() };

    // Full before the first start.
    let filler = fill(&at);
    refuses(&phone, &["verify", "0900000018"], 8, "store_full").unwrap();
    fs::remove_file(filler).unwrap();
    world.verify(&phone, "0900000018", "+886900000018").unwrap();

    let bills = [world.water_bill(428).unwrap(), world.water_bill(316).unwrap()];
    let payment = world.agree(&phone, &bills[0], "jkopay").unwrap();
    let wanted = world.key_in(&phone, &bills[1]).unwrap();
    let before = holdings(&phone).unwrap();
    let filler = fill(&at);
    for command in [
        &["pay", &wanted, "--provider", "esun", "--yes"][..],
        &["inquire", "kinmen-water", "7654321"],
        &["add", "https://pay.taipei/qr/2/Q0000000A000001/d30a/2"],
        &["cancel", &payment],
        &["sync"],
    ] {
        refusal(&run(&phone, command).unwrap(), 8, "store_full").unwrap_or_else(|f| panic!("{command:?}: {f}"));
    }
    assert_eq!(world.ledger().unwrap().charges, []);
    fs::remove_file(filler).unwrap();
    assert_eq!(holdings(&phone).unwrap(), before);

    run(&phone, &["pay", &wanted, "--provider", "esun", "--yes"]).unwrap().well().unwrap();
    run(&phone, &["sync"]).unwrap().well().unwrap();
    assert_eq!(shown(&phone, &payment).unwrap()["state"], "settled");
    assert_eq!(bills.map(|bill| world.charges_of(&bill).unwrap()), [1, 1]);
}

/// The same commands in processes of their own, all at once.
fn at_once(phone: &Phone, commands: &[Vec<String>]) -> Vec<Ran> {
    let running: Vec<_> = commands
        .iter()
        .map(|command| {
            let (phone, command) = (phone.clone(), command.clone());
            std::thread::spawn(move || run(&phone, &command.iter().map(String::as_str).collect::<Vec<_>>()).unwrap())
        })
        .collect();
    running.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn processes_that_start_together_share_one_store_and_one_key() {
    let world = World::new().unwrap();
    for round in 0..4 {
        let phone = world.phone(&format!("fresh-{round}")).unwrap();
        for ran in at_once(&phone, &vec![vec!["queue".to_owned()]; 6]) {
            refusal(&ran, 4, "number_not_verified").unwrap();
        }
        let names: Vec<String> = files(&phone.data).into_keys().collect();
        assert_eq!(names, ["paytaipei.sqlite", "vault.key"]);
    }
}

#[test]
fn processes_that_write_at_once_lose_nothing_and_only_one_gets_the_bill() {
    let kept = Kept::new();
    let link = |number: &str, check: &str| format!("https://pay.taipei/qr/2/{number}/{check}/2");
    let known = link("Q0000000A000001", "d30a");
    let added = at_once(&kept.phone, &vec![vec!["add".to_owned(), known]; 6]);
    let ids: Vec<String> =
        added.into_iter().map(|ran| text(&ran.well().unwrap().last("bill").unwrap(), "id").unwrap()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one bill, however often it is added: {ids:?}");

    let keyed: Vec<IssuedBill> = (0..6).map(|at| kept.world.water_bill(100 + at).unwrap()).collect();
    let inquire = |bill: &IssuedBill| vec!["inquire".to_owned(), bill.biller.clone(), bill.number.clone()];
    for ran in at_once(&kept.phone, &keyed.iter().map(inquire).collect::<Vec<_>>()) {
        assert_eq!(ran.well().unwrap().last("bill").unwrap()["status"], "payable");
    }
    assert_eq!(holdings(&kept.phone).unwrap()["bills"].as_array().unwrap().len(), 8);

    let bill = kept.world.key_in(&kept.phone, &keyed[0]).unwrap();
    let pay = |provider: &str| ["pay", &bill, "--provider", provider, "--yes"].map(str::to_owned).to_vec();
    let paid = at_once(&kept.phone, &["esun", "opay", "taishin", "jkopay", "ezpay", "aipei"].map(pay));
    let (won, lost): (Vec<Ran>, Vec<Ran>) = paid.into_iter().partition(|ran| ran.status == 0);
    assert_eq!(won.len(), 1, "{won:?}");
    for ran in &lost {
        refusal(ran, 7, "already_being_paid").unwrap();
    }
    run(&kept.phone, &["sync"]).unwrap().well().unwrap();
    assert_eq!(kept.world.charges_of(&keyed[0]).unwrap(), 1);
}

#[test]
fn of_two_that_follow_the_queue_one_pays_and_when_it_dies_the_other_goes_on() {
    for guard in [true, false] {
        let world = World::new().unwrap();
        world.sandbox.guard(guard).unwrap();
        let phone = world.verified_phone().unwrap();
        let bills: Vec<IssuedBill> = (0..4).map(|at| world.water_bill(200 + at).unwrap()).collect();
        let mut payments: Vec<String> =
            bills[..3].iter().map(|bill| world.agree(&phone, bill, "jkopay").unwrap()).collect();
        let last = world.key_in(&phone, &bills[3]).unwrap();
        world.sandbox.open_port(false).unwrap();
        let (first, second) =
            (phone.start(&["queue", "--follow"]).unwrap(), phone.start(&["queue", "--follow"]).unwrap());
        world.sandbox.open_port(true).unwrap();
        for running in [&first, &second] {
            let mut waiting = payments.clone();
            while !waiting.is_empty() {
                let told = running.next(LONG).unwrap();
                let payment = &told["payment"];
                waiting.retain(|id| !(payment["id"] == id.as_str() && payment["state"] == "settled"));
            }
        }
        assert_eq!(world.sandbox.requests().unwrap()[&Route::Put], 3, "each was sent once, by one of the two");

        first.kill().unwrap();
        let paid = run(&phone, &["pay", &last, "--provider", "esun", "--yes"]).unwrap().well().unwrap();
        payments.push(text(&paid.last("payment").unwrap(), "id").unwrap());
        loop {
            let told = second.next(LONG).unwrap();
            if told["payment"]["id"] == payments[3].as_str() && told["payment"]["state"] == "settled" {
                break;
            }
        }
        // A third hand beside the one that follows.
        let synced = run(&phone, &["sync", "--for", "1"]).unwrap().well().unwrap();
        assert_eq!(synced.all("payment"), Vec::<serde_json::Value>::new());
        second.kill().unwrap();
        assert_eq!(bills.iter().map(|bill| world.charges_of(bill).unwrap()).collect::<Vec<_>>(), [1, 1, 1, 1]);
    }
}
