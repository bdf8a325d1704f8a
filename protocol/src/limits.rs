//! Every bound of the protocol, in one place. A bound that is not here does not exist.
//!
//! Each is enforced where its doc says and has a test that goes one past it.

use std::time::Duration;

/// Deepest nesting of CBOR anywhere on the wire ([`crate::cbor::check`]).
pub const MAX_DEPTH: usize = 16;

/// Largest network document with signatures, bytes. 110 members need about 30 KiB; 1,000 members 300 KiB.
pub const MAX_NETWORK_DOCUMENT: usize = 2 << 20;
/// Most members in one network document.
pub const MAX_MEMBERS: usize = 2_000;
/// Most facilities of one member.
pub const MAX_FACILITIES: usize = 64;
/// Most nodes of one member.
pub const MAX_NODES_PER_MEMBER: usize = 8;
/// Most sign keys a node had before and that still count for what they signed then.
pub const MAX_FORMER_SIGN_KEYS: usize = 16;
/// Longest name of a member, facility or place, bytes.
pub const MAX_NAME: usize = 200;
/// Most board keys.
pub const MAX_BOARD_KEYS: usize = 16;
/// Most signatures on what a board signs: an old and a new board together.
pub const MAX_SIGNATURES: usize = 2 * MAX_BOARD_KEYS;
/// Most authority certificates in one network document (two while one is replaced).
pub const MAX_AUTHORITIES: usize = 8;
/// Largest authority certificate, bytes.
pub const MAX_CERTIFICATE: usize = 4 << 10;
/// Most bootstrap addresses in one network document.
pub const MAX_BOOTSTRAP: usize = 64;
/// Most code lists in one network document.
pub const MAX_CATALOGUES: usize = 64;
/// Largest suspension object with signatures, bytes.
pub const MAX_SUSPENSION: usize = 4 << 10;
/// Most suspension objects a node keeps that a whole board signed; those long past go first.
pub const MAX_SUSPENSIONS: usize = 1_024;
/// Most suspension objects of one officer alone; with more, none of them has effect. Within the other limits an honest officer
/// makes about 30 in the month that they are kept.
pub const MAX_SUSPENSIONS_OF_OFFICER: usize = 64;
/// Longest suspension that one officer alone may set.
pub const SUSPENSION_SPAN: Duration = Duration::from_secs(72 * 3600);
/// Most members one officer may have suspended at once.
pub const SUSPENSIONS_PER_OFFICER: usize = 3;
/// How long an officer waits before suspending the same member again.
pub const SUSPENSION_AGAIN: Duration = Duration::from_secs(30 * 86_400);

/// Days before its end from which the network document's age is warned about.
pub const DOCUMENT_WARN_DAYS: u64 = 90;
/// Days after its end during which a document still allows full work.
pub const DOCUMENT_GRACE_DAYS: u64 = 60;
/// Days after the grace during which running conversations continue and nothing new starts.
pub const DOCUMENT_RUNOUT_DAYS: u64 = 60;

/// Largest signed address record, bytes.
pub const MAX_ADDRESS_RECORD: usize = 4 << 10;
/// Most addresses a node may announce.
pub const MAX_ADDRESSES: usize = 8;
/// Longest address as text, bytes.
pub const MAX_ADDRESS_TEXT: usize = 256;

/// Largest difference between a node's clock and its peers' median before it stops making and ending promises.
pub const MAX_CLOCK_SKEW: Duration = Duration::from_secs(120);

// ---- Mesh: what crosses a connection and how much of it (node/src/mesh) ----

/// Largest request or answer of the query protocol, bytes.
pub const MAX_QUERY: usize = 64 << 10;
/// Largest hello, bytes.
pub const MAX_HELLO: usize = 1 << 10;
/// Longest reason that a refusing peer gives, bytes.
pub const MAX_REASON: usize = 256;
/// Largest gossip message, bytes.
pub const MAX_GOSSIP: usize = 64 << 10;
/// Most gossip messages that wait for this node's own check; further ones are ignored (anti-entropy brings them).
pub const MAX_GOSSIP_UNCHECKED: usize = 1_024;
/// Most announcements a node keeps for the first peer that comes, while nobody is there to hear them.
pub const MAX_GOSSIP_UNHEARD: usize = 16;

/// Longest a connection may take from TCP to the end of the TLS handshake.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Most inbound connections inside the handshake.
pub const MAX_HALF_OPEN: u32 = 128;
/// Most inbound connections inside the handshake from one IP address (several members may share one).
pub const MAX_HALF_OPEN_PER_ADDRESS: usize = 64;
/// Most outbound connections being made.
pub const MAX_DIALS: u32 = 32;
/// Most connections of a node.
pub const MAX_CONNECTIONS: u32 = 1_024;
/// Most connections with one peer (one, a second when both dialled at once, a third while a dead one is not yet noticed).
pub const MAX_CONNECTIONS_PER_PEER: u32 = 3;
/// Most connections with peers that are not members.
pub const MAX_GUESTS: usize = 64;
/// Most streams on one connection.
pub const MAX_STREAMS: usize = 256;
/// Most bytes that a peer may send on one connection before they are read.
pub const MAX_CONNECTION_WINDOW: usize = 64 << 20;
/// Largest payload of one frame of the multiplexer, bytes; four times the usual, measured faster.
pub const MUX_FRAME: usize = 64 << 10;

/// Standing links a node opens itself. As many lead to it from others, so that it has about ten.
pub const STANDING_LINKS: usize = 5;
/// How long a connection opened on demand stays without a request.
pub const IDLE_CONNECTION: Duration = Duration::from_secs(75);
/// How often the hello is repeated on a standing link. Shorter than [`IDLE_CONNECTION`], since it keeps the link open.
pub const HEARTBEAT: Duration = Duration::from_secs(30);
/// Shortest wait after a failed dial.
pub const DIAL_RETRY_MIN: Duration = Duration::from_millis(500);
/// Longest wait after failed dials.
pub const DIAL_RETRY_MAX: Duration = Duration::from_secs(300);

/// Most requests of one protocol that one peer may have open, in each direction.
pub const MAX_OPEN_REQUESTS: usize = 16;
/// Most requests that wait for a connection to one peer.
pub const MAX_WAITING_REQUESTS: usize = 32;
/// Most requests from all peers that wait for an answer.
pub const MAX_UNANSWERED: usize = 512;
/// Most bytes of requests from all peers that wait for an answer.
pub const MAX_UNANSWERED_BYTES: usize = 64 << 20;
/// Most commands that wait for the mesh.
pub const MAX_MESH_COMMANDS: usize = 1_024;
/// Most events that wait for the node.
pub const MAX_MESH_EVENTS: usize = 1_024;

/// What one peer may ask in one protocol: requests a second, and how many at once after a pause. A node keeps to it in what
/// it sends, and allows twice the burst in what it receives, so that two honest nodes never refuse each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Requests a second.
    pub per_second: u32,
    /// Requests at once.
    pub burst: u32,
}

/// Quota of the sync protocol.
pub const SYNC_QUOTA: Quota = Quota { per_second: 20, burst: 200 };
/// Quota of the message protocol; one request carries many messages.
pub const MESSAGE_QUOTA: Quota = Quota { per_second: 500, burst: 1_000 };
/// Quota of the document protocol; one request moves at most 1 MiB.
pub const DOCUMENT_QUOTA: Quota = Quota { per_second: 2_000, burst: 4_000 };
/// Quota of the query protocol.
pub const QUERY_QUOTA: Quota = Quota { per_second: 50, burst: 100 };
/// Quota of gossip from one peer; a peer passes on what the whole network says.
pub const GOSSIP_QUOTA: Quota = Quota { per_second: 1_000, burst: 20_000 };

/// How many refused callers are logged one by one; the others are counted and logged together.
pub const REFUSALS_LOGGED: Quota = Quota { per_second: 1, burst: 60 };

/// Longest wait for the answer to a request of the sync, message and document protocols.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for the answer to a query or hello: a person or the link waits for it.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(10);

// ---- Conversations: referrals, offers, receipts ([`crate::conversation`], [`crate::referral`]) ----

/// Largest body of one message, bytes (checked before it is parsed, by both sides).
pub const MAX_BODY: usize = 256 << 10;
/// Length of the salt that goes into a body's hash, bytes.
pub const SALT_BYTES: usize = 16;
/// Largest signed header, bytes: two member ids of 48, fixed fields and a signature need about 420.
pub const MAX_HEADER: usize = 1 << 10;
/// Largest signed receipt, bytes.
pub const MAX_RECEIPT: usize = 1 << 10;
/// Largest signed erasure statement, bytes: 256 digests of 34 bytes and the frame.
pub const MAX_ERASURE: usize = 16 << 10;
/// Most digests in one erasure statement.
pub const MAX_ERASED: usize = 256;
/// Most messages in one request of the message protocol.
pub const MAX_BATCH_MESSAGES: usize = 256;
/// Largest request of the message protocol, bytes.
pub const MAX_BATCH: usize = 4 << 20;
/// Largest answer of the message protocol, bytes: one receipt for each message, and the recovery of own messages.
pub const MAX_BATCH_REPLY: usize = 4 << 20;
/// Most requests of the message protocol under way to one member at once. While the first is on its way, taken in or answered, the
/// next is written. That several are faster than one is measured (README); that it must be three is not.
pub const MAX_BATCHES: usize = 3;
/// Most messages one side may write in one conversation; the last are kept for ending it.
pub const MAX_MESSAGES: u64 = 1_024;
/// Most open conversations with one member; above it a new one is answered `busy`.
pub const MAX_OPEN_CONVERSATIONS: u64 = 20_000;
/// Most clinics asked in one discharge case (DESIGN section 8).
pub const MAX_RECIPIENTS: usize = 8;
/// Most codes in one list of a message (constraints, questions, therapies).
pub const MAX_CODES: usize = 16;
/// Longest text in the identified referral, bytes.
pub const MAX_REFERRAL_TEXT: usize = 8 << 10;
/// Most diagnoses or procedures in one referral.
pub const MAX_REFERRAL_CODES: usize = 64;
/// Most headers in one evidence bundle.
pub const MAX_EVIDENCE_MESSAGES: usize = 16_384;
/// Largest evidence bundle, bytes.
pub const MAX_EVIDENCE: usize = 64 << 20;

/// How long before a hold's end its asker stops offering it to the patient: the message needs time to arrive.
pub const HOLD_MARGIN: Duration = Duration::from_secs(5 * 60);
/// Longest time a place is held by one offer.
pub const MAX_HOLD: Duration = Duration::from_secs(7 * 86_400);
/// Longest stay a hold may cover, days.
pub const MAX_STAY_DAYS: u16 = 180;
/// How long after the end a clinic that was not chosen keeps an inquiry's body.
pub const BODY_KEPT: Duration = Duration::from_secs(14 * 86_400);
/// How long an unacknowledged message is sent again before a person is told to call.
pub const UNDELIVERABLE_AFTER: Duration = Duration::from_secs(72 * 3600);
/// Shortest and longest wait between two attempts to deliver.
pub const RETRY_MIN: Duration = Duration::from_secs(1);
/// See [`RETRY_MIN`]. Short enough that whatever waits is on its way again within minutes of the fault's end, also where no new
/// connection wakes it: a refusal that passes by itself, such as that of a clock in doubt.
pub const RETRY_MAX: Duration = Duration::from_secs(5 * 60);
/// Days after discharge within which an AHB begins (§40(6) SGB V) unless a documented reason prevents it.
pub const AHB_DAYS: u32 = 14;

// ---- Documents ([`crate::document`]) ----

/// Largest document, bytes of plaintext: 4 GiB. A long computed-tomography series is about 2 GiB.
pub const MAX_DOCUMENT: u64 = 4 << 30;
/// Plaintext bytes in one encrypted segment; the last one of a document may be shorter.
pub const DOCUMENT_SEGMENT: usize = 64 << 10;
/// Bytes of ciphertext asked for at once; ranges begin at multiples of it and only the last may be shorter.
pub const DOCUMENT_RANGE: usize = 1 << 20;
/// Ranges one transfer has asked for and not yet received.
pub const RANGES_IN_FLIGHT: usize = 8;
/// Most bytes a transfer may have to fetch again after kill -9 on either side, beyond what was still in flight.
pub const MAX_DOCUMENT_LOSS: u64 = 4 << 20;
/// Most incoming transfers a node runs at once; further ones wait in its store.
pub const MAX_TRANSFERS: usize = 16;
/// Most ranges a node prepares at once for one peer; more are answered `busy`.
pub const RANGES_PER_PEER: usize = 16;
/// Longest document title, bytes of UTF-8.
pub const MAX_DOCUMENT_TITLE: usize = 160;
/// Longest media type, bytes.
pub const MAX_MEDIA_TYPE: usize = 64;
/// Most documents offered in one message.
pub const MAX_DOCUMENTS_PER_MESSAGE: usize = 64;
/// Largest signed grant, bytes.
pub const MAX_GRANT: usize = 1 << 10;
/// Longest span a grant may be given for.
pub const GRANT_SPAN: Duration = Duration::from_secs(30 * 86_400);
/// Largest document that may be asked for together with others, bytes of ciphertext.
pub const SMALL_DOCUMENT: u64 = 128 << 10;
/// Most further documents in one range request.
pub const MAX_FURTHER: usize = 63;
/// Largest range request, bytes: a grant, and as many more as go with it.
pub const MAX_RANGE_REQUEST: usize = (MAX_FURTHER + 1) * (MAX_GRANT + 64);
/// Largest range answer, bytes: the range, the hashes that prove it, and the wrapping.
pub const MAX_RANGE_ANSWER: usize = DOCUMENT_RANGE + (8 << 10);

// ---- Capacity and search ([`crate::capacity`], [`crate::search`]) ----

/// Largest signed capacity record, bytes.
pub const MAX_CAPACITY_RECORD: usize = 4 << 10;
/// Days of free places in one capacity record. At most 64, so that a record's free days fit one word of the search index.
pub const MAX_HORIZON_DAYS: usize = 56;
/// Most codes in one list of a capacity record.
pub const MAX_CAPACITY_CODES: usize = 40;
/// Longest short name of a department, bytes.
pub const MAX_DEPARTMENT_NAME: usize = 60;
/// Most departments of one facility that a node keeps records of.
pub const MAX_DEPARTMENTS: usize = 64;
/// Age from which a capacity record is shown grey.
pub const CAPACITY_STALE: Duration = Duration::from_secs(24 * 3600);
/// Longest time a capacity record may claim to be valid after it was observed.
pub const MAX_CAPACITY_VALIDITY: Duration = Duration::from_secs(14 * 86_400);
/// Largest signed live confirmation or question for one, bytes.
pub const MAX_CONFIRMATION: usize = 1 << 10;
/// Most equivocation proofs a node's store keeps; those seen longest ago go first.
pub const MAX_PROOFS: usize = 1_024;
/// Longest time an inquiry may ask to be answered in.
pub const MAX_ANSWER_SPAN: Duration = Duration::from_secs(30 * 86_400);

// ---- Synchronisation of public records ([`crate::sync`]) ----

/// Largest request or answer of the sync protocol, bytes.
pub const MAX_SYNC: usize = 4 << 20;
/// Bytes of records and their names in one message of the sync protocol; a network document comes on top.
pub const SYNC_BUDGET: usize = 1 << 20;
/// Longest name of a record in the sync protocol, bytes: member and node id with their CBOR heads.
pub const MAX_SYNC_KEY: usize = 80;
/// Most requests of one round of synchronisation: with 1 MiB each, far more than a whole network's records.
pub const MAX_SYNC_STEPS: usize = 64;

/// Largest manifest of a backup, bytes: room for more than a million documents.
pub const MAX_BACKUP_MANIFEST: usize = 64 << 20;

/// Most heads of an audit chain in one answer: three weeks of hourly ones, or years of daily ones.
pub const MAX_WITNESSED_HEADS: usize = 512;
