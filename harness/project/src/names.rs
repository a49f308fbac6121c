//! Names that depend on the build of `hil`, not on the file.

/// What this build of `hil` knows by name. A program that adds a target or a provisioner of its own adds its name here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Targets: `sim`, `native`, ...
    pub targets: Vec<String>,
    /// Provisioners beyond `none`, `nvs`, `image` and `serial`, which every build has.
    pub provisioners: Vec<String>,
    /// Devices that are compiled into this build, for the target `native`.
    pub devices: Vec<String>,
}

impl Default for Names {
    /// The targets that every build has, and nothing more.
    fn default() -> Self {
        let targets = ["sim", "native", "mqtt", "serial", "wokwi"];
        Self { targets: targets.map(str::to_owned).to_vec(), provisioners: Vec::new(), devices: Vec::new() }
    }
}
