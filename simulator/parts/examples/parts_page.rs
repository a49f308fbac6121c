//! Writes docs/parts.md.

use hil_sim_parts::{Registry, parts_page};

fn main() {
    print!("{}", parts_page(&Registry::standard()));
}
