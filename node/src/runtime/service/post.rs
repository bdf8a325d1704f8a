//! Hands the mails of the outbox to the mail server, and the outbox what came of them.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, task::JoinHandle};
use tracing::{info, warn};

use crate::{
    domain::{actor::Actor, config::Config, notice::Mail},
    mail::{Post, Sent},
    workflow::{
        Desk, WorkError,
        notice::outbox::{self, Came},
    },
};

/// How long it takes at most until the outbox is looked at, whatever happens: a clock that is set, a record that could not be kept.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// How long it takes at least until the outbox is looked at again after it could not be read or written.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// Starts handing over, if the configuration names a mail server. `bell` is rung when something was queued.
pub(super) fn start(config: &Config, desk: &Desk, bell: Arc<Notify>) -> Option<JoinHandle<()>> {
    let post = Arc::new(Post::new(config)?);
    info!(server = config.mail.as_ref().map(|mail| mail.server.as_str()), "e-mail");
    let desk = desk.clone();
    Some(tokio::spawn(async move {
        let mut failing = false;
        loop {
            // Rung while a round runs, the bell is heard after it.
            let wait = match round(&post, &desk, &mut failing).await {
                Ok(wait) => wait,
                Err(error) => {
                    warn!(%error, "the outbox of e-mail could not be worked off; it is tried again");
                    AFTER_FAULT
                }
            };
            if !wait.is_zero() {
                let _ = tokio::time::timeout(wait, bell.notified()).await; // either is a reason to look
            }
        }
    }))
}

/// Sends what is due. Returns how long to wait before the next look; nothing if there may be more already.
async fn round(post: &Arc<Post>, desk: &Desk, failing: &mut bool) -> Result<Duration, WorkError> {
    let now = desk.outside().now();
    let (mails, next) = desk.read(move |db| outbox::due(db, now)).await?;
    if mails.is_empty() {
        let wait = next.map_or(LOOK_EVERY, |next| next.since(now).min(LOOK_EVERY));
        if next.is_some_and(|next| next <= now) {
            // Something is to be given up.
            desk.ask(&Actor::Node, |work| outbox::settle(work, &[])).await?;
        }
        return Ok(wait);
    }
    let (handed, server) = (mails.clone(), post.clone());
    let sent = desk.wait(move || Ok(server.send(&handed))).await?;
    tell(&sent, failing);
    let results: Vec<_> = mails.iter().map(|mail: &Mail| mail.id).zip(sent.into_iter().map(came)).collect();
    desk.ask(&Actor::Node, move |work| outbox::settle(work, &results)).await?;
    Ok(Duration::ZERO)
}

/// Logs when sending begins to fail and when it works again: not every attempt.
fn tell(sent: &[Sent], failing: &mut bool) {
    let cause = sent.iter().find_map(|sent| if let Sent::Later(cause) = sent { Some(cause) } else { None });
    match cause {
        Some(cause) if !*failing => warn!(cause, "mails wait: the mail server does not take them now"),
        None if *failing => info!("the mail server takes mails again"),
        _ => {}
    }
    *failing = cause.is_some();
}

fn came(sent: Sent) -> Came {
    match sent {
        Sent::Taken => Came::Sent,
        Sent::Refused { status, address } => Came::Refused(status, address),
        Sent::Later(cause) => Came::Later(cause),
    }
}
