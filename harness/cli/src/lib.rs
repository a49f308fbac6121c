//! hilbench: hardware-in-the-loop scenarios for MQTT-controlled devices.
//!
//! The program `hil` is a thin shell around this library. A run in short: scenario files are [loaded](hil_scenario), the
//! [runner](hil_runner) gives each its own world (a thread, a [clock](hil_targets::clock), a [broker](hil_targets::broker),
//! a device of some [target](hil_targets::Target)) and carries out its steps; what is observed goes to a
//! [journal](hil_targets::journal), what happens is told as [events](hil_model::event), and [reports](hil_report) are made
//! of those.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use hil_runner::{BrokerChoice, Cancel, Planned, RunOptions, RunsOn, run};
//! use hil_targets::Wiring;
//! use light_host::native::NativeTarget;
//!
//! let text = r##"
//! name: An hour of blinking
//! version: 1
//! timeout: 2h
//! setup: [{ wait-serial: "mqtt: connected" }]
//! steps:
//!   - publish: { topic: cmnd/led/hsb, payload: "120,255,255" }
//!   - publish: { topic: cmnd/led/mode, payload: "blink,30000,30000" }
//!   - expect-led:
//!       part-id: led1
//!       pattern: [{ color: "#00ff00", for: 30s }, { color: "#000000", for: 30s }]
//!       cycles: 60
//! "##;
//! let file = Arc::new(hil_scenario::Loader::new().load_text("hour.yaml".as_ref(), text)?);
//! let plan = [Planned { scenario: Arc::new(file.scenarios[0].clone()), file }];
//! let options = RunOptions {
//!     runs_on: RunsOn::target(NativeTarget::new(Wiring::default())),
//!     broker: BrokerChoice::Embedded,
//!     jobs: 1,
//!     retries: 0,
//!     fail_fast: false,
//!     wall_limit: Duration::from_secs(60),
//!     seed: 0,
//!     topic_root: None,
//!     run_id: "doc".into(),
//! };
//! let finished = run(&plan, &options, &Cancel::default(), |_event| {});
//! assert_eq!(finished.scenarios[0].verdict, hil_model::verdict::Verdict::Passed);
//! # Ok::<(), hil_scenario::Diagnostics>(())
//! ```
//!
//! A device of your own becomes a target by two traits, [`hil_targets::Target`] and [`hil_targets::Device`]: see
//! `examples/own_target.rs`.

pub mod cmd;
