//! The tools. A new one stands here, in `.ci/run` if that installs it, and in the table of CONTRIBUTING.md.

use super::{Gate, Tool};

/// A program of a Debian package.
const fn debian(program: &'static str, get: &'static str) -> Tool {
    Tool { name: program, program: Some(program), variable: None, get, gate: Gate::Installs }
}

/// Shows what gdb makes of our gdb server.
pub const GDB: Tool = debian("gdb-multiarch", "apt-get install gdb-multiarch");
/// Reads our coverage.
pub const LCOV: Tool = debian("lcov", "apt-get install lcov");
/// A real broker.
pub const MOSQUITTO: Tool = debian("mosquitto", "apt-get install mosquitto");
/// A real client of our broker.
pub const MOSQUITTO_PUB: Tool = debian("mosquitto_pub", "apt-get install mosquitto-clients");
/// Devices of other people.
pub const PYTHON: Tool = debian("python3", "apt-get install python3");
/// A server between us and a board.
pub const SER2NET: Tool = debian("ser2net", "apt-get install ser2net");
/// Makes somebody else than root of a process.
pub const SETPRIV: Tool = debian("setpriv", "apt-get install util-linux");
/// Reads our waveforms, and samples light for us.
pub const SIGROK: Tool = debian("sigrok-cli", "apt-get install sigrok-cli");
/// Reads our captures of the network.
pub const TCPDUMP: Tool = debian("tcpdump", "apt-get install tcpdump");
/// Reads our XML.
pub const XMLLINT: Tool = debian("xmllint", "apt-get install libxml2-utils");

/// Espressif's flashing tool.
pub const ESPTOOL: Tool = Tool {
    name: "esptool",
    program: Some("esptool"),
    variable: Some("HIL_TEST_ESPTOOL"),
    get: "pip install esptool",
    gate: Gate::Installs,
};
/// One of labgrid's programs; the others lie in the same folder, and the variable names that.
pub const LABGRID: Tool = Tool {
    name: "labgrid",
    program: Some("labgrid-coordinator"),
    variable: Some("HIL_TEST_LABGRID"),
    get: "pip install labgrid",
    gate: Gate::Installs,
};
/// A Python with Espressif's generator of NVS partitions.
pub const NVS_GENERATOR: Tool = Tool {
    name: "esp-idf-nvs-partition-gen",
    program: Some("python3"),
    variable: Some("HIL_TEST_PYTHON"),
    get: "pip install esp-idf-nvs-partition-gen",
    gate: Gate::Installs,
};
/// A Python with paho-mqtt, for devices of other people.
pub const PAHO: Tool = Tool {
    name: "paho-mqtt",
    program: None,
    variable: Some("HIL_TEST_PAHO"),
    get: "pip install paho-mqtt",
    gate: Gate::Installs,
};
/// A Python with Wokwi's clients.
pub const WOKWI_PYTHON: Tool = Tool {
    name: "wokwi-client",
    program: None,
    variable: Some("HIL_TEST_WOKWI_PYTHON"),
    get: "pip install wokwi-client pytest-embedded-wokwi pytest-embedded-idf",
    gate: Gate::Installs,
};
/// The light's ELF file for emulators, or the compiler that makes it.
pub const CHIP_COMPILER: Tool = Tool {
    name: "a compiler for the ESP32-C3",
    program: None,
    variable: Some("HIL_TEST_FIRMWARE"),
    get: "rustup target add riscv32imc-unknown-none-elf",
    gate: Gate::Installs,
};

/// ESP-IDF's checker of NVS partitions, which a Python of [`NVS_GENERATOR`]'s variable runs.
pub const NVS_TOOL: Tool = Tool {
    name: "nvs_tool.py",
    program: None,
    variable: Some("HIL_TEST_NVS_TOOL"),
    get: "it is in ESP-IDF, components/nvs_flash/nvs_partition_tool",
    gate: Gate::Cannot("it is a part of ESP-IDF and of no package"),
};
/// The folder `isa` of riscv-tests, built.
pub const RISCV_TESTS: Tool = Tool {
    name: "riscv-tests",
    program: None,
    variable: Some("RISCV_TESTS"),
    get: "build the folder isa of github.com/riscv-software-src/riscv-tests",
    gate: Gate::Cannot("nobody publishes the built programs, and they need a C compiler for RISC-V"),
};
/// Wokwi's command line.
pub const WOKWI_CLI: Tool = Tool {
    name: "wokwi-cli",
    program: Some("wokwi-cli"),
    variable: Some("WOKWI_CLI"),
    get: "curl -L https://wokwi.com/ci/install.sh | sh",
    gate: Gate::Cannot("it is of no package registry, and its installer takes whatever is newest"),
};

/// All of them.
pub const ALL: [Tool; 19] = [
    GDB,
    LCOV,
    MOSQUITTO,
    MOSQUITTO_PUB,
    PYTHON,
    SER2NET,
    SETPRIV,
    SIGROK,
    TCPDUMP,
    XMLLINT,
    ESPTOOL,
    LABGRID,
    NVS_GENERATOR,
    PAHO,
    WOKWI_PYTHON,
    CHIP_COMPILER,
    NVS_TOOL,
    RISCV_TESTS,
    WOKWI_CLI,
];
