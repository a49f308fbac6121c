//! What a console prints, and what is made of it: line ends, prompts, last words, noise.

use std::time::Duration;

use crate::serial::fake::Board;
use crate::serial::scenarios::start;
use crate::support::Broker;

/// Exit code and output of a run in which the board prints `pieces`, each after a pause, when it is asked to.
fn judged(steps: &str, pieces: &[(&[u8], u64)], project: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("hil.toml"), project).unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let scenario = format!("name: Console\nversion: 1\ntimeout: 6s\nsteps:\n  - write-serial: \"go\\n\"\n{steps}");
    let child = start(folder.path(), &broker, &scenario, &[]);
    board.expect("go\n");
    for (bytes, pause) in pieces {
        board.print_bytes(bytes);
        std::thread::sleep(Duration::from_millis(*pause));
    }
    child.end()
}

#[track_caller]
fn verdict(steps: &str, printed: &[u8], code: i32) -> String {
    let (found, said) = judged(steps, &[(printed, 0)], "");
    assert_eq!(found, Some(code), "{steps} on {:?}: {said}", String::from_utf8_lossy(printed));
    said
}

#[test]
fn lines_end_as_consoles_end_them() {
    for end in ["\n", "\r\n", "\r", "\n\r", "\r\r\n"] {
        let printed = format!("first{end}second{end}third{end}");
        let steps = "  - expect-serial: { matches: '^second$' }\n  - expect-serial: { matches: '^third$' }\n";
        verdict(steps, printed.as_bytes(), 0);
    }
}

#[test]
fn colours_and_glitches_are_no_part_of_a_line_unless_it_is_asked_for_raw() {
    let printed = b"\0\x1b[0;33mW (12) bath: 38 degrees\x1b[0m\r\n";
    verdict("  - expect-serial: { matches: '^W \\(12\\) bath: 38 degrees$' }\n", printed, 0);
    verdict("  - expect-serial: { matches: '\\x1b\\[0;33mW', raw: true }\n", printed, 0);
    verdict("  - expect-serial: { matches: '^W', raw: true, within: 500ms }\n", printed, 1);
}

#[test]
fn a_prompt_counts_when_it_is_quiet_and_only_once() {
    let prompt = "  - expect-serial: { matches: '^user> $' }\n";
    verdict(prompt, b"\r\nuser> ", 0);
    // The rest of its line is another text; the same prompt is not there again.
    let (code, said) = judged(
        &format!("{prompt}  - expect-serial: {{ matches: '^root$' }}\n"),
        &[(b"user> ", 600), (b"root\r\n", 0)],
        "",
    );
    assert_eq!(code, Some(0), "{said}");
    let again = format!("{prompt}  - expect-serial: {{ text: user, within: 500ms }}\n");
    let (code, said) = judged(&again, &[(b"user> ", 600), (b"root\r\n", 0)], "");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn what_was_printed_before_a_stimulus_is_no_new_prompt() {
    let steps = "  - expect-serial: { text: '> ' }\n  - write-serial: \"x\\n\"\n  - expect-serial: { text: '> ', within: 700ms }\n";
    let (code, said) = judged(steps, &[(b"> ", 1500)], "");
    assert_eq!(code, Some(1), "{said}");
}

#[test]
fn an_unfinished_line_counts_against_absence() {
    verdict("  - expect-serial: { text: fault, absent: true, within: 800ms }\n", b"valve fault", 1);
    verdict("  - expect-serial: { text: fault, absent: true, within: 800ms }\n", b"valve fine", 0);
}

#[test]
fn last_words_of_every_framework_fail_a_scenario() {
    let steps = "  - expect-serial: { text: ready }\n  - delay: 700ms\n";
    for words in [
        "abort() was called at PC 0x42009876 on core 0\r\n\r\nCPU halted.\r\n",
        "assert failed: valve_open valve.c:88 (valve != NULL)\r\n",
        "ESP_ERROR_CHECK failed: esp_err_t 0x102 (ESP_ERR_INVALID_ARG) at 0x42009876\r\n",
        "***ERROR*** A stack overflow in task valve has been detected.\r\n",
        "Guru Meditation Error: Core  1 panic'ed (StoreProhibited). Exception was unhandled.\r\n",
        "[00:01:02.003,000] <err> os: >>> ZEPHYR FATAL ERROR 2: Stack overflow on CPU 0\r\n",
        "[    4.560000] dump_assert_info: Assertion failed panic: at file: valve.c:88 task: valve\r\n",
        "Traceback (most recent call last):\r\n  File \"main.py\", line 7, in <module>\r\nOSError: 28\r\n\
         MicroPython v1.23.0 on 2024-06-02; ESP32C3 module with ESP32C3\r\n",
        "panicked at src/valve.rs:88:9:\r\nstuck\r\n",
        "\r\nBrownout detector was triggered\r\n",
        "I (25) boot: ESP-IDF v5.3 2nd stage bootloader\r\nready\r\n",
    ] {
        let said = verdict(steps, format!("ready\r\n{words}").as_bytes(), 1);
        assert!(said.contains("hil::device_died") || said.contains("hil::device_reset"), "{words}: {said}");
    }
}

#[test]
fn talk_about_a_panic_fails_nothing() {
    let steps = "  - expect-serial: { text: done }\n";
    let printed = "I (7) panel: panic button armed\r\nI (8) log: last time: Guru Meditation Error (boot 3)\r\n\
                   E (9) task_wdt: Task watchdog got triggered. The following tasks did not reset it in time:\r\ndone\r\n";
    verdict(steps, printed.as_bytes(), 0);
}

#[test]
fn users_name_last_words_of_their_own() {
    let steps = "  - expect-serial: { text: done }\n";
    let printed: &[(&[u8], u64)] = &[(b"VALVE-OS: stop code 7\r\ndone\r\n", 0)];
    assert_eq!(judged(steps, printed, "").0, Some(0));
    let (code, said) = judged(steps, printed, "[console]\ndeaths = '^VALVE-OS: stop code \\d+'\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the device panicked: VALVE-OS: stop code 7"), "{said}");
}

#[test]
fn a_reset_that_is_wanted_is_none_that_kills_also_where_the_log_says_panic() {
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let scenario = "name: Restarts\nversion: 1\nmay-reset: true\nsteps:\n  - write-serial: \"go\\n\"\n  - expect-serial: { text: up, within: 5s }\n";
    let child = start(folder.path(), &broker, scenario, &[]);
    board.expect("go\n");
    board.print("I (9) panel: panic button armed\r\n");
    board.print("ESP-ROM:esp32c3-api1-20210207\r\nrst:0x3 (RTC_SW_SYS_RST),boot:0xc (SPI_FAST_FLASH_BOOT)\r\nup\r\n");
    let (code, said) = child.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn noise_before_the_first_text_is_no_verdict_and_noise_alone_is_a_bench_error() {
    let noise: Vec<u8> = (0..300_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    let steps = "  - expect-serial: { text: 'valve ready', within: 3s }\n";
    let (code, said) = judged(steps, &[(&noise, 300), (b"valve ready\r\n", 0)], "");
    assert_eq!(code, Some(0), "{said}");
    let folder = tempfile::tempdir().unwrap();
    let (broker, mut board) = (Broker::start(), Board::new(folder.path()));
    let scenario = "name: Console\nversion: 1\nsteps:\n  - write-serial: \"go\\n\"\n  - expect-serial: { text: fault, absent: true, within: 1s }\n";
    let child = start(folder.path(), &broker, scenario, &[]);
    // The board gets a second chance.
    for _ in 0..2 {
        board.expect("go\n");
        board.print_bytes(&noise);
    }
    let (code, said) = child.end();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("what comes at 115200 baud is no text"), "{said}");
}
