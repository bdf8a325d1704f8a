//! Suspending a member at once, and ending that early.

use std::time::Duration;

use verbund_protocol::{
    cbor,
    id::MemberId,
    membership::{Membership, SignedSuspension, Suspension, SuspensionReason},
    sign::{Kind, MultiSigned, SecretKey},
    time::Timestamp,
};

use super::Authority;
use crate::{
    AuthorityError,
    files::{self, Access},
};

impl Authority {
    /// Suspends a member from `now` for `span` (at most 72 hours), by one officer alone. Returns the object to hand to any node.
    ///
    /// # Errors
    /// [`AuthorityError::NoMember`], [`AuthorityError::NotOnBoard`], or [`AuthorityError::Suspension`] if it breaks a limit on
    /// what one officer may do; then nothing was written.
    pub fn suspend(&mut self, member: &MemberId, reason: SuspensionReason, span: Duration, officer: &SecretKey, now: Timestamp) -> Result<SignedSuspension, AuthorityError> {
        let held = self.published().ok_or(AuthorityError::NothingPublished)?;
        if held.document.member(member).is_none() {
            return Err(AuthorityError::NoMember(member.clone()));
        }
        if !held.document.board.contains(&officer.public()) {
            return Err(AuthorityError::NotOnBoard { key: officer.public().to_string() });
        }
        let content = Suspension { network: self.network.clone(), member: member.clone(), from: now, until: now.plus(span), reason, ends: None };
        let mut signed = MultiSigned::new(cbor::write(&content));
        signed.add_signature(&self.network, Kind::Suspension, officer);
        self.take_suspension(&signed.to_bytes(), now)
    }

    /// Returns an unsigned object that ends the suspension of a member at `now`. It counts once the board's threshold signed it
    /// (`verbund-authority sign`, [`Self::take_suspension`]).
    ///
    /// # Errors
    /// [`AuthorityError::NotSuspended`].
    pub fn reinstatement(&self, member: &MemberId, now: Timestamp) -> Result<MultiSigned, AuthorityError> {
        let membership = self.membership.as_ref().ok_or(AuthorityError::NothingPublished)?;
        let running = membership.suspensions().in_force(member, now).ok_or_else(|| AuthorityError::NotSuspended(member.clone()))?;
        let content = Suspension { from: now, ends: Some(running.digest), ..running.suspension.clone() };
        Ok(MultiSigned::new(cbor::write(&content)))
    }

    /// Takes a signed suspension or reinstatement: verifies it as every node will, also the limits on one officer, and keeps it.
    ///
    /// # Errors
    /// [`AuthorityError::Suspension`]; nothing is kept then.
    pub fn take_suspension(&mut self, bytes: &[u8], now: Timestamp) -> Result<SignedSuspension, AuthorityError> {
        let mut membership = self.membership.clone().ok_or(AuthorityError::NothingPublished)?;
        let taken = SignedSuspension::read(&membership.held().document, bytes)?;
        let before = membership.suspensions().all_without_effect().clone();
        membership.suspend(bytes, now)?;
        // Of two made in the same moment either may be the one over the limit, so none may newly lose its effect.
        let lost = membership.suspensions().all_without_effect().iter().find(|(digest, _)| !before.contains_key(digest));
        if let Some((_, limit)) = lost {
            return Err(limit.clone().into());
        }
        let merged = membership.suspensions().get(&taken.digest).cloned().unwrap_or(taken);
        files::write(&self.dir.join(format!("suspension-{}.cbor", merged.digest)), &merged.bytes, Access::Public)?;
        self.membership = Some(membership);
        Ok(merged)
    }

    /// Returns the suspensions and reinstatements that nodes should know.
    pub fn suspensions(&self) -> impl Iterator<Item = &SignedSuspension> {
        self.membership.iter().flat_map(|membership: &Membership| membership.suspensions().iter())
    }
}
