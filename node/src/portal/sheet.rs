//! A sheet of paper: a PDF of one A4 page in the fonts that every reader has.

use pdf_writer::{
    Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{TabOrder, TextRenderingMode},
};

use super::{qr::Modules, words::Words};

/// A4, points.
pub(super) const PAGE: (f32, f32) = (595.28, 841.89);
/// Left margin of a German business letter (DIN 5008: 25 mm), points.
pub(super) const LEFT: f32 = 70.9;
/// Characters in a line of the text's size.
const LINE: usize = 74;

/// Returns the page as a file.
pub(super) fn write(w: Words, pen: Pen) -> Vec<u8> {
    let [catalog, pages, page, regular, bold, content] = [1, 2, 3, 4, 5, 6].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages).lang(TextStr(w.language.tag()));
    pdf.pages(pages).kids([page]).count(1);
    let mut one = pdf.page(page);
    one.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(content).tab_order(TabOrder::RowOrder);
    one.resources().fonts().pair(Name(b"R"), regular).pair(Name(b"B"), bold);
    one.finish();
    for (id, name) in [(regular, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(content, &pen.content.finish());
    pdf.finish()
}

/// Breaks a text into lines of at most `most` characters, unless a word is longer.
pub(super) fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is always one");
        if last.chars().count() + word.chars().count() >= most && !last.is_empty() {
            lines.push(word.to_owned());
        } else {
            last.push_str(if last.is_empty() { "" } else { " " });
            last.push_str(word);
        }
    }
    lines
}

/// Writes from the top down.
pub(super) struct Pen {
    content: Content,
    /// Where the next line stands, from below.
    pub(super) y: f32,
}

impl Pen {
    /// Starts below the upper margin.
    pub(super) fn new() -> Self {
        Self { content: Content::new(), y: PAGE.1 - 70.0 }
    }

    /// Writes one line.
    pub(super) fn line(&mut self, font: &[u8], size: f32, x: f32, text: &str) {
        self.content.begin_text().set_font(Name(font), size).set_text_rendering_mode(TextRenderingMode::Fill);
        self.content.next_line(x, self.y).show(Str(&latin(text))).end_text();
        self.y -= size * 1.35;
    }

    /// Writes a paragraph; a number at its start stands out.
    pub(super) fn text(&mut self, text: &str) {
        let indent = text.chars().take_while(|c| c.is_whitespace() || c.is_ascii_digit() || *c == '.').count();
        let lines = wrapped(&text[indent..], LINE);
        for (at, line) in lines.iter().enumerate() {
            let x = LEFT + if indent > 0 { 20.0 } else { 0.0 };
            if at == 0 && indent > 0 {
                let y = self.y;
                self.line(b"R", 11.0, LEFT, text[..indent].trim_end());
                self.y = y;
            }
            self.line(b"R", 11.0, x, line);
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

/// Returns a text in Windows-1252, which the fonts that every reader has can show. Letters beyond it lose their marks: better a plain
/// letter than a box.
fn latin(text: &str) -> Vec<u8> {
    let plain = |c: char| match c {
        'ą' | 'ă' | 'ā' => 'a',
        'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'ę' | 'ě' | 'ē' | 'ė' => 'e',
        'ğ' => 'g',
        'ı' | 'ī' | 'į' => 'i',
        'ł' | 'ľ' => 'l',
        'ń' | 'ň' => 'n',
        'ő' | 'ō' => 'ö',
        'ř' => 'r',
        'ś' | 'ş' | 'ș' => 's',
        'ť' | 'ț' | 'ţ' => 't',
        'ű' | 'ū' | 'ů' => 'u',
        'ź' | 'ż' => 'z',
        'Č' | 'Ć' => 'C',
        'Ď' | 'Đ' => 'D',
        'Ğ' => 'G',
        'İ' => 'I',
        'Ł' => 'L',
        'Ś' | 'Ş' | 'Ș' => 'S',
        'Ř' => 'R',
        'Ź' | 'Ż' => 'Z',
        other => other,
    };
    let byte = |c: char| match plain(c) {
        '€' => 0x80,
        '„' => 0x84,
        '–' => 0x96,
        '—' => 0x97,
        '“' => 0x93,
        '”' => 0x94,
        '‘' => 0x91,
        '’' => 0x92,
        'š' => 0x9a,
        'Š' => 0x8a,
        'ž' => 0x9e,
        'Ž' => 0x8e,
        other => u8::try_from(u32::from(other)).ok().filter(|byte| *byte >= 0x20 && !(0x7f..0xa0).contains(byte)).unwrap_or(b'?'),
    };
    text.chars().map(byte).collect()
}
