//! The clinic's logo on both sites: there for everybody, kept by browsers, and only a small picture ever.

use std::fs;

use verbund_node::domain::{account::Site, actor::Role};
use verbund_tests::{
    chromium::{Look, Window},
    town::Town,
};

use super::{
    House,
    chromium::{at, axe, look_at},
    journey::sign_in,
};

/// One clinic with this file as its logo.
fn house(logo: Option<&[u8]>) -> House {
    let mut town = Town::found(1, 40);
    let config = town.village.clinics[0].config();
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("logo = \"../logo.png\"\n"), "{text}");
    match logo {
        Some(bytes) => fs::write(town.village.folder.join("logo.png"), bytes).unwrap(),
        None => fs::write(&config, text.replace("logo = \"../logo.png\"\n", "")).unwrap(),
    }
    town.launch(0);
    town.wait_ready(0);
    House { town, at: 0 }
}

/// What `doctor` says of the logo.
fn doctor(house: &House) -> serde_json::Value {
    let out = house.town.verbund(0, &["--json", "doctor"]);
    let findings: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out.stderr)));
    findings.as_array().unwrap().iter().find(|finding| finding["check"] == "logo").unwrap_or_else(|| panic!("{findings}")).clone()
}

#[test]
fn a_logo_is_served_to_everybody_under_a_name_of_its_content() {
    let house = House::new();
    let file = fs::read(house.town.village.folder.join("logo.png")).unwrap();
    let name = &house.town.village.clinics[0].plan.facility.name;
    for site in [Site::Patient, Site::Staff] {
        let mut browser = house.browser(site);
        let page = browser.get("/sign-in").unwrap().text();
        let path = page.split("<img class=\"logo\" src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{page}")).to_owned();
        assert!(page.contains(&format!("width=\"128\" height=\"128\" alt=\"{name}\"")), "{page}");
        let logo = browser.ask("GET", &path, &[], b"").unwrap();
        assert_eq!((logo.status, logo.header("content-type"), logo.header("x-content-type-options")), (200, Some("image/png"), Some("nosniff")));
        assert_eq!(logo.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert!(logo.body == file && logo.header("content-security-policy").unwrap().contains("default-src 'none'"));
        for other in [path.replace(".png", ".svg"), path.replace(".png", ".jpg"), "/assets/logo.png".into(), "/assets/..%2flogo.png".into()] {
            assert_eq!(browser.ask("GET", &other, &[], b"").unwrap().status, 404, "{other}");
        }
    }
    assert_eq!(doctor(&house)["state"], "ok");
}

#[test]
fn without_a_logo_the_name_stands_alone_and_doctor_says_why() {
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let large = [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x09\0\0\0\x09"[..], &[0; 50_000]].concat();
    let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\0\0\0\x01\0\0\x08\x02\0\0\0";
    for (logo, said) in [(None, "absent"), (Some(&svg[..]), "no PNG or JPEG"), (Some(&large[..]), "48 KiB"), (Some(&bomb[..]), "1024")] {
        let house = house(logo);
        let name = &house.town.village.clinics[0].plan.facility.name;
        let page = house.browser(Site::Patient).get("/sign-in").unwrap().text();
        assert!(!page.contains("<img") && page.contains(&format!("<strong>{name}</strong>")), "{page}");
        let finding = doctor(&house);
        assert!(finding["state"] == "warn" && finding["found"].as_str().unwrap().contains(said) && !finding["remedy"].as_str().unwrap().is_empty(), "{finding}");
    }
}

/// In a real browser the picture is there, as large as the page has left room for, and on paper, too.
async fn seen(look: Look) {
    let (mut house, axe) = (House::new(), axe());
    let window = Window::open(look).await;
    window.go(&at(&house, Site::Patient, "/sign-in")).await;
    is_there(&window).await;
    look_at(&window, &axe, "logo-patient").await;
    window.close().await;
    let (_, login) = house.staff("wanda", &[Role::Ward]);
    let window = sign_in(&house, Site::Staff, &login, look).await;
    window.go(&at(&house, Site::Staff, "/patients")).await;
    is_there(&window).await;
    look_at(&window, &axe, "logo-staff").await;
    window.close().await;
}

async fn is_there(window: &Window) {
    let loaded = "const logo = document.querySelector('.logo'); return logo.complete && logo.naturalWidth === 128 && logo.height > 30 && logo.height < 60;";
    assert_eq!(window.script(loaded, vec![]).await, true, "the logo is loaded and small");
    let printed = "return [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).filter(rule => rule.media?.mediaText === 'print').flatMap(rule => [...rule.cssRules])
        .filter(rule => rule.style.display === 'none').some(rule => document.querySelector('.logo').matches(rule.selectorText) || document.querySelector('.clinic').matches(rule.selectorText));";
    assert_eq!(window.script(printed, vec![]).await, false, "and it is printed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logo_on_a_phone() {
    seen(Look::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_logo_at_a_desk_in_the_dark() {
    seen(Look { dark: true, ..Look::DESKTOP }).await;
}
