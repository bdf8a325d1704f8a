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
    guard::{self, Beside, Rules},
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
/// Where files of the frame are: script, style, logo.
pub const ASSETS: &str = "/assets/";
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

/// What becomes of a form that is sent after its session has run out. The reader signs in and is at the form's page again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What was typed is kept and stands on this page again: a pattern whose random names are the form's.
    Typed(&'static str),
    /// There is nothing to type. This is its page; a random name that the form's path lacks is looked for in the page that sent it.
    Button(&'static str),
    /// No form, or one of which nothing may be kept: passwords, codes, what only whoever is not signed in sends, what scripts send.
    Never,
}

impl Form {
    /// Returns where a form of `pattern` that was sent to `path` is shown again; `sender` is the page that sent it, as the browser says.
    pub fn page(self, pattern: &str, path: &str, sender: Option<&str>) -> Option<String> {
        let (Self::Typed(page) | Self::Button(page)) = self else { return None };
        let named = |part: &str| pattern.split('/').zip(path.split('/')).find(|(name, _)| *name == part).map(|(_, given)| given.to_owned());
        let part = |part: &str| if part.starts_with('{') { named(part) } else { Some(part.to_owned()) };
        let filled = page.split('/').map(part).collect::<Option<Vec<String>>>().map(|parts| parts.join("/"));
        filled.or_else(|| sender.filter(|sender| fits(page, sender)).map(str::to_owned))
    }
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
    /// What becomes of it if its session has run out.
    pub form: Form,
    handler: fn() -> MethodRouter<Portal>,
}

use Form::{Button, Never, Typed};

const BOTH: &[Site] = &[Site::Patient, Site::Staff];
const PATIENT: &[Site] = &[Site::Patient];
const STAFF: &[Site] = &[Site::Staff];

/// Makes a row. A form says what becomes of it if its session has run out.
macro_rules! row {
    ($sites:ident GET $path:literal $who:expr, $handler:path) => {
        Route { sites: $sites, method: Method::GET, path: $path, who: $who, form: Form::Never, handler: || get($handler) }
    };
    ($sites:ident UPLOAD $path:literal $who:expr, $handler:path => $form:expr) => {
        // The handler reads as much as a document may have, and no more.
        Route { sites: $sites, method: Method::POST, path: $path, who: $who, form: $form, handler: || post($handler).layer(DefaultBodyLimit::disable()) }
    };
    ($sites:ident POST $path:literal $who:expr, $handler:path => $form:expr) => {
        Route { sites: $sites, method: Method::POST, path: $path, who: $who, form: $form, handler: || post($handler) }
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
    row!(PATIENT POST "/consent" Who::SignedIn, patient::consent::decide => Typed("/consent")),
    row!(PATIENT POST "/consent/withdraw" Who::SignedIn, patient::consent::withdraw => Button("/consent")),
    row!(PATIENT GET "/wishes" Who::SignedIn, patient::wishes::show),
    row!(PATIENT POST "/wishes" Who::SignedIn, patient::wishes::state => Typed("/wishes")),
    row!(PATIENT GET "/offers" Who::SignedIn, patient::offers::show),
    row!(PATIENT GET "/offers/{id}/choose" Who::SignedIn, patient::offers::show_choose),
    row!(PATIENT POST "/offers/{id}/choose" Who::SignedIn, patient::offers::choose => Typed("/offers/{id}/choose")),
    row!(PATIENT GET "/offers/{id}/withdraw" Who::SignedIn, patient::offers::show_withdraw),
    row!(PATIENT POST "/offers/{id}/withdraw" Who::SignedIn, patient::offers::withdraw => Button("/offers/{id}/withdraw")),
    row!(PATIENT POST "/offers/{id}/again" Who::SignedIn, patient::offers::again => Button("/offers")),
    row!(PATIENT GET "/documents" Who::SignedIn, patient::documents::show),
    row!(PATIENT GET "/documents/{id}" Who::SignedIn, patient::documents::read),
    row!(PATIENT GET "/messages" Who::SignedIn, patient::messages::list),
    row!(PATIENT POST "/messages" Who::SignedIn, patient::messages::write => Typed("/messages")),
    row!(PATIENT GET "/messages/{id}" Who::SignedIn, patient::messages::show),
    row!(PATIENT POST "/messages/{id}" Who::SignedIn, patient::messages::write_on => Typed("/messages/{id}")),
    row!(PATIENT GET "/bedside" Who::Anyone, patient::bedside::show),
    row!(PATIENT POST "/bedside" Who::Anyone, patient::bedside::open => Never),
    row!(PATIENT GET "/bedside/done" Who::Anyone, patient::bedside::done),
    row!(PATIENT POST "/bedside/end" Who::Anyone, patient::bedside::give_back => Never),
    row!(PATIENT GET "/shared" Who::SignedIn, patient::shared::show),
    row!(PATIENT GET "/proxies" Who::SignedIn, patient::proxies::show),
    row!(PATIENT POST "/proxies" Who::SignedIn, patient::proxies::invite => Typed("/proxies")),
    row!(PATIENT POST "/proxies/{id}/end" Who::SignedIn, patient::proxies::end => Button("/proxies")),
    row!(STAFF GET "/" Who::SignedIn, start::staff),
    row!(BOTH GET "/sign-in" Who::Anyone, sign_in::show),
    row!(BOTH POST "/sign-in" Who::Anyone, sign_in::password => Never),
    row!(BOTH POST "/sign-in/passkey/begin" Who::Anyone, sign_in::passkey_begin => Never),
    row!(BOTH POST "/sign-in/passkey/finish" Who::Anyone, sign_in::passkey_finish => Never),
    row!(BOTH GET "/sign-in/second" Who::At(Stage::Second), sign_in::show_second),
    row!(BOTH POST "/sign-in/second" Who::At(Stage::Second), sign_in::second => Never),
    row!(PATIENT POST "/sign-in/second/mail" Who::At(Stage::Second), sign_in::second_mail => Never),
    row!(BOTH POST "/sign-out" Who::SignedIn, sign_in::sign_out => Never),
    row!(BOTH GET "/forget" Who::Anyone, sign_in::forget),
    row!(BOTH GET "/invitation" Who::Anyone, invitation::show),
    row!(BOTH POST "/invitation" Who::Anyone, invitation::redeem => Never),
    row!(BOTH GET "/setup" Who::SettingUp, setup::show),
    row!(BOTH POST "/setup/passkey/begin" Who::SettingUp, setup::passkey_begin => Never),
    row!(BOTH POST "/setup/passkey/finish" Who::SettingUp, setup::passkey_finish => Never),
    row!(BOTH GET "/setup/password" Who::SettingUp, setup::show_password),
    row!(BOTH POST "/setup/password" Who::SettingUp, setup::password => Never),
    row!(BOTH GET "/setup/second" Who::SettingUp, setup::show_second),
    row!(BOTH GET "/setup/app" Who::SettingUp, setup::show_app),
    row!(BOTH POST "/setup/app" Who::SettingUp, setup::app => Never),
    row!(BOTH POST "/setup/list" Who::SettingUp, setup::list => Never),
    row!(BOTH POST "/setup/finish" Who::SettingUp, setup::finish => Never),
    row!(PATIENT GET "/mail" Who::SettingUp, notices::show),
    row!(PATIENT POST "/mail/address" Who::SettingUp, notices::address => Typed("/mail")),
    row!(PATIENT POST "/mail/code" Who::SettingUp, notices::code => Button("/mail")),
    row!(PATIENT POST "/mail/kinds" Who::SignedIn, notices::kinds => Button("/mail")),
    row!(PATIENT POST "/mail/second" Who::SignedIn, notices::second => Button("/mail")),
    row!(PATIENT POST "/mail/remove" Who::SignedIn, notices::remove => Button("/mail")),
    row!(BOTH GET "/access" Who::SignedIn, access::show),
    row!(BOTH POST "/access/sign-out-elsewhere" Who::SignedIn, access::sign_out_elsewhere => Button("/access")),
    row!(BOTH POST "/access/remove-passkey" Who::SignedIn, access::remove_passkey => Button("/access")),
    row!(BOTH GET "/live" Who::SignedIn, live::events),
    row!(BOTH POST "/language" Who::Anyone, start::language => Never),
    row!(BOTH GET "/imprint" Who::Anyone, about::imprint),
    row!(BOTH GET "/privacy" Who::Anyone, about::privacy),
    row!(BOTH GET "/accessibility" Who::Anyone, about::accessibility),
    row!(BOTH GET "/assets/{name}" Who::Anyone, assets::serve),
    row!(STAFF GET "/patients" CARE, staff::patients::show),
    row!(STAFF POST "/patients" CARE, staff::patients::search => Typed("/patients")),
    row!(STAFF GET "/patients/new" CARE, staff::entry::show_new),
    row!(STAFF POST "/patients/new" CARE, staff::entry::add => Typed("/patients/new")),
    row!(STAFF GET "/patients/{id}" CARE, staff::patient::show),
    row!(STAFF GET "/patients/{id}/edit" CARE, staff::entry::show),
    row!(STAFF POST "/patients/{id}/edit" CARE, staff::entry::change => Typed("/patients/{id}/edit")),
    row!(STAFF GET "/patients/{id}/purpose" CARE, staff::purpose::show),
    row!(STAFF POST "/patients/{id}/purpose" CARE, staff::purpose::state => Typed("/patients/{id}/purpose")),
    row!(STAFF POST "/patients/{id}/invite" CARE, staff::patient::invite => Button("/patients/{id}")),
    row!(STAFF POST "/patients/{id}/letter" CARE, staff::patient::letter => Button("/patients/{id}")),
    row!(STAFF POST "/patients/{id}/start-over" CARE, staff::patient::start_over => Button("/patients/{id}")),
    row!(STAFF GET "/patients/{id}/message" CARE, staff::messages::show_begin),
    row!(STAFF POST "/patients/{id}/message" CARE, staff::messages::begin => Typed("/patients/{id}/message")),
    row!(STAFF GET "/patients/{id}/bedside" FOLLOWING, staff::bedside::show_new),
    row!(STAFF POST "/patients/{id}/bedside" FOLLOWING, staff::bedside::begin => Typed("/patients/{id}/bedside")),
    row!(STAFF GET "/bedsides/{id}" FOLLOWING, staff::bedside::show),
    row!(STAFF POST "/bedsides/{id}/end" FOLLOWING, staff::bedside::end => Button("/bedsides/{id}")),
    row!(STAFF GET "/messages" CARE, staff::messages::inbox),
    row!(STAFF GET "/messages/{id}" CARE, staff::messages::show),
    row!(STAFF POST "/messages/{id}" CARE, staff::messages::answer => Typed("/messages/{id}")),
    row!(STAFF POST "/messages/{id}/take" CARE, staff::messages::take => Button("/messages/{id}")),
    row!(STAFF POST "/messages/{id}/hand" CARE, staff::messages::hand => Button("/messages/{id}")),
    row!(STAFF POST "/absence" CARE, staff::messages::absence => Typed("/messages")),
    row!(STAFF POST "/patients/{id}/mail" CARE, staff::patient::take_mail => Typed("/patients/{id}")),
    row!(STAFF GET "/calls" CARE, staff::calls::show),
    row!(STAFF POST "/calls/{id}" CARE, staff::calls::done => Button("/calls")),
    row!(STAFF GET "/inquiries" ANSWERING, staff::admissions::inbox),
    row!(STAFF GET "/inquiries/ended" ANSWERING, staff::admissions::ended),
    row!(STAFF GET "/inquiries/{id}" ANSWERING, staff::admissions::show),
    row!(STAFF GET "/inquiries/{id}/referral" ANSWERING, staff::admissions::show_referral),
    row!(STAFF POST "/inquiries/{id}/referral" ANSWERING, staff::admissions::open => Typed("/inquiries/{id}/referral")),
    row!(STAFF GET "/inquiries/{id}/offer" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/offer" ANSWERING, staff::admissions::offer => Typed("/inquiries/{id}/offer")),
    row!(STAFF GET "/inquiries/{id}/ask" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/ask" ANSWERING, staff::admissions::ask => Typed("/inquiries/{id}/ask")),
    row!(STAFF GET "/inquiries/{id}/decline" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/decline" ANSWERING, staff::admissions::decline => Typed("/inquiries/{id}/decline")),
    row!(STAFF GET "/inquiries/{id}/take-back" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/take-back" ANSWERING, staff::admissions::take_back => Typed("/inquiries/{id}/take-back")),
    row!(STAFF GET "/inquiries/{id}/confirm" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/confirm" ANSWERING, staff::admissions::confirm => Typed("/inquiries/{id}/confirm")),
    row!(STAFF GET "/inquiries/{id}/gone" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/gone" ANSWERING, staff::admissions::gone => Typed("/inquiries/{id}/gone")),
    row!(STAFF GET "/inquiries/{id}/accept" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/accept" ANSWERING, staff::admissions::accept => Typed("/inquiries/{id}/accept")),
    row!(STAFF GET "/inquiries/{id}/refuse" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/refuse" ANSWERING, staff::admissions::refuse => Typed("/inquiries/{id}/refuse")),
    row!(STAFF GET "/inquiries/{id}/date" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/date" ANSWERING, staff::admissions::change_date => Typed("/inquiries/{id}/date")),
    row!(STAFF GET "/inquiries/{id}/payer" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/payer" ANSWERING, staff::admissions::payer => Typed("/inquiries/{id}/payer")),
    row!(STAFF GET "/inquiries/{id}/cancel" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/cancel" ANSWERING, staff::admissions::cancel => Typed("/inquiries/{id}/cancel")),
    row!(STAFF GET "/inquiries/{id}/arrived" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/arrived" ANSWERING, staff::admissions::arrived => Typed("/inquiries/{id}/arrived")),
    row!(STAFF GET "/inquiries/{id}/no-show" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/no-show" ANSWERING, staff::admissions::no_show => Typed("/inquiries/{id}/no-show")),
    row!(STAFF GET "/inquiries/{id}/filed" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/filed" ANSWERING, staff::admissions::filed => Typed("/inquiries/{id}/filed")),
    row!(STAFF GET "/inquiries/{id}/report" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/report" ANSWERING, staff::admissions::report => Typed("/inquiries/{id}/report")),
    row!(STAFF GET "/inquiries/{id}/settle" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/settle" ANSWERING, staff::admissions::settle => Typed("/inquiries/{id}/settle")),
    row!(STAFF GET "/inquiries/{id}/reopen" ANSWERING, staff::admissions::show_act),
    row!(STAFF POST "/inquiries/{id}/reopen" ANSWERING, staff::admissions::reopen => Typed("/inquiries/{id}/reopen")),
    row!(STAFF GET "/rules" ANSWERING, staff::admissions::rules::list),
    row!(STAFF GET "/rules/new" ANSWERING, staff::admissions::rules::show_new),
    row!(STAFF POST "/rules/new" ANSWERING, staff::admissions::rules::add => Typed("/rules/new")),
    row!(STAFF GET "/rules/{id}" ANSWERING, staff::admissions::rules::show),
    row!(STAFF POST "/rules/{id}" ANSWERING, staff::admissions::rules::change => Typed("/rules/{id}")),
    row!(STAFF POST "/rules/{id}/switch" ANSWERING, staff::admissions::rules::switch => Button("/rules/{id}")),
    row!(STAFF GET "/documents/{id}" CARE, staff::documents::show),
    row!(STAFF POST "/documents/{id}/release" RELEASING, staff::documents::release => Button("/patients/{patient}/documents")),
    row!(STAFF POST "/documents/{id}/take-back" RELEASING, staff::documents::take_back => Button("/patients/{patient}/documents")),
    row!(STAFF GET "/capacity" STATING, staff::capacity::show),
    row!(STAFF POST "/capacity" STATING, staff::capacity::save => Typed("/capacity")),
    row!(STAFF GET "/capacity/new" STATING, staff::department::show),
    row!(STAFF POST "/capacity/new" STATING, staff::department::add => Typed("/capacity/new")),
    row!(STAFF POST "/capacity/renew" STATING, staff::capacity::renew => Button("/capacity")),
    row!(STAFF POST "/patients/{id}/case" SOCIAL, staff::case::list::open => Button("/patients/{id}")),
    row!(STAFF GET "/cases" SOCIAL, staff::case::list::mine),
    row!(STAFF GET "/cases/all" SOCIAL, staff::case::list::all),
    row!(STAFF GET "/cases/{id}" SOCIAL, staff::case::hub::show),
    row!(STAFF POST "/cases/{id}/consent" SOCIAL, staff::case::hub::consent => Typed("/cases/{id}")),
    row!(STAFF POST "/cases/{id}/note" SOCIAL, staff::case::hub::note => Typed("/cases/{id}")),
    row!(STAFF POST "/cases/{id}/give" SOCIAL, staff::case::hub::give => Button("/cases/{id}")),
    row!(STAFF POST "/cases/{id}/end" SOCIAL, staff::case::end::end => Typed("/cases/{id}")),
    row!(STAFF POST "/cases/{id}/phone" SOCIAL, staff::case::phone::add => Typed("/cases/{id}")),
    row!(STAFF GET "/cases/{id}/phone/{entry}" SOCIAL, staff::case::phone::show),
    row!(STAFF GET "/cases/{id}/phone/{entry}/fax" SOCIAL, staff::case::phone::fax),
    row!(STAFF POST "/cases/{id}/phone/{entry}/answer" SOCIAL, staff::case::phone::answer => Typed("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/withdraw" SOCIAL, staff::case::phone::withdraw => Button("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/choose" SOCIAL, staff::case::phone::choose => Typed("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/leave" SOCIAL, staff::case::phone::leave => Button("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/name" SOCIAL, staff::case::phone::placed::name => Typed("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/arrival" SOCIAL, staff::case::phone::placed::arrival => Typed("/cases/{id}/phone/{entry}")),
    row!(STAFF POST "/cases/{id}/phone/{entry}/payer" SOCIAL, staff::case::phone::placed::payer => Typed("/cases/{id}/phone/{entry}")),
    row!(STAFF GET "/cases/{id}/evidence" SOCIAL, staff::case::proof::show),
    row!(STAFF POST "/cases/{id}/evidence" SOCIAL, staff::case::proof::download => Button("/cases/{id}/evidence")),
    row!(STAFF GET "/cases/{id}/plan" SOCIAL, staff::case::plan::show),
    row!(STAFF POST "/cases/{id}/plan" SOCIAL, staff::case::plan::save => Typed("/cases/{id}/plan")),
    row!(STAFF GET "/cases/{id}/search" SOCIAL, staff::case::find::show),
    row!(STAFF POST "/cases/{id}/search" SOCIAL, staff::case::find::confirm => Button("/cases/{id}/search")),
    row!(STAFF POST "/cases/{id}/favourite" SOCIAL, staff::case::find::favourite => Button("/cases/{id}/search")),
    row!(STAFF POST "/cases/{id}/preview" SOCIAL, staff::case::find::preview => Typed("/cases/{id}/search")),
    row!(STAFF POST "/cases/{id}/ask" SOCIAL, staff::case::find::ask => Typed("/cases/{id}/search")),
    row!(STAFF POST "/cases/{id}/again" SOCIAL, staff::case::again::ask => Button("/cases/{id}")),
    row!(STAFF GET "/asked/{id}" SOCIAL, staff::case::asked::show),
    row!(STAFF POST "/asked/{id}/answer" SOCIAL, staff::case::asked::answer => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/choose" SOCIAL, staff::case::asked::choose => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/refer" SOCIAL, staff::case::asked::refer => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/documents" SOCIAL, staff::case::asked::follow => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/settle" SOCIAL, staff::case::asked::settle => Button("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/withdraw" SOCIAL, staff::case::asked::withdraw => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/payer" SOCIAL, staff::case::asked::payer => Typed("/asked/{id}")),
    row!(STAFF POST "/asked/{id}/date" SOCIAL, staff::case::asked::change_date => Typed("/asked/{id}")),
    row!(STAFF GET "/patients/{id}/documents" CARE, staff::papers::show),
    row!(STAFF UPLOAD "/patients/{id}/documents" CARE, staff::papers::add => Typed("/patients/{id}/documents")),
    row!(STAFF GET "/patients/{id}/consents" CARE, staff::consents::show),
    row!(STAFF UPLOAD "/patients/{id}/consents/{consent}/paper" CARE, staff::consents::photograph => Button("/patients/{id}/consents")),
    row!(STAFF GET "/patients/{id}/proxies" CARE, staff::proxies::show),
    row!(STAFF UPLOAD "/patients/{id}/proxies" CARE, staff::proxies::invite => Typed("/patients/{id}/proxies")),
    row!(STAFF POST "/patients/{id}/proxies/{proxy}/end" CARE, staff::proxies::end => Button("/patients/{id}/proxies")),
    row!(STAFF GET "/status" OPERATION, staff::status::show),
    row!(STAFF GET "/audit" PRIVACY, staff::audit::show),
    row!(STAFF POST "/audit" PRIVACY, staff::audit::search => Typed("/audit")),
    row!(STAFF GET "/purposes" PRIVACY, staff::purpose::list),
    row!(STAFF POST "/purposes/{id}/seen" PRIVACY, staff::purpose::see => Button("/purposes")),
    row!(STAFF GET "/teams" IT, staff::teams::show),
    row!(STAFF POST "/teams" IT, staff::teams::add => Typed("/teams")),
    row!(STAFF POST "/teams/{id}" IT, staff::teams::change => Typed("/teams")),
    row!(STAFF POST "/teams/{id}/end" IT, staff::teams::end => Button("/teams")),
    row!(STAFF GET "/accounts" IT, staff::accounts::show),
    row!(STAFF POST "/accounts" IT, staff::accounts::add => Typed("/accounts")),
    row!(STAFF POST "/accounts/{id}/change" IT, staff::accounts::change => Typed("/accounts")),
    row!(STAFF POST "/accounts/{id}/lock" IT, staff::accounts::lock => Button("/accounts")),
    row!(STAFF POST "/accounts/{id}/start-over" IT, staff::accounts::start_over => Button("/accounts")),
];

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
        let rules = Rules { who: route.who, beside: route.beside(), form: route.form, pattern: route.path };
        let guarded = (route.handler)().layer(middleware::from_fn_with_state((portal.clone(), rules), guard::stand));
        router = router.route(route.path, guarded);
    }
    let rules = Rules { who: Who::Anyone, beside: Beside { matters: Matter::ALL, ends: false }, form: Form::Never, pattern: "" };
    let lost = get(about::lost).post(about::lost).layer(middleware::from_fn_with_state((portal.clone(), rules), guard::stand));
    router.fallback_service(lost.with_state(portal.clone())).layer(DefaultBodyLimit::max(MAX_FORM)).with_state(portal.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(who: Who) -> &'static [Role] {
        match who {
            Who::Role(roles) => roles,
            Who::Anyone | Who::At(_) | Who::SettingUp | Who::SignedIn => &Role::ALL,
        }
    }

    /// Whoever may send a form may see the page that shows it again, and is led there by the names in the form's own path or in the page it came from.
    #[test]
    fn every_form_knows_its_page() {
        for form in ROUTES.iter().filter(|route| route.method == Method::POST) {
            let (Form::Typed(page) | Form::Button(page)) = form.form else { continue };
            for site in form.sites {
                // The names of a pattern may be others': they are those of the page the form came from.
                let shown = ROUTES.iter().find(|route| fits(route.path, page) && fits(page, route.path) && route.method == Method::GET && route.sites.contains(site));
                let shown = shown.unwrap_or_else(|| panic!("{} at the {site} site: nothing is at {page}", form.path));
                assert!(roles(form.who).iter().all(|role| roles(shown.who).contains(role)), "{}: some may not see {page}", form.path);
            }
            let path = form.path.replace(['{', '}'], "");
            let led = form.form.page(form.path, &path, Some("/patients/patient/documents"));
            assert_eq!(led.as_deref(), Some(page.replace(['{', '}'], "").as_str()), "{}", form.path);
        }
    }

    /// What is typed by somebody who is signed in is kept, unless it is secret.
    #[test]
    fn what_is_never_kept_is_secret_or_nobodys() {
        for form in ROUTES.iter().filter(|route| route.method == Method::POST && route.form == Form::Never) {
            let setting_up = form.who == Who::SettingUp && form.path.starts_with("/setup/");
            assert!(setting_up || matches!(form.who, Who::Anyone | Who::At(_)) || ["/sign-out"].contains(&form.path), "{}", form.path);
        }
        for secret in ["/sign-in", "/sign-in/second", "/invitation", "/setup/password", "/setup/app", "/mail/code", "/patients/{id}/letter"] {
            let kept = |form: &Route| matches!(form.form, Form::Typed(_));
            assert!(ROUTES.iter().any(|route| route.path == secret) && !ROUTES.iter().any(|route| route.path == secret && kept(route)), "{secret}");
        }
    }

    #[test]
    fn a_form_leads_back_by_its_own_names_and_to_nobody_elses_page() {
        let button = Form::Button("/patients/{patient}/documents");
        let led = |sender| button.page("/documents/{id}/release", "/documents/12/release", sender);
        assert_eq!(led(Some("/patients/34/documents")).as_deref(), Some("/patients/34/documents"));
        assert_eq!((led(Some("/patients/34")), led(None)), (None, None));
        let typed = Form::Typed("/cases/{id}/phone/{entry}");
        let path = "/cases/12/phone/34/answer";
        assert_eq!(typed.page("/cases/{id}/phone/{entry}/answer", path, Some("/cases/56/phone/78")).as_deref(), Some("/cases/12/phone/34"));
        assert_eq!(Form::Never.page("/sign-in", "/sign-in", Some("/")), None);
    }
}
