//! A draft as the text of a project file.

use std::fmt::Write as _;

use super::detect::Detected;
use super::draft::{Draft, DraftFirmware};
use crate::settings::Settings;
use crate::value::{BuildCommand, HostPort};

/// Where editors find the schema.
const SCHEMA: &str = "https://raw.githubusercontent.com/hilbench/hilbench/main/docs/hil.schema.json";

impl Detected {
    /// The text of the project file, with comments that say what was found and what could not be known.
    pub fn to_toml(&self) -> String {
        let mut text = format!("#:schema {SCHEMA}\n");
        text += "# The project file of hil. Paths are relative to it; `hil config` shows what holds, and where it is from.\n";
        if !self.findings.is_empty() {
            text += "#\n# Found:\n";
            for finding in &self.findings {
                let _ = writeln!(text, "#   {}", one_line(&finding.to_string()));
            }
        }
        if !self.unknown.is_empty() {
            text += "#\n# Not known, please look at it:\n";
            for unknown in &self.unknown {
                let _ = writeln!(text, "#   {}", one_line(&unknown.to_string()));
            }
        }
        self.draft.write(&mut text);
        text
    }
}

impl Draft {
    fn write(&self, text: &mut String) {
        *text += "\n# Files with scenarios, and folders that are searched for them.\n";
        let _ = writeln!(text, "scenarios = {}", string(self.scenarios.as_deref().unwrap_or(Settings::SCENARIOS)));
        if let Some(chip) = self.chip {
            let _ = writeln!(text, "chip = {}", string(chip.name()));
        }
        self.write_firmware(text);
        self.write_flash(text);
        self.write_hosts(text);
        *text += "\n# How the device learns its broker, its identity and its network, if it does not know them already. Nothing is\n\
            # written into its flash that is not named here.\n\
            #[provision]\n\
            #kind = \"nvs\"          # or \"image\", \"serial\"; see docs/your-firmware.md\n\
            #file = \"nvs.csv\"      # as ESP-IDF's generator reads it; ${broker.host} and so on are filled in\n";
        *text += "\n# Variants, laid over the above: hil run --profile bench\n\
            #[profile.bench]\n\
            #target = \"serial\"\n\
            #broker = \"mqtt://lab:1883\"\n\
            #serial.port = \"/dev/ttyUSB0\"\n";
    }

    fn write_firmware(&self, text: &mut String) {
        match &self.firmware {
            Some(DraftFirmware { build, file }) => {
                *text += "\n[firmware]\n";
                match build {
                    Some(BuildCommand::Shell(line)) => {
                        *text += "# Run before each run of scenarios, in this folder.\n";
                        let _ = writeln!(text, "build = {}", string(line));
                    }
                    Some(BuildCommand::Arguments(words)) => {
                        *text += "# Run before each run of scenarios, in this folder.\n";
                        let words: Vec<String> = words.iter().map(|word| string(word)).collect();
                        let _ = writeln!(text, "build = [{}]", words.join(", "));
                    }
                    None => {}
                }
                *text += "# An ELF file, an app image or a flash image.\n";
                let _ = writeln!(text, "file = {}", string(file));
            }
            None if self.firmware_of_wokwi => {
                *text += "\n# The firmware is the one that wokwi.toml names.\n#[firmware]\n#file = \"build/app.elf\"\n";
            }
            None => {
                *text += "\n# The firmware: an ELF file, an app image or a flash image, and the command that makes it.\n\
                    #[firmware]\n#build = \"make\"\n#file = \"build/app.elf\"\n";
            }
        }
    }

    fn write_flash(&self, text: &mut String) {
        if self.partitions.is_none() && self.flash_size.is_none() {
            return;
        }
        *text += "\n[flash]\n";
        if let Some(size) = self.flash_size {
            let _ = writeln!(text, "size = {}", string(&size.to_string()));
        }
        if let Some(partitions) = &self.partitions {
            *text += "# The partition table, CSV or binary.\n";
            let _ = writeln!(text, "partitions = {}", string(partitions));
        }
    }

    fn write_hosts(&self, text: &mut String) {
        *text += "\n# Hosts that the device may connect to, and where they lead: \"broker\" is the run's own, else a host and a port.\n\
            # It reaches no other.\n[hosts]\n";
        if self.brokers.is_empty() {
            *text += "#\"broker.example:1883\" = \"broker\"\n";
        }
        for host in &self.brokers {
            let _ = writeln!(text, "{} = \"broker\"", string(&HostPort::to_string(host)));
        }
    }
}

/// A string of TOML.
fn string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What stands in a comment must not end it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
