//! Bytes from a client.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| maru_fuzz::frames::client(bytes));
