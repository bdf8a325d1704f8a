//! Stands before every page: who asks, whether they may, whether a form came from here, and the headers of the answer.

mod late;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Redirect, Response},
};
use verbund_protocol::{id::LocalId, time::Timestamp};

use super::{
    Portal,
    fields::Fields,
    page::{Page, PageError, with_cookies},
    pages::proof::Unsent,
    routes::{ASSETS, Form, LIVE, Who},
    words::{Language, Words},
};
use crate::{
    domain::{
        account::{Kind, Site, Stage, Token, hash},
        actor::{Actor, Role},
        entropy::{Entropy, System},
    },
    workflow::{
        account::{self, Arrival, Draft, From, Visit, Whose},
        bedside::{self, AtTablet, End, Matter, Standing},
    },
};

/// Ends the name of the cookie that makes a tablet one at the bedside.
const BEDSIDE: &str = "-bedside";
/// What every answer says, whatever it is.
const FIXED: [(HeaderName, HeaderValue); 6] = [
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Without it browsers send the form's own page as referrer only here, and `Origin` stays readable.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)"),
    ),
];
/// How long a browser keeps what it is known by and its language, seconds.
const KEPT_FOR: u64 = account::BROWSER_FOR.as_secs();

/// What is known about a request, for its handler. Cheap to clone.
#[derive(Clone)]
pub struct Context(Arc<Known>);

impl std::ops::Deref for Context {
    type Target = Known;
    fn deref(&self) -> &Known {
        &self.0
    }
}

/// What a [`Context`] holds.
pub struct Known {
    /// The words of the reader's language.
    pub words: Words,
    /// Who is signed in or about to be.
    pub visit: Option<Visit>,
    /// From where.
    pub from: From,
    /// What a form of this page must carry.
    pub csrf: String,
    /// What scripts and styles of this page must carry.
    pub nonce: String,
    /// When the request came.
    pub now: Timestamp,
    /// The page's path.
    pub path: String,
    /// What the reader had typed here when their session ran out: all forms of this page together, the latest first.
    pub draft: Fields,
    /// The same by the paths of the forms.
    pub drafts: Vec<(String, Fields)>,
    /// Where this form is shown again.
    pub back: Option<String>,
    /// How many inquiries nobody has answered yet, for whoever answers them.
    pub waiting: Option<usize>,
    /// Whether a form came.
    pub sent: bool,
    /// What the store was when it was asked for this page, as [`Portal::made`] says it; nothing where that does not matter.
    pub made: Option<String>,
    /// Whether a page that lies open asked, not its reader.
    pub by_itself: bool,
    /// The tablet at the bedside that this is.
    pub bedside: Option<AtTablet>,
    /// What it was, if it was one and is no more.
    pub bedside_over: Option<Over>,
    /// When the request came, to see how long its answer took.
    begun: Instant,
    /// Whether its answer takes long by nature.
    long: AtomicBool,
    /// The form that came and was refused, because it does not carry what forms of this session carry.
    refused: OnceLock<late::Refused>,
    /// Whether what is typed in the form that came may be kept.
    keeps: bool,
    /// What was typed in it, if so.
    typed: OnceLock<Vec<(String, String)>>,
}

/// A tablet at the bedside that is so no more.
#[derive(Clone, Copy)]
pub enum Over {
    /// It has ended, or was left alone long ago.
    Ended,
    /// It closed by itself, because nobody touched it for a while.
    Idle {
        /// Whose it was.
        patient: LocalId,
        /// What it was for.
        matter: Matter,
    },
}

/// What a tablet at the bedside may do with a page.
#[derive(Clone, Copy)]
pub struct Beside {
    /// For which matters the page is there; for the others it is not.
    pub matters: &'static [Matter],
    /// Whether the matter is decided with it.
    pub ends: bool,
}

/// What holds for a page, whoever comes.
#[derive(Clone, Copy)]
pub struct Rules {
    /// Who may.
    pub who: Who,
    /// What a tablet at the bedside may do with it.
    pub beside: Beside,
    /// What becomes of it if its session has run out.
    pub form: Form,
    /// Its path in the table of all pages.
    pub pattern: &'static str,
}

impl Known {
    /// Has the page show what was typed here before, the latest first.
    fn show_again(&mut self, typed: Vec<Draft>) {
        self.draft = Fields::of(typed.iter().flat_map(|draft| draft.fields.iter().cloned()).collect());
        self.drafts = typed.into_iter().map(|draft| (draft.form, Fields::of(draft.fields))).collect();
    }
    /// Returns what the reader had typed in the form at `path` when their session ran out.
    pub fn draft_of(&self, path: &str) -> Option<&Fields> {
        self.drafts.iter().find(|(form, _)| form == path).map(|(_, fields)| fields)
    }
    /// Notes that the answer takes long by nature, so that it says nothing about how fast pages are.
    pub(super) fn takes_long(&self) {
        self.long.store(true, Ordering::Relaxed);
    }
    /// Returns how long the answer took, if that says something about how fast pages are: it was one for somebody who is signed in, and neither
    /// a file of the frame nor a stream of news.
    fn took(&self) -> Option<std::time::Duration> {
        let somebody = self.bedside.is_some() || self.visit.as_ref().is_some_and(|visit| visit.session.stage == Stage::Open);
        let page = self.path != LIVE && !self.path.starts_with(ASSETS);
        (somebody && page && !self.long.load(Ordering::Relaxed)).then(|| self.begun.elapsed())
    }
    /// Notes that a form was refused: what it carried, and what was typed.
    pub(super) fn refuse(&self, token: String, typed: Vec<(String, String)>) {
        // A request has one form.
        let _ = self.refused.set(late::Refused { token, typed });
    }
    /// Notes what was typed in a form that came from here and may be kept: it is not lost if a purpose must be stated first.
    pub(super) fn note_typed(&self, typed: impl FnOnce() -> Vec<(String, String)>) {
        if self.keeps {
            // A request has one form.
            let _ = self.typed.set(typed());
        }
    }
    /// Returns who acts.
    pub fn actor(&self) -> Actor {
        if let Some(AtTablet { bedside, .. }) = &self.bedside {
            return Actor::Bedside { name: bedside.name(), id: bedside.id, patient: bedside.patient, role: bedside.role };
        }
        match &self.visit {
            Some(visit) if visit.session.stage == Stage::Open => Actor::of(&visit.account),
            _ => Actor::Person { name: "web".into(), roles: vec![] },
        }
    }
    /// Returns whose drafts the forms of this page are.
    fn whose(&self) -> Option<Whose> {
        match (&self.bedside, &self.visit) {
            (Some(at), _) => Some(Whose::AtBedside(at.bedside.patient)),
            (None, visit) => visit.as_ref().map(|visit| Whose::Account(visit.account.id)),
        }
    }
    /// Returns the visit on pages that need one.
    ///
    /// # Errors
    /// [`PageError::NotFound`] on others.
    pub fn visit(&self) -> Result<&Visit, PageError> {
        self.visit.as_ref().ok_or(PageError::NotFound)
    }
}

/// A content security policy that an answer has instead of the pages': for what other clinics and patients have given.
#[derive(Clone, Copy, Debug)]
pub struct OwnPolicy(pub &'static str);

/// The middleware.
pub async fn stand(State((portal, rules)): State<(Portal, Rules)>, mut request: Request, next: Next) -> Response {
    let (who, beside) = (rules.who, rules.beside);
    let mut cookies = Vec::new();
    let mut known = blank(&portal, &request);
    known.keeps = matches!(rules.form, Form::Typed(_));
    known.back = rules.form.page(rules.pattern, &known.path, sender(&portal, request.headers()));
    let recognised = recognise(&portal, &mut known, request.headers(), &mut cookies).await;
    // Before the page's own questions to the store: what changes from here on is news for it.
    known.made = if known.visit.is_some() && !known.sent { portal.made() } else { None };
    let context = Context(Arc::new(known));
    if let Err(error) = recognised {
        return finish(&portal, &context, error.into_response(), cookies);
    }
    if request.method() == Method::POST && !came_from_here(&portal, request.headers()) {
        return finish(&portal, &context, PageError::Form.into_response(), cookies);
    }
    if let Some(answer) = not_for_tablet(&context, beside, request.method()) {
        return finish(&portal, &context, answer, cookies);
    }
    if let Some(turned_away) = turned_away(&context, who, request.method()) {
        let too_late = request.method() == Method::POST && context.visit.is_none();
        let Some(back) = context.back.clone().filter(|_| too_late) else { return finish(&portal, &context, turned_away, cookies) };
        if context.keeps {
            late::keep_typed(&portal, &context, beside, &back, request).await;
        }
        let answer = if context.bedside_over.is_some() { turned_away } else { Redirect::to(&format!("/sign-in?next={back}")).into_response() };
        return finish(&portal, &context, answer, cookies);
    }
    let sent = context.sent;
    request.extensions_mut().insert(context.clone());
    let mut response = next.run(request).await;
    if let Some(again) = late::again(&portal, &context, rules.form).await {
        return finish(&portal, &context, again, cookies);
    }
    let wants_purpose = matches!(response.extensions().get::<PageError>(), Some(PageError::Purpose(_)));
    if wants_purpose {
        late::keep_until_purpose(&portal, &context).await;
    }
    if context.bedside.is_some() && sent && beside.ends && response.status() == StatusCode::SEE_OTHER {
        response = match portal.desk.ask(&context.actor(), |work| bedside::leave(work, End::Done)).await {
            Ok(()) => tablet_returned(&portal),
            Err(error) => with_cookies(PageError::from(error).into_response(), [bedside_cookie(&portal, None)]),
        };
    }
    let acted_on = sent && response.extensions().get::<PageError>().is_none() && response.extensions().get::<Unsent>().is_none();
    if let Some(whose) = context.whose().filter(|_| acted_on && !context.draft.is_empty()) {
        let path = context.path.clone();
        if let Err(error) = portal.desk.ask(&Actor::Node, move |work| account::forget_draft(work, whose, &path)).await {
            tracing::warn!(%error, "what was typed could not be forgotten; it goes within a day");
        }
    }
    finish(&portal, &context, response, cookies)
}

/// Returns what a tablet at the bedside is told of a page that is not its own: there is none. Its start page is its matter.
fn not_for_tablet(context: &Context, beside: Beside, method: &Method) -> Option<Response> {
    let matter = context.bedside.as_ref()?.bedside.matter;
    if beside.matters.contains(&matter) {
        return None;
    }
    let start = method == Method::GET && context.path == "/";
    Some(if start { Redirect::to(matter.page()).into_response() } else { PageError::NotFound.into_response() })
}

/// Returns the page of this site that a form was sent from, if the browser says so.
fn sender<'a>(portal: &Portal, headers: &'a HeaderMap) -> Option<&'a str> {
    let page = headers.get(header::REFERER)?.to_str().ok()?.strip_prefix(&portal.origin)?;
    Some(page.split(['?', '#']).next().unwrap_or(page)).filter(|path| is_own_path(path))
}

/// Finds out who asks, and keeps their session alive.
async fn recognise(portal: &Portal, context: &mut Known, headers: &HeaderMap, cookies: &mut Vec<String>) -> Result<(), PageError> {
    if at_bedside(portal, context, headers).await? {
        return Ok(());
    }
    let token = cookie(headers, &portal.cookie, "").and_then(unhex).map(Token);
    let arrival = match token {
        Some(token) => arrival(portal, context, token).await?,
        None => None,
    };
    if let Some(arrival) = arrival {
        // Not because a page lies open that asks for news.
        let due = arrival.is_due(context.now) && !context.by_itself;
        let Arrival { visit, typed, waiting, .. } = arrival;
        context.waiting = waiting;
        context.csrf = hex(&visit.session.csrf);
        if due {
            let session = visit.session.clone();
            let token = portal.desk.ask(&Actor::Node, move |work| account::keep(work, &session)).await?;
            cookies.extend(token.map(|token| session_cookie(portal, &token)));
        }
        context.show_again(typed);
        if let Some(language) = visit.account.language.as_deref().and_then(Language::of) {
            context.words = Words { language };
        }
        context.visit = Some(visit);
    } else {
        let bound = cookie(headers, &portal.cookie, "-form").filter(|text| unhex::<16>(text).is_some()).map(str::to_owned).unwrap_or_else(|| {
            let fresh = hex(&random());
            cookies.push(format!("{}-form={fresh}; Path=/; Secure; HttpOnly; SameSite=Strict", portal.cookie));
            fresh
        });
        context.csrf = hex(&hash("form", &[&portal.secret[..], bound.as_bytes()].concat())[..16]);
    }
    Ok(())
}

/// Finds out who comes with this token.
async fn arrival(portal: &Portal, context: &Known, token: Token) -> Result<Option<Arrival>, PageError> {
    let (site, path, now) = (portal.site, context.path.clone(), context.now);
    if let Some(edition) = portal.desk.outside().edition()
        && let Some(arrival) = portal.visits.find(edition, &token, site, now)
    {
        return Ok(Some(arrival));
    }
    let desk = portal.desk.clone();
    // The edition is asked for where the store is: nothing changes there meanwhile.
    let (edition, arrival) = portal.desk.glance(move |db| Ok((desk.outside().edition(), account::arrive(db, &token, site, &path, now)?))).await?;
    if let Some((edition, arrival)) = edition.zip(arrival.as_ref()) {
        portal.visits.keep(edition, &token, arrival);
    }
    Ok(arrival)
}

/// Finds out whether this is a tablet at the bedside, and keeps it open. Such a tablet is nothing else beside.
async fn at_bedside(portal: &Portal, context: &mut Known, headers: &HeaderMap) -> Result<bool, PageError> {
    let Some(token) = cookie(headers, &portal.cookie, BEDSIDE).and_then(unhex).map(Token).filter(|_| portal.site == Site::Patient) else { return Ok(false) };
    let path = context.path.clone();
    let found = portal.desk.glance(move |db| bedside::of_tablet(db, &token, &path)).await?;
    let standing = found.as_ref().map(|at| at.bedside.standing(context.now));
    let mut at = match found {
        Some(at) if standing == Some(Standing::Open) => at,
        // As long as drafts are kept, and no longer: a tablet forgotten in a drawer puts nothing before a patient.
        Some(at) if standing == Some(Standing::Idle) && at.bedside.seen_at.is_some_and(|seen| context.now.since(seen) < account::DRAFT_FOR) => {
            context.bedside_over = Some(Over::Idle { patient: at.bedside.patient, matter: at.bedside.matter });
            return Ok(false);
        }
        _ => {
            context.bedside_over = Some(Over::Ended);
            return Ok(false);
        }
    };
    let id = at.bedside.id;
    if at.bedside.seen_at.is_none_or(|seen| context.now.since(seen).as_secs() >= 60) {
        portal.desk.ask(&Actor::Node, move |work| bedside::touch(work, id)).await?;
    }
    context.csrf = hex(&at.bedside.csrf);
    context.show_again(std::mem::take(&mut at.typed));
    context.bedside = Some(at);
    Ok(true)
}

/// What is known of a request without asking the store.
fn blank(portal: &Portal, request: &Request) -> Known {
    let headers = request.headers();
    let chosen = cookie(headers, &portal.cookie, "-language").and_then(Language::of);
    let asked = || Language::asked_for(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default());
    let browser = cookie(headers, &portal.cookie, "-device").and_then(unhex).unwrap_or_else(random);
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    Known {
        words: Words { language: chosen.unwrap_or_else(asked) },
        visit: None,
        from: From { site: portal.site, device: device(agent), browser, network: network(origin_address(portal, peer, headers)) },
        csrf: String::new(),
        nonce: hex(&random()),
        now: portal.desk.outside().now(),
        path: request.uri().path().to_owned(),
        draft: Fields::default(),
        drafts: vec![],
        back: None,
        waiting: None,
        sent: request.method() == Method::POST,
        made: None,
        bedside: None,
        bedside_over: None,
        begun: Instant::now(),
        long: AtomicBool::new(false),
        refused: OnceLock::new(),
        keeps: false,
        typed: OnceLock::new(),
        by_itself: request.uri().path() == LIVE || headers.get("sec-fetch-dest").is_some_and(|dest| dest == "empty"),
    }
}

/// A form posted by another site carries that site's origin, and browsers let no script change that.
fn came_from_here(portal: &Portal, headers: &HeaderMap) -> bool {
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.as_bytes() == portal.origin.as_bytes(),
        None => headers.get("sec-fetch-site").is_some_and(|site| site.as_bytes() == b"same-origin"),
    }
}

/// Returns where to go instead if `who` does not fit.
fn turned_away(context: &Context, who: Who, method: &Method) -> Option<Response> {
    let stage = context.visit.as_ref().map(|visit| visit.session.stage);
    let fits = match who {
        Who::Anyone => return None,
        Who::At(wanted) => stage == Some(wanted),
        Who::SettingUp => matches!(stage, Some(Stage::Setup | Stage::Open)),
        Who::SignedIn => stage == Some(Stage::Open) || context.bedside.is_some(),
        Who::Role(roles) => {
            let account = context.visit.as_ref().filter(|_| stage == Some(Stage::Open)).map(|visit| &visit.account);
            match account {
                Some(account) if account.kind == Kind::Staff && holds(&account.roles, roles) => true,
                Some(_) => return Some(PageError::Forbidden.into_response()),
                None => false,
            }
        }
    };
    if fits {
        return None;
    }
    let to = match stage {
        Some(Stage::Second) => Redirect::to("/sign-in/second"),
        Some(Stage::Setup) => Redirect::to("/setup"),
        Some(Stage::Open) => Redirect::to("/"),
        None if context.bedside_over.is_some() => Redirect::to("/bedside"),
        None if method == Method::GET && context.path != "/" => Redirect::to(&format!("/sign-in?next={}", context.path)),
        None => Redirect::to("/sign-in"),
    };
    Some(to.into_response())
}

fn holds(held: &[Role], wanted: &[Role]) -> bool {
    held.iter().any(|role| wanted.contains(role))
}

/// Renders what went wrong in the reader's words, and adds the headers that every answer has.
fn finish(portal: &Portal, context: &Context, response: Response, cookies: Vec<String>) -> Response {
    let mut response = match response.extensions().get::<PageError>().cloned() {
        Some(error) => Page::new(portal, context).error(error),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED => Page::new(portal, context).error(PageError::NotFound),
        None => response,
    };
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    let nonce = &context.nonce;
    let own = response.extensions().get::<OwnPolicy>().copied();
    let headers = response.headers_mut();
    let policy = match own {
        Some(OwnPolicy(policy)) => HeaderValue::from_static(policy),
        None => HeaderValue::try_from(format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ))
        .unwrap_or(HeaderValue::from_static("default-src 'none'")),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.reserve(FIXED.len() + 2);
    for (name, value) in FIXED {
        headers.insert(name, value);
    }
    // What somebody has seen stays in no cache of a shared computer.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(took) = context.took() {
        portal.desk.outside().took().pages.note(took);
    }
    response
}

/// Returns the cookie that carries a session's token.
pub fn session_cookie(portal: &Portal, token: &Token) -> String {
    format!("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax", portal.cookie, hex(&token.0))
}

/// Returns the cookies of a browser that has just signed in: the session, and what it is known by from now on.
pub fn signed_in_cookies(portal: &Portal, token: &Token, from: &From) -> Vec<String> {
    vec![session_cookie(portal, token), format!("{}-device={}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={KEPT_FOR}", portal.cookie, hex(&from.browser))]
}

/// Returns the answer with which a tablet at the bedside is a stranger's again: the back button brings nothing back.
pub fn tablet_returned(portal: &Portal) -> Response {
    let mut response = with_cookies(Redirect::to("/bedside/done").into_response(), [bedside_cookie(portal, None)]);
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    response
}

/// Returns the cookie that makes a tablet one at the bedside, or no more.
pub fn bedside_cookie(portal: &Portal, token: Option<&Token>) -> String {
    let (text, age) = token.map_or((String::new(), "; Max-Age=0"), |token| (hex(&token.0), ""));
    format!("{}{BEDSIDE}={text}; Path=/; Secure; HttpOnly; SameSite=Strict{age}", portal.cookie)
}

/// Returns the cookie that ends a session in the browser.
pub fn forget_cookie(portal: &Portal) -> String {
    format!("{}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0", portal.cookie)
}

/// Returns the cookie that keeps a language.
pub fn language_cookie(portal: &Portal, language: Language) -> String {
    format!("{}-language={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={KEPT_FOR}", portal.cookie, language.word())
}

/// Returns the cookie whose name is the site's and this ending.
fn cookie<'a>(headers: &'a HeaderMap, site: &str, ending: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let is_it = |name: &str| name.strip_prefix(site) == Some(ending);
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| is_it(name)).map(|(_, value)| value)
}

fn random() -> [u8; 16] {
    (&mut System as &mut dyn Entropy).bytes()
}

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)])));
    }
    text
}

/// Returns the bytes behind exactly `2 N` hexadecimal digits.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        *byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    }
    Some(bytes)
}

/// The address a request came from: the last one that a trusted proxy does not vouch for. Each proxy adds whom it heard at the end, so the
/// list is read from there, and nothing counts that stands before something unreadable: whoever asks may have written it.
fn origin_address(portal: &Portal, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
    let mut address = peer?.to_canonical();
    let values = headers.get_all("x-forwarded-for").into_iter().map(|value| value.to_str().unwrap_or("?"));
    let hops: Vec<&str> = values.flat_map(|text| text.split(',')).collect();
    for hop in hops.into_iter().rev() {
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        if !portal.trusted_proxies.contains(&address) {
            break;
        }
        address = hop.to_canonical();
    }
    Some(address)
}

/// A network, coarsely: /24 or /56.
fn network(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(v4)) => format!("{}.{}.{}", v4.octets()[0], v4.octets()[1], v4.octets()[2]),
        Some(IpAddr::V6(v6)) => hex(&v6.octets()[..7]),
        None => String::new(),
    }
}

/// A browser in coarse words, for the list of one's own sessions; nothing of one that is not known.
fn device(agent: &str) -> String {
    let pick = |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    let browser = pick(&[("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = pick(&[("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Macintosh", "macOS"), ("Linux", "Linux")]);
    [browser, system].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns whether `path` is one a visitor may be led back to after signing in: a page of this site and nothing else.
pub fn is_own_path(path: &str) -> bool {
    let plain = path.starts_with('/') && path.len() <= 100 && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-".contains(&b));
    plain && !path.starts_with("//") && !path.starts_with("/sign-in") && !path.starts_with("/setup")
}
