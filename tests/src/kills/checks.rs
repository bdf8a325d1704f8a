//! What is looked at when the fire has stopped: everything a node has.

use verbund_node::control::{Command, audit, backup, evidence};
use verbund_protocol::{evidence as rules, id::ConversationId, membership::SignedDocument};

use super::{CLINICS, Fire};

/// Of how many conversations a clinic's evidence is verified, the newest first.
const EVIDENCE: usize = 20;

impl Fire {
    /// Every clinic: nothing waits, database, references, audit and document files are whole, the others' copies of its audit agree, and what
    /// its evidence proves holds.
    pub(super) fn check_everything(&mut self) {
        for at in 0..CLINICS {
            self.town.await_drained(at);
        }
        for at in 0..CLINICS {
            let reply: backup::Reply = self.town.told(at, Command::Backup(backup::Command::Check));
            let backup::Reply::Checked(found) = reply else { panic!("another reply: {reply:?}") };
            assert!(found.is_good(), "clinic {at}: {found:?}");
            let reply: audit::Reply = self.town.told(at, Command::Audit(audit::Command::Verify { with_peers: true }));
            let audit::Reply::Verified(verified) = reply else { panic!("another reply: {reply:?}") };
            assert!(verified.is_good(), "clinic {at}: {verified:?}");
            let newest: Vec<ConversationId> = self.town.conversations(at).into_iter().take(EVIDENCE).map(|c| c.id).collect();
            newest.into_iter().for_each(|id| self.evidence_holds(at, id));
        }
        self.tally.checks += 1;
    }

    fn evidence_holds(&mut self, at: usize, conversation: ConversationId) {
        let command = Command::Evidence(evidence::Command::Export { conversation: Some(conversation), case: None, bodies: true });
        let mut client = self.town.client(at);
        let exported: evidence::Exported = client.ask(&command).expect("evidence is given");
        let mut bytes = Vec::new();
        client.receive_bytes(&mut bytes, exported.bytes).expect("the bundle follows");
        let document = std::fs::read(self.town.folder().join("network-1.cbor")).expect("the board's document lies there");
        let document = SignedDocument::read(&self.town.village.network, &document).expect("it is one");
        let report = rules::verify(&bytes, &document).expect("a bundle is read");
        assert!(report.holds(), "clinic {at}: {report:?}");
    }
}
