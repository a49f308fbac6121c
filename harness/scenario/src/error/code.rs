//! Stable names of the errors in scenario files.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal,)+) => {
        /// What kind of error it is; the names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// `hil::scenario::unknown_key`
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("hil::scenario::", $code),)+
                }
            }

            /// `unknown_key`
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What it means, in one sentence.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

codes! {
    /// A path of the command line does not exist, or a file cannot be read.
    Unreadable = "unreadable",
    /// The file is not UTF-8.
    NotUtf8 = "not_utf8",
    /// The file is empty.
    EmptyFile = "empty_file",
    /// The file is no YAML, or uses a part of YAML that scenarios do without.
    Syntax = "syntax",
    /// The file is too large, nested too deeply, or a value grows too long.
    Limit = "limit",
    /// A mapping has a key twice.
    DuplicateKey = "duplicate_key",
    /// A key that the mapping does not know.
    UnknownKey = "unknown_key",
    /// A required key is not there.
    MissingKey = "missing_key",
    /// Keys that exclude each other.
    Conflict = "conflict",
    /// A value of another kind was expected.
    WrongType = "wrong_type",
    /// A value of the right kind that is not allowed.
    BadValue = "bad_value",
    /// `version` is not 1.
    Version = "version",
    /// A command that does not exist.
    UnknownCommand = "unknown_command",
    /// A step without a command.
    NoCommand = "no_command",
    /// A step with more than one command.
    TwoCommands = "two_commands",
    /// A group holds something that is no expectation.
    NotAnExpectation = "not_an_expectation",
    /// A list that must not be empty.
    EmptyList = "empty_list",
    /// A variable that nothing defines.
    UndefinedVariable = "undefined_variable",
    /// A variable that is set by a step which has not run.
    UnsetVariable = "unset_variable",
    /// An environment variable that is not set.
    Environment = "environment",
    /// A `${` that is no variable, a name that cannot be one, or a variable that stands for itself.
    BadVariable = "bad_variable",
    /// A duration that cannot be read.
    BadDuration = "bad_duration",
    /// A topic name or topic filter that MQTT 5 does not allow.
    BadTopic = "bad_topic",
    /// A regular expression that cannot be compiled.
    BadRegex = "bad_regex",
    /// A colour that is not `#rrggbb`.
    BadColor = "bad_color",
    /// Hexadecimal digits are wrong.
    BadHex = "bad_hex",
    /// A value that JSON cannot hold.
    BadJson = "bad_json",
    /// A capability that does not exist.
    UnknownCapability = "unknown_capability",
    /// A mark that no step before sets.
    UnknownMark = "unknown_mark",
    /// A part, pin or control that the board drawing does not have.
    UnknownPart = "unknown_part",
    /// Rows of `cases` with different keys.
    UnequalCases = "unequal_cases",
    /// An included file is missing, wrong, or includes itself.
    Include = "include",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
