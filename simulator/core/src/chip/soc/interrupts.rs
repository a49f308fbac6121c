//! [`InterruptMatrix`]: which interrupt of a peripheral goes to which line of the core. Not for registers: each chip has its
//! own in front of it.

/// Lines of the core; line 0 leads nowhere.
const LINES: usize = 32;

/// Levels of `SOURCES` sources, at most 128, each mapped to one of 31 lines of the core; each line with a type, an enable bit
/// and a priority. A line fires if its priority is at or above the threshold.
#[derive(Clone, Hash, Debug)]
pub struct InterruptMatrix<const SOURCES: usize> {
    sources: u128,
    map: [u8; SOURCES],
    /// The sources that are mapped to each line.
    routed: [u128; LINES],
    enable: u32,
    edge: u32,
    latched: u32,
    /// The level of each line when it was last looked at.
    levels: u32,
    priority: [u8; LINES],
    threshold: u8,
    /// What [`InterruptMatrix::line`] says may have changed.
    changed: bool,
}

impl<const SOURCES: usize> Default for InterruptMatrix<SOURCES> {
    fn default() -> Self {
        Self {
            sources: 0,
            map: [0; SOURCES],
            routed: [0; LINES],
            enable: 0,
            edge: 0,
            latched: 0,
            levels: 0,
            priority: [0; LINES],
            threshold: 0,
            changed: false,
        }
    }
}

impl<const SOURCES: usize> InterruptMatrix<SOURCES> {
    /// A source's level; it is seen at once in [`sources`](Self::sources), enabled or not.
    pub fn set(&mut self, source: u8, level: bool) {
        let bit = 1 << source;
        if (self.sources & bit != 0) != level {
            self.sources ^= bit;
            self.refresh();
        }
    }

    /// The line that the core should take: pending, enabled, of a priority at or above the threshold and not 0. Of
    /// several the highest priority, then the lowest number.
    pub fn line(&self) -> Option<u8> {
        let mut pending = self.pending() & self.enable;
        let mut best: Option<u8> = None;
        while pending != 0 {
            let line = pending.trailing_zeros() as u8;
            pending &= pending - 1;
            let priority = self.priority[usize::from(line)];
            let beaten = best.is_some_and(|best| self.priority[usize::from(best)] >= priority);
            if priority > 0 && priority >= self.threshold && !beaten {
                best = Some(line);
            }
        }
        best
    }

    /// Whether [`line`](Self::line) may say something else than when this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Forgets how sources are mapped to lines; their levels stay.
    pub fn restart(&mut self) {
        *self = Self { sources: self.sources, ..Self::default() };
        self.refresh();
    }

    /// The levels of all sources, a bit each.
    pub fn sources(&self) -> u128 {
        self.sources
    }

    /// The lines that are pending, enabled or not, a bit each.
    pub fn pending(&self) -> u32 {
        (self.levels & !self.edge) | (self.latched & self.edge)
    }

    /// The line that a source is mapped to.
    pub fn mapped(&self, source: usize) -> u8 {
        self.map[source]
    }

    /// Maps a source to a line, of which the lowest five bits count.
    pub fn map(&mut self, source: usize, line: u32) {
        self.routed[usize::from(self.map[source])] &= !(1 << source);
        self.map[source] = (line & 0x1F) as u8;
        self.routed[usize::from(self.map[source])] |= 1 << source;
        self.refresh();
    }

    /// The lines that are enabled, a bit each.
    pub fn enabled(&self) -> u32 {
        self.enable
    }

    /// Enables lines, a bit each.
    pub fn set_enabled(&mut self, lines: u32) {
        self.enable = lines;
        self.refresh();
    }

    /// The lines that are latched at a rising edge, a bit each.
    pub fn edge_triggered(&self) -> u32 {
        self.edge
    }

    /// Says which lines are latched at a rising edge, a bit each; the others follow their levels.
    pub fn set_edge_triggered(&mut self, lines: u32) {
        self.edge = lines;
        self.refresh();
    }

    /// Forgets the edges of these lines, a bit each.
    pub fn clear(&mut self, lines: u32) {
        self.latched &= !lines;
        self.refresh();
    }

    /// A line's priority.
    pub fn priority(&self, line: usize) -> u8 {
        self.priority[line]
    }

    /// Sets a line's priority.
    pub fn set_priority(&mut self, line: usize, priority: u8) {
        self.priority[line] = priority;
        self.refresh();
    }

    /// The lowest priority that fires.
    pub fn threshold(&self) -> u8 {
        self.threshold
    }

    /// Sets the lowest priority that fires.
    pub fn set_threshold(&mut self, threshold: u8) {
        self.threshold = threshold;
        self.refresh();
    }

    fn refresh(&mut self) {
        let mut levels = 0;
        for line in 1..LINES {
            levels |= u32::from(self.sources & self.routed[line] != 0) << line;
        }
        self.latched |= levels & !self.levels & self.edge;
        self.levels = levels;
        self.changed = true;
    }
}
