//! The table of last words: what frameworks print when a firmware cannot go on.

use std::sync::Arc;

use regex::Regex;

use super::log::{error_message, interrupting_error};

/// How the words stand in their line. What people or logs merely say about a panic stands otherwise.
enum Words {
    /// The line begins so: what a panic handler prints by itself.
    Begins(&'static str),
    /// The line begins with the first, and the second follows somewhere.
    BeginsAnd(&'static str, &'static str),
    /// The message begins so, in a log line of level `error` or without a logger.
    Error(&'static str),
    /// The same, and a place in a source file follows: `src/main.rs:10:5`.
    ErrorWithPlace(&'static str),
}

use Words::{Begins, BeginsAnd, Error, ErrorWithPlace};

/// By framework; the texts are those of the sources named.
const TABLE: &[Words] = &[
    // Rust: core's panic message, also behind a thread's name.
    ErrorWithPlace("panicked at "),
    BeginsAnd("thread '", "' panicked at "),
    BeginsAnd("thread '", ") panicked at "),
    // esp-backtrace: headings and exceptions.
    Begins("====================== PANIC"),
    Begins("!! A panic occured"),
    Begins("!! A panic occurred"),
    BeginsAnd("Exception '", " mepc="),
    Begins("Exception occurred on "),
    // ESP-IDF, components/esp_system: panic.c, port/panic_handler.c, system_api, task_wdt; FreeRTOS' hooks; esp_rom's heap.
    BeginsAnd("Guru Meditation Error: Core", "panic'ed"),
    Begins("abort() was called at PC 0x"),
    Begins("assert failed: "),
    BeginsAnd("assertion \"", " failed: file"),
    Begins("ESP_ERROR_CHECK failed: esp_err_t 0x"),
    Begins("***ERROR*** A stack overflow in task "),
    Begins("Stack smashing protect failure!"),
    Begins("Stack smashing detected"),
    Begins("CORRUPT HEAP: "),
    Begins("CPU halted."),
    BeginsAnd("Core ", " register dump:"),
    Begins("================= CORE DUMP START"),
    // ESP8266: its RTOS, and the Arduino core.
    Begins("Fatal exception ("),
    Begins("--------------- CUT HERE FOR EXCEPTION DECODER"),
    // Zephyr: kernel/fatal.c, sys/__assert.h.
    Error(">>> ZEPHYR FATAL ERROR "),
    Error("ASSERTION FAIL ["),
    // NuttX: sched/misc/assert.c, arch/risc-v.
    Error("dump_assert_info: Assertion failed"),
    Error("_assert: Assertion failed"),
    Error("up_assert: Assertion failed"),
    Error("riscv_exception: EXCEPTION: "),
    // MicroPython, ports/esp32: an exception that nothing catches.
    Begins("FATAL: uncaught exception "),
    Begins("NLR jump failed, val="),
];

impl Words {
    fn are_in(&self, line: &str) -> bool {
        match self {
            Begins(words) => line.starts_with(words),
            BeginsAnd(first, second) => line.strip_prefix(first).is_some_and(|rest| rest.contains(second)),
            Error(words) => error_message(line).is_some_and(|message| message.starts_with(words)),
            ErrorWithPlace(words) => [error_message(line), interrupting_error(line)]
                .into_iter()
                .flatten()
                .any(|message| message.strip_prefix(words).is_some_and(has_place)),
        }
    }
}

/// Whether a line and a column stand at the end, or before what Rust says in the same line.
fn has_place(text: &str) -> bool {
    let number = |part: Option<&str>| part.is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    let mut parts = text.split(':').skip(1);
    let mut last = parts.next();
    parts.any(|part| {
        let found = number(last) && number(Some(part));
        last = Some(part);
        found
    })
}

/// An expression of the user's for a framework of their own is wrong.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is no regular expression: {why}")]
pub struct PatternError {
    /// As it was written.
    pub pattern: String,
    /// What is wrong with it.
    pub why: String,
}

/// What counts as last words: those of the known frameworks, and the user's own. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Deaths(Arc<[Regex]>);

impl Deaths {
    /// With expressions that are searched in each plain line besides.
    ///
    /// # Errors
    /// [`PatternError`]: the first that is none.
    pub fn with<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, PatternError> {
        let compiled = patterns.into_iter().map(|pattern| {
            Regex::new(pattern).map_err(|e| PatternError { pattern: pattern.to_owned(), why: e.to_string() })
        });
        Ok(Self(compiled.collect::<Result<_, _>>()?))
    }

    /// Whether a [plain](super::plain) line is one of them.
    pub fn are_in(&self, line: &str) -> bool {
        TABLE.iter().any(|words| words.are_in(line)) || self.0.iter().any(|regex| regex.is_match(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_words_of_all_frameworks_are_known() {
        for line in [
            "panicked at src/main.rs:10:5:",
            "panicked at 'boom', src/main.rs:10:5",
            "E (5) panic: panicked at src/main.rs:3:5:",
            "I (3) command: refused, becE (5) panic: panicked at src/main.rs:3:5:",
            "ERROR panicked at firmware/src/net.rs:120:9: no socket",
            "thread 'main' panicked at src/main.rs:10:5:",
            "thread 'main' (1234) panicked at src/main.rs:10:5:",
            "====================== PANIC ======================",
            "Exception 'Load access fault' mepc=0x42001234, mtval=0x00000000",
            "Guru Meditation Error: Core  0 panic'ed (Load access fault). Exception was unhandled.",
            "Guru Meditation Error: Core  1 panic'ed (LoadProhibited). Exception was unhandled.",
            "abort() was called at PC 0x42012345 on core 0",
            "assert failed: app_main main.c:20 (x > 0)",
            "assertion \"x\" failed: file \"main.c\", line 20, function: app_main",
            "ESP_ERROR_CHECK failed: esp_err_t 0x105 (ESP_ERR_NOT_FOUND) at 0x42008d3e",
            "***ERROR*** A stack overflow in task main has been detected.",
            "Core  0 register dump:",
            "CPU halted.",
            "CORRUPT HEAP: Bad head at 0x3fc9a1b0. Expected 0xabba1234 got 0x00000000",
            "================= CORE DUMP START =================",
            "Fatal exception (28): LoadProhibitedCause",
            "--------------- CUT HERE FOR EXCEPTION DECODER ---------------",
            "[00:00:01.000,000] <err> os: >>> ZEPHYR FATAL ERROR 4: Kernel panic on CPU 0",
            ">>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0",
            "[    0.510000] dump_assert_info: Assertion failed panic: at file: main.c:20 task: init",
            "[    0.510000] riscv_exception: EXCEPTION: Load access fault. MCAUSE: 00000005",
            "FATAL: uncaught exception 0x3ffb5a10",
        ] {
            assert!(Deaths::default().are_in(line), "{line}");
        }
    }

    #[test]
    fn talk_about_a_panic_is_none() {
        for line in [
            "I (20) core: no core dump; never panicked at boot",
            "I (20) history: last crash: Guru Meditation Error (boot 12)",
            "I (20) history: panicked at src/main.rs:10:5:",
            "E (10303) task_wdt: Task watchdog got triggered. The following tasks/users did not reset the watchdog in time:",
            "panicked at boot: never",
            "panic button pressed",
            "W (5) app: abort() was called at PC 0x0 last time",
            "exception: none",
            "EXCEPTION: sensor 3 is missing",
            "I (3) esp_core_dump_flash: Core dump data check failed:",
        ] {
            assert!(!Deaths::default().are_in(line), "{line}");
        }
    }

    #[test]
    fn users_add_their_own() {
        let deaths = Deaths::with(["^MYOS HALT \\d+"]).unwrap();
        assert!(deaths.are_in("MYOS HALT 3"));
        assert!(!deaths.are_in("MYOS HALT"));
        assert_eq!(Deaths::with(["ok", "("]).unwrap_err().pattern, "(");
    }
}
