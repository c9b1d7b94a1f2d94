//! What every page has around its own content: the name in the title bar, the council's and the service's names, the
//! navigation, the sign-out form.
//!
//! A page's template extends `layout/base.html` (or `staff.html`, `print.html`) and its struct has one field of this type,
//! called `page`.

use std::{fmt, sync::Arc};

/// The name of the hidden field that carries the CSRF token in every form.
pub const CSRF_FIELD: &str = "csrf_token";

/// Where the sign-out form posts to.
pub const SIGN_OUT: &str = "/staff/sign-out";

/// What is the same on every page, from the configuration.
#[derive(Debug, Clone)]
pub struct Site {
    /// The council's name, as in "Halton Borough Council".
    pub council: String,
    /// The service's name, as in "Public Question Time".
    pub service: String,
    /// The rule, as the council cites it: "Standing Order 34(9)".
    pub rule: String,
    /// The bodies at whose meetings questions can be asked: "Policy and Performance Boards".
    pub boards: String,
    /// A notice above every page, for a demonstration or a trial.
    pub notice: Option<SiteNotice>,
}

/// A notice above every page: a tag of a word or two ("Demonstration") and a sentence.
#[derive(Debug, Clone)]
pub struct SiteNotice {
    /// One or two words.
    pub tag: String,
    /// A sentence of plain text.
    pub text: String,
}

/// An entry of the navigation under the council's name.
#[derive(Debug, Clone)]
pub struct NavLink {
    /// What is read.
    pub text: String,
    /// Where it leads.
    pub href: String,
    /// Whether this page is the one it leads to, or belongs to it.
    pub current: Current,
}

/// How a page stands to an entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Current {
    /// The page is elsewhere.
    No,
    /// The page belongs to the entry's part of the service.
    Section,
    /// The page is the one that the entry leads to.
    Page,
}

impl NavLink {
    /// An entry that is not the current one.
    pub fn new(text: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            href: href.into(),
            current: Current::No,
        }
    }
}

/// Who of the staff is signed in, and where they may go.
#[derive(Debug, Clone)]
pub struct StaffNav {
    /// The person's name, beside the sign-out button.
    pub name: String,
    /// The entries for this person's roles.
    pub items: Vec<NavLink>,
}

/// The token that the forms of a page carry. A visitor's is made, and their cookie set, when the first form is rendered: a page without
/// a form sets no cookie.
#[derive(Clone)]
pub enum CsrfToken {
    /// The page has no form.
    None,
    /// The token.
    Token(String),
    /// The token of a visitor, made where a form is rendered.
    OfVisitor(Arc<dyn Fn() -> String + Send + Sync>),
}

impl fmt::Display for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Token(token) => f.write_str(token),
            Self::OfVisitor(token) => f.write_str(&token()),
        }
    }
}

impl fmt::Debug for CsrfToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CsrfToken")
    }
}

impl From<String> for CsrfToken {
    fn from(token: String) -> Self {
        Self::Token(token)
    }
}

impl From<&str> for CsrfToken {
    fn from(token: &str) -> Self {
        Self::Token(token.to_owned())
    }
}

/// The context that the layouts need.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page's name: the same words as its main heading.
    pub title: String,
    /// Whether the form on it was refused: the title then starts with "Error: ".
    pub has_errors: bool,
    /// The council's name.
    pub council: String,
    /// The service's name.
    pub service: String,
    /// The rule, as the council cites it.
    pub rule: String,
    /// The bodies at whose meetings questions can be asked.
    pub boards: String,
    /// A notice above every page.
    pub notice: Option<SiteNotice>,
    /// The token that every form on the page carries.
    pub csrf: CsrfToken,
    /// The signed-in member of staff. Without one, the page has the public navigation.
    pub staff: Option<StaffNav>,
    /// The address of the navigation entry that the page belongs to; empty for none.
    pub current: String,
    /// The page's own address, to mark the entry as this very page; empty where that does not matter.
    pub address: String,
}

impl Page {
    /// A public page without errors. `csrf` is the visitor's token.
    pub fn new(site: &Site, title: impl Into<String>, csrf: impl Into<CsrfToken>) -> Self {
        Self {
            title: title.into(),
            has_errors: false,
            council: site.council.clone(),
            service: site.service.clone(),
            rule: site.rule.clone(),
            boards: site.boards.clone(),
            notice: site.notice.clone(),
            csrf: csrf.into(),
            staff: None,
            current: String::new(),
            address: String::new(),
        }
    }

    /// A public page that is the same for everybody: it has no form, and so no token.
    pub fn public(site: &Site, title: impl Into<String>) -> Self {
        Self::new(site, title, CsrfToken::None)
    }

    /// The page, belonging to the navigation entry that leads to `entry`.
    #[must_use]
    pub fn within(mut self, entry: impl Into<String>) -> Self {
        self.current = entry.into();
        self
    }

    /// The page, being the one that the navigation entry `entry` leads to.
    #[must_use]
    pub fn at(self, entry: impl Into<String>) -> Self {
        let entry = entry.into();
        let mut page = self.within(entry.clone());
        page.address = entry;
        page
    }

    /// The page with staff navigation.
    #[must_use]
    pub fn for_staff(mut self, staff: StaffNav) -> Self {
        self.staff = Some(staff);
        self
    }

    /// The page with "Error: " before its title where `has_errors` is true.
    #[must_use]
    pub fn with_errors(mut self, has_errors: bool) -> Self {
        self.has_errors = has_errors;
        self
    }

    /// The whole title: "Error: Your question – Public Question Time – Halton Borough Council".
    pub fn full_title(&self) -> String {
        let error = if self.has_errors { "Error: " } else { "" };
        format!(
            "{error}{} – {} – {}",
            self.title, self.service, self.council
        )
    }

    /// Who is behind the service, for the foot of the page.
    pub fn published_by(&self) -> String {
        format!("Published by {}", self.council)
    }

    /// The links at the foot of every page.
    pub fn footer_links(&self) -> Vec<NavLink> {
        vec![
            NavLink::new("Accessibility statement", "/accessibility"),
            NavLink::new("Privacy", "/privacy"),
            NavLink::new("Cookies", "/cookies"),
            NavLink::new("Contact", "/contact"),
            NavLink::new(self.rule.clone(), "/standing-order"),
        ]
    }

    /// Where the service's name leads.
    pub fn home(&self) -> &str {
        if self.staff.is_some() { "/staff" } else { "/" }
    }

    /// The navigation, with the current entry marked.
    pub fn navigation(&self) -> Vec<NavLink> {
        let mut links = match &self.staff {
            Some(staff) => staff.items.clone(),
            None => vec![
                NavLink::new("Meetings", "/meetings"),
                NavLink::new("Questions and answers", "/questions"),
                NavLink::new("How it works", "/standing-order"),
            ],
        };
        for link in &mut links {
            link.current = if link.href == self.address {
                Current::Page
            } else if link.href == self.current {
                Current::Section
            } else {
                Current::No
            };
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            council: "Halton Borough Council".into(),
            service: "Public Question Time".into(),
            rule: "Standing Order 34(9)".into(),
            boards: "Policy and Performance Boards".into(),
            notice: None,
        }
    }

    #[test]
    fn a_refused_form_says_so_first_in_the_title() {
        let page = Page::new(&site(), "Your question", "token");
        assert_eq!(
            page.full_title(),
            "Your question – Public Question Time – Halton Borough Council"
        );
        assert_eq!(
            page.with_errors(true).full_title(),
            "Error: Your question – Public Question Time – Halton Borough Council"
        );
    }

    #[test]
    fn a_page_marks_its_own_entry_and_a_page_below_marks_the_section() {
        let at = Page::new(&site(), "Meetings", "")
            .at("/meetings")
            .navigation();
        assert_eq!(
            at.iter().map(|link| link.current).collect::<Vec<_>>(),
            [Current::Page, Current::No, Current::No]
        );
        let below = Page::new(&site(), "6 February 2024", "")
            .within("/meetings")
            .navigation();
        assert_eq!(below[0].current, Current::Section);
        let elsewhere = Page::new(&site(), "Privacy", "").navigation();
        assert!(elsewhere.iter().all(|link| link.current == Current::No));
    }

    #[test]
    fn staff_see_their_own_navigation() {
        let staff = StaffNav {
            name: "A Name".into(),
            items: vec![NavLink::new("Decisions", "/staff/questions")],
        };
        let page = Page::new(&site(), "Decisions", "")
            .for_staff(staff)
            .at("/staff/questions");
        assert_eq!(page.home(), "/staff");
        assert_eq!(page.navigation().len(), 1);
        assert_eq!(page.navigation()[0].current, Current::Page);
    }
}
