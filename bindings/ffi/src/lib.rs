//! The place for uniffi: the one crate that will know of foreign languages. The façade that it will export is
//! `paytaipei_app::PayTaipei`: owned values, no generics, asynchronous functions that only watch.
