//! Where each role may go.

use crate::{
    store::staff::{Role, StaffMember},
    web::page::{NavLink, StaffNav},
};

/// The navigation of a member of staff.
pub fn of(member: &StaffMember) -> StaffNav {
    let mut items = Vec::new();
    let mut entry = |text: &str, href: &str| items.push(NavLink::new(text, href));
    let officer = member.is_proper_officer();
    entry("Desk", "/staff");
    if officer {
        entry("Questions", "/staff/questions");
    }
    if member.may_respond() || member.holds_anywhere(Role::Chair) {
        entry("Search", "/staff/search");
    }
    if member.may_respond() {
        entry("Written responses", "/staff/responses");
    }
    if officer {
        entry("Letters", "/staff/letters");
    }
    if officer || member.holds_anywhere(Role::Chair) {
        entry("Meetings", "/staff/meetings");
        entry("Question time", crate::web::chair::HOME);
        entry("Calendar", "/staff/calendar");
    }
    if member.holds_anywhere(Role::Administrator) {
        entry("Accounts", "/staff/accounts");
        entry("API tokens", "/staff/tokens");
        entry("Audit trail", "/staff/audit");
    }
    entry("Your account", "/staff/account");
    StaffNav {
        name: member.name.clone(),
        items,
    }
}
