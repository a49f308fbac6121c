//! The memory that a device's own code may take on the host, which has more of it than any chip.
//!
//! A program that owns its process makes [`DeviceHeap`] its allocator. Code of a device that then asks for too much gets
//! neither memory nor an answer: an allocator can refuse only by ending the process, so the thread stands still, and
//! the watch of target `native` asks [`refused`] why. A crate of its own, because every allocation passes here and
//! it is optimised in each profile.
#![expect(unsafe_code, reason = "an allocator is unsafe by its trait; all that it does is passed on to the system's")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Bytes that a device's code may take between two waits, less what it gives back meanwhile. An ESP32-C3 has 400 KiB.
pub const LIMIT: usize = 64 << 20;

/// The system's allocator, with a limit for devices' code.
///
/// ```
/// #[global_allocator]
/// static HEAP: hil_heap::DeviceHeap = hil_heap::DeviceHeap;
/// # fn main() {}
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceHeap;

thread_local! {
    /// The watch's number of the device whose code runs on this thread, and what is left to it.
    static RUNNING: Cell<Option<(u64, usize)>> = const { Cell::new(None) };
}

/// What devices asked for and did not get: the watch's number, and the bytes.
static REFUSED: Mutex<Vec<(u64, usize)>> = Mutex::new(Vec::new());

/// From now on the code of this watch's device runs on this thread, with [`LIMIT`] bytes left to it. The number tells
/// devices apart.
pub fn begin(watch: u64) {
    RUNNING.set(Some((watch, LIMIT)));
}

/// It no longer does.
pub fn end() {
    RUNNING.set(None);
}

/// The bytes that this watch's device asked for and did not get.
pub fn refused(watch: u64) -> Option<usize> {
    let all = REFUSED.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().find(|(id, _)| *id == watch).map(|(_, bytes)| *bytes)
}

fn take(bytes: usize) {
    // A thread that is about to end has no device.
    let running = RUNNING.try_with(Cell::get).ok().flatten();
    let Some((watch, left)) = running else { return };
    match left.checked_sub(bytes) {
        Some(left) => RUNNING.set(Some((watch, left))),
        // What a panic's message takes (names of a large program's functions) is not the device's.
        None if std::thread::panicking() => {}
        None => refuse(watch, bytes),
    }
}

fn give(bytes: usize) {
    if let Ok(Some((watch, left))) = RUNNING.try_with(Cell::get) {
        RUNNING.set(Some((watch, left.saturating_add(bytes).min(LIMIT))));
    }
}

#[cold]
fn refuse(watch: u64, bytes: usize) -> ! {
    end();
    REFUSED.lock().unwrap_or_else(PoisonError::into_inner).push((watch, bytes));
    loop {
        std::thread::sleep(Duration::from_secs(3600));
    }
}

// SAFETY: every method passes its arguments on to the system's allocator and its answer back, unchanged; what is counted
// besides is in plain cells of the thread, which need no allocation.
unsafe impl GlobalAlloc for DeviceHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller keeps `GlobalAlloc::alloc`'s contract, which is the system's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give(layout.size());
        // SAFETY: the pointer came from the system's allocator with this layout, as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as for `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        give(layout.size());
        take(new_size);
        // SAFETY: as for `dealloc`; the new size is the caller's.
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}
