//! Bytes from a server.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| maru_fuzz::frames::server(bytes));
