//! Tables of the manual's names of registers, for reports. Not for what the registers do.
//!
//! A table has a line `[BLOCK OTHER]` for blocks with the same registers, and then a line for each register or row of
//! registers: its offset in hexadecimal, its name, and how many there are; `%` in the name is the number of one in the row.

use std::borrow::Cow;

/// The name of a block's register in a table, if it has one there.
pub fn find_register(table: &'static str, block: &str, offset: u32) -> Option<Cow<'static, str>> {
    let has_block = |line: &str| {
        let blocks = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        blocks.is_some_and(|blocks| blocks.split(' ').any(|name| name == block))
    };
    let lines = table.lines().skip_while(|line| !has_block(line)).skip(1).take_while(|line| !line.starts_with('['));
    lines.filter_map(parse_register).find_map(|(first, name, count)| {
        let index = offset.checked_sub(first)? / 4;
        let name = || if count == 1 { name.into() } else { name.replace('%', &index.to_string()).into() };
        (index < count).then(name)
    })
}

/// A line of a table: offset, name and number of registers.
pub fn parse_register(line: &'static str) -> Option<(u32, &'static str, u32)> {
    let mut fields = line.split(' ');
    let (offset, name) = (u32::from_str_radix(fields.next()?, 16).ok()?, fields.next()?);
    Some((offset, name, fields.next().map_or(Some(1), |count| count.parse().ok())?))
}
