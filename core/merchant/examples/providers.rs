//! Prints `docs/providers.md`.

fn main() {
    print!("{}", paytaipei_merchant::business::document());
}
