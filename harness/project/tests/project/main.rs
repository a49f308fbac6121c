//! Project files as users write them: right and wrong ones, layers, and first ones from what lies in a folder.

mod good_files;
mod init;
mod layers;
mod parser;
mod support;
mod wrong_files;
