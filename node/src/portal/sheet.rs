//! A sheet of paper: a PDF of one A4 page that carries the letters it shows, so that every reader shows every name as it is written.

use pdf_writer::{
    Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{TabOrder, TextRenderingMode},
};

use super::{qr::Modules, words::Words};

mod font;

pub(super) use font::Font;
use font::Shown;

/// A4, points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Left margin of a German business letter (DIN 5008: 25 mm), points.
pub(super) const LEFT: f32 = 70.9;
/// Right margin (DIN 5008: 20 mm), points.
const RIGHT: f32 = 56.7;
/// Between the margins, points.
pub(super) const WIDTH: f32 = PAGE.0 - LEFT - RIGHT;
/// Size of a paragraph's letters, points.
const TEXT: f32 = 11.0;

/// Returns the page as a file.
pub(super) fn write(w: Words, pen: Pen) -> Vec<u8> {
    let [catalog, pages, page, content] = [1, 2, 3, 4].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages).lang(TextStr(w.language.tag()));
    pdf.pages(pages).kids([page]).count(1);
    let fonts: Vec<[Ref; 6]> = [5, 11].map(|first| std::array::from_fn(|at| Ref::new(first + at as i32))).into();
    let mut one = pdf.page(page);
    one.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(content).tab_order(TabOrder::RowOrder);
    one.resources().fonts().pairs(Font::ALL.iter().zip(&fonts).map(|(font, ids)| (Name(font.key()), ids[0])));
    one.finish();
    for (shown, ids) in pen.shown.iter().zip(fonts) {
        shown.embed(&mut pdf, ids);
    }
    pdf.stream(content, &pen.content.finish());
    pdf.finish()
}

/// Breaks a text into lines that are at most `width` points wide; a word that is wider is broken, too.
pub(super) fn wrapped(font: Font, size: f32, text: &str, width: f32) -> Vec<String> {
    let fits = |text: &str| font.width(size, text) <= width;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        let longer = format!("{last}{}{word}", if last.is_empty() { "" } else { " " });
        if fits(&longer) {
            *last = longer;
            continue;
        }
        if !last.is_empty() {
            lines.push(String::new());
        }
        for letter in word.chars() {
            let last = lines.last_mut().expect("there is always one");
            last.push(letter);
            if !fits(last) && last.chars().nth(1).is_some() {
                last.pop();
                lines.push(letter.into());
            }
        }
    }
    lines
}

/// Writes from the top down.
pub(super) struct Pen {
    content: Content,
    /// The letters of each font.
    shown: [Shown; 2],
    /// Where the next line stands, from below.
    pub(super) y: f32,
}

impl Pen {
    /// Starts below the upper margin.
    pub(super) fn new() -> Self {
        Self { content: Content::new(), shown: Font::ALL.map(Shown::new), y: PAGE.1 - 70.0 }
    }

    /// Writes one line.
    pub(super) fn line(&mut self, font: Font, size: f32, x: f32, text: &str) {
        let numbers = self.shown[font as usize].numbered(text);
        self.content.begin_text().set_font(Name(font.key()), size).set_text_rendering_mode(TextRenderingMode::Fill);
        self.content.next_line(x, self.y).show(Str(&numbers)).end_text();
        self.y -= size * 1.35;
    }

    /// Writes a text in as many lines as it needs.
    pub(super) fn lines(&mut self, font: Font, size: f32, text: &str, width: f32) {
        for line in wrapped(font, size, text, width) {
            self.line(font, size, LEFT, &line);
        }
    }

    /// Writes a paragraph; a number at its start stands out.
    pub(super) fn text(&mut self, text: &str) {
        let indent = text.chars().take_while(|c| c.is_whitespace() || c.is_ascii_digit() || *c == '.').count();
        let inward = if indent > 0 { 20.0 } else { 0.0 };
        for (at, line) in wrapped(Font::Regular, TEXT, &text[indent..], WIDTH - inward).iter().enumerate() {
            if at == 0 && indent > 0 {
                let y = self.y;
                self.line(Font::Regular, TEXT, LEFT, text[..indent].trim_end());
                self.y = y;
            }
            self.line(Font::Regular, TEXT, LEFT + inward, line);
        }
        self.y -= 5.0;
    }

    /// Draws a QR code.
    pub(super) fn modules(&mut self, modules: &Modules, x: f32, size: f32) {
        let unit = size / modules.side as f32;
        self.y -= size + 6.0;
        for (column, row, length) in modules.runs() {
            let top = self.y + size - (row + 1) as f32 * unit;
            self.content.rect(x + column as f32 * unit, top, length as f32 * unit, unit);
        }
        self.content.fill_nonzero();
        self.y -= 24.0;
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::portal::words::Language;

    /// What a reader of the PDF reads, line by line: codes by the map that the file itself carries.
    pub(in crate::portal) fn read(pdf: &[u8]) -> String {
        let all: String = pdf.iter().map(|byte| char::from(*byte)).collect();
        let code = |hex: &str| u16::from_str_radix(hex, 16).unwrap();
        let maps: Vec<std::collections::BTreeMap<u16, String>> = all
            .split("begincmap")
            .skip(1)
            .map(|map| {
                let pairs = map.split("endcmap").next().unwrap().lines().filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
                let text = |hex: &str| String::from_utf16(&hex.as_bytes().chunks(4).map(|four| code(std::str::from_utf8(four).unwrap())).collect::<Vec<_>>()).unwrap();
                pairs.filter(|(_, to)| !to.contains(' ')).map(|(from, to)| (code(from), text(to))).collect()
            })
            .collect();
        let (mut text, mut map) = (String::new(), &maps[0]);
        for line in all.lines() {
            if line.ends_with(" Tf") {
                map = &maps[usize::from(line.starts_with("/B "))];
            } else if let Some(shown) = line.strip_suffix(" Tj") {
                text.extend(bytes(shown).chunks(2).map(|two| map[&u16::from_be_bytes([two[0], two[1]])].as_str()));
                text.push('\n');
            }
        }
        text
    }

    /// The bytes of a PDF string.
    fn bytes(shown: &str) -> Vec<u8> {
        if let Some(digits) = shown.strip_prefix('<') {
            return digits.trim_end_matches('>').as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect();
        }
        let mut rest = shown.strip_prefix('(').unwrap().strip_suffix(')').unwrap().chars();
        let mut bytes = Vec::new();
        while let Some(next) = rest.next() {
            let escaped = if next == '\\' { rest.next() } else { None };
            let byte = match escaped {
                None => next,
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(digit) if digit.is_ascii_digit() => {
                    let octal: String = std::iter::once(digit).chain(rest.by_ref().take(2)).collect();
                    char::from(u8::from_str_radix(&octal, 8).unwrap())
                }
                Some(same) => same,
            };
            bytes.push(u8::try_from(u32::from(byte)).unwrap());
        }
        bytes
    }

    #[test]
    fn what_is_written_is_read_back_letter_by_letter() {
        let mut pen = Pen::new();
        // Enough letters for every kind of escape, twice in one font.
        let letters: String = (' '..='~').chain('À'..='ſ').chain('Α'..='Ρ').chain('А'..='я').collect();
        pen.line(Font::Regular, 9.0, LEFT, &letters);
        pen.line(Font::Bold, 9.0, LEFT, "Şahin; Αθηνά, Đorđević");
        pen.line(Font::Regular, 9.0, LEFT, "家 – Łukasz");
        let pdf = write(Words { language: Language::German }, pen);
        assert_eq!(read(&pdf), format!("{letters}\nŞahin; Αθηνά, Đorđević\n? – Łukasz\n"));
        assert!(pdf.len() < 70_000, "only the letters that it shows: {}", pdf.len());
    }

    #[test]
    fn lines_are_as_long_as_the_paper_allows() {
        let lines = wrapped(Font::Regular, 11.0, "Wir suchen  für eine Patientin einen Platz", 100.0);
        assert_eq!(lines.join(" "), "Wir suchen für eine Patientin einen Platz");
        assert!(lines.len() > 1 && lines.iter().all(|line| Font::Regular.width(11.0, line) <= 100.0), "{lines:?}");
        let broken = wrapped(Font::Bold, 11.0, &format!("Klinik {}", "m".repeat(40)), 100.0);
        assert_eq!(broken.concat(), format!("Klinik{}", "m".repeat(40)));
        assert!(broken.len() > 3 && broken.iter().all(|line| Font::Bold.width(11.0, line) <= 100.0), "{broken:?}");
        assert_eq!(wrapped(Font::Regular, 11.0, "weit", 0.0), ["w", "e", "i", "t"]);
        assert_eq!(wrapped(Font::Regular, 11.0, " ", 100.0), [""]);
    }
}
