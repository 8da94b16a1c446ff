//! What a frame claims to hold costs nothing: memory follows the bytes that came.

// Counting what is allocated takes an allocator.
#![allow(unsafe_code, clippy::expect_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use maru_protocol::{CLIENT_FRAME_BYTES_MAX, decode_client, decode_server};

/// What lists set aside before their elements come: serde stops at one mebibyte each, and no frame has lists
/// in lists in lists.
const ASIDE_BYTES_MAX: usize = 5 << 19;

/// What one byte may grow to: the shortest operation has two, and takes as much room as the longest.
const GROWTH_MAX: usize = 64;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: everything is handed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most that was held at once while both decoders read these bytes, above what was held before.
fn peak(bytes: &[u8]) -> usize {
    let before = HELD.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let _ = decode_client(bytes);
    let _ = decode_server(bytes);
    PEAK.load(Ordering::Relaxed) - before
}

/// A list that claims four thousand million elements.
const ENDLESS: [u8; 5] = [0xdd, 0xff, 0xff, 0xff, 0xff];

#[test]
fn memory_follows_the_bytes_and_not_what_they_claim() {
    let filled = |start: &[u8], element: &[u8]| {
        let mut bytes = start.to_vec();
        while bytes.len() + element.len() <= CLIENT_FRAME_BYTES_MAX {
            bytes.extend_from_slice(element);
        }
        bytes
    };
    // A batch: [3, number, base_seq, resend, ops...].
    let batch = [&[0x95, 3, 1, 0, 0xc2][..], &ENDLESS].concat();
    // A flush with one change in it: [67, epoch, flush, seq, [[1, seq, member, session, number, at_ms, ops...
    let flush = [
        &[0x95, 67, 1, 1, 1][..],
        &ENDLESS,
        &[0x97, 1, 1, 1, 1, 1, 1],
        &ENDLESS,
    ]
    .concat();
    let long_text = [0x93, 1, 0xdb, 0xff, 0xff, 0xff, 0xff];
    let cases = [
        ("an endless batch", batch.clone()),
        (
            "an endless batch of small operations",
            filled(&batch, &[0x91, 99]),
        ),
        (
            "an endless batch of puts",
            filled(&batch, &[0x98, 1, 1, 0xa0, 0, 1, 1, 1, 0xa0]),
        ),
        (
            "endless copies",
            [&batch[..], &[0x94, 6], &ENDLESS].concat(),
        ),
        ("endless events", flush.clone()),
        ("endless events and operations", filled(&flush, &[0x91, 99])),
        ("endless text", filled(&long_text, b"x")),
        (
            "an unknown frame of lists in lists",
            filled(&[0x92, 0xcd, 0xff, 0xff], &[0x91]),
        ),
        (
            "an unknown frame of endless lists",
            filled(&[0x92, 0xcd, 0xff, 0xff], &ENDLESS),
        ),
    ];
    for (name, bytes) in cases {
        assert!(peak(&bytes) >= 64, "{name}: nothing was counted");
        let (peak, allowed) = (peak(&bytes), ASIDE_BYTES_MAX + GROWTH_MAX * bytes.len());
        assert!(peak <= allowed, "{name}: {peak} bytes for {}", bytes.len());
    }
}
