//! What must hold, said in other words than the table's: from the messages themselves wherever that is possible.

use verbund_protocol::referral::{MessageKind, Outcome, Side, Step};

use super::{
    referral::{Fault, Referrals},
    world::{CLINICS, World},
};

type Holds = Result<(), String>;

fn ensure(holds: bool, what: impl FnOnce() -> String) -> Holds {
    if holds { Ok(()) } else { Err(what()) }
}

/// What holds in every state.
pub fn always(model: &mut Referrals, world: &World) -> Holds {
    no_place_is_held_twice(model, world)?;
    for c in 0..model.play.conversations.len() {
        let what = (world.parts[c], world.cases[model.case(c)].0);
        if !model.kept.contains(&what) {
            in_a_conversation(model, world, c)?;
            model.kept.insert(what);
        }
    }
    if model.play.askers_lie { Ok(()) } else { one_place_a_patient(model, world) }
}

/// What holds in one conversation, whatever the others are at.
fn in_a_conversation(model: &mut Referrals, world: &World, c: usize) -> Holds {
    for side in [Side::Asker, Side::Owner] {
        nobody_is_stuck(model, world, c, side)?;
        repeats_and_gaps_change_nothing(model, world, c, side)?;
        a_decline_taken_back_promises_nothing(model, world, c, side)?;
    }
    if !model.play.askers_lie {
        chosen_is_not_shown_as_confirmed(model, world, c)?;
        nobody_is_named_early(model, world, c)?;
    }
    the_owner_knows_only_whom_it_confirmed(model, world, c)
}

/// No day has more places held than were stated.
fn no_place_is_held_twice(model: &mut Referrals, world: &World) -> Holds {
    for owner in 0..CLINICS {
        let holds = model.holds(world, owner, None);
        for (day, stated) in Referrals::stated() {
            let held = holds.iter().filter(|hold| hold.covers(day)).count();
            ensure(held <= usize::from(stated), || format!("clinic {owner} holds {held} places on {day} and has {stated}"))?;
        }
    }
    Ok(())
}

/// Whatever is open has somebody whose turn it is and a deadline, and a person at either end can end it at any time.
fn nobody_is_stuck(model: &mut Referrals, world: &World, c: usize, side: Side) -> Holds {
    let view = model.view(world, c, side);
    let step = view.state.step;
    if step == Step::New || step.ended() {
        return ensure(view.deadline.is_none(), || format!("{step} waits for something"));
    }
    let deadline = view.deadline.as_ref().ok_or_else(|| format!("{step} has no deadline"))?;
    ensure(deadline.remind <= deadline.due && deadline.due <= deadline.end, || format!("{step}: {deadline:?}"))?;
    // An asker that lies may have filled its chain with what the owner's last word does not stand behind.
    ensure(view.can_end, || format!("the {} cannot end it at {step}", side.word()))
}

/// Who takes a decline back opens nothing: the conversation stays where it ended, and no place is held in it.
fn a_decline_taken_back_promises_nothing(model: &mut Referrals, world: &World, c: usize, side: Side) -> Holds {
    let view = model.view(world, c, side);
    ensure(!view.state.reopened || view.state.step == Step::Declined && view.hold().is_none(), || format!("reopened, and at {}", view.state.step))
}

/// However often and in whatever order messages come, only the next one counts.
fn repeats_and_gaps_change_nothing(model: &mut Referrals, world: &World, c: usize, side: Side) -> Holds {
    let parts = world.parts[c];
    let (part, other) = (parts[side as usize], parts[side.other() as usize]);
    ensure(part.receipts <= part.taken, || "a receipt before the message arrived".into())?;
    model.views.letters.judge_all(part.letter, part.taken, other.letter)?;
    for seq in 0..part.receipts {
        let letter = model.views.letters.upto(part.letter, seq + 1);
        model.views.letters.receipt_fits(letter, part.verdict(seq))?;
    }
    Ok(())
}

/// Returns the last message of a kind that its recipient has not refused.
fn counted(model: &Referrals, world: &World, c: usize, side: Side, kind: MessageKind, upto: u8) -> Option<u8> {
    let part = &world.parts[c][side as usize];
    (0..upto).rev().find(|seq| model.views.event(part, *seq).kind == kind && part.verdict(*seq).is_ok())
}

/// What the asker's screen shows.
fn shown(model: &Referrals, step: Step) -> Step {
    if model.play.fault == Fault::ShowsChosenAsConfirmed && step == Step::Chosen { Step::Confirmed } else { step }
}

fn chosen_is_not_shown_as_confirmed(model: &mut Referrals, world: &World, c: usize) -> Holds {
    let view = model.view(world, c, Side::Asker);
    let step = shown(model, view.state.step);
    if !matches!(step, Step::Confirmed | Step::Referred | Step::Accepted | Step::Admitted) {
        return Ok(());
    }
    let owner = world.parts[c][Side::Owner as usize];
    let confirmed = counted(model, world, c, Side::Owner, MessageKind::Confirmed, owner.taken);
    ensure(confirmed.is_some(), || format!("the asker's screen says {step}, and no confirmation has arrived"))
}

/// A referral is written only after the owner's confirmation has arrived, and on a ground that stood then.
fn nobody_is_named_early(model: &mut Referrals, world: &World, c: usize) -> Holds {
    let asker = world.parts[c][Side::Asker as usize];
    for seq in 0..model.views.letters.count(asker.letter) {
        let kind = model.views.event(&asker, seq).kind;
        if kind == MessageKind::Referral {
            let (_, seen) = model.views.place(&asker, seq);
            let confirmed = counted(model, world, c, Side::Owner, MessageKind::Confirmed, seen);
            ensure(confirmed.is_some(), || "a patient is named before the place was confirmed".into())?;
        }
        // Consent taken back ends everything in the same transaction: whatever names the patient stands before that.
        let last_word = (0..seq).any(|before| model.views.event(&asker, before).kind == MessageKind::Withdrawn);
        let names = matches!(kind, MessageKind::Referral | MessageKind::Handoff);
        ensure(!(names && last_word), || "a patient is named after the asker withdrew".into())?;
    }
    let withdrawn = (0..model.views.letters.count(asker.letter)).any(|seq| model.views.event(&asker, seq).kind == MessageKind::Withdrawn);
    let step = model.view(world, c, Side::Asker).state.step;
    let revoked = world.cases[model.case(c)].0 == super::world::Ground::Revoked;
    ensure(!revoked || withdrawn || step.ended() || step == Step::New, || format!("consent was taken back and the asker is still at {step}"))
}

/// Whatever the asker does, its patient counts as known at the owner's only after the owner itself confirmed a place (or documents
/// were handed over alone).
fn the_owner_knows_only_whom_it_confirmed(model: &mut Referrals, world: &World, c: usize) -> Holds {
    let step = model.view(world, c, Side::Owner).state.step;
    let own = world.parts[c][Side::Owner as usize].letter;
    let confirmed = (0..model.views.letters.count(own)).any(|seq| model.views.event(&world.parts[c][Side::Owner as usize], seq).kind == MessageKind::Confirmed);
    let handed = counted(model, world, c, Side::Asker, MessageKind::Handoff, world.parts[c][Side::Asker as usize].taken).is_some();
    ensure(!step.identified() || confirmed || handed, || format!("the owner is at {step} and never confirmed"))
}

/// A patient has chosen one place at a time.
fn one_place_a_patient(model: &mut Referrals, world: &World) -> Holds {
    let counts = |step| matches!(step, Step::Chosen | Step::Confirmed | Step::Referred | Step::Accepted | Step::Admitted);
    for case in 0..world.cases.len() {
        let of_case: Vec<usize> = (0..model.play.conversations.len()).filter(|c| model.case(*c) == case).collect();
        let chosen = of_case.into_iter().filter(|c| counts(model.view(world, *c, Side::Asker).state.step)).count();
        ensure(chosen <= 1, || format!("{chosen} places are chosen for the patient of case {case}"))?;
    }
    Ok(())
}

/// What holds when all has arrived and nobody acts any more.
pub fn at_rest(model: &mut Referrals, world: &World) -> Holds {
    for c in 0..model.play.conversations.len() {
        let (asker, owner) = (model.view(world, c, Side::Asker), model.view(world, c, Side::Owner));
        // An asker that would not read a promise has its own idea of it; the owner's is what counts.
        let deaf = model.play.askers_lie && world.parts[c][Side::Owner as usize].has_unacceptable();
        ensure(asker.state == owner.state || deaf, || format!("{c}: the asker is at {:?}, the owner at {:?}", asker.state, owner.state))?;
        let step = owner.state.step;
        ensure(step.ended() || step == Step::New || model.play.askers_lie, || format!("{c}: {step} never ends"))?;
        ensure(model.play.askers_lie || owner.hold().is_none(), || format!("{c}: a place is held at {step}"))?;
        for side in [Side::Asker, Side::Owner] {
            let part = world.parts[c][side as usize];
            for seq in 0..model.views.letters.count(part.letter) {
                let counts = matches!(owner.log.outcome(side, u64::from(seq)), Some(Outcome::Next(_) | Outcome::Repeat));
                let receipt = part.verdict(seq);
                // A message loses its meaning only when the receipt that refuses it has arrived; what was judged before then stays said.
                let told_late = world.parts[c][side.other() as usize].has_unacceptable();
                let says = || format!("{c}: the receipt for message {seq} of the {} says {receipt:?}, and it counts: {counts}", side.word());
                ensure(receipt.is_ok() == counts || told_late || deaf, says)?;
            }
        }
    }
    Ok(())
}
