//! The form that says what somebody may do for a patient: the same for the patient and for staff.

use std::borrow::Cow;

use verbund_protocol::time::Day;

use crate::{
    domain::proxy::{MAX_NAME, Mandate, Power, Scope},
    portal::{codes::Choice, date, fields::Fields, page::Page, pages::patient::spoken, words::Words},
    workflow::proxy::Helper,
};

/// What was wrong with the form, by field.
#[derive(Default)]
pub struct Faults {
    pub name: Option<String>,
    pub scope: Option<String>,
    pub power: Option<String>,
    pub until: Option<String>,
    pub whole: Option<String>,
}

impl Faults {
    /// A fault of the form as a whole.
    pub fn whole(text: impl Into<String>) -> Self {
        Self { whole: Some(text.into()), ..Self::default() }
    }
    /// Returns the first fault.
    pub fn first(&self) -> Option<String> {
        [&self.whole, &self.name, &self.scope, &self.power, &self.until].into_iter().find_map(Clone::clone)
    }
}

/// The form as it is shown.
pub struct Form {
    pub name: String,
    pub scopes: Vec<Choice>,
    pub powers: Vec<Choice>,
    pub until: String,
}

impl Form {
    /// Returns the form with what was typed.
    pub fn of(p: &Page, typed: &Fields) -> Self {
        let (w, chosen, ground) = (p.w, typed.get("scope"), typed.get("power"));
        Self {
            name: typed.shown("name", 2 * MAX_NAME),
            scopes: Scope::ALL.map(|kind| Choice::new(kind.word(), scope(p, kind), kind.word() == chosen)).into(),
            powers: Power::ALL.map(|kind| Choice::new(kind.word(), power(w, kind), kind.word() == ground)).into(),
            until: typed.shown("until", 20),
        }
    }
}

/// Somebody who acts for the patient, in words.
pub struct Row {
    pub id: String,
    pub name: String,
    pub lines: Vec<String>,
    /// The document that proves it, for staff.
    pub proof: Option<String>,
}

impl Row {
    /// Returns somebody in words.
    pub fn of(p: &Page, helper: &Helper) -> Self {
        let (w, proxy) = (p.w, &helper.proxy);
        let mandate = &proxy.mandate;
        let mut lines = vec![scope(p, mandate.scope)];
        if let (Some(ground), Some(until)) = (mandate.power, mandate.until) {
            lines.push(w.proxy_ground(power(w, ground), spoken(w, until)));
        }
        if proxy.proof.is_some() {
            lines.push(w.proxy_proved(p.day(proxy.given_at)));
        }
        lines.push(match (helper.open, helper.blocked) {
            (true, _) => w.proxy_open().into(),
            (false, true) => w.proxy_blocked().into(),
            (false, false) => w.proxy_invited(p.day(proxy.given_at)),
        });
        Self { id: proxy.account.to_string(), name: mandate.name.clone(), lines, proof: proxy.proof.map(|id| id.to_string()) }
    }
}

fn scope(p: &Page, scope: Scope) -> String {
    let w = p.w;
    match (scope, p.is_staff()) {
        (Scope::Look, false) => w.proxy_look(),
        (Scope::Arrange, false) => w.proxy_arrange(),
        (Scope::Decide, false) => w.proxy_decide(),
        (Scope::Look, true) => w.proxies_look(),
        (Scope::Arrange, true) => w.proxies_arrange(),
        (Scope::Decide, true) => w.proxies_decide(),
    }
    .into_owned()
}

fn power(w: Words, power: Power) -> String {
    match power {
        Power::Attorney => w.proxy_attorney(),
        Power::Court => w.proxy_court(),
        Power::Single => w.proxy_single(),
    }
    .into_owned()
}

/// Reads what was typed; all that is wrong is said at once.
pub fn typed(w: Words, fields: &Fields, today: Day) -> Result<Mandate, Faults> {
    let named = Scope::named(fields.get("scope"));
    let scope = named.unwrap_or(Scope::Look);
    let decides = scope == Scope::Decide;
    let mandate = Mandate {
        name: fields.get("name").to_owned(),
        scope,
        power: Power::named(fields.get("power")).filter(|_| decides),
        until: date::typed_day(fields.get("until")).filter(|_| decides),
    };
    let wrong: Vec<&str> = mandate.faults(today).map(|fault| fault.field).collect();
    if named.is_some() && wrong.is_empty() {
        return Ok(mandate);
    }
    let of = |field: &str, text: Cow<'static, str>| wrong.contains(&field).then(|| text.into_owned());
    Err(Faults {
        name: of("name", w.proxy_name_missing()),
        scope: named.is_none().then(|| w.proxy_scope_missing().into_owned()),
        power: of("power", w.proxy_power_missing()),
        until: of("until", w.proxy_until_wrong()),
        whole: None,
    })
}
