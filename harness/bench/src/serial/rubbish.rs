//! Is it text that comes? At another bit rate than the board's, what is read is not: few or many bytes, most of them no
//! characters.

/// So many bytes are looked at before anything is said of them.
const ENOUGH: usize = 32;
/// Enough for a suspicion when nothing more comes: a slow reader makes few bytes of many.
const FEW: usize = 4;

/// So many characters in a row do not come about by chance.
const SURE: usize = 12;
/// Nor do so many, and then the end of a line.
const SURE_OF_LINE: usize = 6;

/// Looks at what a board prints.
#[derive(Debug, Default)]
pub struct Rubbish {
    bytes: usize,
    unreadable: usize,
    /// Printable characters of ASCII in a row, up to the last byte.
    in_a_row: usize,
    has_seen_text: bool,
    was_told: bool,
}

impl Rubbish {
    /// Takes what has come; `true` once, when it is seen to be no text.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.look_for_text(bytes);
        self.bytes += bytes.len();
        for chunk in bytes.utf8_chunks() {
            let strange = chunk.valid().chars().filter(|c| c.is_control() && !"\r\n\t\x1b\x08\x07".contains(*c));
            self.unreadable += strange.count() + chunk.invalid().len();
        }
        if self.bytes < ENOUGH {
            return false;
        }
        let is_rubbish = self.is_suspicious();
        self.has_seen_text |= !is_rubbish;
        (self.bytes, self.unreadable) = (0, 0);
        is_rubbish && !std::mem::replace(&mut self.was_told, true)
    }

    fn look_for_text(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends_line = matches!(byte, b'\r' | b'\n');
            self.has_seen_text |= self.in_a_row >= if ends_line { SURE_OF_LINE } else { SURE };
            let is_text = byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
            self.in_a_row = if is_text { self.in_a_row + 1 } else { 0 };
        }
    }

    /// Whether rubbish has come, and never any text: nothing that the board prints can be read.
    pub fn is_all(&self) -> bool {
        self.was_told && !self.has_seen_text
    }

    /// Whether what has come lately is rather no text, however little it is.
    pub fn is_suspicious(&self) -> bool {
        // A third: printable characters come about by chance, too.
        self.bytes >= FEW && self.unreadable * 3 >= self.bytes
    }

    /// Whether some of it was text: then it is the board that has changed, and not the rate that is wrong.
    pub fn has_seen_text(&self) -> bool {
        self.has_seen_text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_all_kinds_is_text() {
        let mut rubbish = Rubbish::default();
        for line in ["I (12) mqtt: connected\r\n", "\x1b[32mI (1) größer: 25 °C\x1b[0m\r\n", "日本語の行\n", "\t> "]
        {
            (0..20).for_each(|_| assert!(!rubbish.push(line.as_bytes()), "{line}"));
        }
        assert!(rubbish.has_seen_text());
    }

    #[test]
    fn what_another_rate_makes_of_text_is_told_once() {
        let mut rubbish = Rubbish::default();
        let noise: Vec<u8> = (0..100_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
        let told: Vec<bool> = noise.chunks(10).map(|piece| rubbish.push(piece)).collect();
        assert_eq!(told.iter().filter(|it| **it).count(), 1, "{told:?}");
        assert!(!rubbish.has_seen_text());
    }

    #[test]
    fn a_glitch_is_no_rubbish_and_little_is_a_suspicion() {
        let mut rubbish = Rubbish::default();
        assert!(!rubbish.push(b"\0\xFFESP-ROM:esp32c3-api1-20210207\r\n"));
        assert!(!rubbish.push(b"\x80\xFE\0\x01\xC0"));
        assert!(rubbish.is_suspicious());
    }
}
