//! E-mail: an address is typed and proved, mails are queued with what they tell of, leave, come back, and people are called instead.

use std::time::Duration;

use verbund_node::{
    domain::{
        account::{Site, Token},
        actor::Actor,
        notice::{Address, Bounce, Kind},
    },
    workflow::{
        Work, WorkError,
        account::{self, Visit, sign_in},
        notice::{
            self, calls,
            code::Asked,
            outbox::{self, Came},
            own,
        },
    },
};

use verbund_protocol::id::LocalId;

use super::{
    clinic::Story,
    house::{as_account, entered, from, login, opened, right},
    referral::ASKER,
};

fn address() -> Address {
    "vera@example.de".parse().unwrap()
}

/// What the mail server says of everything that waits.
fn settled(came: Came) -> impl Fn(&mut Work<'_>) -> Result<(), WorkError> {
    move |work| {
        work.actor = Actor::Node;
        let waiting = outbox::due(work.db, work.now)?.0;
        assert!(!waiting.is_empty(), "a mail waits");
        let results: Vec<_> = waiting.iter().map(|mail| (mail.id, came.clone())).collect();
        outbox::settle(work, &results)
    }
}

fn raised(story: &mut Story, patient: LocalId, name: &str) {
    story.step(name, ASKER, move |work| {
        work.actor = Actor::Node;
        notice::raise(work, patient, Kind::Document)
    });
}

/// A patient's own address, and all that becomes of what is sent there.
pub fn mails(story: &mut Story) {
    let patient = entered(story);
    let (vera, token, codes) = story.known(|story| opened(story, patient));
    let visit = move |work: &mut Work<'_>| visiting(work, &token);
    story.step("staff type an address", ASKER, move |work| own::type_in(work, patient, &address()));
    story.step("a code is asked for", ASKER, move |work| {
        let visit = visit(work);
        own::want(work, &visit, &address()).map(|asked| assert!(matches!(asked, Asked::Sent(_))))
    });
    story.pass(Duration::from_secs(90));
    story.step("another code is asked for", ASKER, move |work| {
        let visit = visit(work);
        own::send_again(work, &visit).map(|asked| assert!(matches!(asked, Asked::Sent(_))))
    });
    let code = story.look(ASKER, |work| outbox::due(work.db, work.now)).0.into_iter().filter_map(|mail| mail.code).next_back().unwrap();
    story.step("a code leaves", ASKER, settled(Came::Sent));
    story.step("a wrong code by e-mail", ASKER, move |work| {
        let visit = visit(work);
        own::prove(work, &visit, "12345", false).map(|right| assert!(!right))
    });
    story.step("an address is proved", ASKER, move |work| {
        let visit = visit(work);
        own::prove(work, &visit, &code, true).map(|right| assert!(right))
    });
    story.pass(Duration::from_secs(70));
    sign_in_by_mail(story);
    story.step("what is told is chosen", ASKER, move |work| {
        let visit = visit(work);
        own::hear(work, &visit, &Kind::ALL)
    });
    story.step("codes by e-mail are no second factor", ASKER, move |work| {
        let visit = visit(work);
        own::set_second(work, &visit, false)
    });
    raised(story, patient, "news with a mail");
    story.step("a mail is put off", ASKER, settled(Came::Later("421".into())));
    story.pass(Duration::from_secs(60));
    story.step("a mail leaves", ASKER, settled(Came::Sent));
    raised(story, patient, "news while one was not looked after");
    story.step("the patient looks", ASKER, as_account(vera, notice::looked));
    raised(story, patient, "news with a mail");
    story.pass(Duration::from_secs(5 * 86_400));
    story.step("a mail is given up", ASKER, |work| {
        work.actor = Actor::Node;
        outbox::settle(work, &[])
    });
    refused(story, patient, vera, codes[0].to_string());
}

/// Returns who comes with a token, and acts from here on.
fn visiting(work: &mut Work<'_>, token: &Token) -> Visit {
    let visit = account::arrive(work.db, token, Site::Patient, "/", work.now).unwrap().expect("the session stands").visit;
    work.actor = Actor::of(&visit.account);
    visit
}

/// The password is right; what is missing is a second factor.
fn half(story: &mut Story) -> Token {
    story.known(|story| {
        story.step("the password is right", ASKER, |work| {
            let compared = right(sign_in::begin(work, &login("vera"), &from(Site::Patient))?);
            sign_in::password_right(work, &compared, &login("vera"), &from(Site::Patient), None).map(right)
        })
    })
}

fn sign_in_by_mail(story: &mut Story) {
    let half = half(story);
    story.step("a code to sign in is asked for", ASKER, move |work| {
        let visit = visiting(work, &half);
        sign_in::send_code(work, &visit).map(|asked| assert!(matches!(asked, Asked::Sent(_))))
    });
    let code = story.look(ASKER, |work| outbox::due(work.db, work.now)).0.into_iter().filter_map(|mail| mail.code).next_back().unwrap();
    story.known(|story| story.step("a code leaves", ASKER, settled(Came::Sent)));
    story.step("a code by e-mail signs in", ASKER, move |work| {
        let visit = visiting(work, &half);
        sign_in::second(work, &visit, &code, &from(Site::Patient)).map(right)
    });
}

/// The address fails, and people call; then the patient wants no mails any more.
fn refused(story: &mut Story, patient: LocalId, vera: LocalId, code: String) {
    story.step("who is called is listed", ASKER, |work| calls::list(work).map(|(calls, _)| calls.len()));
    story.step("a call was made", ASKER, move |work| calls::done(work, patient));
    story.known(|story| story.step("the patient looks", ASKER, as_account(vera, notice::looked)));
    raised(story, patient, "further news with a mail");
    let id = story.look(ASKER, |work| outbox::due(work.db, work.now)).0.pop().expect("a mail waits").id;
    story.known(|story| story.step("a mail leaves", ASKER, settled(Came::Sent)));
    story.step("a mail comes back", ASKER, move |work| {
        let bounce = Bounce { id, status: "5.1.1".into() };
        outbox::bounced(work, &bounce).map(|known| assert!(known))
    });
    let half = half(story);
    let token = story.known(|story| {
        story.step("a code of the list is used", ASKER, move |work| {
            let visit = visiting(work, &half);
            sign_in::second(work, &visit, &code, &from(Site::Patient)).map(right)
        })
    });
    story.step("an address is forgotten", ASKER, move |work| {
        let visit = visiting(work, &token);
        own::remove(work, &visit)
    });
}
