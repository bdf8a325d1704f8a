//! The letter with a patient's code, as a PDF of one page.

use verbund_protocol::time::Timestamp;

use super::{
    Clinic, date,
    qr::Modules,
    sheet::{self, Font, LEFT, PAGE, Pen, WIDTH},
    words::Words,
};

/// How wide the window of the envelope is (85 mm), points.
const WINDOW: f32 = 240.0;

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
    sheet::write(letter.w, body(letter))
}

fn body(letter: &Letter<'_>) -> Pen {
    let w = letter.w;
    let mut pen = Pen::new();
    pen.lines(Font::Bold, 13.0, &letter.clinic.name, WIDTH);
    // The window of the envelope (DIN 5008, form B: 45 mm from the top).
    pen.y = PAGE.1 - 150.0;
    for line in std::iter::once(&letter.name).chain(&letter.address) {
        pen.lines(Font::Regular, 11.0, line, WINDOW);
    }
    pen.y = PAGE.1 - 270.0;
    pen.line(Font::Regular, 10.0, 450.0, &date::day(letter.today, w.language));
    pen.y -= 10.0;
    pen.line(Font::Bold, 14.0, LEFT, &w.letter_subject());
    pen.y -= 10.0;
    pen.text(&w.letter_greeting(letter.name.clone()));
    pen.text(&w.letter_what());
    pen.y -= 6.0;
    pen.text(&format!("1.  {}", w.letter_step_scan()));
    pen.text(&format!("    {}", w.letter_step_open(letter.portal.trim_start_matches("https://").to_owned())));
    pen.text(&format!("2.  {}", w.letter_step_code()));
    let beside = pen.y;
    pen.y -= 12.0;
    pen.line(Font::Bold, 24.0, LEFT + 20.0, &letter.code);
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
    pen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::{sheet::tests::read, words::Language};

    #[test]
    fn a_letter_is_a_pdf_with_the_code_and_the_name_in_it() {
        let clinic = Clinic { name: "Klinikum Musterstadt".into(), phone: "0".into(), hours: "immer".into(), ..Clinic::default() };
        let letter = Letter {
            w: Words { language: Language::German },
            clinic: &clinic,
            name: "Şeyma Łukaszewicz-Đorđević".into(),
            address: vec!["Παπαδοπούλου 1".into(), "Київ".into()],
            portal: "https://p.example",
            code: "ABCD-EFGH-JKMN".into(),
            ends_at: Timestamp(0),
            today: Timestamp(0),
        };
        let pdf = write(&letter);
        let text = read(&pdf);
        assert!(pdf.starts_with(b"%PDF-1.7") && text.contains("\nABCD-EFGH-JKMN\n"), "{text}");
        assert!(text.contains("\nŞeyma Łukaszewicz-Đorđević\nΠαπαδοπούλου 1\nКиїв\n"), "{text}");
        assert!(text.contains("Guten Tag Şeyma Łukaszewicz-Đorđević"), "{text}");
        assert_eq!(scanned(letter.portal, &letter.code), "https://p.example/invitation#ABCD-EFGH-JKMN");
    }
}
