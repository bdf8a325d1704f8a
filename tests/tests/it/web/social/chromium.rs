//! Cases of the social service in real browsers, each story once on a phone and once at a desk: one that ends with a referral, and one that
//! finds no place.

use verbund_node::control::{Command, referral};
use verbund_tests::chromium::{Look, Window};

use super::*;
use crate::web::{
    chromium::{at_both_widths, reads, unfold, window_at},
    papers::PDF as LETTER,
};

at_both_widths!(
    a_question_is_answered_on_the_way_to_the_referral,
    a_case_is_handed_on_and_ends_at_a_named_person,
    what_few_people_share_is_answered_for_a_reason,
    the_proof_is_saved_and_holds
);

/// From the search to the referral: clinics say at once whether they are still free, the one that is asked wants to know something and gets
/// its answer, the payer decides, and of the documents only the one that is ticked goes along. Nobody reloads a page.
async fn a_question_is_answered_on_the_way_to_the_referral(look: Look) {
    let mut desk = Desk::new();
    desk.prepare();
    let letter = desk.house.town.add_document(0, desk.patient, LETTER);
    desk.house.town.add_document(0, desk.patient, &[LETTER, b"% another"].concat());
    desk.house.at = 2;
    let (rolf, _) = desk.house.staff("rolf", &[Role::Admissions]);
    desk.house.at = 0;
    let target = desk.house.town.department(2).to_string();
    eventually("the clinic is found", || {
        let page = desk.sonja.get(&format!("/cases/{}/search", desk.case)).unwrap().text();
        if page.contains(&target) { Ok(()) } else { Err(page) }
    });
    let sonja = window_at(&desk.sonja, look, &format!("/cases/{}", desk.case)).await;
    let id = asks_one(&mut desk, &sonja, &target).await;
    let rolf = window_at(&rolf, look, &format!("/inquiries/{id}")).await;
    unfold(&rolf, "form[action$='/ask']").await;
    rolf.click("input[name=ask-question][value=stairs]").await;
    rolf.click("form[action$='/ask'] button").await;
    reads(&rolf, "Rückfrage gestellt").await;
    reads(&sonja, "hat eine Rückfrage").await;
    sonja.click("form[action$='/answer'] option:nth-of-type(2)").await;
    sonja.click("form[action$='/answer'] button").await;
    reads(&sonja, "angefragt; die Antwort steht aus").await;
    reads(&rolf, "Neue Anfrage").await;
    let told = desk.house.town.await_step(2, id, "requested").answers.unwrap();
    assert_eq!(told.answers.len(), 1);
    rolf.click("form[action$='/offer'] button").await;
    reads(&rolf, "Platz angeboten und reserviert").await;

    reads(&sonja, "hält einen Platz bis").await;
    unfold(&sonja, "form[action$='/choose']").await;
    sonja.fill("#form_name", "Anlage 1b 2024-03").await;
    sonja.click("form[action$='/choose'] button").await;
    reads(&sonja, "gewählt, noch nicht bestätigt").await;
    reads(&rolf, "Ihr Platz wurde gewählt").await;
    rolf.click("form[action$='/confirm'] button").await;
    reads(&rolf, "Platz zugesagt, Überweisung steht aus").await;
    reads(&sonja, "Platz bestätigt").await;
    unfold(&sonja, "form[action$='/payer']").await;
    sonja.click("#decision option[value=approved]").await;
    sonja.fill("#on", &desk.today()).await;
    sonja.click("form[action$='/payer'] button").await;
    reads(&sonja, "Entscheidung des Kostenträgers: bewilligt").await;
    sonja.fill("#diagnosis", "M16.1").await;
    sonja.click(&format!("input[name=document][value='{letter}']")).await;
    sonja.click("form[action$='/refer'] button").await;
    reads(&sonja, "Überweisung ist dort").await;
    reads(&rolf, "Überweisung mit Namen ist da").await;
    assert!(!rolf.text().await.contains(CANARY), "nobody has opened it");
    rolf.click("form[action$='/referral'] button").await;
    reads(&rolf, CANARY).await;
    let came = desk.house.town.await_documents(2, id, 1)[0].id;
    assert_eq!(desk.house.town.export(2, came), LETTER, "the one that was ticked");
    assert_eq!(desk.house.town.show(2, id).unwrap().payer.as_deref(), Some("approved"));
    sonja.close().await;
    rolf.close().await;
}

/// Searches, marks a clinic that the house asks first, has the best say whether they are still free, and asks one of them.
async fn asks_one(desk: &mut Desk, sonja: &Window, target: &str) -> ConversationId {
    sonja.click("a.main[href$='/search']").await;
    reads(sonja, "2 Abteilungen passen.").await;
    let line = format!("li:has(input[value='{target}'])");
    sonja.click(&format!("{line} summary")).await;
    sonja.click(&format!("{line} form[action$='/favourite'] button")).await;
    sonja.see(&format!("{line}:first-child .mark.good")).await;
    reads(sonja, "Bevorzugt").await;
    assert_eq!(desk.house.town.conversations(2).len(), 0, "nobody has been asked");
    sonja.click("form[action$='/search'] button").await;
    reads(sonja, "Auf Nachfrage bestätigt: frei").await;
    sonja.click(&format!("{line} input[name=target]")).await;
    sonja.click("button.main[form=pick]").await;
    reads(sonja, "Das lesen die angefragten Kliniken").await;
    let sent = sonja.see("dl.facts").await.text().await.unwrap();
    assert!(sent.contains("M16") && !sent.contains(CANARY) && !sent.contains("1951"), "{sent}");
    sonja.click("form[action$='/ask'] button.main").await;
    reads(sonja, "Eine Klinik ist angefragt").await;
    let id = eventually("the clinic has the inquiry", || desk.house.town.conversations(2).first().map(|asked| asked.id).ok_or_else(|| "nothing there".into()));
    sonja.click(&format!("a[href='/asked/{id}']")).await;
    reads(sonja, "angefragt; die Antwort steht aus").await;
    id
}

/// Sonja hands the case on with its history; Sina asks the last clinic there is, which has no place, and ends the case at somebody with a
/// name and a number, whom the patient reads by herself.
async fn a_case_is_handed_on_and_ends_at_a_named_person(look: Look) {
    const CARER: &str = "Dr. Beispiel, Hausärztin";
    let mut desk = Desk::new();
    desk.prepare();
    let mut erna = desk.erna();
    // Otherwise her next step is to say what matters to her.
    let wishes = erna.get("/wishes").unwrap();
    erna.submit(&wishes, "/wishes", &[("about-1", "near-home"), ("what-1", ""), ("why-1", "Meine Tochter wohnt dort.")]).unwrap();
    let (sina, _) = desk.house.staff("sina", &[Role::SocialService]);
    let case = format!("/cases/{}", desk.case);
    let home = window_at(&erna, look, "/").await;
    reads(&home, "Wir suchen passende Kliniken").await;
    let sina = window_at(&sina, look, "/").await;
    reads(&sina, "Hier ist kein offener Fall.").await;
    let sonja = window_at(&desk.sonja, look, &case).await;
    sonja.click("#kind option[value=call]").await;
    sonja.fill("#text", "Die Tochter ruft am Montag an.").await;
    sonja.click("form[action$='/note'] button").await;
    reads(&sonja, "Die Tochter ruft am Montag an.").await;
    sonja.click("#to option[value='sina Beispiel']").await;
    sonja.click("form.line[action$='/give'] button").await;
    reads(&sonja, "Zuständig: sina Beispiel").await;
    sonja.click("section[aria-labelledby=owner-title] summary").await;
    reads(&sonja, "sonja Beispiel seit").await;

    reads(&sina, CANARY).await;
    sina.click(&format!("a[href='{case}']")).await;
    reads(&sina, "Die Tochter ruft am Montag an.").await;
    unfold(&sina, "form[action$='/phone']").await;
    sina.fill("#clinic", "Rehaklinik Seeblick").await;
    sina.fill("#fax", "0800 111").await;
    sina.click("form[action$='/phone'] button").await;
    reads(&sina, "Was sagt die Klinik?").await;
    sina.fill("#person", "Herr Blick").await;
    sina.click("input[name=said][value=declined]").await;
    sina.fill("#why", "Kein Personal").await;
    sina.click("form[action$='/answer'] button").await;
    reads(&sina, "Absage: Kein Personal").await;
    reads(&home, "Bisher hatte keine Klinik Platz. Wir suchen weiter.").await;

    sina.click(&format!("main > p a[href='{case}']")).await;
    unfold(&sina, "form[action$='/end']").await;
    sina.click("input[name=how][value=no-place]").await;
    sina.fill("#why", "Alle haben abgesagt").await;
    sina.click("form[action$='/end'] button").await;
    reads(&sina, "Bitte tragen Sie ein, wer sich jetzt kümmert.").await;
    assert!(desk.closed().is_none(), "nothing has ended yet");
    sina.fill("#carer", CARER).await;
    sina.fill("#carer-phone", "0821 400-12").await;
    sina.click("form[action$='/end'] button").await;
    reads(&sina, "Kein Platz gefunden. Beendet am").await;
    reads(&sina, &format!("{CARER}, Telefon 0821 400-12")).await;
    assert!(desk.closed().is_some());
    sina.click("a[href$='/evidence']").await;
    reads(&sina, "Kein Personal").await;
    reads(&home, "Die Suche nach einer Reha ist beendet").await;
    reads(&home, &format!("Um Sie kümmert sich jetzt: {CARER}, Telefon 0821 400-12.")).await;
    assert!(!home.text().await.contains("Alle haben abgesagt"), "what staff noted is theirs");
    for window in [home, sina, sonja] {
        window.close().await;
    }
}

/// An answer that few people share is stopped, stays as it was chosen, and is sent once a reason is given.
async fn what_few_people_share_is_answered_for_a_reason(look: Look) {
    let mut desk = Desk::new();
    desk.post("consent", &[("form_name", "Anlage 1b"), ("kept", "Akte"), ("who", "patient"), ("decision", "given")]);
    let today = desk.today();
    desk.post("plan", &[PLAN, &[("earliest", today.as_str()), ("constraint", "dialysis"), ("constraint", "weight-150")]].concat());
    let target = desk.house.town.department(2).to_string();
    let id = asked(&desk.post("ask", &[("target", target.as_str())]).text())[0];
    desk.house.town.await_step(2, id, "requested");
    desk.house.at = 2;
    let (rolf, _) = desk.house.staff("rolf", &[Role::Admissions]);
    desk.house.at = 0;
    let sonja = window_at(&desk.sonja, look, &format!("/asked/{id}")).await;
    reads(&sonja, "angefragt; die Antwort steht aus").await;
    let rolf = window_at(&rolf, look, &format!("/inquiries/{id}")).await;
    unfold(&rolf, "form[action$='/ask']").await;
    rolf.click("input[name=ask-question][value=weight]").await;
    rolf.click("form[action$='/ask'] button").await;
    reads(&sonja, "hat eine Rückfrage").await;
    sonja.see("form[action$='/answer']:not(:has(#rare-reason))").await;
    sonja.click("form[action$='/answer'] option[value=weight-over-200]").await;
    sonja.click("form[action$='/answer'] button").await;
    reads(&sonja, "Diese Angaben haben nur wenige Menschen").await;
    sonja.see("form[action$='/answer'] option[value=weight-over-200]:checked").await;
    assert_eq!(desk.house.town.show(0, id).unwrap().summary.step, "asked", "nothing was sent");
    sonja.click("#rare-reason option[value=patient-agreed]").await;
    sonja.click("form[action$='/answer'] button").await;
    reads(&sonja, "angefragt; die Antwort steht aus").await;
    let told = desk.house.town.await_step(2, id, "requested").answers.unwrap();
    assert_eq!((told.answers.len(), told.rare_reason.map(|reason| reason.to_string())), (1, Some("patient-agreed".into())));
    reads(&rolf, "Neue Anfrage").await;
    reads(&rolf, "Fragen und Antworten").await;
    sonja.close().await;
    rolf.close().await;
}

/// What both clinics signed is saved as a file from the page, which anybody with the network document can verify.
async fn the_proof_is_saved_and_holds(look: Look) {
    let mut desk = Desk::new();
    let ids = desk.ask_both();
    let sonja = window_at(&desk.sonja, look, &format!("/cases/{}", desk.case)).await;
    sonja.click("a[href$='/evidence']").await;
    reads(&sonja, "Von beiden Kliniken unterschrieben").await;
    let folder = desk.house.town.place().join("saved");
    std::fs::create_dir(&folder).unwrap();
    sonja.saves_into(&folder).await;
    sonja.click("form[action$='/evidence'] button").await;
    let file = eventually("the proof is saved", || {
        let saved: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        match saved.as_slice() {
            [file] if file.extension().is_some_and(|end| end == "cose") => Ok(file.clone()),
            _ => Err(format!("{saved:?}")),
        }
    });
    let done = desk.house.town.verbund(0, &["evidence", "verify", &file.to_string_lossy()]);
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && ids.iter().all(|id| told.contains(&id.to_string())) && told.contains("everything in it holds"), "{told}");
    reads(&sonja, "Von beiden Kliniken unterschrieben").await;
    sonja.close().await;
}

impl Desk {
    /// When the case was closed, as the node says.
    fn closed(&mut self) -> Option<verbund_protocol::time::Timestamp> {
        let reply: referral::Reply = self.house.town.told(0, Command::Referral(Box::new(referral::Command::Cases { patient: Some(self.patient) })));
        let referral::Reply::Cases(cases) = reply else { panic!("{reply:?}") };
        cases.iter().find(|case| case.id.to_string() == self.case).unwrap().closed_at
    }
}
