//! `paytaipei-generator sources LIBRARY OUT_DIR`: writes the Kotlin and Swift sources of the built, unstripped library, as
//! `uniffi-bindgen generate` would, and beside them `interface.txt`, the interface in words.
//! `paytaipei-generator compare EARLIER LATER`: whether apps of the earlier interface still fit the later one.
//! `paytaipei-generator words kotlin|swift|system WORDS_JSON`: what shells say, as a source of their language; `system`: what
//! Apple's systems say of the app, as a string catalogue.
//! `paytaipei-generator shells ROOT`: both shells side by side, as a document.
//!
//! A crate of its own, and over uniffi's generator alone: Cargo unifies features, and no feature of the phone's library may
//! depend on who builds it.

mod interface;
mod shells;
mod words;
mod words_swift;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use interface::Description;
use paytaipei_app::Code;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};
use uniffi_bindgen::macro_metadata::extract_from_bytes;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["sources", library, out_dir] => sources(library, out_dir),
        ["compare", earlier, later] => compare(earlier, later),
        ["words", what, json] => words(what, json),
        ["shells", root] => shells(Path::new(root)),
        _ => {
            eprintln!(
                "usage: paytaipei-generator sources LIBRARY OUT_DIR | compare EARLIER LATER | \
                 words kotlin|swift|system WORDS_JSON | shells ROOT"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paytaipei-generator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn sources(library: &str, out_dir: &str) -> Result<(), String> {
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Kotlin, TargetLanguage::Swift],
        source: library.into(),
        out_dir: out_dir.into(),
        ..GenerateOptions::default()
    };
    generate(options).map_err(|error| format!("{error:#}"))?;
    let items = extract_from_bytes(&read_bytes(library)?).map_err(|error| format!("{error:#}"))?;
    let mut entries = interface::entries(&items);
    // The kinds are told by the error's variants, the codes by their table: neither is metadata of uniffi's.
    entries.extend(Code::ALL.iter().map(|code| format!("code {}: exit {}", code.as_str(), code.exit_code())));
    let text = Description::new(env!("CARGO_PKG_VERSION"), entries)?.text();
    fs::write(Path::new(out_dir).join("interface.txt"), text).map_err(|error| format!("{out_dir}: {error}"))
}

fn compare(earlier: &str, later: &str) -> Result<(), String> {
    let broken = description(later)?.breaks(&description(earlier)?);
    if broken.is_empty() {
        return Ok(());
    }
    Err(format!("apps of the earlier interface no longer find:\n  {}", broken.join("\n  ")))
}

fn words(what: &str, path: &str) -> Result<(), String> {
    let words = words::read(&read_bytes(path)?).map_err(|error| format!("{path}: {error}"))?;
    let text = match what {
        "kotlin" => words::source(&words, &words::KOTLIN),
        "swift" => words::source(&words, &words_swift::SWIFT),
        "system" => words_swift::catalogue(&words).map_err(|error| format!("{path}: {error}"))?,
        _ => return Err(format!("words for {what} are not known")),
    };
    print!("{text}");
    Ok(())
}

fn shells(root: &Path) -> Result<(), String> {
    let words = words::read(&read_bytes(&root.join("shells/words.json").to_string_lossy())?)?;
    print!("{}", shells::document(root, &words.into_keys().collect())?);
    Ok(())
}

fn description(path: &str) -> Result<Description, String> {
    let text = String::from_utf8(read_bytes(path)?).map_err(|_| format!("{path} is no text"))?;
    Description::read(&text).map_err(|error| format!("{path}: {error}"))
}

fn read_bytes(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}
