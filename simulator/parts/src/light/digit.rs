//! What the segments of a digit mean.

/// Segments A to G, A in bit 0, and the character that they are read as. Where two are the same the digit is meant.
const GLYPHS: [(u8, char); 32] = [
    (0b000_0000, ' '),
    (0b011_1111, '0'),
    (0b000_0110, '1'),
    (0b101_1011, '2'),
    (0b100_1111, '3'),
    (0b110_0110, '4'),
    (0b110_1101, '5'),
    (0b111_1101, '6'),
    (0b111_1100, '6'),
    (0b000_0111, '7'),
    (0b010_0111, '7'),
    (0b111_1111, '8'),
    (0b110_1111, '9'),
    (0b110_0111, '9'),
    (0b111_0111, 'A'),
    (0b011_1001, 'C'),
    (0b101_1000, 'c'),
    (0b101_1110, 'd'),
    (0b111_1001, 'E'),
    (0b111_0001, 'F'),
    (0b111_0110, 'H'),
    (0b111_0100, 'h'),
    (0b001_1110, 'J'),
    (0b011_1000, 'L'),
    (0b101_0100, 'n'),
    (0b101_1100, 'o'),
    (0b111_0011, 'P'),
    (0b101_0000, 'r'),
    (0b111_1000, 't'),
    (0b011_1110, 'U'),
    (0b100_0000, '-'),
    (0b000_1000, '_'),
];

/// The character; `?` if the segments are none.
pub(super) fn read(segments: u8) -> char {
    let glyph = GLYPHS.iter().find(|(known, _)| *known == segments & 0x7F);
    glyph.map_or('?', |(_, glyph)| *glyph)
}
