//! `paytaipei-generator LIBRARY OUT_DIR`: writes the Kotlin and Swift sources of the built, unstripped library, as
//! `uniffi-bindgen generate` would. A crate of its own, and over uniffi's generator alone: Cargo unifies features, and no
//! feature of the phone's library may depend on who builds it.

use std::process::ExitCode;

use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [library, out_dir] = arguments.as_slice() else {
        eprintln!("usage: paytaipei-generator LIBRARY OUT_DIR");
        return ExitCode::from(2);
    };
    let options = GenerateOptions {
        languages: vec![TargetLanguage::Kotlin, TargetLanguage::Swift],
        source: library.into(),
        out_dir: out_dir.into(),
        ..GenerateOptions::default()
    };
    match generate(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("paytaipei-generator: {error:#}");
            ExitCode::FAILURE
        }
    }
}
