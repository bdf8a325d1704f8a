//! Certificates: from a clinic's request, after showing what it says.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Office, inspect, sheet::Sheet};
use crate::files::{self, Access};

/// Issue a certificate from a clinic's request, after showing what it says
///
/// Compare the key with what the clinic reads to you by telephone. A certificate makes nobody a member: see `admit`.
#[derive(Debug, Args)]
pub struct Issue {
    /// The request (PEM), made by `verbund init`
    #[arg(long, value_name = "FILE")]
    csr: PathBuf,
    /// Where to write the certificate (PEM)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Issue without asking
    #[arg(long)]
    yes: bool,
}

impl Issue {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let mut authority = office.authority()?;
        let csr = files::read_text(&self.csr)?;
        let request = authority.review(&csr)?;
        let known = authority.published().and_then(|held| held.document.member(&request.name.member)).map_or("a new member", |_| "a member already");
        let what = inspect::request_sheet(&request).text("member is", known);
        if self.out.exists() {
            return Err(crate::AuthorityError::Exists { path: self.out }.into());
        }
        office.confirm(&what, "Issue this certificate for two years?", self.yes)?;
        let issued = authority.issue(&csr, office.now)?;
        files::write_new(&self.out, issued.pem.as_bytes(), Access::Public)?;
        office.show(&Sheet::new().text("issued", self.out.display()).and(inspect::certificate_sheet(&issued.certificate)))
    }
}

/// List every certificate issued
#[derive(Debug, Args)]
pub struct Register {}

impl Register {
    pub(super) fn run(self, mut office: Office<'_>) -> anyhow::Result<()> {
        let authority = office.authority()?;
        let line = |c: &crate::Registered| {
            let text = format!("{} for {}, serial {}, valid until {}, key {}", c.name, c.purpose, c.serial, c.not_after.day(), c.key);
            (text, json!({"name": c.name, "purpose": c.purpose, "serial": c.serial, "until": c.not_after, "key": c.key}))
        };
        office.show(&Sheet::new().text("network", authority.network()).table("issued", authority.issued().iter().map(line)))
    }
}
