//! The chip from outside: firmware files, and a whole board that runs small programs.

mod image;
mod machine;
mod support;
