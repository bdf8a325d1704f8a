//! `doctor`, the part that the running node answers: clock, network document, reachability in both directions, versions.

use verbund_protocol::{membership::Freshness, time::Timestamp};

use super::{Call, status::freshness_words};
use crate::{
    domain::{actor::Role, notice::LATE_AFTER},
    workflow::{
        Effect, WorkError,
        desk::PeerSight,
        notice::outbox::{self, Waiting},
        recovery::{self, Progress},
    },
};

/// What can be asked.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// Examine the running node.
    Examine,
    /// Confirm that this node's clock is right although it jumped or the peers' clocks differ.
    ConfirmClock,
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In order.
    Ok,
    /// Someone should look.
    Warn,
    /// Someone must look.
    Fail,
}

/// The outcome of one check.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// What was looked at.
    pub check: String,
    /// How it came out.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well.
    pub remedy: String,
}

impl Finding {
    /// Returns a finding.
    pub fn new(check: &str, state: State, found: impl Into<String>, remedy: &str) -> Self {
        let remedy = if state == State::Ok { String::new() } else { remedy.to_owned() };
        Self { check: check.into(), state, found: found.into(), remedy }
    }
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError::Unavailable`] if the node is stopping.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Vec<Finding>, WorkError> {
        if matches!(self, Self::ConfirmClock) {
            call.desk
                .ask(&call.actor, |work| {
                    work.require(&[Role::It])?;
                    work.then(Effect::ClockConfirmed);
                    work.audit("clock.confirm", None, "operation", "")
                })
                .await?;
        }
        let peers = call.desk.outside().peers().await;
        let seen = call.desk.ask(&call.actor, |work| {
            let members = work.membership.held().document.members.len();
            Ok((work.membership.freshness(work.now), work.clock_agrees, members, recovery::progress(work)?))
        });
        let (freshness, clock_agrees, members, progress) = seen.await?;
        let mut findings = vec![document(freshness), clock(clock_agrees, &peers), outbound(&peers, members), inbound(&peers), versions(&peers)];
        findings.extend(recovering(&progress));
        findings.extend(outbox(&call.desk.read(outbox::waiting).await?, call.desk.outside().now()));
        Ok(findings)
    }
}

/// Only a restored node has something to say about it.
fn recovering(progress: &Progress) -> Option<Finding> {
    let since = progress.since?;
    let waiting: Vec<&str> = progress.outstanding.iter().map(|(member, _)| member.as_str()).collect();
    let found = format!("restored, recovering since {since}; not yet answered: {}", waiting.join(", "));
    Some(Finding::new("recovery", State::Warn, found, "wait until they are reachable, or go on without one: `verbund restore release MEMBER`"))
}

/// Only mails that wait have something to say about it.
fn outbox(waiting: &Waiting, now: Timestamp) -> Option<Finding> {
    let since = waiting.since.filter(|_| waiting.count > 0)?;
    let cause = waiting.cause.as_ref().map(|cause| format!("; the last attempt: {cause}")).unwrap_or_default();
    let state = if now.since(since) > LATE_AFTER { State::Warn } else { State::Ok };
    let found = format!("{} waits to be sent, the oldest since {since}{cause}", waiting.count);
    Some(Finding::new("e-mail outbox", state, found, "see the check of e-mail; whom no mail has reached stands on the staff's list to be called"))
}

fn document(freshness: Freshness) -> Finding {
    let state = match freshness {
        Freshness::Good => State::Ok,
        Freshness::EndsIn(_) | Freshness::Grace(_) => State::Warn,
        Freshness::RunningOnly(_) | Freshness::SyncOnly => State::Fail,
    };
    Finding::new("network document", state, freshness_words(freshness), "ask the cooperative for the current one and run: verbund join --document FILE")
}

fn clock(agrees: bool, peers: &[PeerSight]) -> Finding {
    let mut offsets: Vec<i64> = peers.iter().filter_map(|peer| peer.clock_offset_ms).collect();
    offsets.sort_unstable();
    let Some(median) = offsets.get(offsets.len() / 2) else {
        let doubt = "in doubt: it shows something else than when it was last known to be right, and no peer is connected to compare with; no promises are made";
        let (state, what) = if agrees { (State::Warn, "no connected peer to compare with") } else { (State::Fail, doubt) };
        return Finding::new("clock", state, what, "see the reachability checks; if the clock is right, answer for it with `verbund doctor --confirm-clock`");
    };
    let state = if agrees { State::Ok } else { State::Fail };
    let seconds = *median as f64 / 1000.0;
    Finding::new(
        "clock",
        state,
        format!("the peers' clocks are {seconds:+.1} s from this one (median of {})", offsets.len()),
        "set the clock by NTP (timedatectl set-ntp true); until then no promises are made",
    )
}

fn outbound(peers: &[PeerSight], members: usize) -> Finding {
    let up = peers.iter().filter(|peer| peer.up).count();
    let others = members.saturating_sub(1);
    let failed = peers.iter().find(|peer| !peer.up && peer.gate.contains(';'));
    let example = failed.map(|peer| format!("; for example {}: {}", peer.address, peer.gate)).unwrap_or_default();
    let state = if up > 0 || others == 0 { State::Ok } else { State::Fail };
    Finding::new("peers reached", state, format!("{up} of {others} connected{example}"), "check that TCP connections to the addresses of `verbund peers` may leave your network")
}

fn inbound(peers: &[PeerSight]) -> Finding {
    let inbound = peers.iter().filter(|peer| peer.up && peer.direction == "in").count();
    let state = if inbound > 0 || peers.iter().all(|peer| !peer.up) { State::Ok } else { State::Warn };
    let found = if inbound > 0 { format!("{inbound} peers have connected to this node") } else { "no peer has connected to this node".to_owned() };
    Finding::new(
        "reached by peers",
        state,
        found,
        "if your firewall lets nothing in this is expected; otherwise check mesh.listen, mesh.announce and the firewall's rule for that port",
    )
}

fn versions(peers: &[PeerSight]) -> Finding {
    let mut versions: Vec<u16> = peers.iter().filter_map(|peer| peer.version).collect();
    versions.sort_unstable();
    versions.dedup();
    let own = verbund_protocol::wire::VERSION;
    let words = versions.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let state = if versions.iter().all(|version| *version == own) { State::Ok } else { State::Warn };
    let found = if words.is_empty() { format!("this node speaks version {own}") } else { format!("this node speaks version {own}; with its peers it speaks {words}") };
    Finding::new("protocol versions", state, found, "older nodes are understood; they should be updated before the next version comes")
}
