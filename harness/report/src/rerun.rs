//! The command line that repeats one scenario.

use hil_model::event::RunInfo;
use hil_scenario::plan::Filter;

/// The command that runs the scenario `id` again, and no other, in the way of the run `info`.
///
/// `hil run --target native --seed 42 --filter '=reject/hue[361]'`
pub fn rerun_command(info: &RunInfo, id: &str) -> String {
    let seed = ["--seed".to_owned(), info.seed.to_string()];
    command("run", &info.options, (&info.target, &info.broker), &seed, id)
}

/// The command that disturbs the scenario `id` again as one round of `hil soak` did: `options` say which.
pub fn soak_command(options: &[String], target: &str, broker: &str, id: &str) -> String {
    command("soak", options, (target, broker), &[], id)
}

fn command(name: &str, options: &[String], (target, broker): (&str, &str), more: &[String], id: &str) -> String {
    let words = |words: &[String]| words.iter().map(|word| format!(" {}", quoted(word))).collect::<String>();
    // The password, if any, is not known here; it comes from the environment.
    let broker = broker.replace(":***@", "@");
    let broker = if broker == "embedded" { String::new() } else { format!(" --broker {}", quoted(&broker)) };
    let (options, more, target, filter) = (words(options), words(more), quoted(target), quoted(&Filter::exactly(id)));
    format!("hil {name}{options} --target {target}{broker}{more} --filter {filter}")
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", super::text::clean(text).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_survive_the_shell() {
        assert_eq!(quoted("native"), "native");
        assert_eq!(quoted("=reject/hue[361]"), "'=reject/hue[361]'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
