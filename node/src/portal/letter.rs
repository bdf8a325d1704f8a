//! The letter with a patient's code, as a PDF of one page.

use pdf_writer::{
    Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr,
    types::{TabOrder, TextRenderingMode},
};
use verbund_protocol::time::Timestamp;

use super::{Clinic, date, qr::Modules, words::Words};

/// A4, points.
const PAGE: (f32, f32) = (595.28, 841.89);
/// Left margin of a German business letter (DIN 5008: 25 mm), points.
const LEFT: f32 = 70.9;
/// Characters in a line of the text's size.
const LINE: usize = 74;

/// What stands in the letter.
pub struct Letter<'a> {
    /// The words of the patient's language.
    pub w: Words,
    /// The clinic.
    pub clinic: &'a Clinic,
    /// Who gets it.
    pub name: String,
    /// Where they live, line by line.
    pub address: Vec<String>,
    /// The portal's address.
    pub portal: &'a str,
    /// The code as printed.
    pub code: String,
    /// Until when it works.
    pub ends_at: Timestamp,
    /// Today.
    pub today: Timestamp,
}

/// Returns the address that the QR code carries: the code lies in the fragment, which no server and no log ever sees.
pub fn scanned(portal: &str, code: &str) -> String {
    format!("{portal}/invitation#{code}")
}

/// Writes the letter.
pub fn write(letter: &Letter<'_>) -> Vec<u8> {
    let [catalog, pages, page, regular, bold, content] = [1, 2, 3, 4, 5, 6].map(Ref::new);
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(pages).lang(TextStr(letter.w.language.tag()));
    pdf.pages(pages).kids([page]).count(1);
    let mut one = pdf.page(page);
    one.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(pages).contents(content).tab_order(TabOrder::RowOrder);
    one.resources().fonts().pair(Name(b"R"), regular).pair(Name(b"B"), bold);
    one.finish();
    for (id, name) in [(regular, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(id).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    pdf.stream(content, &body(letter));
    pdf.finish()
}

fn body(letter: &Letter<'_>) -> Vec<u8> {
    let w = letter.w;
    let mut pen = Pen { content: Content::new(), y: PAGE.1 - 70.0 };
    pen.line(b"B", 13.0, LEFT, &letter.clinic.name);
    // The window of the envelope (DIN 5008, form B: 45 mm from the top).
    pen.y = PAGE.1 - 150.0;
    pen.line(b"R", 11.0, LEFT, &letter.name);
    for line in &letter.address {
        pen.line(b"R", 11.0, LEFT, line);
    }
    pen.y = PAGE.1 - 270.0;
    pen.line(b"R", 10.0, 450.0, &date::day(letter.today, w.language));
    pen.y -= 10.0;
    pen.line(b"B", 14.0, LEFT, &w.letter_subject());
    pen.y -= 10.0;
    pen.text(&w.letter_greeting(letter.name.clone()));
    pen.text(&w.letter_what());
    pen.y -= 6.0;
    pen.text(&format!("1.  {}", w.letter_step_scan()));
    pen.text(&format!("    {}", w.letter_step_open(letter.portal.trim_start_matches("https://").to_owned())));
    pen.text(&format!("2.  {}", w.letter_step_code()));
    let beside = pen.y;
    pen.y -= 12.0;
    pen.line(b"B", 24.0, LEFT + 20.0, &letter.code);
    pen.y -= 14.0;
    pen.text(&format!("3.  {}", w.letter_step_birth()));
    pen.text(&w.letter_ends(date::day(letter.ends_at, w.language)));
    pen.y -= 4.0;
    if let Some(modules) = Modules::of(&scanned(letter.portal, &letter.code)) {
        pen.y = pen.y.min(beside - 100.0);
        pen.modules(&modules, LEFT, 150.0);
    }
    pen.text(&w.letter_keep());
    pen.text(&w.letter_phone(format!("{} ({})", letter.clinic.phone, letter.clinic.hours)));
    pen.content.finish().into_vec()
}

/// Writes from the top down.
struct Pen {
    content: Content,
    y: f32,
}

impl Pen {
    fn line(&mut self, font: &[u8], size: f32, x: f32, text: &str) {
        self.content.begin_text().set_font(Name(font), size).set_text_rendering_mode(TextRenderingMode::Fill);
        self.content.next_line(x, self.y).show(Str(&latin(text))).end_text();
        self.y -= size * 1.35;
    }

    fn text(&mut self, text: &str) {
        let indent = text.chars().take_while(|c| c.is_whitespace() || c.is_ascii_digit() || *c == '.').count();
        let mut lines = vec![String::new()];
        for word in text[indent..].split_whitespace() {
            let last = lines.last_mut().expect("there is always one");
            if last.chars().count() + word.chars().count() >= LINE && !last.is_empty() {
                lines.push(word.to_owned());
            } else {
                last.push_str(if last.is_empty() { "" } else { " " });
                last.push_str(word);
            }
        }
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

    fn modules(&mut self, modules: &Modules, x: f32, size: f32) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::words::Language;

    #[test]
    fn a_letter_is_a_pdf_with_the_code_in_it() {
        let clinic = Clinic { name: "Klinikum Musterstadt".into(), phone: "0".into(), hours: "immer".into(), about: Default::default() };
        let letter = Letter {
            w: Words { language: Language::German },
            clinic: &clinic,
            name: "Erna Wałęsa".into(),
            address: vec!["Weg 1".into()],
            portal: "https://p.example",
            code: "ABCD-EFGH-JKMN".into(),
            ends_at: Timestamp(0),
            today: Timestamp(0),
        };
        let pdf = write(&letter);
        let holds = |text: &[u8]| pdf.windows(text.len()).any(|window| window == text);
        assert!(pdf.starts_with(b"%PDF-1.7") && holds(b"(ABCD-EFGH-JKMN)") && holds(b"(Erna Walesa)"));
        assert_eq!(scanned(letter.portal, &letter.code), "https://p.example/invitation#ABCD-EFGH-JKMN");
    }
}
