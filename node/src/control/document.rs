//! `document`: adding, reading, handing over and receiving documents.
//!
//! Bytes never lie in JSON: those of a document to add follow the command's line, those of one that is read follow the reply's.

mod bytes;

use verbund_protocol::{
    document::{Manifest, kdl},
    id::{ConversationId, DocumentRoot, Ik, KdlCode, LocalId, MemberId},
    time::{Day, Timestamp},
};

use super::Call;
use crate::{
    domain::calendar,
    workflow::{
        Work, WorkError,
        document::{self, BlobError, Details, Document, Filter, Given, Named, NewDocument, State, files::Progress},
        referral,
    },
};

/// Most documents in one list.
const MAX_LIST: usize = 1_000;

/// What can be asked.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// List the document types in use.
    Kinds,
    /// Add a document; `size` bytes follow.
    Add(Add),
    /// List documents, newest first.
    List {
        /// Of this patient.
        patient: Option<LocalId>,
        /// That came in this conversation.
        conversation: Option<ConversationId>,
        /// Also erased, withdrawn and failed ones.
        #[serde(default)]
        all: bool,
    },
    /// Say everything about a document, also who may fetch it.
    Show(LocalId),
    /// Read a document; its bytes follow the reply.
    Export(LocalId),
    /// Show what is on its way here.
    Status,
    /// Try again at once to fetch a document.
    Fetch(LocalId),
    /// Take back every permission to fetch a document.
    Withdraw(LocalId),
    /// Erase a document here for good.
    Erase(LocalId),
    /// Say which patient a received document is about.
    Assign {
        /// The document.
        id: LocalId,
        /// The patient.
        patient: LocalId,
    },
    /// Hand documents to another clinic.
    Handoff(Handoff),
}

/// Documents to hand to another clinic, on a consent that names it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handoff {
    /// To the clinic on the other side of a referral or an earlier handoff.
    Within {
        /// The conversation.
        conversation: ConversationId,
        /// The documents.
        documents: Vec<LocalId>,
    },
    /// Outside a referral.
    Alone {
        /// Whom the documents are about.
        patient: LocalId,
        /// The facility that hands over; may be left out if this member has only one.
        from: Option<Ik>,
        /// The facility that receives.
        to: Ik,
        /// The documents.
        documents: Vec<LocalId>,
    },
}

/// A document to add.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Add {
    /// What is said about it.
    #[serde(flatten)]
    pub new: NewDocument,
    /// How many bytes follow.
    pub size: u64,
    /// The file name's extension, without the dot.
    #[serde(default)]
    pub extension: Option<String>,
    /// The media type, if whoever adds it knows.
    #[serde(default)]
    pub media_type: Option<String>,
}

/// One document as people see it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Shown {
    /// Its local name.
    pub id: LocalId,
    /// Its name on the wire.
    pub root: DocumentRoot,
    /// How it stands.
    pub state: State,
    /// Whom it is about.
    pub patient: Option<LocalId>,
    /// What kind.
    pub kind: Option<KdlCode>,
    /// What the kind means.
    pub kind_label: Option<String>,
    /// What people call it.
    pub title: Option<String>,
    /// What its content is.
    pub media_type: Option<String>,
    /// Bytes of plaintext.
    pub size: Option<u64>,
    /// The document it is a newer version of.
    pub replaces: Option<DocumentRoot>,
    /// The member it came from.
    pub source: Option<MemberId>,
    /// The conversation it came in.
    pub conversation: Option<ConversationId>,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
    /// How far it has come, while it comes.
    pub progress: Option<Progress>,
    /// Why it has not come yet, as a code.
    pub trouble: Option<String>,
    /// When it is tried again.
    pub next_at: Option<Timestamp>,
    /// Who may or might fetch it; only in the reply to `show`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Given>,
}

/// One document type.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Kind {
    /// Its code.
    pub code: KdlCode,
    /// What it means.
    pub label: String,
    /// First day on which it may be used.
    pub valid_from: Day,
}

/// A reply of this area.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The new document.
    Added(Box<Shown>),
    /// Documents, newest first.
    List(Vec<Shown>),
    /// One document.
    Shown(Box<Shown>),
    /// The document whose bytes follow.
    Exported(Box<Shown>),
    /// What is on its way here.
    Arriving(Vec<Shown>),
    /// The types in use.
    Kinds(Vec<Kind>),
    /// Documents are handed over.
    Handed {
        /// In which conversation.
        conversation: ConversationId,
        /// How many.
        documents: usize,
    },
    /// How many permissions ended.
    Withdrawn {
        /// How many.
        withdrawn: usize,
    },
    /// The document is being fetched again.
    Fetching {
        /// Which.
        id: LocalId,
    },
    /// The document is in a patient's record.
    Assigned {
        /// Which.
        id: LocalId,
    },
    /// The document is erased.
    Erased {
        /// Which.
        id: LocalId,
    },
}

impl Command {
    /// Runs the command.
    ///
    /// # Errors
    /// [`WorkError`]; nothing has changed then.
    pub async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let actor = call.actor.clone();
        match self {
            Self::Kinds => Ok(kinds(calendar::day(call.desk.outside().now()))),
            Self::Add(add) => add.run(call).await,
            Self::Export(id) => export(id, call).await,
            Self::List { patient, conversation, all } => {
                let filter = Filter { patient, conversation, all };
                let documents = call.desk.ask(&actor, move |work| document::list(work, &filter, MAX_LIST)).await?;
                Ok(Reply::List(documents.into_iter().map(|document| shown(call, document)).collect()))
            }
            Self::Show(id) => {
                let details = call.desk.ask(&actor, move |work| document::show(work, id)).await?;
                Ok(Reply::Shown(Box::new(detailed(call, details))))
            }
            Self::Status => {
                let arriving = call.desk.ask(&actor, |work| document::arriving(work, MAX_LIST)).await?;
                Ok(Reply::Arriving(arriving.into_iter().map(|details| detailed(call, details)).collect()))
            }
            Self::Fetch(id) => call.desk.ask(&actor, move |work| document::fetch_again(work, id)).await.map(|()| Reply::Fetching { id }),
            Self::Withdraw(id) => call.desk.ask(&actor, move |work| document::withdraw(work, id)).await.map(|withdrawn| Reply::Withdrawn { withdrawn }),
            Self::Assign { id, patient } => call.desk.ask(&actor, move |work| document::assign(work, id, patient)).await.map(|()| Reply::Assigned { id }),
            Self::Handoff(handoff) => call.desk.ask(&actor, move |work| handoff.run(work)).await,
            Self::Erase(id) => call.desk.ask(&actor, move |work| document::erase(work, id)).await.map(|()| Reply::Erased { id }),
        }
    }
}

fn kinds(today: Day) -> Reply {
    let in_use = kdl::entries().iter().filter(|entry| entry.valid_from <= today);
    Reply::Kinds(in_use.map(|entry| Kind { code: entry.code.clone(), label: entry.label.to_owned(), valid_from: entry.valid_from }).collect())
}

impl Handoff {
    fn run(self, work: &mut Work<'_>) -> Result<Reply, WorkError> {
        match self {
            Self::Within { conversation, documents } => {
                referral::hand_over(work, conversation, &documents)?;
                Ok(Reply::Handed { conversation, documents: documents.len() })
            }
            Self::Alone { patient, from, to, documents } => {
                let from = from.map_or_else(|| only_facility(work), Ok)?;
                let conversation = referral::hand_over_alone(work, patient, from, to, &documents)?;
                Ok(Reply::Handed { conversation, documents: documents.len() })
            }
        }
    }
}

fn only_facility(work: &Work<'_>) -> Result<Ik, WorkError> {
    let own = work.membership.member(&work.me.member).map(|member| &member.facilities[..]).unwrap_or_default();
    match own {
        [one] => Ok(one.ik.clone()),
        _ => Err(WorkError::invalid("this member has several facilities", "say which one hands over, with --from IK")),
    }
}

impl Add {
    async fn run(self, call: &mut Call<'_>) -> Result<Reply, WorkError> {
        let Self { new, size, extension, media_type } = self;
        let about = new.clone();
        // What is wrong with the description is said before the bytes are looked at; they are read all the same, so that the
        // connection stays usable.
        if let Err(error) = call.desk.ask(&call.actor, move |work| document::check(work, &about, size)).await {
            bytes::skip(call.input, size).await.map_err(broken_off)?;
            return Err(error);
        }
        let files = call.desk.outside().files();
        let keep = files.clone();
        let added = bytes::feed(call.input, size, move |source| {
            let named = Named { extension: extension.as_deref(), media_type: media_type.as_deref() };
            keep.add(source, size, &named)
        });
        let (added, key) = match added.await.map_err(broken_off)? {
            Ok(added) => added,
            Err(error) => {
                document::stop_if_unconfirmed(call.desk, &error).await;
                return Err(refused(error));
            }
        };
        let root = added.root;
        let recorded = call.desk.ask(&call.actor, move |work| document::add(work, &new, &added, &key)).await;
        if recorded.is_err() {
            // If this fails too, the next start sweeps the file.
            let _ = tokio::task::spawn_blocking(move || files.blobs().remove(&root)).await;
        }
        recorded.map(|document| Reply::Added(Box::new(shown(call, document))))
    }
}

async fn export(id: LocalId, call: &mut Call<'_>) -> Result<Reply, WorkError> {
    let (document, key) = call.desk.ask(&call.actor, move |work| document::open(work, id)).await?;
    let files = call.desk.outside().files();
    let (root, size) = (document.root, document.cipher_size);
    let opened = tokio::task::spawn_blocking(move || files.read(root, size, &key)).await;
    let plain = opened.map_err(|_| WorkError::unavailable("the node is stopping", "try again once it runs"))?.map_err(refused)?;
    call.then_send = Some(Box::new(bytes::pour(plain)));
    Ok(Reply::Exported(Box::new(shown(call, document))))
}

fn shown(call: &Call<'_>, document: Document) -> Shown {
    let manifest: Option<&Manifest> = document.manifest.as_ref();
    let label = |manifest: &Manifest| kdl::entries().iter().find(|entry| entry.code == manifest.kind).map(|entry| entry.label.to_owned());
    Shown {
        id: document.id,
        root: document.root,
        state: document.state,
        patient: document.patient,
        kind: manifest.map(|manifest| manifest.kind.clone()),
        kind_label: manifest.and_then(label),
        title: manifest.map(|manifest| manifest.title.clone()),
        media_type: manifest.map(|manifest| manifest.media_type.clone()),
        size: manifest.map(|manifest| manifest.plain_size),
        replaces: manifest.and_then(|manifest| manifest.replaces),
        progress: call.desk.outside().files().progress(&document.root),
        source: document.source,
        conversation: document.conversation,
        added_by: document.added_by,
        added_at: document.added_at,
        trouble: None,
        next_at: None,
        given: Vec::new(),
    }
}

fn detailed(call: &Call<'_>, details: Details) -> Shown {
    let waiting = details.waiting.as_ref();
    let next_at = waiting.filter(|_| details.document.state == State::Arriving).map(|waiting| waiting.next_at);
    let trouble = waiting.and_then(|waiting| waiting.trouble.clone());
    Shown { trouble, next_at, given: details.given, ..shown(call, details.document) }
}

fn broken_off(error: std::io::Error) -> WorkError {
    WorkError::unavailable(format!("the document's bytes could not be read: {error}"), "add the document again; nothing of it was kept")
}

/// Sorts what can be wrong with a document's bytes into what the person, the machine or the past must answer for.
fn refused(error: BlobError) -> WorkError {
    let what = error.to_string();
    match error {
        BlobError::Sniff(_) | BlobError::Empty | BlobError::TooLarge | BlobError::Length { .. } => {
            WorkError::invalid(what, "nothing was kept; correct this and add the document again")
        }
        BlobError::Missing | BlobError::Damaged => WorkError::state("damaged", what, "the audit says who added it"),
        _ => WorkError::unavailable(what, "see the node's log, and `verbund doctor`"),
    }
}
