//! The figures of ISO/IEC 18004: versions, error correction (table 9) and where the function patterns lie.

/// Error correction level, in the order of table 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    L,
    M,
    Q,
    H,
}

impl Level {
    /// The two bits of the format information (table 12).
    pub fn from_bits(bits: u32) -> Self {
        match bits & 3 {
            1 => Self::L,
            0 => Self::M,
            3 => Self::Q,
            _ => Self::H,
        }
    }
}

/// Check codewords of each block, by level and version 1 to 40.
const CHECK_PER_BLOCK: [[u8; 40]; 4] = [
    [
        7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    ],
    [
        13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
    [
        17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30,
        30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
    ],
];

/// Blocks, by level and version 1 to 40.
const BLOCKS: [[u8; 40]; 4] = [
    [
        1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18,
        19, 19, 20, 21, 22, 24, 25,
    ],
    [
        1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31,
        33, 35, 37, 38, 40, 43, 45, 47, 49,
    ],
    [
        1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40,
        43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
    ],
    [
        1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48,
        51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
    ],
];

/// A version, 1 to 40.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u8);

/// How the codewords of a symbol fall into blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// All blocks.
    pub count: usize,
    /// Those of them that hold one data codeword less; they come first.
    pub short: usize,
    /// Data codewords of a short block.
    pub short_data: usize,
    /// Check codewords of every block.
    pub check: usize,
}

impl Version {
    pub fn new(number: usize) -> Option<Self> {
        u8::try_from(number).ok().filter(|n| (1..=40).contains(n)).map(Self)
    }

    /// The version of a symbol of `dimension` modules a side.
    pub fn from_dimension(dimension: usize) -> Option<Self> {
        let over = dimension.checked_sub(17)?;
        if over % 4 == 0 { Self::new(over / 4) } else { None }
    }

    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// Modules a side.
    pub fn dimension(self) -> usize {
        17 + 4 * self.number()
    }

    /// Row and column coordinates of alignment pattern centres (annex E), ascending; empty for version 1.
    pub fn alignment_centres(self) -> Vec<usize> {
        let n = self.number();
        if n == 1 {
            return Vec::new();
        }
        let count = n / 7 + 2;
        // Annex E spaces them evenly in even steps, the odd one out between the first two.
        let step = if n == 32 { 26 } else { (n * 4 + count * 2 + 1) / (count * 2 - 2) * 2 };
        let last = self.dimension() - 7;
        let mut centres: Vec<usize> = (0..count - 1).map(|i| last - i * step).collect();
        centres.push(6);
        centres.reverse();
        centres
    }

    /// Centres (x, y) of the alignment patterns that exist: the three that would cover a finder pattern don't.
    pub fn alignment_patterns(self) -> Vec<(usize, usize)> {
        let centres = self.alignment_centres();
        let last = self.dimension() - 7;
        let mut patterns = Vec::new();
        for &y in &centres {
            for &x in &centres {
                let corner = [(6, 6), (6, last), (last, 6)].contains(&(x, y));
                if !corner {
                    patterns.push((x, y));
                }
            }
        }
        patterns
    }

    /// Modules that carry codewords (and remainder bits).
    fn data_modules(self) -> usize {
        let n = self.number();
        let mut modules = (16 * n + 128) * n + 64;
        if n >= 2 {
            let count = n / 7 + 2;
            modules -= (25 * count - 10) * count - 55;
            if n >= 7 {
                modules -= 36;
            }
        }
        modules
    }

    /// All codewords of a symbol.
    pub fn codewords(self) -> usize {
        self.data_modules() / 8
    }

    pub fn blocks(self, level: Level) -> Blocks {
        let at = |table: &[[u8; 40]; 4]| {
            let row = table.get(level as usize).and_then(|row| row.get(self.number() - 1));
            row.copied().map_or(1, usize::from)
        };
        let (count, check) = (at(&BLOCKS), at(&CHECK_PER_BLOCK));
        let codewords = self.codewords();
        Blocks { count, short: count - codewords % count, short_data: codewords / count - check, check }
    }
}

/// What a module is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Carries a codeword's bit.
    Data,
    /// Fixed by the standard: dark (`true`) or light.
    Fixed(bool),
    /// Format or version information.
    Information,
}

/// The role of every module of a symbol, row after row.
pub fn roles(version: Version) -> Vec<Role> {
    let size = version.dimension();
    let mut roles = vec![Role::Data; size * size];
    let mut set = |x: usize, y: usize, role: Role| {
        if let Some(slot) = roles.get_mut(y * size + x) {
            *slot = role;
        }
    };
    for i in 0..size {
        set(i, 6, Role::Fixed(i % 2 == 0));
        set(6, i, Role::Fixed(i % 2 == 0));
    }
    for (x, y) in version.alignment_patterns() {
        for dy in 0..5 {
            for dx in 0..5 {
                let ring = usize::max(dx, 4 - dx).max(usize::max(dy, 4 - dy)) - 2;
                set(x + dx - 2, y + dy - 2, Role::Fixed(ring != 1));
            }
        }
    }
    for i in 0..9 {
        if i != 6 {
            set(8, i, Role::Information);
            set(i, 8, Role::Information);
        }
    }
    for i in 0..8 {
        set(size - 1 - i, 8, Role::Information);
        set(8, size - 1 - i, Role::Information);
    }
    set(8, size - 8, Role::Fixed(true));
    // Finder patterns with their separators.
    for dy in 0..8usize {
        for dx in 0..8usize {
            let dark = dx < 7 && dy < 7 && {
                let ring = usize::max(dx.abs_diff(3), dy.abs_diff(3));
                ring != 2
            };
            set(dx, dy, Role::Fixed(dark));
            set(size - 1 - dx, dy, Role::Fixed(dark));
            set(dx, size - 1 - dy, Role::Fixed(dark));
        }
    }
    if version.number() >= 7 {
        for i in 0..18 {
            let (a, b) = (size - 11 + i % 3, i / 3);
            set(a, b, Role::Information);
            set(b, a, Role::Information);
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_patterns_stand_where_annex_e_puts_them() {
        let centres = |n| Version::new(n).unwrap().alignment_centres();
        assert_eq!(centres(2), [6, 18]);
        assert_eq!(centres(7), [6, 22, 38]);
        assert_eq!(centres(15), [6, 26, 48, 70]);
        assert_eq!(centres(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(centres(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(centres(40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn the_modules_left_for_data_are_as_many_as_the_codewords_need() {
        for n in 1..=40 {
            let version = Version::new(n).unwrap();
            let data = roles(version).iter().filter(|role| **role == Role::Data).count();
            assert_eq!(data, version.data_modules(), "version {n}");
        }
    }

    #[test]
    fn blocks_add_up_to_table_9() {
        // Version 5-Q: two blocks of 15 and two of 16 data codewords; 40-H: 20 of 15 and 61 of 16.
        let five = Version::new(5).unwrap().blocks(Level::Q);
        assert_eq!(five, Blocks { count: 4, short: 2, short_data: 15, check: 18 });
        let forty = Version::new(40).unwrap().blocks(Level::H);
        assert_eq!(forty, Blocks { count: 81, short: 20, short_data: 15, check: 30 });
    }
}
