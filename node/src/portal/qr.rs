//! QR codes, drawn for a page.

use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone around the code that the standard asks for, modules.
const QUIET: usize = 4;

/// The modules of a code: `true` is dark.
pub struct Modules {
    /// How many on a side.
    pub side: usize,
    dark: Vec<bool>,
}

impl Modules {
    /// Returns the code of a text; nothing if it is too long for one (about 2,300 characters).
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        Some(Self { side: code.width(), dark: code.to_colors().into_iter().map(|color| color == Color::Dark).collect() })
    }

    /// Returns the dark modules as runs in a row: column, row, length.
    pub fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for (at, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (row, column) = (at / self.side, at % self.side);
            match runs.last_mut() {
                Some((from, of, length)) if *of == row && *from + *length == column => *length += 1,
                _ => runs.push((column, row, 1)),
            }
        }
        runs
    }

    /// Returns the `viewBox` of a drawing with the quiet zone around it.
    pub fn view(&self) -> String {
        let whole = self.side + 2 * QUIET;
        format!("0 0 {whole} {whole}")
    }

    /// Returns the dark modules as one SVG path within [`Self::view`].
    pub fn path(&self) -> String {
        self.runs().into_iter().map(|(column, row, length)| format!("M{} {}h{length}v1h-{length}z", column + QUIET, row + QUIET)).collect()
    }
}
