//! Guessing what only its owner knows: a second factor, a code on paper. It slows down or ends, and whoever should hear of it does.

use verbund_node::{
    cli::demo::browser::Answer,
    control::account::Command as Account,
    domain::{account::Site, actor::Role},
};

use super::{CANARY, House, next_code, type_password};

/// More wrong attempts than are let through before it slows down.
const MANY: usize = 12;
const SLOWED: &str = "zu viele Versuche";

/// Whoever knows the password and guesses at the second factor is slowed down, at every browser, and the right code does not help meanwhile.
#[test]
fn the_second_factor_is_not_guessed() {
    let mut house = House::new();
    for site in [Site::Patient, Site::Staff] {
        let login = if site == Site::Patient { house.visitor("erna").2 } else { house.staff("wanda", &[Role::Ward]).1 };
        let mut thieves = [house.browser(site), house.browser(site)];
        let pages = thieves.each_mut().map(|thief| type_password(thief, &login.user, &login.password));
        let guess = |answer: &Answer| answer.text().contains(SLOWED);
        let slowed = (0..MANY).position(|nth| guess(&thieves[0].submit(&pages[0], "/sign-in/second", &[("code", &format!("00000{}", nth % 10))]).unwrap()));
        assert!(slowed.is_some_and(|after| (3..10).contains(&after)), "{site}: slowed after {slowed:?}");
        for (thief, page) in thieves.iter_mut().zip(&pages) {
            let answer = thief.submit(page, "/sign-in/second", &[("code", &next_code(&login))]).unwrap();
            assert!(guess(&answer) && answer.path == "/sign-in/second", "{site}: {}", answer.text());
            assert!(thief.get("/").unwrap().path.starts_with("/sign-in"), "nobody is signed in");
        }
    }
}

/// Who finds a letter has five birth dates; then its code is worth nothing, and staff are told to ask and to print another.
#[test]
fn a_found_letter_has_five_tries_and_staff_hear_of_it() {
    let mut house = House::new();
    let patient = house.patient("Erna");
    let (mut wanda, _) = house.staff("wanda", &[Role::Ward]);
    let code = house.code(Account::Invite(patient));
    // Each from another browser: they share the letter's tries.
    let attempt = |house: &House, code: &str, birth: &str| {
        let mut browser = house.browser(Site::Patient);
        let page = browser.get("/invitation").unwrap();
        browser.submit(&page, "/invitation", &[("code", code), ("birth", birth)]).unwrap()
    };
    for year in 1940..1944 {
        assert!(attempt(&house, &code, &format!("3.4.{year}")).text().contains("passen nicht zusammen"));
    }
    let told = "Briefe, die nicht mehr gelten";
    assert!(!wanda.get("/").unwrap().text().contains(told), "four tries are nobody's business");
    assert!(attempt(&house, &code, "3.4.1944").text().contains("passen nicht zusammen"));
    let right = attempt(&house, &code, "3.4.1951");
    assert!(right.path == "/invitation" && right.text().contains("passen nicht zusammen"), "the right one comes too late and looks the same: {}", right.text());
    let start = wanda.get("/").unwrap().text();
    assert!(start.contains(told) && start.contains(CANARY), "{start}");
    let page = wanda.get(&format!("/patients/{patient}")).unwrap();
    assert!(page.text().contains("nach fünf falschen Geburtsdaten gesperrt"), "{}", page.text());
    let invited = wanda.submit(&page, &format!("/patients/{patient}/invite"), &[]).unwrap();
    assert!(!wanda.get("/").unwrap().text().contains(told), "with the new letter the work is done");
    assert_eq!(attempt(&house, &invited.hidden("code").unwrap(), "3.4.1951").path, "/setup");
}
