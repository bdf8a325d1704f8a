//! The one table of all pages. It builds both sites' routers and the tests of who may not see what: a page without a row does not exist.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Method,
    middleware,
    routing::{MethodRouter, get, post},
};

use super::{
    Portal,
    guard::{self, Beside},
    pages::{about, access, assets, invitation, live, notices, patient, setup, sign_in, staff, start},
};
use crate::{
    domain::{
        account::{Site, Stage},
        actor::Role,
        bedside::Matter,
    },
    workflow::{capacity, conversation, document, journey},
};

/// Where open pages hear of changes. It is asked by a script, so that it keeps no session alive.
pub const LIVE: &str = "/live";
/// Largest form, bytes.
pub const MAX_FORM: usize = 64 << 10;

/// Who may see a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody.
    Anyone,
    /// Whoever is at this step of signing in.
    At(Stage),
    /// Whoever is setting up a way to sign in, or signed in and about to add one.
    SettingUp,
    /// Whoever is signed in.
    SignedIn,
    /// Staff with one of these roles.
    Role(&'static [Role]),
}

/// One row.
pub struct Route {
    /// On which sites.
    pub sites: &'static [Site],
    /// How it is asked.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    handler: fn() -> MethodRouter<Portal>,
}

const BOTH: &[Site] = &[Site::Patient, Site::Staff];
const PATIENT: &[Site] = &[Site::Patient];
const STAFF: &[Site] = &[Site::Staff];

/// Makes a row.
macro_rules! row {
    ($sites:ident GET $path:literal $who:expr, $handler:path) => {
        Route { sites: $sites, method: Method::GET, path: $path, who: $who, handler: || get($handler) }
    };
    ($sites:ident UPLOAD $path:literal $who:expr, $handler:path) => {
        // The handler reads as much as a document may have, and no more.
        Route { sites: $sites, method: Method::POST, path: $path, who: $who, handler: || post($handler).layer(DefaultBodyLimit::disable()) }
    };
    ($sites:ident POST $path:literal $who:expr, $handler:path) => {
        Route { sites: $sites, method: Method::POST, path: $path, who: $who, handler: || post($handler) }
    };
}

const CARE: Who = Who::Role(Role::CARE);
const ANSWERING: Who = Who::Role(conversation::ANSWERING);
const STATING: Who = Who::Role(capacity::STATING);
const SOCIAL: Who = Who::Role(conversation::ASKING);
const OPERATION: Who = Who::Role(&[Role::It, Role::PrivacyOfficer]);
const PRIVACY: Who = Who::Role(&[Role::PrivacyOfficer]);
const RELEASING: Who = Who::Role(document::RELEASING);
const FOLLOWING: Who = Who::Role(journey::FOLLOWING);
const IT: Who = Who::Role(&[Role::It]);

impl Route {
    /// Returns what a tablet at the bedside may do with the page. What is not named here is not there for it.
    pub fn beside(&self) -> Beside {
        let (matters, ends): (&'static [Matter], bool) = match (self.method.as_str(), self.path) {
            ("GET", "/consent") => (&[Matter::Consent], false),
            ("POST", "/consent" | "/consent/withdraw") => (&[Matter::Consent], true),
            ("GET", "/wishes") => (&[Matter::Wishes], false),
            ("POST", "/wishes") => (&[Matter::Wishes], true),
            ("GET", "/offers" | "/offers/{id}/choose" | "/offers/{id}/withdraw") | ("POST", "/offers/{id}/again") => (&[Matter::Choice], false),
            ("POST", "/offers/{id}/choose" | "/offers/{id}/withdraw") => (&[Matter::Choice], true),
            ("GET", "/bedside" | "/bedside/done" | "/forget" | "/imprint" | "/privacy" | "/accessibility" | "/assets/{name}") => (Matter::ALL, false),
            ("POST", "/bedside" | "/bedside/end" | "/language") => (Matter::ALL, false),
            _ => (&[], false),
        };
        Beside { matters, ends }
    }
}

/// All pages of both sites.
pub const ROUTES: &[Route] = &[
    row!(PATIENT GET "/" Who::SignedIn, patient::start::show),
    row!(PATIENT GET "/consent" Who::SignedIn, patient::consent::show),
    row!(PATIENT POST "/consent" Who::SignedIn, patient::consent::decide),
    row!(PATIENT POST "/consent/withdraw" Who::SignedIn, patient::consent::withdraw),
    row!(PATIENT GET "/wishes" Who::SignedIn, patient::wishes::show),
    row!(PATIENT POST "/wishes" Who::SignedIn, patient::wishes::state),
    row!(PATIENT GET "/offers" Who::SignedIn, patient::offers::show),
    row!(PATIENT GET "/offers/{id}/choose" Who::SignedIn, patient::offers::show_choose),
    row!(PATIENT POST "/offers/{id}/choose" Who::SignedIn, patient::offers::choose),
    row!(PATIENT GET "/offers/{id}/withdraw" Who::SignedIn, patient::offers::show_withdraw),
    row!(PATIENT POST "/offers/{id}/withdraw" Who::SignedIn, patient::offers::withdraw),
    row!(PATIENT POST "/offers/{id}/again" Who::SignedIn, patient::offers::again),
    row!(PATIENT GET "/documents" Who::SignedIn, patient::documents::show),
    row!(PATIENT GET "/documents/{id}" Who::SignedIn, patient::documents::read),
    row!(PATIENT GET "/messages" Who::SignedIn, patient::messages::list),
    row!(PATIENT POST "/messages" Who::SignedIn, patient::messages::write),
    row!(PATIENT GET "/messages/{id}" Who::SignedIn, patient::messages::show),
    row!(PATIENT POST "/messages/{id}" Who::SignedIn, patient::messages::write_on),
    row!(PATIENT GET "/bedside" Who::Anyone, patient::bedside::show),
    row!(PATIENT POST "/bedside" Who::Anyone, patient::bedside::open),
    row!(PATIENT GET "/bedside/done" Who::Anyone, patient::bedside::done),
    row!(PATIENT POST "/bedside/end" Who::Anyone, patient::bedside::give_back),
    row!(PATIENT GET "/shared" Who::SignedIn, patient::shared::show),
    row!(PATIENT GET "/proxies" Who::SignedIn, patient::proxies::show),
    row!(PATIENT POST "/proxies" Who::SignedIn, patient::proxies::invite),
    row!(PATIENT POST "/proxies/{id}/end" Who::SignedIn, patient::proxies::end),
    row!(STAFF GET "/" Who::SignedIn, start::staff),
    row!(BOTH GET "/sign-in" Who::Anyone, sign_in::show),
    row!(BOTH POST "/sign-in" Who::Anyone, sign_in::password),
    row!(BOTH POST "/sign-in/passkey/begin" Who::Anyone, sign_in::passkey_begin),
    row!(BOTH POST "/sign-in/passkey/finish" Who::Anyone, sign_in::passkey_finish),
    row!(BOTH GET "/sign-in/second" Who::At(Stage::Second), sign_in::show_second),
    row!(BOTH POST "/sign-in/second" Who::At(Stage::Second), sign_in::second),
    row!(PATIENT POST "/sign-in/second/mail" Who::At(Stage::Second), sign_in::second_mail),
    row!(BOTH POST "/sign-out" Who::SignedIn, sign_in::sign_out),
    row!(BOTH GET "/forget" Who::Anyone, sign_in::forget),
    row!(BOTH GET "/invitation" Who::Anyone, invitation::show),
    row!(BOTH POST "/invitation" Who::Anyone, invitation::redeem),
    row!(BOTH GET "/setup" Who::SettingUp, setup::show),
    row!(BOTH POST "/setup/passkey/begin" Who::SettingUp, setup::passkey_begin),
    row!(BOTH POST "/setup/passkey/finish" Who::SettingUp, setup::passkey_finish),
    row!(BOTH GET "/setup/password" Who::SettingUp, setup::show_password),
    row!(BOTH POST "/setup/password" Who::SettingUp, setup::password),
    row!(BOTH GET "/setup/second" Who::SettingUp, setup::show_second),
    row!(BOTH GET "/setup/app" Who::SettingUp, setup::show_app),
    row!(BOTH POST "/setup/app" Who::SettingUp, setup::app),
    row!(BOTH POST "/setup/list" Who::SettingUp, setup::list),
    row!(BOTH POST "/setup/finish" Who::SettingUp, setup::finish),
    row!(PATIENT GET "/mail" Who::SettingUp, notices::show),
    row!(PATIENT POST "/mail/address" Who::SettingUp, notices::address),
    row!(PATIENT POST "/mail/code" Who::SettingUp, notices::code),
    row!(PATIENT POST "/mail/kinds" Who::SignedIn, notices::kinds),
    row!(PATIENT POST "/mail/second" Who::SignedIn, notices::second),
    row!(PATIENT POST "/mail/remove" Who::SignedIn, notices::remove),
    row!(BOTH GET "/access" Who::SignedIn, access::show),
    row!(BOTH POST "/access/sign-out-elsewhere" Who::SignedIn, access::sign_out_elsewhere),
    row!(BOTH POST "/access/remove-passkey" Who::SignedIn, access::remove_passkey),
    row!(BOTH GET "/live" Who::SignedIn, live::events),
    row!(BOTH POST "/language" Who::Anyone, start::language),
    row!(BOTH GET "/imprint" Who::Anyone, about::imprint),
    row!(BOTH GET "/privacy" Who::Anyone, about::privacy),
    row!(BOTH GET "/accessibility" Who::Anyone, about::accessibility),
    row!(BOTH GET "/assets/{name}" Who::Anyone, assets::serve),
    row!(STAFF GET "/patients" CARE, staff::patients::show),
    row!(STAFF POST "/patients" CARE, staff::patients::search),
    row!(STAFF GET "/patients/new" CARE, staff::entry::show_new),
    row!(STAFF POST "/patients/new" CARE, staff::entry::add),
    row!(STAFF GET "/patients/{id}" CARE, staff::patient::show),
    row!(STAFF GET "/patients/{id}/edit" CARE, staff::entry::show),
    row!(STAFF POST "/patients/{id}/edit" CARE, staff::entry::change),
    row!(STAFF GET "/patients/{id}/purpose" CARE, staff::purpose::show),
    row!(STAFF POST "/patients/{id}/purpose" CARE, staff::purpose::state),
    row!(STAFF POST "/patients/{id}/invite" CARE, staff::patient::invite),
    row!(STAFF POST "/patients/{id}/letter" CARE, staff::patient::letter),
    row!(STAFF POST "/patients/{id}/start-over" CARE, staff::patient::start_over),
    row!(STAFF GET "/patients/{id}/message" CARE, staff::messages::show_begin),
    row!(STAFF POST "/patients/{id}/message" CARE, staff::messages::begin),
    row!(STAFF GET "/patients/{id}/bedside" FOLLOWING, staff::bedside::show_new),
    row!(STAFF POST "/patients/{id}/bedside" FOLLOWING, staff::bedside::begin),
    row!(STAFF GET "/bedsides/{id}" FOLLOWING, staff::bedside::show),
    row!(STAFF POST "/bedsides/{id}/end" FOLLOWING, staff::bedside::end),
    row!(STAFF GET "/messages" CARE, staff::messages::inbox),
    row!(STAFF GET "/messages/{id}" CARE, staff::messages::show),
    row!(STAFF POST "/messages/{id}" CARE, staff::messages::answer),
    row!(STAFF POST "/messages/{id}/take" CARE, staff::messages::take),
    row!(STAFF POST "/messages/{id}/hand" CARE, staff::messages::hand),
    row!(STAFF POST "/absence" CARE, staff::messages::absence),
    row!(STAFF POST "/patients/{id}/mail" CARE, staff::patient::take_mail),
    row!(STAFF GET "/calls" CARE, staff::calls::show),
    row!(STAFF POST "/calls/{id}" CARE, staff::calls::done),
    row!(STAFF GET "/inquiries" ANSWERING, staff::admissions::inbox),
    row!(STAFF GET "/inquiries/ended" ANSWERING, staff::admissions::ended),
    row!(STAFF GET "/inquiries/{id}" ANSWERING, staff::admissions::show),
    row!(STAFF GET "/inquiries/{id}/referral" ANSWERING, staff::admissions::show_referral),
    row!(STAFF POST "/inquiries/{id}/referral" ANSWERING, staff::admissions::open),
    row!(STAFF GET "/inquiries/{id}/offer" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/offer" ANSWERING, staff::admissions::offer),
    row!(STAFF GET "/inquiries/{id}/ask" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/ask" ANSWERING, staff::admissions::ask),
    row!(STAFF GET "/inquiries/{id}/decline" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/decline" ANSWERING, staff::admissions::decline),
    row!(STAFF GET "/inquiries/{id}/take-back" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/take-back" ANSWERING, staff::admissions::take_back),
    row!(STAFF GET "/inquiries/{id}/confirm" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/confirm" ANSWERING, staff::admissions::confirm),
    row!(STAFF GET "/inquiries/{id}/gone" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/gone" ANSWERING, staff::admissions::gone),
    row!(STAFF GET "/inquiries/{id}/accept" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/accept" ANSWERING, staff::admissions::accept),
    row!(STAFF GET "/inquiries/{id}/refuse" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/refuse" ANSWERING, staff::admissions::refuse),
    row!(STAFF GET "/inquiries/{id}/date" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/date" ANSWERING, staff::admissions::change_date),
    row!(STAFF GET "/inquiries/{id}/payer" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/payer" ANSWERING, staff::admissions::payer),
    row!(STAFF GET "/inquiries/{id}/cancel" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/cancel" ANSWERING, staff::admissions::cancel),
    row!(STAFF GET "/inquiries/{id}/arrived" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/arrived" ANSWERING, staff::admissions::arrived),
    row!(STAFF GET "/inquiries/{id}/no-show" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/no-show" ANSWERING, staff::admissions::no_show),
    row!(STAFF GET "/inquiries/{id}/filed" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/filed" ANSWERING, staff::admissions::filed),
    row!(STAFF GET "/inquiries/{id}/report" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/report" ANSWERING, staff::admissions::report),
    row!(STAFF GET "/inquiries/{id}/settle" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/settle" ANSWERING, staff::admissions::settle),
    row!(STAFF GET "/inquiries/{id}/reopen" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/reopen" ANSWERING, staff::admissions::reopen),
    row!(STAFF GET "/rules" ANSWERING, staff::admissions::rules::list),
    row!(STAFF GET "/rules/new" ANSWERING, staff::admissions::rules::show_new),
    row!(STAFF POST "/rules/new" ANSWERING, staff::admissions::rules::add),
    row!(STAFF GET "/rules/{id}" ANSWERING, staff::admissions::rules::show),
    row!(STAFF POST "/rules/{id}" ANSWERING, staff::admissions::rules::change),
    row!(STAFF POST "/rules/{id}/switch" ANSWERING, staff::admissions::rules::switch),
    row!(STAFF GET "/documents/{id}" CARE, staff::documents::show),
    row!(STAFF POST "/documents/{id}/release" RELEASING, staff::documents::release),
    row!(STAFF POST "/documents/{id}/take-back" RELEASING, staff::documents::take_back),
    row!(STAFF GET "/capacity" STATING, staff::capacity::show),
    row!(STAFF POST "/capacity" STATING, staff::capacity::save),
    row!(STAFF GET "/capacity/new" STATING, staff::department::show),
    row!(STAFF POST "/capacity/new" STATING, staff::department::add),
    row!(STAFF POST "/capacity/renew" STATING, staff::capacity::renew),
    row!(STAFF POST "/patients/{id}/case" SOCIAL, staff::case::list::open),
    row!(STAFF GET "/cases" SOCIAL, staff::case::list::mine),
    row!(STAFF GET "/cases/all" SOCIAL, staff::case::list::all),
    row!(STAFF GET "/cases/{id}" SOCIAL, staff::case::hub::show),
    row!(STAFF POST "/cases/{id}/consent" SOCIAL, staff::case::hub::consent),
    row!(STAFF POST "/cases/{id}/note" SOCIAL, staff::case::hub::note),
    row!(STAFF POST "/cases/{id}/give" SOCIAL, staff::case::hub::give),
    row!(STAFF POST "/cases/{id}/end" SOCIAL, staff::case::hub::end),
    row!(STAFF POST "/cases/{id}/phone" SOCIAL, staff::case::phone::add),
    row!(STAFF GET "/cases/{id}/phone/{entry}" SOCIAL, staff::case::phone::show),
    row!(STAFF GET "/cases/{id}/phone/{entry}/fax" SOCIAL, staff::case::phone::fax),
    row!(STAFF POST "/cases/{id}/phone/{entry}/answer" SOCIAL, staff::case::phone::answer),
    row!(STAFF POST "/cases/{id}/phone/{entry}/withdraw" SOCIAL, staff::case::phone::withdraw),
    row!(STAFF POST "/cases/{id}/phone/{entry}/choose" SOCIAL, staff::case::phone::choose),
    row!(STAFF POST "/cases/{id}/phone/{entry}/leave" SOCIAL, staff::case::phone::leave),
    row!(STAFF POST "/cases/{id}/phone/{entry}/name" SOCIAL, staff::case::phone::placed::name),
    row!(STAFF POST "/cases/{id}/phone/{entry}/arrival" SOCIAL, staff::case::phone::placed::arrival),
    row!(STAFF POST "/cases/{id}/phone/{entry}/payer" SOCIAL, staff::case::phone::placed::payer),
    row!(STAFF GET "/cases/{id}/evidence" SOCIAL, staff::case::proof::show),
    row!(STAFF POST "/cases/{id}/evidence" SOCIAL, staff::case::proof::download),
    row!(STAFF GET "/cases/{id}/plan" SOCIAL, staff::case::plan::show),
    row!(STAFF POST "/cases/{id}/plan" SOCIAL, staff::case::plan::save),
    row!(STAFF GET "/cases/{id}/search" SOCIAL, staff::case::find::show),
    row!(STAFF POST "/cases/{id}/search" SOCIAL, staff::case::find::confirm),
    row!(STAFF POST "/cases/{id}/favourite" SOCIAL, staff::case::find::favourite),
    row!(STAFF POST "/cases/{id}/preview" SOCIAL, staff::case::find::preview),
    row!(STAFF POST "/cases/{id}/ask" SOCIAL, staff::case::find::ask),
    row!(STAFF POST "/cases/{id}/again" SOCIAL, staff::case::again::ask),
    row!(STAFF GET "/asked/{id}" SOCIAL, staff::case::asked::show),
    row!(STAFF POST "/asked/{id}/answer" SOCIAL, staff::case::asked::answer),
    row!(STAFF POST "/asked/{id}/choose" SOCIAL, staff::case::asked::choose),
    row!(STAFF POST "/asked/{id}/refer" SOCIAL, staff::case::asked::refer),
    row!(STAFF POST "/asked/{id}/withdraw" SOCIAL, staff::case::asked::withdraw),
    row!(STAFF POST "/asked/{id}/payer" SOCIAL, staff::case::asked::payer),
    row!(STAFF POST "/asked/{id}/date" SOCIAL, staff::case::asked::change_date),
    row!(STAFF GET "/patients/{id}/documents" CARE, staff::papers::show),
    row!(STAFF UPLOAD "/patients/{id}/documents" CARE, staff::papers::add),
    row!(STAFF GET "/patients/{id}/consents" CARE, staff::consents::show),
    row!(STAFF UPLOAD "/patients/{id}/consents/{consent}/paper" CARE, staff::consents::photograph),
    row!(STAFF GET "/patients/{id}/proxies" CARE, staff::proxies::show),
    row!(STAFF UPLOAD "/patients/{id}/proxies" CARE, staff::proxies::invite),
    row!(STAFF POST "/patients/{id}/proxies/{proxy}/end" CARE, staff::proxies::end),
    row!(STAFF GET "/status" OPERATION, staff::status::show),
    row!(STAFF GET "/audit" PRIVACY, staff::audit::show),
    row!(STAFF POST "/audit" PRIVACY, staff::audit::search),
    row!(STAFF GET "/purposes" PRIVACY, staff::purpose::list),
    row!(STAFF POST "/purposes/{id}/seen" PRIVACY, staff::purpose::see),
    row!(STAFF GET "/teams" IT, staff::teams::show),
    row!(STAFF POST "/teams" IT, staff::teams::add),
    row!(STAFF POST "/teams/{id}" IT, staff::teams::change),
    row!(STAFF POST "/teams/{id}/end" IT, staff::teams::end),
    row!(STAFF GET "/accounts" IT, staff::accounts::show),
    row!(STAFF POST "/accounts" IT, staff::accounts::add),
    row!(STAFF POST "/accounts/{id}/change" IT, staff::accounts::change),
    row!(STAFF POST "/accounts/{id}/lock" IT, staff::accounts::lock),
    row!(STAFF POST "/accounts/{id}/start-over" IT, staff::accounts::start_over),
];

/// Returns whether a site shows a page at `path`.
pub(super) fn has_page(site: Site, path: &str) -> bool {
    ROUTES.iter().any(|route| fits(route.path, path) && route.method == Method::GET && route.sites.contains(&site))
}

/// Returns whether a path is one of a pattern: part by part the same, or a random name where the pattern has one.
pub fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let same = |(wanted, given): (&&str, &&str)| wanted == given || (wanted.starts_with('{') && !given.is_empty());
    pattern.len() == path.len() && pattern.iter().zip(&path).all(same)
}

/// Returns the router of `portal`'s site: only its own pages exist there.
pub(super) fn router(portal: &Portal) -> Router {
    let mut router = Router::new();
    for route in ROUTES.iter().filter(|route| route.sites.contains(&portal.site)) {
        let guarded = (route.handler)().layer(middleware::from_fn_with_state((portal.clone(), route.who, route.beside()), guard::stand));
        router = router.route(route.path, guarded);
    }
    let lost = get(about::lost).post(about::lost).layer(middleware::from_fn_with_state((portal.clone(), Who::Anyone, Beside { matters: Matter::ALL, ends: false }), guard::stand));
    router.fallback_service(lost.with_state(portal.clone())).layer(DefaultBodyLimit::max(MAX_FORM)).with_state(portal.clone())
}
