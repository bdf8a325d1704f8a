//! Small documents that come together.

use verbund_protocol::{
    document::Further,
    id::LocalId,
    limits::{MAX_FURTHER, MAX_RANGE_ANSWER, SMALL_DOCUMENT},
};

use super::*;

/// Documents that two questions bring: no more of them fit into one answer.
const MANY: usize = 100;
/// Bytes of each.
const SIZE: usize = 20 << 10;

/// Adds small documents, no two alike, and hands them over. Returns their names here and there.
async fn handed(akut: &Clinic, reha: &Clinic, count: usize) -> (Vec<LocalId>, Vec<LocalId>) {
    let (mut there, mut here) = (Vec::new(), Vec::new());
    for nth in 0..count {
        there.push(akut.add(&pdf(SIZE + nth)).await);
    }
    for some in there.chunks(50) {
        here.extend(akut.hand_to(reha, some).await);
    }
    (there, here)
}

async fn all_came(reha: &Clinic, received: &[LocalId]) {
    for (nth, id) in received.iter().enumerate() {
        reha.until(*id, State::Held).await;
        assert_eq!(reha.read(*id).await, pdf(SIZE + nth));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_documents_take_few_questions() {
    let (akut, reha) = joined();
    let (there, received) = handed(&akut, &reha, MANY).await;
    reha.start();
    all_came(&reha, &received).await;
    for id in there {
        assert_eq!(akut.details(id).await.given[0].fetched, Fetched::At(NOW));
    }
    assert_eq!(reha.asked.load(Ordering::SeqCst), 2);
    let arrived = reha.audit().await.iter().filter(|action| *action == "document.received").count();
    assert_eq!(arrived, MANY, "each is in the audit");
}

/// However they come, one by one or by hundreds, a question costs the same.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_question_is_under_way_others_gather_for_the_next() {
    let (akut, reha) = joined();
    reha.fault(Fault::HoldAfter(0));
    let (mut running, mut due, mut received) = (Default::default(), Default::default(), Vec::new());
    let large = SMALL_DOCUMENT as usize + 1;
    for (size, asked, waiting) in [(SIZE, 1, 0), (large, 2, 0), (SIZE + 1, 2, 1), (SIZE + 2, 2, 2), (SIZE + 3, 2, 3)] {
        let document = akut.add(&pdf(size)).await;
        received.extend(akut.hand_to(&reha, &[document]).await);
        reha.transfers.start_due(&mut running, &mut due).await;
        assert_eq!((running.len(), due.len()), (asked, waiting), "a large one waits for nobody");
    }
    reha.fault(Fault::None);
    while running.join_next().await.is_some() {}
    reha.transfers.start_due(&mut running, &mut due).await;
    assert_eq!((running.len(), due.len()), (1, 0));
    while running.join_next().await.is_some() {}
    assert_eq!(reha.asked.load(Ordering::SeqCst), 3);
    reha.until(received.remove(1), State::Held).await;
    all_came(&reha, &received).await;
}

/// The store was asked before the end of a transfer was written down in it, and answers after.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_just_come_is_not_fetched_again() {
    let (akut, reha) = joined();
    handed(&akut, &reha, 3).await;
    let (mut running, mut due) = Default::default();
    reha.transfers.begin_look();
    let waiting = reha.work(|work| Ok(crate::store::document::waiting(work.db, 10)?)).await.unwrap();
    reha.transfers.start_due(&mut running, &mut due).await;
    while running.join_next().await.is_some() {}
    // As if that look had begun before.
    reha.transfers.sort_out(waiting, &mut due);
    assert!(due.is_empty(), "{} are fetched again", due.len());
    reha.transfers.start_due(&mut running, &mut due).await;
    assert_eq!((running.len(), reha.asked.load(Ordering::SeqCst)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_an_earlier_version_gives_one_at_a_time() {
    let (akut, reha) = joined();
    let (_, received) = handed(&akut, &reha, 5).await;
    reha.fault(Fault::FirstOnly);
    reha.start();
    all_came(&reha, &received).await;
    assert_eq!(reha.asked.load(Ordering::SeqCst), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_or_is_not_what_it_says_keeps_the_others_from_nothing() {
    let (akut, reha) = joined();
    let (there, mut received) = handed(&akut, &reha, 5).await;
    let document = there[2];
    akut.work(move |work| chapter::withdraw(work, document)).await.unwrap();
    let other = akut.add(&pdf(SIZE)).await;
    let mut offers = akut.offers(&reha, &[other]).await;
    offers[0].manifest.media_type = "image/png".into();
    let other = reha.accept(&akut, offers).await.unwrap()[0];
    reha.start();
    reha.until(received.remove(2), State::Withdrawn).await;
    reha.until(other, State::Failed).await;
    assert_eq!(reha.details(other).await.waiting.unwrap().trouble.as_deref(), Some("not-what-it-says"));
    for id in received {
        reha.until(id, State::Held).await;
    }
    reha.until_files(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn spoilt_ones_are_not_kept_and_come_later() {
    let (akut, reha) = joined();
    let (_, received) = handed(&akut, &reha, 3).await;
    reha.fault(Fault::Spoil);
    reha.start();
    let mut troubles = Vec::new();
    for id in &received {
        let ended = |details: Details| if details.document.state == State::Held { Some(None) } else { details.waiting?.trouble.map(Some) };
        troubles.push(reha.watch(*id, ended).await);
    }
    assert_eq!(troubles.into_iter().flatten().collect::<Vec<_>>(), ["damaged-at-sender"], "the bit is one document's");
    reha.fault(Fault::None);
    reha.set_clock(NOW.plus(RETRY_MAX));
    reha.transfers.peer_up(&akut.auth);
    all_came(&reha, &received).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_is_away_is_asked_once_for_all() {
    let (akut, reha) = joined();
    let (_, received) = handed(&akut, &reha, 20).await;
    reha.fault(Fault::CutAfter(0));
    reha.start();
    for id in &received {
        assert_eq!(reha.trouble(*id).await, "unreachable");
    }
    assert_eq!(reha.asked.load(Ordering::SeqCst), 1);
    reha.fault(Fault::None);
    reha.transfers.peer_up(&akut.auth);
    all_came(&reha, &received).await;
}

/// A power cut may leave a finished name with anything in it, as long as the database does not say that the document is here.
#[tokio::test(flavor = "multi_thread")]
async fn a_finished_name_that_holds_something_else_is_fetched_again() {
    let (akut, reha) = joined();
    let (there, received) = handed(&akut, &reha, 3).await;
    for (nth, torn) in [vec![], vec![0; SIZE], vec![0; 5]].into_iter().enumerate() {
        let root = akut.details(there[nth]).await.document.root;
        reha.put(&root.to_string(), &torn);
    }
    // Of a longer one only the beginning is on the disk.
    let long = akut.add(&pdf(100_000)).await;
    let root = akut.details(long).await.document.root.to_string();
    let mut torn = akut.take(&root);
    torn[70_000..].fill(0);
    reha.put(&root, &torn);
    let came = akut.hand_to(&reha, &[long]).await[0];
    reha.start();
    all_came(&reha, &received).await;
    reha.until(came, State::Held).await;
    assert_eq!(reha.read(came).await, pdf(100_000));
}

/// kill -9 may leave a whole file that the disk does not have yet: only once it has, the document is here.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_an_earlier_run_left_is_confirmed_before_it_counts() {
    for works in [true, false] {
        let (akut, reha) = joined();
        let (there, received) = handed(&akut, &reha, 1).await;
        let root = akut.details(there[0]).await.document.root.to_string();
        reha.put(&root, &akut.take(&root));
        if works {
            reha.start();
            all_came(&reha, &received).await;
            assert_eq!(reha.asked.load(Ordering::SeqCst), 0, "it is not fetched again");
        } else {
            reha.break_disk();
            reha.start();
            reha.stopped().await;
            assert!(reha.names().is_empty(), "{:?}", reha.names());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_does_not_confirm_them_stops_the_node() {
    let (akut, reha) = joined();
    handed(&akut, &reha, 3).await;
    reha.break_disk();
    reha.start();
    reha.stopped().await;
    assert!(reha.names().is_empty(), "{:?}", reha.names());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_never_larger_than_it_may_be() {
    let (akut, reha) = joined();
    let document = akut.add(&pdf(100_000)).await;
    let offer = akut.offers(&reha, &[document]).await.remove(0);
    let (grant, root, size) = (offer.grant.clone(), offer.manifest.root, offer.manifest.cipher_size);
    let one = Further { grant: grant.clone(), root, size };
    let request = RangeRequest { grant, root, offset: 0, length: size, further: Some(vec![one.clone(); MAX_FURTHER]) };
    let answer = akut.transfers.answer(reha.auth, request.to_bytes()).await;
    let further = RangeAnswer::further(&answer).unwrap();
    assert!(answer.len() <= MAX_RANGE_ANSWER && further.len() + 1 == MAX_RANGE_ANSWER / (size as usize + 8), "{} in {}", further.len(), answer.len());
    assert!(further.iter().all(|answer| matches!(RangeAnswer::read(answer), Ok(RangeAnswer::Range(_)))));

    let large = RangeRequest { further: Some(vec![Further { size: SMALL_DOCUMENT + 1, ..one.clone() }]), ..request.clone() };
    let answer = akut.transfers.answer(reha.auth, large.to_bytes()).await;
    assert!(matches!(RangeAnswer::read(&answer), Ok(RangeAnswer::Refused { why: Refusal::Invalid, .. })));
    let mut forged = one.clone();
    *forged.grant.last_mut().unwrap() ^= 1;
    let forged = akut.transfers.answer(reha.auth, RangeRequest { further: Some(vec![forged]), ..request.clone() }.to_bytes()).await;
    let refused = RangeAnswer::further(&forged).unwrap();
    assert!(matches!(RangeAnswer::read(refused[0]), Ok(RangeAnswer::Refused { why: Refusal::Revoked, .. })), "nothing of it comes, and why is told alone");
    let foreign = akut.transfers.answer(akut.auth, request.to_bytes()).await;
    let refusals = RangeAnswer::further(&foreign).unwrap();
    assert!(refusals.len() == MAX_FURTHER && refusals.iter().all(|answer| matches!(RangeAnswer::read(answer), Ok(RangeAnswer::Refused { why: Refusal::NotYours, .. }))));
}
