//! The web pages at start-up.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinHandle;
use tracing::{info, warn};

use crate::{
    domain::{
        account::Site,
        actor::Actor,
        config::{
            Config,
            web::{SiteSection, WebSection},
        },
        entropy::{Entropy, System},
        identity::Validity,
    },
    portal::{Clinic, Node, Portal, PortalError, listen::Listener},
    workflow::{Desk, account},
};

/// How often ended sessions are swept out.
const TIDY_EVERY: Duration = Duration::from_secs(10 * 60);

/// Opens the ports of the sites that the configuration names.
pub(super) async fn bind(web: &WebSection) -> Result<Vec<(Site, SiteSection, Listener)>, PortalError> {
    let mut open = Vec::new();
    for (site, section) in [(Site::Patient, &web.patient), (Site::Staff, &web.staff)] {
        if let Some(section) = section {
            open.push((site, section.clone(), Listener::bind(section).await?));
        }
    }
    Ok(open)
}

/// Serves the sites.
pub(super) fn serve(open: Vec<(Site, SiteSection, Listener)>, config: &Config, certificates: Validity, desk: &Desk) -> Result<Vec<JoinHandle<()>>, PortalError> {
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let clinic = Arc::new(Clinic::load(&config.web));
    let node = Arc::new(Node { member: config.node.member.to_string(), certificates, web: config.web.clone() });
    let secret = (&mut System as &mut dyn Entropy).bytes();
    let mut tasks = vec![tokio::spawn(tidy(desk.clone()))];
    for (site, section, listener) in open {
        let portal = Portal::new(site, &section, node.clone(), clinic.clone(), desk.clone(), secret)?;
        info!(%site, address = %section.listen, url = section.public_url, "web pages");
        tasks.push(tokio::spawn(listener.serve(portal.router())));
    }
    Ok(tasks)
}

async fn tidy(desk: Desk) {
    let mut every = tokio::time::interval(TIDY_EVERY);
    loop {
        every.tick().await;
        if let Err(error) = desk.ask(&Actor::Node, account::tidy).await {
            warn!(%error, "ended sessions could not be swept out");
        }
    }
}
