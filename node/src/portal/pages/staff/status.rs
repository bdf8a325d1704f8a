//! How the node is, for IT and the privacy officer: words and bars, and no patient data.

use std::borrow::Cow;

use askama::Template;
use axum::{Extension, extract::State, response::Response};
use verbund_protocol::{membership::Freshness, time::Timestamp};

use crate::{
    domain::identity::{self, Validity},
    portal::{
        Portal, date,
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

fn line(name: impl Into<String>, text: impl Into<String>, remedy: Option<Cow<'static, str>>, bar: Option<(u64, u64)>) -> Line {
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

/// How fast the pages are.
fn pages(w: Words, portal: &Portal) -> Line {
    let times = portal.desk.outside().took().pages.times();
    let text = times.p99.map_or_else(|| w.status_pages_none().into_owned(), |micros| w.status_pages_took(times.count, micros.div_ceil(1_000)));
    line(w.status_pages(), text, None, None)
}

/// Returns how long a certificate is still good: in words, as a bar of what is left of it, and what to do when that is little.
fn certificate(w: Words, name: Cow<'static, str>, validity: Option<Validity>, now: Timestamp, renew: u64, remedy: Cow<'static, str>) -> Line {
    let Some(validity) = validity else { return line(name, w.status_certificate_broken(), Some(remedy), None) };
    let (days, until) = (validity.days_left(now), date::day(validity.until, w.language));
    let over = now >= validity.until;
    let text = if over { w.status_certificate_over(until) } else { w.status_certificate_days(days, until) };
    line(name, text, (over || days < renew).then_some(remedy), Some((days, validity.days().max(1))))
}

/// The certificates of both sites, as their files are now, and those with which this node works with others.
fn certificates(w: Words, portal: &Portal, now: Timestamp) -> Vec<Line> {
    let (web, node) = (&portal.node.web, &portal.node);
    let sites = [(w.status_certificate_patient(), &web.patient), (w.status_certificate_staff(), &web.staff)];
    let sites = sites.into_iter().filter_map(|(name, site)| site.as_ref().map(|site| (name, listen::validity(site).ok())));
    let mut lines: Vec<Line> = sites.map(|(name, validity)| certificate(w, name, validity, now, listen::RENEW_DAYS, w.status_certificate_remedy())).collect();
    lines.push(certificate(w, w.status_certificate_node(), Some(node.certificates), now, identity::RENEW_DAYS, w.status_certificate_node_remedy()));
    lines
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
        pages(w, portal),
        line(w.status_clock(), if health.clock_agrees { w.status_clock_good() } else { w.status_clock_off() }, (!health.clock_agrees).then(|| w.status_clock_remedy()), None),
    ];
    if let Some(since) = health.recovery.since {
        let waiting: Vec<&str> = health.recovery.outstanding.iter().map(|(member, _)| member.as_str()).collect();
        lines.push(line(w.status_recovery(), w.status_recovery_since(waiting.join(", "), p.moment(since)), Some(w.status_recovery_remedy()), None));
    }
    lines.push(messages(w, health));
    lines.extend(certificates(w, portal, context.now));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::words::Language;

    const DAY: u64 = 86_400;

    #[test]
    fn a_certificate_is_told_in_days_and_as_a_bar_and_what_to_do_comes_in_time() {
        let w = Words { language: Language::German };
        let validity = Validity { from: Timestamp::from_secs(0), until: Timestamp::from_secs(100 * DAY) };
        let said = |days: u64| certificate(w, "Name".into(), Some(validity), Timestamp::from_secs(days * DAY), 21, "Neues holen".into());
        let fresh = said(10);
        assert_eq!((fresh.text.as_str(), fresh.bar, fresh.remedy), ("noch 90 Tage gültig, bis 11.4.1970", Some((90, 100)), None));
        assert_eq!(said(79).remedy, None, "21 days are enough");
        let old = said(80);
        assert_eq!((old.bar, old.remedy.as_deref()), (Some((20, 100)), Some("Neues holen")));
        assert!(said(99).text.contains("noch einen Tag"));
        let over = said(101);
        assert_eq!((over.text.as_str(), over.bar, over.remedy.as_deref()), ("abgelaufen am 11.4.1970", Some((0, 100)), Some("Neues holen")));
        let broken = certificate(w, "Name".into(), None, Timestamp::from_secs(0), 21, "Neues holen".into());
        assert!(broken.text.contains("kann nicht gelesen werden") && broken.remedy.is_some() && broken.bar.is_none());
    }
}
