//! Live answers: an event whenever something has changed that the reader may see. What has changed is not in it: the page is asked for
//! again, with all that guards it. Whoever answers inquiries hears how many wait, which every title says. Without scripts a page is as it
//! was when it was asked for.

use std::{convert::Infallible, time::Duration};

use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Response, sse},
};
use futures::stream;
use tokio::time::Instant;

use crate::{
    domain::actor::Actor,
    portal::{Portal, guard::Context},
    workflow::pulse,
};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How long one answer goes on. The browser asks again by itself, and whoever is no longer signed in is told so then.
const FOR: Duration = Duration::from_secs(120);
/// How soon a browser asks again, when an answer has ended.
const AGAIN: Duration = Duration::from_secs(2);

struct Watch {
    portal: Portal,
    actor: Actor,
    seen: Option<i64>,
    /// The store's edition at that look: while it is the same there is nothing to see, and an open page costs next to nothing.
    edition: Option<u64>,
    until: Instant,
}

/// The events.
pub async fn events(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    let watch = Watch { actor: context.actor(), portal, seen: None, edition: None, until: Instant::now() + FOR };
    let events = stream::unfold(watch, |mut watch| async move {
        loop {
            if Instant::now() >= watch.until {
                return None;
            }
            // Asked for before the store is read: what changes meanwhile is seen the next time.
            let (edition, made) = (watch.portal.desk.outside().edition(), watch.portal.made());
            if edition.is_some() && edition == watch.edition {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            let actor = watch.actor.clone();
            let seen = watch.seen;
            // A store that cannot be read now has its say where the page is asked for.
            let read = watch
                .portal
                .desk
                .read(move |db| {
                    let now = pulse::of(db, &actor)?;
                    // Nothing is counted while nothing has changed.
                    Ok((now, if seen == Some(now) { None } else { pulse::waiting(db, &actor)? }))
                })
                .await;
            if let Ok((now, waiting)) = read {
                watch.edition = edition;
                if seen != Some(now) {
                    watch.seen = Some(now);
                    let waiting = waiting.map(|count| format!(" {count}")).unwrap_or_default();
                    // Nothing that a page may have been made at: it looks.
                    let data = format!("{now} {}{waiting}", made.as_deref().unwrap_or("-"));
                    return Some((Ok::<_, Infallible>(sse::Event::default().retry(AGAIN).data(data)), watch));
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    });
    sse::Sse::new(events).keep_alive(sse::KeepAlive::default()).into_response()
}
