//! Documents added in a browser: what is taken, what is refused and why, and that nothing is kept of what is refused.

use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::actor::Role,
};
use verbund_protocol::id::LocalId;

use super::House;

const BORDER: &str = "----verbund";

/// A form with a file as browsers send it.
pub(super) fn form(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    if let Some((name, bytes)) = file {
        body.extend(format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BORDER}--\r\n").bytes());
    body
}

fn send(browser: &mut Browser, patient: LocalId, body: &[u8]) -> Answer {
    send_to(browser, &format!("/patients/{patient}/documents"), body)
}

/// Sends a form with a file, and goes where the answer leads.
pub(super) fn send_to(browser: &mut Browser, path: &str, body: &[u8]) -> Answer {
    let (kind, origin) = (format!("multipart/form-data; boundary={BORDER}"), browser.origin.clone());
    let answer = browser.ask("POST", path, &[("content-type", &kind), ("origin", &origin)], body).unwrap();
    if answer.status == 303 { browser.get(answer.header("location").unwrap()).unwrap() } else { answer }
}

pub(super) fn stored(house: &House) -> usize {
    fn files(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).map(|entries| entries.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()).unwrap_or_default();
        entries.iter().map(|path| if path.is_dir() { files(path) } else { 1 }).sum()
    }
    files(&house.town.village.clinics[0].folder.join("data/documents"))
}

pub(super) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";

#[test]
fn a_document_is_added_listed_and_read() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let page = wanda.get(&format!("/patients/{patient}/documents")).unwrap();
    let token = page.hidden("form").unwrap();
    let fields = [("form", token.as_str()), ("kind", "ED110112"), ("title", "Entlassbrief <i>Orthopädie</i>")];
    let large: Vec<u8> = [PDF, &vec![b'x'; 3 << 20]].concat();
    let added = send(&mut wanda, patient, &form(&fields, Some(("brief.pdf", &large))));
    assert!(added.text().contains("Entlassbrief &#60;i&#62;Orthopädie") && added.text().contains("wanda Beispiel"), "{}", added.text());
    let link = added.text().split("href=\"/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let read = wanda.get(&format!("/documents/{link}")).unwrap();
    assert_eq!((read.status, read.header("content-type"), &read.body), (200, Some("application/pdf"), &large));
    assert!(read.header("content-security-policy").unwrap().contains("default-src 'none'"));
    assert!(!house.town.node(0).log().contains("Orthopädie"));
}

#[test]
fn what_is_no_document_is_refused_in_words_and_not_kept() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let token = wanda.get(&format!("/patients/{patient}/documents")).unwrap().hidden("form").unwrap();
    let fields = [("form", token.as_str()), ("kind", "ED110112"), ("title", "Brief")];
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    let hostile: &[(&str, &[u8])] = &[
        ("bild.svg", svg),
        ("bild.png", svg),
        ("brief.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("brief.pdf", b"PK\x03\x04 a zip archive"),
        ("brief.pdf", b"\x7fELF a program"),
        ("brief.pdf", b"MZ another program"),
        ("bild.png", PDF),
        ("brief.exe", PDF),
        ("leer.pdf", b""),
    ];
    for (name, bytes) in hostile {
        let answer = send(&mut wanda, patient, &form(&fields, Some((name, bytes))));
        assert!(answer.text().contains("role=\"alert\"") && answer.text().contains("value=\"Brief\""), "{name} {bytes:?}: {}", answer.text());
    }
    let wrong = send(&mut wanda, patient, &form(&[("form", token.as_str()), ("kind", "ED110112"), ("title", "zwei\nZeilen")], Some(("brief.pdf", PDF))));
    assert!(wrong.text().contains("Die Bezeichnung ist eine Zeile"), "{}", wrong.text());
    assert!(send(&mut wanda, patient, &form(&fields, None)).text().contains("Bitte wählen Sie eine Datei aus"));
    assert_eq!(stored(&house), 0, "nothing of what was refused is kept");
}

#[test]
fn a_file_comes_only_from_a_form_of_this_page() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let token = wanda.get(&format!("/patients/{patient}/documents")).unwrap().hidden("form").unwrap();
    let rest = [("kind", "ED110112"), ("title", "Brief")];
    assert_eq!(send(&mut wanda, patient, &form(&rest, Some(("brief.pdf", PDF)))).status, 403, "without the token");
    let forged = [&[("form", "00112233445566778899aabbccddeeff")], &rest[..]].concat();
    assert_eq!(send(&mut wanda, patient, &form(&forged, Some(("brief.pdf", PDF)))).status, 403, "with another token");
    let good = [&[("form", token.as_str())], &rest[..]].concat();
    assert_eq!(send(&mut wanda, LocalId([7; 8]), &form(&good, Some(("brief.pdf", PDF)))).status, 404, "for somebody who is not there");
    let cut = form(&good, Some(("brief.pdf", &[PDF, &vec![b'x'; 400_000]].concat())));
    let answer = send(&mut wanda, patient, &cut[..300_000]);
    assert!(answer.text().contains("kam nicht vollständig an"), "{} {}", answer.status, answer.text());
    assert_eq!(stored(&house), 0);
}
