//! Passkeys (WebAuthn): the ceremonies between asking a browser and its answer, kept in memory for some minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use verbund_protocol::id::LocalId;
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        CreationChallengeResponse, CredentialID, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
        RequestChallengeResponse, Url, Uuid,
    },
};

use crate::domain::{account::Token, config::web::SiteSection, entropy::System};

/// How long a browser may take.
const CEREMONY_FOR: Duration = Duration::from_secs(5 * 60);
/// Most ceremonies under way at once; beyond that the oldest ends.
const MAX_CEREMONIES: usize = 2_000;

/// The passkey did not hold; why is for the log.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The ceremony is unknown or took too long.
    #[error("the ceremony is over")]
    Over,
    /// The library refused the answer.
    #[error("refused")]
    Refused(#[from] webauthn_rs::prelude::WebauthnError),
    /// What the store keeps of the passkey cannot be read.
    #[error("the stored passkey is unreadable")]
    Unreadable,
}

enum Ceremony {
    Register(LocalId, PasskeyRegistration),
    SignIn(DiscoverableAuthentication),
}

/// The passkeys of one site.
pub struct Passkeys {
    library: Webauthn,
    open: Mutex<HashMap<[u8; 32], (Instant, Ceremony)>>,
}

impl Passkeys {
    /// Returns the passkeys that belong to a site's public address.
    ///
    /// # Errors
    /// Says why none can belong to it.
    pub fn new(section: &SiteSection, clinic: &str) -> Result<Self, String> {
        let origin = Url::parse(&section.public_url).map_err(|error| error.to_string())?;
        let host = section.host().ok_or("it has no host name")?;
        let library = WebauthnBuilder::new(host, &origin).and_then(|builder| builder.rp_name(clinic).timeout(CEREMONY_FOR).build());
        Ok(Self { library: library.map_err(|error| error.to_string())?, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<[u8; 32], (Instant, Ceremony)>> {
        // Nothing panics while the lock is held, and the map would be whole even then.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, ceremony: Ceremony) -> Token {
        let (token, now) = (Token::new(&mut System), Instant::now());
        let mut open = self.open();
        open.retain(|_, (since, _)| now.duration_since(*since) < CEREMONY_FOR);
        if open.len() >= MAX_CEREMONIES
            && let Some(oldest) = open.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| *key)
        {
            open.remove(&oldest);
        }
        open.insert(token.hash(), (now, ceremony));
        token
    }

    fn take(&self, token: &Token) -> Result<Ceremony, PasskeyError> {
        let (since, ceremony) = self.open().remove(&token.hash()).ok_or(PasskeyError::Over)?;
        if since.elapsed() < CEREMONY_FOR { Ok(ceremony) } else { Err(PasskeyError::Over) }
    }

    /// Begins to make a passkey that its authenticator can find without a user name. `name` is what the authenticator shows.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn begin_registration(&self, account: LocalId, name: &str, known: Vec<Vec<u8>>) -> Result<(Token, CreationChallengeResponse), PasskeyError> {
        let exclude: Vec<CredentialID> = known;
        let (mut challenge, state) = self.library.start_passkey_registration(handle(account), name, name, Some(exclude))?;
        if let Some(wish) = &mut challenge.public_key.authenticator_selection {
            wish.resident_key = Some(webauthn_rs_proto::ResidentKeyRequirement::Required);
            wish.require_resident_key = true;
        }
        Ok((self.keep(Ceremony::Register(account, state)), challenge))
    }

    /// Takes the browser's answer. Returns the credential id and what the store is to keep.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn finish_registration(&self, token: &Token, account: LocalId, answer: &RegisterPublicKeyCredential) -> Result<(Vec<u8>, String), PasskeyError> {
        let Ceremony::Register(whose, state) = self.take(token)? else { return Err(PasskeyError::Over) };
        if whose != account {
            return Err(PasskeyError::Over);
        }
        let passkey = self.library.finish_passkey_registration(answer, &state)?;
        let id = passkey.cred_id().as_slice().to_vec();
        Ok((id, serde_json::to_string(&passkey).map_err(|_| PasskeyError::Unreadable)?))
    }

    /// Begins to sign in whoever holds a passkey of this site.
    ///
    /// # Errors
    /// [`PasskeyError::Refused`].
    pub fn begin_sign_in(&self) -> Result<(Token, RequestChallengeResponse), PasskeyError> {
        let (mut challenge, state) = self.library.start_discoverable_authentication()?;
        // A button asks for it; nothing waits behind a text field.
        challenge.mediation = None;
        Ok((self.keep(Ceremony::SignIn(state)), challenge))
    }

    /// Takes the browser's answer with what the store keeps of that passkey. Returns what it is to keep from now on.
    ///
    /// # Errors
    /// [`PasskeyError`].
    pub fn finish_sign_in(&self, token: &Token, answer: &PublicKeyCredential, held: &str) -> Result<String, PasskeyError> {
        let Ceremony::SignIn(state) = self.take(token)? else { return Err(PasskeyError::Over) };
        let mut passkey: Passkey = serde_json::from_str(held).map_err(|_| PasskeyError::Unreadable)?;
        let result = self.library.finish_discoverable_authentication_v2(answer, state, &passkey)?;
        passkey.update_credential(&result);
        serde_json::to_string(&passkey).map_err(|_| PasskeyError::Unreadable)
    }
}

/// What an authenticator keeps as the user's handle: the account's random id, which tells nothing.
fn handle(account: LocalId) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(account.as_bytes());
    Uuid::from_bytes(bytes)
}
