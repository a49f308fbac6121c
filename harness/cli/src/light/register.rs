//! The light, registered.

use std::sync::Arc;

use hil_targets::Target;
use hilbench::{Demo, Extensions, OwnTarget, TargetOptions};
use light_host::native::NativeTarget;
use light_host::provision::LightProvisioner;
use light_host::{LightFirmware, LightModel, contract_faults, rules_of};

use super::firmware;

/// What `hil demo` shows.
const DEMO: Demo = Demo {
    device: "light",
    client_id: "light",
    statuses: "stat/#",
    commands: &[("cmnd/led/mode", "blink,1000,0"), ("cmnd/led/hsb", "120,255,255"), ("cmnd/led/power", "off")],
    will: ("stat/led/online", "offline"),
    first_scenario: include_str!("first.yaml"),
};

/// All of it.
pub fn extensions() -> Extensions {
    let native = OwnTarget::new("light", "the light compiled for the host", |options: &TargetOptions| {
        let mut target = NativeTarget::new(options.wiring.clone());
        target.realtime = options.realtime;
        target.flash.clone_from(&options.flash);
        if let Some(rules) = options.fault.as_deref().and_then(rules_of) {
            target.rules = rules;
        }
        let target: Arc<dyn Target> = Arc::new(target);
        Ok(target)
    });
    Extensions::new()
        .device(native.with_faults(contract_faults()))
        .provisioner(LightProvisioner)
        .model(LightModel)
        .firmware(LightFirmware)
        .command(firmware::command())
        .demo(DEMO)
}
