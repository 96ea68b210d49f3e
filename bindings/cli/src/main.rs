//! `paytaipei`: the command line, a third thin shell over the façade. Rules are in the core; here are words and files.

mod args;
mod connection;
mod output;
mod run;
mod scan;
mod vault;

use std::io::Write;
use std::panic::UnwindSafe;
use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use output::Output;
use paytaipei_app::{Code, Error, Result};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json, arguments.lang.into());
    std::panic::set_hook(Box::new(|panic| {
        // Where, and never what: a panic's message may quote what it was working on.
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "paytaipei: {place}");
    }));
    match guarded(|| run::run(arguments, output)) {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code.exit_code())
        }
    }
}

/// A panic is our own mistake: it is told like every other refusal, and no payment depends on this process.
fn guarded<T>(work: impl FnOnce() -> Result<T> + UnwindSafe) -> Result<T> {
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err(Error::new(Code::Internal)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_our_own_mistake() {
        let error = guarded::<()>(|| panic!("0912345678")).unwrap_err();
        assert_eq!((error.code, error.code.exit_code()), (Code::Internal, 70));
        assert!(!format!("{error:?}").contains("0912345678"));
    }

    #[test]
    fn what_went_well_or_was_refused_stays_as_it_is() {
        assert_eq!(guarded(|| Ok(5)), Ok(5));
        assert_eq!(guarded::<()>(|| Err(Code::NoCode.into())), Err(Code::NoCode.into()));
    }
}
