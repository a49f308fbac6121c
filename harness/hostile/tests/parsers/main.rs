//! Every parser of something that comes from outside, through the public faces of the crates. See the crate's documentation for how
//! long they are driven.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod chip_tests;
mod images;
mod radio;
mod serial;
mod servers;
mod texts;

use std::path::Path;

/// The memory that a parser takes is bounded.
#[global_allocator]
static HEAP: hil_heap::DeviceHeap = hil_heap::DeviceHeap;

/// A file of the repository.
fn file(path: &str) -> Vec<u8> {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files of a folder of the repository with this ending, and of those below it.
fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut folders = vec![Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    // In the order of their names, so that the same seed makes the same inputs.
    found.sort();
    assert!(!found.is_empty(), "{folder} has no {ending}");
    found.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
