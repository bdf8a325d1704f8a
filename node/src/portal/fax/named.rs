//! The fax that tells a chosen clinic without a node who comes: what it needs for the admission and nothing else.

use verbund_protocol::time::Timestamp;

use super::{Font, LEFT, Pen, WIDTH, fitting, rows, sheet};
use crate::{
    portal::{Clinic, date, words::Words},
    workflow::caseload::phone::placed::Named,
};

/// What stands in the fax.
pub struct NamedFax<'a> {
    /// The words.
    pub w: Words,
    /// The clinic that sends it.
    pub clinic: &'a Clinic,
    /// Who comes, when, and what follows.
    pub named: &'a Named,
    /// Today.
    pub today: Timestamp,
}

/// Writes the fax.
pub fn write(fax: &NamedFax<'_>) -> Vec<u8> {
    sheet::write(fax.w, fitting(|size| body(fax, size)))
}

fn body(fax: &NamedFax<'_>, size: f32) -> Pen {
    let NamedFax { w, clinic, named, today } = fax;
    let (phone, calendar) = (&named.phone, |day| date::calendar(day, w.language));
    let mut pen = Pen::new();
    pen.lines(Font::Bold, 13.0, &clinic.name, WIDTH);
    pen.lines(Font::Regular, 11.0, &w.fax_to(phone.clinic.clone(), phone.number.clone()), WIDTH);
    pen.line(Font::Regular, 11.0, LEFT, &date::day(*today, w.language));
    pen.y -= 10.0;
    pen.line(Font::Bold, 14.0, LEFT, &w.fax_named_subject());
    pen.line(Font::Bold, 11.0, LEFT, &w.fax_reference(phone.id.to_string()));
    pen.y -= 6.0;
    pen.text(&w.fax_named_what(calendar(named.released), named.form.clone()));
    rows(&mut pen, &facts(fax), size + 1.0);
    pen.text(&w.fax_named_call(clinic.phone.clone()));
    pen.text(&w.fax_named_wrong(clinic.phone.clone()));
    pen
}

fn facts(fax: &NamedFax<'_>) -> Vec<(String, String)> {
    let (w, person, naming) = (fax.w, &fax.named.person, &fax.named.naming);
    let mut facts = vec![(w.fax_named_name().into_owned(), person.full_name()), (w.fax_named_born().into_owned(), date::birth(&person.birth_date, w.language))];
    facts.extend(person.kvnr.as_ref().map(|kvnr| (w.fax_named_kvnr().into_owned(), kvnr.to_string())));
    facts.push((w.fax_named_admission().into_owned(), date::calendar(naming.admission, w.language)));
    facts.push((w.fax_named_staff().into_owned(), naming.staff.clone()));
    let papers = if naming.papers.is_empty() { w.fax_named_papers_none().into_owned() } else { naming.papers.clone() };
    facts.push((w.fax_named_papers().into_owned(), papers));
    facts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use verbund_protocol::time::Day;

    use super::*;
    use crate::{
        domain::{
            patient::{Person, tests::anna},
            phone::tests::phone,
        },
        portal::{fax::BOTTOM, sheet::tests::read, words::Language},
        workflow::caseload::phone::placed::{MAX_PAPERS, Naming},
    };

    fn named(person: Person, staff: &str, papers: &str) -> Named {
        let naming = Naming { admission: "2026-12-01".parse().unwrap(), staff: staff.into(), papers: papers.into() };
        Named { phone: phone(vec![], vec![], vec![]), person, naming, form: "Anlage 1b".into(), released: Day(20_000) }
    }

    fn clinic() -> Clinic {
        Clinic { name: "Klinikum Musterstadt".into(), phone: "0821 1".into(), hours: String::new(), ..Clinic::default() }
    }

    #[test]
    fn it_says_who_comes_and_nothing_else_about_them() {
        let (clinic, fax) = (clinic(), |named: &Named, clinic: &Clinic| read(&write(&NamedFax { w: Words { language: Language::German }, clinic, named, today: Timestamp(0) })));
        let person = Person { family: "Łukaszewicz-Đorđević".into(), given: "Şeyma".into(), ..anna() };
        let text = fax(&named(person, "Sonja Beispiel, 0821 1", "Arztbrief per Post"), &clinic);
        for said in ["Łukaszewicz-Đorđević, Şeyma", "3.4.1951", "X110411675", "1.12.2026", "Sonja Beispiel, 0821 1", "Arztbrief per Post", "Rehaklinik Seeblick", "Anlage 1b"]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        for kept in ["Günzburger", "89264", "Eva Huber", "108310400", "4711", "7309"] {
            assert!(!text.contains(kept), "{kept}: {text}");
        }
        let without = fax(&named(Person { kvnr: None, ..anna() }, "Sonja", ""), &clinic);
        assert!(!without.contains("Versichertennummer") && without.contains("keine"), "{without}");
    }

    #[test]
    fn the_longest_fits_on_one_page() {
        let clinic = Clinic { name: "Klinikum ".repeat(14), ..clinic() };
        let person = Person { family: "Łukaszewicz-".repeat(10), given: "Şeyma ".repeat(20), ..anna() };
        let named = named(person, &"S".repeat(120), &"Arztbrief, ".repeat(MAX_PAPERS / 11));
        let fax = NamedFax { w: Words { language: Language::German }, clinic: &clinic, named: &named, today: Timestamp(0) };
        assert!(fitting(|size| body(&fax, size)).y >= BOTTOM);
    }
}
