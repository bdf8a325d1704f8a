//! The clinic's web pages: one site for patients and those who act for them, one for staff. A door: it asks the workflow and renders.
//!
//! - `routes` is the one table of all pages; it builds the routers and the tests of who may not see what.
//! - `guard` stands before every page: session, rights, where a form came from, headers.
//! - `pages` are the handlers, `templates/` what they render, `words/` what those say.
//! - `listen` serves a site over TLS.

use std::sync::Arc;

use crate::{
    domain::{
        account::Site,
        config::web::{SiteSection, WebSection},
        identity::Validity,
    },
    workflow::Desk,
};

pub mod areas;
pub mod assets;
pub mod codes;
pub mod date;
mod fax;
pub mod fields;
pub mod guard;
pub mod letter;
pub mod listen;
pub mod logo;
pub mod page;
pub mod pages;
pub mod passkeys;
pub mod pool;
pub mod profile;
pub mod qr;
pub mod routes;
mod sheet;
mod upload;
pub mod visits;
pub mod words;

/// What the pages tell about the clinic.
#[derive(Clone, Debug, Default)]
pub struct Clinic {
    /// Its name.
    pub name: String,
    /// Whom to call.
    pub phone: String,
    /// When.
    pub hours: String,
    /// Legal notice, privacy notice and accessibility statement, as paragraphs.
    pub about: [Vec<String>; 3],
    /// Its logo, if there is one that can be shown.
    pub logo: Option<logo::Logo>,
}

impl Clinic {
    /// Reads what the configuration names. A text that cannot be read is absent, which `doctor` reports and the page says; so is a logo,
    /// without which pages show the name alone.
    pub fn load(web: &WebSection) -> Self {
        let text = |path: &Option<std::path::PathBuf>| {
            let text = path.as_ref().and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
            text.split("\n\n").map(|paragraph| paragraph.trim().to_owned()).filter(|paragraph| !paragraph.is_empty()).collect()
        };
        let logo = web.logo.as_ref().and_then(|path| {
            let loaded = logo::Logo::load(path);
            loaded.inspect_err(|error| tracing::warn!(logo = %path.display(), %error, "pages show no logo")).ok()
        });
        Self { name: web.clinic.clone(), phone: web.phone.clone(), hours: web.hours.clone(), about: [text(&web.imprint), text(&web.privacy), text(&web.accessibility)], logo }
    }
}

/// What a site knows of the node that serves it.
#[derive(Debug)]
pub struct Node {
    /// Whose it is: tells this clinic's cookies from others' on the same host.
    pub member: String,
    /// How long the certificates are good with which it works with other clinics.
    pub certificates: Validity,
    /// All pages' part of the configuration.
    pub web: WebSection,
}

/// One site, as its handlers see it. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

/// What a site is made of.
pub struct Inner {
    /// Which.
    pub site: Site,
    /// Where work is handed in.
    pub desk: Desk,
    /// What the pages tell about the clinic.
    pub clinic: Arc<Clinic>,
    /// The node that serves it.
    pub node: Arc<Node>,
    /// The public address, without a slash at the end.
    pub origin: String,
    /// The public address of the patients' site, for letters.
    pub patients: String,
    /// Begins the names of this site's cookies, so that two nodes on one host do not log each other out.
    pub cookie: String,
    /// Reverse proxies that are believed.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Passkeys of this site.
    pub passkeys: passkeys::Passkeys,
    /// Places for what takes long.
    pub pool: pool::Pool,
    /// Binds forms of visitors without a session to their browser.
    pub secret: [u8; 32],
    /// Who came lately.
    pub visits: visits::Visits,
}

impl std::ops::Deref for Portal {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// A site cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum PortalError {
    /// The certificate, the key or the address.
    #[error(transparent)]
    Listen(#[from] listen::ListenError),
    /// The public address is none that passkeys can belong to.
    #[error("web.{site}.public_url: passkeys cannot belong to it: {what}")]
    Passkeys {
        /// Which site.
        site: Site,
        /// Why.
        what: String,
    },
}

impl Portal {
    /// Returns a site.
    ///
    /// # Errors
    /// [`PortalError::Passkeys`].
    pub fn new(site: Site, section: &SiteSection, node: Arc<Node>, clinic: Arc<Clinic>, desk: Desk, secret: [u8; 32]) -> Result<Self, PortalError> {
        let passkeys = passkeys::Passkeys::new(section, &clinic.name).map_err(|what| PortalError::Passkeys { site, what })?;
        Ok(Self(Arc::new(Inner {
            site,
            desk,
            clinic,
            origin: section.public_url.clone(),
            patients: node.web.patient.as_ref().map(|site| site.public_url.clone()).unwrap_or_default(),
            cookie: format!("__Host-{site}-{}", node.member),
            trusted_proxies: section.trusted_proxies.clone(),
            node,
            passkeys,
            pool: pool::Pool::default(),
            secret,
            visits: visits::Visits::default(),
        })))
    }

    /// Returns a word that is another one after every change of the store but those of the audit, and says nothing else: not even how much
    /// has changed. Nothing if that is not known here.
    pub fn made(&self) -> Option<String> {
        let edition = self.desk.outside().edition()?.to_be_bytes();
        let word = crate::domain::account::hash("page", &[&self.secret[..], &edition].concat());
        Some(guard::hex(&word[..8]))
    }

    /// Returns everything the site answers.
    pub fn router(&self) -> axum::Router {
        routes::router(self)
    }
}
