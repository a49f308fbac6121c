//! Fuzzing a device: from a description of it, cases that nobody wrote, each of which is a scenario.
//!
//! A case is a list of [actions](action) that proptest has made from the payload grammars of a [description](device). The
//! [state](hil_targets::reference::State) that they lead to says what must be seen then, [`lower`] writes both down as a scenario, and the runner runs that like any other,
//! with all its checks, on any target. What fails is shrunk, and written as a file that fails everywhere.
//!
//! | module | what it is |
//! |---|---|
//! | `device` | the description: `device.yaml` |
//! | `grammar` | what payloads look like, and what they say |
//! | `json` | the same for JSON, and what cannot be told from a description |
//! | `payload` | right, malformed and hostile ones |
//! | `action` | what is done to a device |
//! | `lower` | from actions to a scenario |
//! | `case` | cases by number, and how one ends |
//! | `shrink` | from a case that fails to the shortest |
//! | `finding` | causes |
//! | `regression` | files of findings |
//! | `campaign` | cases side by side, until the end |
//! | `leak` | memory that is used up by the same commands |
//! | `learn` | a first description from what is seen of a device |
//! | `statistics` | how far it is |
//! | `coverage` | tier 3: the chip's binary on the simulator, guided by what it executes |

pub mod action;
pub mod campaign;
pub mod case;
pub mod coverage;
pub mod device;
pub mod finding;
pub mod grammar;
pub mod json;
pub mod leak;
pub mod learn;
pub mod lower;
pub mod offered;
pub mod payload;
pub mod regression;
mod shrink;
pub mod statistics;
