//! The letter with a patient's code, as a PDF of one page.

use verbund_protocol::time::Timestamp;

use super::{
    Clinic, date,
    qr::Modules,
    sheet::{self, LEFT, PAGE, Pen},
    words::Words,
};

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
    pen
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
