//! `paytaipei-hostile`: tries what hostile operators and thieves would, and writes how it went into `docs/identity.md`.

use std::process::ExitCode;

use paytaipei_operators::cases;
use paytaipei_operators::signer::Signer;
use paytaipei_operators::table;

fn main() -> ExitCode {
    let Some(signer) = Signer::new() else {
        eprintln!("paytaipei-hostile: no keys could be made");
        return ExitCode::FAILURE;
    };
    let file = table::document();
    let written = std::fs::read_to_string(&file).map(|text| table::placed(&text, &cases::run(&signer)));
    match written.map(|placed| placed.map(|text| std::fs::write(&file, text))) {
        Ok(Some(Ok(()))) => ExitCode::SUCCESS,
        _ => {
            eprintln!("paytaipei-hostile: docs/identity.md has no place for the table");
            ExitCode::FAILURE
        }
    }
}
