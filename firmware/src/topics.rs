//! Topic names.

use alloc::{format, string::String};

/// A topic that the light takes commands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CommandTopic {
    Power,
    Hue,
    Hsb,
    Mode,
}

impl CommandTopic {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::Power, Self::Hue, Self::Hsb, Self::Mode];
}

/// A topic that the light reports on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StatusTopic {
    Hsb,
    Power,
    Mode,
}

impl StatusTopic {
    /// All of them, in the order in which they are published.
    pub const ALL: [Self; 3] = [Self::Hsb, Self::Power, Self::Mode];
}

/// The topics of one device, under its prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    commands: [String; 4],
    statuses: [String; 3],
    online: String,
}

impl Topics {
    /// The topics under `prefix`, which is empty or something like `lab/3`, without a slash at its end.
    pub fn new(prefix: &str) -> Self {
        let slash = if prefix.is_empty() { "" } else { "/" };
        let full = |topic: &str| format!("{prefix}{slash}{topic}");
        Self {
            commands: ["cmnd/led/power", "cmnd/led/hue", "cmnd/led/hsb", "cmnd/led/mode"].map(full),
            statuses: ["stat/led/hsb", "stat/led/power", "stat/led/mode"].map(full),
            online: full("stat/led/online"),
        }
    }

    /// The full name of a command topic.
    pub fn command(&self, topic: CommandTopic) -> &str {
        match (topic, &self.commands) {
            (CommandTopic::Power, [power, ..]) => power,
            (CommandTopic::Hue, [_, hue, ..]) => hue,
            (CommandTopic::Hsb, [_, _, hsb, _]) => hsb,
            (CommandTopic::Mode, [.., mode]) => mode,
        }
    }

    /// The full name of a status topic.
    pub fn status(&self, topic: StatusTopic) -> &str {
        match (topic, &self.statuses) {
            (StatusTopic::Hsb, [hsb, ..]) => hsb,
            (StatusTopic::Power, [_, power, _]) => power,
            (StatusTopic::Mode, [.., mode]) => mode,
        }
    }

    /// The full name of the topic that says `online`, and `offline` by the will.
    pub fn online(&self) -> &str {
        &self.online
    }

    /// Which command topic `name` is.
    pub fn find_command(&self, name: &str) -> Option<CommandTopic> {
        CommandTopic::ALL.into_iter().find(|topic| self.command(*topic) == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_prefix_adds_nothing() {
        let topics = Topics::new("");
        assert_eq!(topics.command(CommandTopic::Mode), "cmnd/led/mode");
        assert_eq!(topics.online(), "stat/led/online");
    }

    #[test]
    fn a_prefix_goes_before_every_topic_and_is_needed_to_find_it() {
        let topics = Topics::new("lab/3");
        assert_eq!(topics.command(CommandTopic::Power), "lab/3/cmnd/led/power");
        assert_eq!(topics.status(StatusTopic::Power), "lab/3/stat/led/power");
        assert_eq!(topics.find_command("lab/3/cmnd/led/hsb"), Some(CommandTopic::Hsb));
        assert_eq!(topics.find_command("cmnd/led/hsb"), None);
        assert_eq!(topics.find_command("lab/3/cmnd/led/hsb/"), None);
    }
}
