//! The fonts of a sheet: how wide their letters are, and the part of them that a PDF carries.

use std::{collections::BTreeMap, sync::LazyLock};

use pdf_writer::{
    Finish as _, Name, Pdf, Rect, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::{GlyphRemapper, subset};
use ttf_parser::{Face, GlyphId};

/// What a letter that the fonts do not have is shown as.
const UNKNOWN: char = '?';
/// A code of two bytes is a letter's number on the sheet.
const NUMBERED: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// One of the two fonts. Both have the letters of Latin, Greek and Cyrillic scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Font {
    /// For texts.
    Regular,
    /// For what stands out.
    Bold,
}

static REGULAR: LazyLock<Face<'static>> = LazyLock::new(|| parse(Font::Regular));
static BOLD: LazyLock<Face<'static>> = LazyLock::new(|| parse(Font::Bold));

fn parse(font: Font) -> Face<'static> {
    Face::parse(font.bytes(), 0).expect("a font that was compiled in is readable, which a test has seen")
}

impl Font {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Regular, Self::Bold];

    const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("../assets/fonts/Arimo-Regular.ttf"),
            Self::Bold => include_bytes!("../assets/fonts/Arimo-Bold.ttf"),
        }
    }
    /// Returns its name among the resources of a page.
    pub(super) const fn key(self) -> &'static [u8] {
        match self {
            Self::Regular => b"R",
            Self::Bold => b"B",
        }
    }
    /// Returns its name, marked as a part of the font, as PDF wants it.
    const fn name(self) -> &'static [u8] {
        match self {
            Self::Regular => b"SHEETR+Arimo",
            Self::Bold => b"SHEETB+Arimo-Bold",
        }
    }
    fn face(self) -> &'static Face<'static> {
        match self {
            Self::Regular => &REGULAR,
            Self::Bold => &BOLD,
        }
    }
    /// Returns which letter is shown for `letter`, and its glyph.
    fn shown(self, letter: char) -> (char, GlyphId) {
        let glyph = |letter| self.face().glyph_index(letter).map(|glyph| (letter, glyph));
        glyph(letter).or_else(|| glyph(UNKNOWN)).unwrap_or((UNKNOWN, GlyphId(0)))
    }
    /// Returns a length of the font in thousandths of its size.
    fn thousandths(self, length: impl Into<i32>) -> f32 {
        length.into() as f32 * 1000.0 / f32::from(self.face().units_per_em())
    }
    fn advance(self, glyph: GlyphId) -> f32 {
        self.thousandths(self.face().glyph_hor_advance(glyph).unwrap_or_default())
    }
    /// Returns how wide a text is, points.
    pub fn width(self, size: f32, text: &str) -> f32 {
        text.chars().map(|letter| self.advance(self.shown(letter).1)).sum::<f32>() * size / 1000.0
    }
}

/// The letters of one font that a sheet shows, numbered from 1 as they come. Two letters that look alike have two numbers, so that what is
/// copied out of the sheet is what was written.
pub(super) struct Shown {
    font: Font,
    numbers: BTreeMap<char, u16>,
    letters: Vec<(char, GlyphId)>,
}

impl Shown {
    /// Nothing yet.
    pub(super) const fn new(font: Font) -> Self {
        Self { font, numbers: BTreeMap::new(), letters: Vec::new() }
    }

    /// Returns a text as its letters' numbers.
    pub(super) fn numbered(&mut self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.number(letter).to_be_bytes()).collect()
    }

    fn number(&mut self, letter: char) -> u16 {
        let (letter, glyph) = self.font.shown(letter);
        *self.numbers.entry(letter).or_insert_with(|| {
            self.letters.push((letter, glyph));
            u16::try_from(self.letters.len()).expect("the fonts have fewer letters")
        })
    }

    /// Writes the font with these letters into a file. Its objects are `ids`; the first of them is the font.
    pub(super) fn embed(&self, pdf: &mut Pdf, ids: [Ref; 6]) {
        let [font, descendant, descriptor, file, map, unicode] = ids;
        let name = Name(self.font.name());
        pdf.type0_font(font).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
        let mut cid = pdf.cid_font(descendant);
        cid.subtype(CidFontType::Type2).base_font(name).system_info(NUMBERED).font_descriptor(descriptor).cid_to_gid_map_stream(map);
        cid.widths().consecutive(1, self.letters.iter().map(|(_, glyph)| self.font.advance(*glyph)));
        cid.finish();
        self.describe(pdf, descriptor, file);
        let mut glyphs = GlyphRemapper::new();
        let gids: Vec<u8> = std::iter::once(0).chain(self.letters.iter().map(|(_, glyph)| glyphs.remap(glyph.0))).flat_map(u16::to_be_bytes).collect();
        pdf.stream(map, &gids);
        let bytes = subset(self.font.bytes(), 0, &glyphs).expect("a font that was compiled in can be cut down, which a test has seen");
        pdf.stream(file, &bytes).pair(Name(b"Length1"), i32::try_from(bytes.len()).unwrap_or(i32::MAX));
        let mut cmap = UnicodeCmap::new(Name(b"Sheet"), SystemInfo { ordering: Str(b"UCS"), ..NUMBERED });
        for (number, (letter, _)) in (1_u16..).zip(&self.letters) {
            cmap.pair(number, *letter);
        }
        pdf.stream(unicode, &cmap.finish());
    }

    fn describe(&self, pdf: &mut Pdf, descriptor: Ref, file: Ref) {
        let (face, font) = (self.font.face(), self.font);
        let bounds = face.global_bounding_box();
        let [left, lower, right, upper] = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|edge| font.thousandths(edge));
        let mut written = pdf.font_descriptor(descriptor);
        written.name(Name(font.name())).flags(FontFlags::NON_SYMBOLIC).bbox(Rect::new(left, lower, right, upper)).italic_angle(0.0);
        written.ascent(font.thousandths(face.ascender())).descent(font.thousandths(face.descender()));
        written.cap_height(font.thousandths(face.capital_height().unwrap_or_else(|| face.ascender())));
        written.stem_v(if font == Font::Bold { 140.0 } else { 80.0 }).font_file2(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_have_the_letters_of_our_patients_names() {
        let names = "Şeyma Łukaszewicz-Đorđević Ștefănescu İğdır Žižek Kovács-Őry Nguyễn Thị Hạnh Αγγελική Παπαδοπούλου Наталія Ґалаґан Ёлкина ẞ „“–’€…";
        for font in Font::ALL {
            for letter in names.chars() {
                assert_eq!(font.shown(letter).0, letter, "{font:?}");
            }
            assert_eq!(font.shown('漢').0, UNKNOWN);
        }
    }

    #[test]
    fn a_text_is_as_wide_as_its_letters() {
        // Widths of Helvetica, which the font shares: m 833, i 222, space 278 thousandths.
        assert!((Font::Regular.width(10.0, "mi ") - 13.33).abs() < 0.01, "{}", Font::Regular.width(10.0, "mi "));
        assert!(Font::Bold.width(10.0, "mi ") > Font::Regular.width(10.0, "mi "));
        assert!((Font::Regular.width(10.0, "Ş") - Font::Regular.width(10.0, "S")).abs() < 0.01);
    }

    #[test]
    fn letters_that_look_alike_stay_apart() {
        let mut shown = Shown::new(Font::Regular);
        assert_eq!(shown.numbered(";\u{37e};"), [0, 1, 0, 2, 0, 1], "a semicolon and a Greek question mark are one glyph");
        assert_eq!(shown.letters[0].1, shown.letters[1].1);
    }
}
