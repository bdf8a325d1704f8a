//! What a document is by its first bytes, which do not lie as easily as a file name.
//!
//! An allow list: what another clinic can open without running anything. Programs, scripts, web pages and archives, whose
//! content cannot be seen, are refused here, before a byte is stored.
//!
//! Nothing here unpacks or runs what it takes, so a file that unpacks to a thousand times its size costs a node nothing. It would cost whoever
//! opens it: a PNG says in its first bytes how much it unpacks to, and one that no camera and no scanner makes is refused. What a PDF unpacks to,
//! and whether a script is in it, cannot be seen from outside, and ordinary forms carry scripts, too: it is taken as it is, and the pages
//! send it so that no browser runs it with the site's rights (`portal/pages/documents.rs`). The same goes for what is two things at once, such as a
//! picture that ends as a web page: it is what its first bytes say, here and for every browser.

/// What people say a document is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Named<'n> {
    /// The file name's extension, without the dot. The name itself is not asked for: it often holds a person's.
    pub extension: Option<&'n str>,
    /// Media type declared by whoever adds it.
    pub media_type: Option<&'n str>,
}

/// The content is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SniffError {
    /// Found out, and not allowed.
    #[error("the content is {found}, which is not accepted; {}", ALLOWED_TEXT)]
    NotAllowed {
        /// What it is.
        found: &'static str,
    },
    /// Not found out.
    #[error("the content is of no known type; {}", ALLOWED_TEXT)]
    Unknown,
    /// An archive.
    #[error("archives ({found}) hide what they hold: add the documents in it one by one")]
    Archive {
        /// Which.
        found: &'static str,
    },
    /// A picture that unpacks to more than 80 million pixels.
    #[error("the picture has {pixels} pixels, more than the {} that can be shown: save it smaller", MAX_PIXELS)]
    Pixels {
        /// As its header says.
        pixels: u64,
    },
    /// Text in another encoding than UTF-8.
    #[error("the text is not UTF-8: save it as UTF-8 or as PDF")]
    Encoding,
    /// Name and content differ.
    #[error("the file's extension does not belong to its content ({found}): give it one of {expected}")]
    Extension {
        /// What the content is.
        found: &'static str,
        /// Extensions that would fit.
        expected: String,
    },
    /// Declared type and content differ.
    #[error("it was declared as another type than its content ({found})")]
    Declared {
        /// What the content is.
        found: &'static str,
    },
}

const ALLOWED_TEXT: &str = "accepted are PDF, DICOM, PNG, JPEG, TIFF, MP4, XML (such as CDA), JSON (such as FHIR) and UTF-8 text";

/// Allowed media types with the extensions that go with them.
const ALLOWED: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("application/dicom", &["dcm", "dicom"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/tiff", &["tif", "tiff"]),
    ("video/mp4", &["mp4", "m4v"]),
    ("application/xml", &["xml", "cda"]),
    ("application/json", &["json"]),
    ("text/plain", &["txt", "text", "csv", "md"]),
];

/// Most pixels of a PNG: a sheet of A3 at 600 dots an inch has 70 million. A JPEG is not asked, since it cannot be both large and tiny.
const MAX_PIXELS: u64 = 80_000_000;

/// The type whose header need not stand at the beginning.
const PDF: &str = "application/pdf";

/// How much of a text is looked through for signs of markup and programs.
const LOOK: usize = 8 << 10;

/// Returns the media type of a document that begins with `head` (a few KiB, or all of a short one).
///
/// # Errors
/// [`SniffError`] says what it is instead and what to do.
pub fn sniff(head: &[u8], named: &Named<'_>) -> Result<&'static str, SniffError> {
    let found = content(head)?;
    let extensions = ALLOWED.iter().find(|(media_type, _)| *media_type == found).map_or(&[][..], |(_, extensions)| *extensions);
    let declared = named.media_type.map(|text| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    if declared.is_some_and(|declared| declared != found && !(declared == "text/xml" && found == "application/xml")) {
        return Err(SniffError::Declared { found });
    }
    let extension = named.extension.map(str::to_ascii_lowercase);
    match extension {
        Some(extension) if !extensions.contains(&extension.as_str()) => {
            Err(SniffError::Extension { found, expected: extensions.iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join(", ") })
        }
        _ => Ok(found),
    }
}

fn content(head: &[u8]) -> Result<&'static str, SniffError> {
    if head.get(128..132) == Some(b"DICM") {
        return Ok("application/dicom");
    }
    if let Some(kind) = infer::get(head) {
        let mime = kind.mime_type();
        // Text formats are judged by `text` below, which looks further than the first word.
        if !matches!(mime, "text/xml" | "text/html" | "text/x-shellscript") {
            if let Some((media_type, _)) = ALLOWED.iter().find(|(media_type, _)| *media_type == mime) {
                if let Some(found) = Some(head).filter(|_| mime == PDF).and_then(before_the_pdf) {
                    return Err(SniffError::NotAllowed { found });
                }
                if let Some(pixels) = png_pixels(head).filter(|pixels| *pixels > MAX_PIXELS) {
                    return Err(SniffError::Pixels { pixels });
                }
                return Ok(media_type);
            }
            return Err(match kind.matcher_type() {
                infer::MatcherType::Archive => SniffError::Archive { found: mime },
                _ => SniffError::NotAllowed { found: mime },
            });
        }
    }
    text(&head[..head.len().min(LOOK)])
}

/// Returns what a PDF is besides, whose header does not stand at its beginning: scanners and printers put a few words of their own there, which
/// is allowed, but a page or an archive there makes it two files in one.
fn before_the_pdf(head: &[u8]) -> Option<&'static str> {
    let before = &head[..head.windows(4).position(|window| window == b"%PDF")?];
    let markup = before.trim_ascii_start().starts_with(b"<").then_some("text/html");
    markup.or_else(|| infer::get(before).map(|kind| kind.mime_type()))
}

/// Returns how many pixels a PNG says it has.
fn png_pixels(head: &[u8]) -> Option<u64> {
    let sides = head.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?.first_chunk::<8>()?;
    let [a, b, c, d, e, f, g, h] = *sides;
    Some(u64::from(u32::from_be_bytes([a, b, c, d])) * u64::from(u32::from_be_bytes([e, f, g, h])))
}

fn text(head: &[u8]) -> Result<&'static str, SniffError> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut where the look ends.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
        Err(_) if head.iter().any(|b| *b < 0x09) => return Err(SniffError::Unknown),
        Err(_) => return Err(SniffError::Encoding),
    };
    if text.is_empty() || text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}')) {
        return Err(SniffError::Unknown);
    }
    if text.starts_with("#!") {
        return Err(SniffError::NotAllowed { found: "a script" });
    }
    let lower = text.to_ascii_lowercase();
    if ["<html", "<!doctype html", "<script", "<svg", "<iframe", "javascript:"].iter().any(|sign| lower.contains(sign)) {
        return Err(SniffError::NotAllowed { found: "a web page" });
    }
    let start = text.trim_start();
    Ok(match start.as_bytes().first() {
        Some(b'<') if start.starts_with("<?xml") || start.contains("xmlns") => "application/xml",
        Some(b'{' | b'[') => "application/json",
        _ => "text/plain",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(head: &[u8]) -> Result<&'static str, SniffError> {
        sniff(head, &Named::default())
    }

    #[test]
    fn documents_are_told_apart_by_content() {
        let mut dicom = vec![0; 128];
        dicom.extend_from_slice(b"DICM\x02\0");
        for (head, media_type) in [
            (&b"%PDF-1.7\n%\xe2\xe3"[..], "application/pdf"),
            (&dicom, "application/dicom"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"II*\0\x08\0\0\0\x01\0\0\x01", "image/tiff"),
            (b"<?xml version=\"1.0\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>", "application/xml"),
            (b"\xef\xbb\xbf<?xml version=\"1.0\"?><a/>", "application/xml"),
            (b"  {\"resourceType\":\"Bundle\"}", "application/json"),
            ("Arztbrief für Herrn M.\r\n".as_bytes(), "text/plain"),
        ] {
            assert_eq!(plain(head), Ok(media_type));
        }
    }

    #[test]
    fn what_could_run_or_hide_something_is_refused() {
        let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
        elf.resize(64, 0);
        for head in [&elf[..], b"MZ\x90\0\x03\0\0\0", b"#!/bin/sh\nrm -rf /\n", b"<!DOCTYPE html><html></html>", b"hello <script>alert(1)</script>"] {
            assert!(matches!(plain(head), Err(SniffError::NotAllowed { .. })), "{:?}: {:?}", &head[..4], plain(head));
        }
        assert!(matches!(plain(b"PK\x03\x04\x14\0\0\0\x08\0"), Err(SniffError::Archive { .. })));
        assert_eq!(plain(&[0, 1, 2, 3, 250, 251]), Err(SniffError::Unknown));
        assert_eq!(plain(b"Befund f\xfcr M."), Err(SniffError::Encoding));
    }

    #[test]
    fn a_picture_that_unpacks_to_more_than_anybody_can_look_at_is_refused() {
        let png = |width: u32, height: u32| {
            let header = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
            plain(&header)
        };
        assert_eq!(png(10_000, 8_000), Ok("image/png"));
        assert_eq!(png(10_000, 8_001), Err(SniffError::Pixels { pixels: 80_010_000 }));
        assert_eq!(png(u32::MAX, u32::MAX), Err(SniffError::Pixels { pixels: u64::from(u32::MAX) * u64::from(u32::MAX) }));
    }

    #[test]
    fn a_pdf_is_nothing_else_before_its_header() {
        assert_eq!(plain(b"%PDF-1.7\n"), Ok("application/pdf"));
        assert_eq!(plain(b"\x1b%-12345X@PJL\r\n%PDF-1.4\n"), Ok("application/pdf"));
        assert_eq!(plain(b" <!-- %PDF-1.7\n --><script>"), Err(SniffError::NotAllowed { found: "text/html" }));
        assert!(plain(b"PK\x03\x04 and more %PDF-1.7\n").is_err());
    }

    #[test]
    fn name_and_declaration_must_fit() {
        let named = |extension, media_type| sniff(b"%PDF-1.7\n", &Named { extension, media_type });
        assert_eq!(named(Some("PDF"), Some("application/pdf")), Ok("application/pdf"));
        assert_eq!(named(None, None), Ok("application/pdf"));
        assert_eq!(named(Some("png"), None), Err(SniffError::Extension { found: "application/pdf", expected: ".pdf".into() }));
        assert_eq!(named(None, Some("image/png")), Err(SniffError::Declared { found: "application/pdf" }));
    }

    #[test]
    fn a_character_cut_at_the_end_is_still_text() {
        assert_eq!(plain(&"für".as_bytes()[..2]), Ok("text/plain"));
    }
}
