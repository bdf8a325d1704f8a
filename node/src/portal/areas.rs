//! Where staff may go from every page: the areas of their roles.

use std::{borrow::Cow, sync::LazyLock};

use axum::http::Method;

use super::{
    routes::{ROUTES, Who},
    words::Words,
};
use crate::domain::{account::Site, actor::Role};

/// An area: its first page, what else belongs to it, and its name.
struct Place {
    path: &'static str,
    also: &'static [&'static str],
    name: fn(Words) -> Cow<'static, str>,
}

const fn place(path: &'static str, also: &'static [&'static str], name: fn(Words) -> Cow<'static, str>) -> Place {
    Place { path, also, name }
}

/// All areas, in the order in which their readers need them.
const PLACES: [Place; 11] = [
    place("/cases", &["/asked/"], |w| w.case_list()),
    place("/inquiries", &["/rules"], |w| w.admissions_title()),
    place("/capacity", &[], |w| w.capacity_title()),
    place("/patients", &["/bedsides/", "/documents/"], |w| w.staff_patients()),
    place("/messages", &[], |w| w.staff_messages()),
    place("/calls", &[], |w| w.calls_title()),
    place("/status", &[], |w| w.staff_status()),
    place("/audit", &[], |w| w.audit_title()),
    place("/purposes", &[], |w| w.staff_purposes()),
    place("/accounts", &[], |w| w.staff_accounts()),
    place("/teams", &[], |w| w.team_title()),
];

/// Whose areas they are, as the table of all pages says.
static OPEN_TO: LazyLock<[&[Role]; PLACES.len()]> = LazyLock::new(|| {
    PLACES.map(|place| {
        let mut rows = ROUTES.iter().filter(|route| route.path == place.path && route.method == Method::GET && route.sites.contains(&Site::Staff));
        match rows.next().map(|route| route.who) {
            Some(Who::Role(roles)) => roles,
            _ => &[],
        }
    })
});

/// An area as a page shows it.
pub struct Area {
    /// Its first page.
    pub path: &'static str,
    /// Its name.
    pub name: Cow<'static, str>,
    /// What the present page is to it: `page` if it is its first, `true` if it belongs to it.
    pub here: Option<&'static str>,
}

/// Returns the areas of somebody with these roles, as the page at `path` shows them.
pub fn of(w: Words, roles: &[Role], path: &str) -> Vec<Area> {
    let open = PLACES.iter().zip(*OPEN_TO).filter(|(_, open)| roles.iter().any(|role| open.contains(role)));
    open.map(|(place, _)| Area { path: place.path, name: (place.name)(w), here: place.here(path) }).collect()
}

impl Place {
    fn here(&self, path: &str) -> Option<&'static str> {
        let within = |begin: &str| path.strip_prefix(begin).is_some_and(|rest| rest.is_empty() || begin.ends_with('/') || rest.starts_with('/'));
        if path == self.path { Some("page") } else { (within(self.path) || self.also.iter().any(|also| within(also))).then_some("true") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portal::words::Language;

    fn shown(roles: &[Role], path: &str) -> Vec<(&'static str, Option<&'static str>)> {
        of(Words { language: Language::German }, roles, path).into_iter().map(|area| (area.path, area.here)).collect()
    }

    #[test]
    fn everybody_has_the_areas_of_their_roles_and_sees_where_they_are() {
        assert!(OPEN_TO.iter().all(|roles| !roles.is_empty()), "every area is in the table of all pages");
        assert_eq!(shown(&[Role::Capacity], "/"), [("/capacity", None)]);
        assert_eq!(shown(&[Role::It], "/accounts"), [("/status", None), ("/accounts", Some("page")), ("/teams", None)]);
        let here = |path| shown(&Role::ALL, path).into_iter().filter_map(|(area, here)| Some((area, here?))).collect::<Vec<_>>();
        assert_eq!(here("/"), []);
        assert_eq!(here("/cases/12/search"), [("/cases", "true")]);
        assert_eq!(here("/asked/12"), [("/cases", "true")]);
        assert_eq!(here("/patients"), [("/patients", "page")]);
        assert_eq!(here("/capacity/new"), [("/capacity", "true")]);
        assert_eq!(here("/rules"), [("/inquiries", "true")]);
        assert_eq!(here("/casesandmore"), []);
        assert!(shown(&[], "/").is_empty());
    }
}
