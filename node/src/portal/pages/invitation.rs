//! Beginning with the code on paper.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};

use crate::{
    domain::{
        account::{Code, CodeFault, Site},
        actor::Actor,
    },
    portal::{
        Portal, date,
        fields::Fields,
        guard::{self, Context},
        page::{Page, PageError, render, with_cookies},
    },
    workflow::account::{
        Tried,
        invite::{self, Knows},
    },
};

/// What was wrong with each field.
#[derive(Default)]
struct Faults {
    code: Option<String>,
    birth: Option<String>,
    login: Option<String>,
    all: Option<String>,
}

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    p: Page,
    code: String,
    birth: String,
    login: String,
    fault: Faults,
}

/// The page that asks for the code. Its script takes the code from the address's fragment, which no server sees.
pub async fn show(State(portal): State<Portal>, Extension(context): Extension<Context>) -> Response {
    render(&InvitationPage { p: Page::new(&portal, &context), code: String::new(), birth: String::new(), login: String::new(), fault: Faults::default() })
}

/// Takes the code.
///
/// # Errors
/// [`PageError`].
pub async fn redeem(State(portal): State<Portal>, Extension(context): Extension<Context>, fields: Fields) -> Result<Response, PageError> {
    let w = context.words;
    let again = |fault: Faults| {
        let text = |name: &str| fields.get(name).chars().take(100).collect();
        Ok(render(&InvitationPage { p: Page::new(&portal, &context), code: text("code"), birth: text("birth"), login: text("login"), fault }))
    };
    let mut fault = Faults::default();
    let code: Option<Code> = match fields.get("code").parse() {
        Ok(code) => Some(code),
        Err(wrong) => {
            let text = match wrong {
                CodeFault::Length => w.invitation_code_length(),
                CodeFault::Character => w.invitation_code_character(),
                CodeFault::Check => w.invitation_code_check(),
            };
            fault.code = Some(text.into_owned());
            None
        }
    };
    let knows = if portal.site == Site::Staff {
        fields.get("login").parse().map(Knows::Login).map_err(|_| fault.login = Some(w.setup_login_wrong().into_owned())).ok()
    } else {
        date::typed(fields.get("birth")).map(Knows::Birth).or_else(|| {
            fault.birth = Some(w.invitation_birth_wrong().into_owned());
            None
        })
    };
    let (Some(code), Some(knows)) = (code, knows) else { return again(fault) };
    let from = context.from.clone();
    match portal.desk.ask(&Actor::Node, move |work| invite::redeem(work, &code, &knows, &from)).await? {
        Tried::Right(token) => Ok(with_cookies(Redirect::to("/setup").into_response(), [guard::session_cookie(&portal, &token)])),
        Tried::Wrong => {
            let text = if portal.site == Site::Staff { w.invitation_staff_wrong() } else { w.invitation_wrong() };
            again(Faults { all: Some(text.into_owned()), ..Faults::default() })
        }
        Tried::Wait(wait) => again(Faults { all: Some(w.sign_in_wait(wait.as_secs() + 1)), ..Faults::default() }),
    }
}
