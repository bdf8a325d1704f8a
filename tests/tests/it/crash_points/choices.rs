//! What a patient decides at her own pages: choosing, leaving, asking again.

use std::time::Duration;

use verbund_node::{
    store::conversation,
    workflow::{
        clock,
        inquiry::{self, NewCase},
        journey, offer,
    },
};
use verbund_protocol::{
    id::{ConversationId, LocalId},
    inquiry::Variant,
};

use super::{
    clinic::Story,
    house::{as_account, entered, opened},
    referral::{ASKER, OWNER, day, free_places, inquire, offer_for},
};

/// A patient with an account who has agreed at her pages, and her case.
fn begun(story: &mut Story) -> (LocalId, LocalId) {
    free_places(story);
    let patient = entered(story);
    let (vera, ..) = opened(story, patient);
    story.step("a patient agrees", ASKER, as_account(vera, |work| journey::decide(work, true, "Anlage 1b".into()).map(drop)));
    let new = NewCase { patient, variant: Variant::Rehab, discharge: Some(day(6)), exception: None };
    let case = story.step("a case is opened", ASKER, move |work| inquiry::open_case(work, &new));
    (vera, case)
}

fn offered(story: &mut Story, case: LocalId) -> ConversationId {
    let id = inquire(story, case);
    story.step("an offer", OWNER, move |work| offer::make(work, id, offer_for(work.now.day().plus(8))));
    story.deliver(OWNER);
    id
}

/// The offer as the page shows it.
fn shown(story: &mut Story, id: ConversationId) -> String {
    story.look(ASKER, move |work| Ok(conversation::find(work.db, id)?.unwrap().log.state().offer.unwrap().digest.to_string()))
}

/// Choosing and leaving, and asking again where an offer has ended.
pub fn choices(story: &mut Story) {
    let (vera, case) = story.known(begun);
    let id = story.known(|story| offered(story, case));
    let digest = shown(story, id);
    story.step("what a choice means is looked at", ASKER, as_account(vera, move |work| journey::to_choose(work, id).map(drop)));
    story.step("a choice at the pages", ASKER, as_account(vera, move |work| journey::choose(work, id, &digest, "Anlage 1b".into())));
    story.deliver_anew("from a patient", ASKER);
    assert_eq!(story.steps_of(id), ["chosen", "chosen"]);
    story.step("what leaving means is looked at", ASKER, as_account(vera, move |work| journey::to_withdraw(work, id).map(drop)));
    story.step("a patient leaves", ASKER, as_account(vera, move |work| journey::withdraw(work, id, false)));
    story.deliver_anew("from a patient", ASKER);
    assert_eq!(story.steps_of(id), ["withdrawn", "withdrawn"]);
    // Whoever is asked at the very same moment counts as asked since.
    story.pass(Duration::from_secs(60));
    let late = story.known(|story| {
        let late = offered(story, case);
        story.pass(Duration::from_secs(25 * 3_600));
        story.step("the hold ends by the owner's clock", OWNER, clock::tick);
        story.deliver(OWNER);
        late
    });
    story.step("a patient asks again", ASKER, as_account(vera, move |work| journey::ask_again(work, late)));
    story.deliver_anew("again", ASKER);
}
