//! A bad network: a TCP proxy on loopback that delays, cuts and resets what passes through it. TLS passes untouched.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use socket2::SockRef;

use crate::Result;

/// What was done to connections, by kind.
#[derive(Debug, Default)]
pub struct Damage {
    pub passed: AtomicU64,
    pub reset: AtomicU64,
    pub delayed: AtomicU64,
    /// Cut after some bytes of the request.
    pub cut_out: AtomicU64,
    /// The request went through; its reply was cut, before the first byte or later.
    pub cut_back: AtomicU64,
}

pub struct FaultProxy {
    pub port: u16,
    pub damage: Arc<Damage>,
    calm: Arc<AtomicBool>,
}

/// One direction of one connection: how many bytes pass, and how long each read is held back.
#[derive(Clone, Copy)]
struct Passage {
    bytes: u64,
    hold: Duration,
}

const OPEN: Passage = Passage { bytes: u64::MAX, hold: Duration::ZERO };

impl FaultProxy {
    /// In front of this port of loopback.
    pub fn start(target: u16, seed: u64) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let (damage, calm) = (Arc::new(Damage::default()), Arc::new(AtomicBool::new(false)));
        let (counted, at_peace) = (Arc::clone(&damage), Arc::clone(&calm));
        std::thread::spawn(move || {
            let mut dice = fastrand::Rng::with_seed(seed);
            for phone in listener.incoming().map_while(std::io::Result::ok) {
                let fate = if at_peace.load(Ordering::Relaxed) { 0 } else { dice.u32(0..100) };
                let (count, out, back) = match fate {
                    0..50 => (&counted.passed, OPEN, OPEN),
                    50..65 => {
                        (&counted.delayed, Passage { hold: Duration::from_millis(dice.u64(1..80)), ..OPEN }, OPEN)
                    }
                    65..75 => {
                        counted.reset.fetch_add(1, Ordering::Relaxed);
                        reset(&phone);
                        continue;
                    }
                    // A TLS handshake takes the phone some 600 bytes and the platform some 1,500.
                    75..85 => (&counted.cut_out, Passage { bytes: dice.u64(0..3_000), ..OPEN }, OPEN),
                    _ => (&counted.cut_back, OPEN, Passage { bytes: dice.u64(1_000..6_000), ..OPEN }),
                };
                count.fetch_add(1, Ordering::Relaxed);
                if let Ok(platform) = TcpStream::connect((Ipv4Addr::LOCALHOST, target)) {
                    pass(phone, platform, out, back);
                }
            }
        });
        Ok(Self { port, damage, calm })
    }

    /// From now on everything passes.
    pub fn calm(&self) {
        self.calm.store(true, Ordering::Relaxed);
    }
}

fn pass(phone: TcpStream, platform: TcpStream, out: Passage, back: Passage) {
    let (Ok(phone_again), Ok(platform_again)) = (phone.try_clone(), platform.try_clone()) else { return };
    std::thread::spawn(move || carry(phone, platform, out));
    std::thread::spawn(move || carry(platform_again, phone_again, back));
}

fn carry(mut from: TcpStream, mut to: TcpStream, passage: Passage) {
    let mut left = passage.bytes;
    let mut buffer = [0; 4_096];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 {
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
        std::thread::sleep(passage.hold);
        let passes = usize::try_from(left).unwrap_or(usize::MAX).min(read);
        if to.write_all(&buffer[..passes]).is_err() || passes < read {
            reset(&to);
            reset(&from);
            return;
        }
        left -= passes as u64;
    }
}

/// Ends a connection without a goodbye (RST).
fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    let _ = stream.shutdown(Shutdown::Both);
}
