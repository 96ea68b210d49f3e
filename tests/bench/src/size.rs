//! Whose bytes a library's are, by the names of its symbols.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;

use crate::{Failure, Result};

/// Beginnings of the names of ring's C and assembly.
const RING: [&str; 16] = [
    "ring_core",
    "bn_",
    "aes",
    "sha",
    "chacha",
    "ecp",
    "fiat",
    "x25519",
    "gcm",
    "vpaes",
    "OPENSSL",
    "limbs",
    "LIMB",
    "p256",
    "p384",
    "poly",
];

/// Bytes of a library.
pub struct Sizes {
    /// Stripped, as a phone would get it.
    pub stripped: u64,
    /// Of symbols by crate, the largest first; C by the library that it belongs to.
    pub crates: Vec<(String, u64)>,
}

impl Sizes {
    /// Of an unstripped library.
    pub fn of(library: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let stripped = folder.path().join("stripped");
        tool(Command::new("strip").arg("-o").arg(&stripped).arg(library))?;
        let names = tool(Command::new("nm").args(["-S", "--defined-only", "--demangle=rust"]).arg(library))?;
        let mut crates: Vec<(String, u64)> = by_crate(&names).into_iter().collect();
        crates.sort_by_key(|(name, bytes)| (std::cmp::Reverse(*bytes), name.clone()));
        Ok(Self { stripped: std::fs::metadata(stripped)?.len(), crates })
    }

    /// Tables for unwinding, relocations, and constants without a name.
    pub fn nameless(&self) -> u64 {
        self.stripped.saturating_sub(self.crates.iter().map(|(_, bytes)| bytes).sum())
    }
}

fn tool(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(Failure::new(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Bytes by crate of what `nm -S` lists: address, size, kind, name. Of names at one address the first counts.
fn by_crate(names: &str) -> BTreeMap<String, u64> {
    let mut seen = HashSet::new();
    let mut crates = BTreeMap::new();
    for line in names.lines() {
        let mut words = line.splitn(4, ' ');
        let (Some(address), Some(size), Some(kind), Some(name)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let Ok(size) = u64::from_str_radix(size, 16) else { continue };
        // What is zero at the start is in no file.
        if matches!(kind, "b" | "B") || !seen.insert(address) {
            continue;
        }
        let bytes = crates.entry(crate_of(name).to_owned()).or_insert(0_u64);
        *bytes = bytes.saturating_add(size);
    }
    crates
}

/// The crate of a demangled name: the first that it begins with.
fn crate_of(name: &str) -> &str {
    if !name.contains("::") {
        return match name {
            name if RING.iter().any(|ring| name.starts_with(ring)) => "ring",
            name if name.starts_with("_R") || name.starts_with("_ZN") || name.starts_with("anon.") => "(unnamed)",
            name if name.starts_with("uniffi_") || name.starts_with("UNIFFI_") || name.starts_with("ffi_") => {
                "paytaipei_ffi"
            }
            _ => "SQLite",
        };
    }
    let first = name.split("::").next().unwrap_or(name);
    let first = first.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or(first);
    match first {
        "core" | "alloc" | "std" | "T" | "" | "hashbrown" | "gimli" | "addr2line" | "rustc_demangle" => "std",
        first => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_symbol_belongs_to_the_crate_that_its_name_begins_with() {
        let listed = "\
0000000000001000 0000000000000010 t <rustls::msgs::Frame as core::fmt::Debug>::fmt
0000000000001010 0000000000000020 T sqlite3_open
0000000000001010 0000000000000020 T sqlite3_open_again
0000000000001030 0000000000000008 t ring_core_0_17_14__p256_mul
0000000000001040 0000000000000004 t core::ptr::drop_in_place<paytaipei_app::store::Store>
0000000000001050 0000000000000100 b tokio::NOTHING
0000000000001060 0000000000000002 t <&mut serde_json::de::Deserializer<R> as serde_core::de::Deserializer>::deserialize_struct
                 U malloc";
        let expected = [("SQLite", 0x20), ("ring", 8), ("rustls", 0x10), ("serde_json", 2), ("std", 4)];
        assert_eq!(by_crate(listed), expected.map(|(name, bytes)| (name.to_owned(), bytes)).into());
    }
}
