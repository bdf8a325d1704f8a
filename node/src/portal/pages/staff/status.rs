//! How the node is, for IT and the privacy officer: words and bars, and no patient data.

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use verbund_protocol::membership::Freshness;

use crate::{
    portal::{
        Portal,
        guard::Context,
        listen,
        page::{Page, PageError, render},
        words::Words,
    },
    workflow::{
        desk::PeerSight,
        health::{self, Health},
    },
};

/// Days before its end at which a web certificate is to be renewed.
const RENEW_DAYS: u64 = 21;
/// Per cent of the disk that must be free.
const FREE_PERCENT: u64 = 10;

/// One thing looked at: its name, how it is in words, what to do if it is not well, and a bar of so much out of so much.
struct Line {
    name: String,
    text: String,
    remedy: Option<String>,
    bar: Option<(u64, u64)>,
}

struct Waiting {
    member: String,
    text: String,
    failing: Option<String>,
}

struct Peer {
    member: String,
    up: bool,
    text: String,
}

#[derive(Template)]
#[template(path = "staff/status.html")]
struct StatusPage {
    p: Page,
    well: bool,
    lines: Vec<Line>,
    queues: Vec<Waiting>,
    peers: Vec<Peer>,
}

fn line(name: impl Into<String>, text: impl Into<String>, remedy: Option<std::borrow::Cow<'static, str>>, bar: Option<(u64, u64)>) -> Line {
    Line { name: name.into(), text: text.into(), remedy: remedy.map(Into::into), bar }
}

fn document(w: Words, p: &Page, health: &Health) -> Line {
    let (text, well) = match health.freshness {
        Freshness::Good => (w.status_document_good(p.day(health.document_until)), true),
        Freshness::EndsIn(days) => (w.status_document_ends(days), false),
        Freshness::Grace(days) => (w.status_document_grace(days), false),
        Freshness::RunningOnly(days) => (w.status_document_running(days), false),
        Freshness::SyncOnly => (w.status_document_over().into_owned(), false),
    };
    line(w.status_document(health.document_version), text, (!well).then(|| w.status_document_remedy()), None)
}

fn messages(w: Words, health: &Health) -> Line {
    if !health.messages.anybody {
        return line(w.status_messages(), w.status_messages_nobody(), Some(w.status_messages_nobody_remedy()), None);
    }
    let late = health.messages.late;
    line(w.status_messages(), w.status_messages_late(late), (late > 0).then(|| w.status_messages_late_remedy()), None)
}

fn lines(w: Words, p: &Page, portal: &Portal, context: &Context, health: &Health, peers: &[PeerSight]) -> Vec<Line> {
    let (up, others) = (peers.iter().filter(|peer| peer.up).count(), health.members.saturating_sub(1));
    let mut lines = vec![
        line(w.status_member(), if health.is_member { w.status_member_yes() } else { w.status_member_no() }, (!health.is_member).then(|| w.status_member_remedy()), None),
        document(w, p, health),
        line(
            w.status_peers(),
            w.status_peers_up(others, up),
            (up == 0 && others > 0).then(|| w.status_peers_remedy()),
            Some((health.addresses_known as u64, others as u64)).filter(|(_, others)| *others > 0),
        ),
        line(w.status_places(), w.status_places_known(health.departments), None, None),
        line(w.status_clock(), if health.clock_agrees { w.status_clock_good() } else { w.status_clock_off() }, (!health.clock_agrees).then(|| w.status_clock_remedy()), None),
    ];
    if let Some(since) = health.recovery.since {
        let waiting: Vec<&str> = health.recovery.outstanding.iter().map(|(member, _)| member.as_str()).collect();
        lines.push(line(w.status_recovery(), w.status_recovery_since(waiting.join(", "), p.moment(since)), Some(w.status_recovery_remedy()), None));
    }
    lines.push(messages(w, health));
    lines.push(match listen::days_left(&portal.section, context.now) {
        Ok(days) => line(w.status_certificate(), w.status_certificate_days(days), (days < RENEW_DAYS).then(|| w.status_certificate_remedy()), None),
        Err(_) => line(w.status_certificate(), w.status_certificate_broken(), Some(w.status_certificate_remedy()), None),
    });
    if let Some((free, all)) = health::disk_room(&portal.desk.outside().data_dir()).filter(|(_, all)| *all > 0) {
        let short = free * 100 / all < FREE_PERCENT;
        lines.push(line(w.status_disk(), w.status_disk_free(all >> 30, free >> 30), short.then(|| w.status_disk_remedy()), Some((all - free, all))));
    }
    lines
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Result<Response, PageError> {
    let peers = portal.desk.outside().peers().await;
    let health = portal.desk.ask(&context.actor(), health::show).await?;
    let (p, w) = (Page::new(&portal, &context), context.words);
    let queues = health.queues.iter().map(|queue| Waiting {
        member: queue.member.to_string(),
        text: w.status_queue_waiting(queue.waiting),
        failing: queue.failing_since.map(|since| w.status_queue_failing(p.moment(since))),
    });
    let queues: Vec<Waiting> = queues.collect();
    let sight = |peer: &PeerSight| Peer {
        member: peer.member.as_ref().map_or_else(|| w.status_peer_unlisted().into_owned(), ToString::to_string),
        up: peer.up,
        text: match (peer.up, peer.rtt_ms) {
            (true, Some(ms)) => w.status_peer_up(ms),
            (true, None) => w.status_peer_just_up().into_owned(),
            (false, _) => w.status_peer_down().into_owned(),
        },
    };
    let mut seen: Vec<Peer> = peers.iter().map(sight).collect();
    seen.sort_by(|a, b| (a.up, &a.member).cmp(&(b.up, &b.member)));
    let lines = lines(w, &p, &portal, &context, &health, &peers);
    let well = lines.iter().all(|line| line.remedy.is_none()) && queues.iter().all(|queue| queue.failing.is_none());
    Ok(render(&StatusPage { p, well, lines, queues, peers: seen }))
}
