//! What can go wrong in a piece of work, in classes that every door shows in its own way.

use verbund_protocol::id::LocalId;

use crate::store::StoreError;

/// A piece of work was refused; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The request itself is wrong: correct it and ask again.
    #[error("{what}")]
    Invalid {
        /// What is wrong, without repeating personal data.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// Nothing with that name here. "Not yours" and "not there" are the same.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The person lacks a role.
    #[error("this needs one of the roles: {0}")]
    Forbidden(String),
    /// The thing is in a state in which this cannot be done (any more).
    #[error("{what}")]
    State {
        /// A short code, the same as on the wire where there is one.
        code: &'static str,
        /// What is in the way.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// Not now: offline, full, clock in doubt, membership too old.
    #[error("{what}")]
    Unavailable {
        /// What is in the way.
        what: String,
        /// What to do.
        remedy: String,
    },
    /// Whoever asks does not treat this patient, who is not in treatment here, and has stated no purpose.
    #[error("this patient is not in treatment here (any more), and no purpose has been stated")]
    Purpose(LocalId),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

impl WorkError {
    /// Returns an [`WorkError::Invalid`].
    pub fn invalid(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), remedy: remedy.into() }
    }
    /// Returns an [`WorkError::State`].
    pub fn state(code: &'static str, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::State { code, what: what.into(), remedy: remedy.into() }
    }
    /// Returns an [`WorkError::Unavailable`].
    pub fn unavailable(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Unavailable { what: what.into(), remedy: remedy.into() }
    }
    /// Returns the class as a word, stable for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound(_) => "not-found",
            Self::Forbidden(_) => "forbidden",
            Self::State { code, .. } => code,
            Self::Unavailable { .. } => "unavailable",
            Self::Purpose(_) => "purpose",
            Self::Store(_) => "store",
        }
    }
    /// Returns what to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Invalid { remedy, .. } | Self::State { remedy, .. } | Self::Unavailable { remedy, .. } => remedy.clone(),
            Self::NotFound(_) => "look at the list for what there is".into(),
            Self::Forbidden(_) => "ask IT to give your user the role in the configuration".into(),
            Self::Purpose(patient) => format!("state what for: `verbund patient purpose {patient} --why WORD`, or on the patient's page; it counts for an hour"),
            Self::Store(_) => "the message says what to do; the node's log has more".into(),
        }
    }
}
