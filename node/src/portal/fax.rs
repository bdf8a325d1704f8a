//! The inquiry to a clinic without a node, as a fax of one page: the fields of an inquiry and nothing else about the patient.

use verbund_protocol::time::Timestamp;

use super::{
    Clinic, date,
    sheet::{self, Font, LEFT, Pen, WIDTH, wrapped},
    words::Words,
};
use crate::domain::phone::Phone;

pub mod named;

/// Where the second column begins, points.
const SECOND: f32 = LEFT + 190.0;
/// Between the columns, points.
const GAP: f32 = 10.0;
/// Lower margin, points.
const BOTTOM: f32 = 50.0;
/// Sizes to try until everything fits on one page; the last one fits whatever an inquiry can hold.
const SIZES: &[f32] = &[10.0, 9.0, 8.0, 7.0, 6.0];

/// What stands in the fax.
pub struct Fax<'a> {
    /// The words.
    pub w: Words,
    /// The asking clinic.
    pub clinic: &'a Clinic,
    /// What is asked and of whom.
    pub phone: &'a Phone,
    /// The fields of the inquiry, in words.
    pub facts: &'a [(String, String)],
    /// Today.
    pub today: Timestamp,
}

/// Writes the fax.
pub fn write(fax: &Fax<'_>) -> Vec<u8> {
    sheet::write(fax.w, fitting(|size| body(fax, size)))
}

/// Returns the page in the largest letters in which everything fits on it.
fn fitting(body: impl Fn(f32) -> Pen) -> Pen {
    let mut pen = body(SIZES[0]);
    for size in &SIZES[1..] {
        if pen.y >= BOTTOM {
            break;
        }
        pen = body(*size);
    }
    pen
}

/// Writes names and texts side by side.
fn rows(pen: &mut Pen, facts: &[(String, String)], size: f32) {
    for (label, text) in facts {
        let labels = wrapped(Font::Regular, size, label, SECOND - LEFT - GAP);
        let texts = wrapped(Font::Bold, size, text, LEFT + WIDTH - SECOND);
        for at in 0..labels.len().max(texts.len()) {
            let y = pen.y;
            pen.line(Font::Regular, size, LEFT, labels.get(at).map_or("", String::as_str));
            pen.y = y;
            pen.line(Font::Bold, size, SECOND, texts.get(at).map_or("", String::as_str));
        }
    }
    pen.y -= 8.0;
}

fn body(fax: &Fax<'_>, size: f32) -> Pen {
    let (w, clinic, phone) = (fax.w, fax.clinic, fax.phone);
    let mut pen = Pen::new();
    pen.lines(Font::Bold, 13.0, &clinic.name, WIDTH);
    pen.lines(Font::Regular, 11.0, &w.fax_to(phone.clinic.clone(), phone.number.clone()), WIDTH);
    pen.line(Font::Regular, 11.0, LEFT, &date::day(fax.today, w.language));
    pen.y -= 10.0;
    pen.line(Font::Bold, 14.0, LEFT, &w.fax_subject());
    pen.line(Font::Bold, 11.0, LEFT, &w.fax_reference(phone.id.to_string()));
    pen.y -= 6.0;
    pen.text(&w.fax_what());
    pen.text(&w.fax_answer(clinic.phone.clone(), date::moment(phone.inquiry.answer_by, w.language)));
    rows(&mut pen, fax.facts, size);
    pen.text(&w.fax_reply());
    pen
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::{id::LocalId, inquiry::Inquiry};

    use super::*;
    use crate::portal::{sheet::tests::read, words::Language};

    #[test]
    fn the_longest_inquiry_fits_on_one_page() {
        let inquiry: Inquiry = serde_json::from_value(serde_json::json!({
            "variant": "rehab", "basis": "consent", "department": "0000", "function": {}, "single_room": false, "companion": false, "constraints": [], "age": "70-79", "indication": "heart", "earliest": "2026-12-01",
            "flexible_days": 0, "setting": "inpatient", "payer": "gkv", "approval": "none", "answer_by": Timestamp(60_000),
        }))
        .unwrap();
        let (id, at) = (LocalId([1; 8]), Timestamp(0));
        let phone = Phone {
            id,
            case: id,
            clinic: "Klinik ".repeat(17),
            number: "0".repeat(120),
            inquiry,
            asked_at: at,
            asked_by: String::new(),
            answers: vec![],
            steps: vec![],
            events: vec![],
        };
        let clinic = Clinic { name: "Klinikum Musterstadt".into(), phone: "0".into(), hours: String::new(), ..Clinic::default() };
        // As many rows as an inquiry has fields, and one with as many constraints as it may carry.
        let mut facts = vec![("Was die Klinik können muss".to_owned(), "Nur wenn die Zimmerplanung es braucht".to_owned()); 26];
        facts.push(("Kost".to_owned(), "Überwachung von Herz und Kreislauf rund um die Uhr, ".repeat(16)));
        let fax = Fax { w: Words { language: Language::German }, clinic: &clinic, phone: &phone, facts: &facts, today: at };
        assert!(SIZES.iter().any(|size| body(&fax, *size).y >= BOTTOM));
        assert!(read(&write(&fax)).contains(&id.to_string()));
    }
}
