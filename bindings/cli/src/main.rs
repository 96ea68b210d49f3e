//! `paytaipei`: the command line, a third thin shell over the façade. Rules are in the core; here are words and files.

mod args;
mod connection;
mod output;
mod run;
mod scan;
mod vault;

use std::process::ExitCode;

use clap::Parser;

use args::Arguments;
use output::Output;
use paytaipei_app::{Code, Error};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json, arguments.lang.into());
    // A panic is our own mistake: it is told like every other refusal, and no payment depends on this process.
    let result =
        std::panic::catch_unwind(|| run::run(arguments, output)).unwrap_or_else(|_| Err(Error::new(Code::Internal)));
    match result {
        Ok(code) => code,
        Err(error) => {
            output.error(&error);
            ExitCode::from(error.code.exit_code())
        }
    }
}
