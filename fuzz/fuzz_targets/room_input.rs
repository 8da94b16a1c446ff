//! Anything that connections, clocks and stores can do to a room.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    maru_fuzz::house::play(&maru_fuzz::script::read(bytes));
});
