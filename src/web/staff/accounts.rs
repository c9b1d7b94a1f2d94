//! Staff accounts, for an administrator.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{
        codes::Code,
        id::{BoardId, StaffId},
        meeting::Board,
    },
    service::{
        ServiceError, permission,
        staff_accounts::{TypedAccount, WithPassword},
    },
    store::staff::{HeldRole, Role, StaffMember},
    web::{
        Answer, Failure, Form, FormState, Staff,
        components::{Choice, FieldProblem},
        executor::Lane,
        page::Page,
        pages,
    },
};

const ADDRESS: &str = "/staff/accounts";

/// What each role is called on pages.
fn role_words(role: Role) -> &'static str {
    match role {
        Role::ProperOfficer => "Committee Services Manager (proper officer)",
        Role::Chair => "Chair",
        Role::RespondingOfficer => "Officer who writes responses",
        Role::Administrator => "Administrator",
    }
}

/// How a role is sent: its code, with the board's identifier where it is for one.
fn role_value(held: HeldRole) -> String {
    match held.board {
        Some(board) => format!("{}:{board}", held.role.code()),
        None => held.role.code().to_owned(),
    }
}

fn role_sent(value: &str) -> Option<HeldRole> {
    let (role, board) = match value.split_once(':') {
        Some((role, board)) => (role, Some(board.parse::<BoardId>().ok()?)),
        None => (value, None),
    };
    Some(HeldRole {
        role: Role::from_code(role)?,
        board,
    })
}

fn role_choices(boards: &[Board], form: &FormState) -> Vec<Choice> {
    let mut choices = Vec::new();
    let mut offer = |held: HeldRole, text: String| {
        let value = role_value(held);
        let chosen = form.is("roles", &value);
        choices.push(Choice::new(value, text).checked(chosen));
    };
    for role in [
        Role::ProperOfficer,
        Role::RespondingOfficer,
        Role::Administrator,
    ] {
        offer(HeldRole { role, board: None }, role_words(role).to_owned());
    }
    for board in boards {
        let held = HeldRole {
            role: Role::Chair,
            board: Some(board.id),
        };
        offer(held, format!("Chair of the {}", board.name));
    }
    choices
}

/// A line of the list.
struct Line {
    href: String,
    name: String,
    email: String,
    roles: Vec<String>,
    active: bool,
}

#[derive(Template)]
#[template(path = "staff/accounts.html")]
struct AccountsPage {
    page: Page,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "staff/account_form.html")]
struct AccountFormPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    roles: Vec<Choice>,
    /// Where the account's forms go; the reset form goes below it. Empty for a new account.
    existing: String,
    version: String,
}

#[derive(Template)]
#[template(path = "staff/new_password.html")]
struct NewPasswordPage {
    page: Page,
    name: String,
    password: String,
    days: i64,
}

pub(super) async fn list(staff: Staff) -> Answer {
    staff.require(permission::administrator)?;
    let acting = staff.acting();
    let (members, boards) = staff
        .run(move |service| {
            Ok((
                service.accounts(&acting)?,
                service.boards_for_chairs(&acting)?,
            ))
        })
        .await?;
    let board_name = |id: BoardId| {
        boards
            .iter()
            .find(|board| board.id == id)
            .map_or("", |board| {
                staff
                    .service()
                    .settings
                    .council
                    .rule
                    .short_board_name(&board.name)
            })
    };
    let lines = members
        .iter()
        .map(|member| Line {
            href: format!("{ADDRESS}/{}", member.id),
            name: member.name.clone(),
            email: member.email.clone(),
            roles: member
                .roles
                .iter()
                .map(|held| match held.board {
                    Some(board) => format!("{}, {}", role_words(held.role), board_name(board)),
                    None => role_words(held.role).to_owned(),
                })
                .collect(),
            active: member.active,
        })
        .collect();
    pages::page(&AccountsPage {
        page: staff.page("Accounts").at(ADDRESS),
        lines,
    })
}

fn form_page(
    staff: &Staff,
    boards: &[Board],
    form: FormState,
    existing: Option<(StaffId, String)>,
) -> AccountFormPage {
    let title = if existing.is_some() {
        "Change an account"
    } else {
        "Open an account"
    };
    let (existing, version) = existing.map_or_else(Default::default, |(id, version)| {
        (format!("{ADDRESS}/{id}"), version)
    });
    AccountFormPage {
        page: staff
            .page(title)
            .within(ADDRESS)
            .with_errors(form.has_errors()),
        problems: form.problems(),
        roles: role_choices(boards, &form),
        form,
        existing,
        version,
    }
}

async fn boards(staff: &Staff) -> Result<Vec<Board>, Failure> {
    let acting = staff.acting();
    Ok(staff
        .run(move |service| service.boards_for_chairs(&acting))
        .await?)
}

fn typed(form: &Form) -> TypedAccount {
    TypedAccount {
        name: form.fields.value("name").to_owned(),
        email: form.fields.value("email").to_owned(),
        roles: form
            .fields
            .values("roles")
            .into_iter()
            .filter_map(role_sent)
            .collect(),
        active: form.fields.value("active") == "yes",
        unconfirmed: None,
    }
}

pub(super) async fn blank(staff: Staff) -> Answer {
    staff.require(permission::administrator)?;
    let boards = boards(&staff).await?;
    pages::page(&form_page(&staff, &boards, FormState::blank(), None))
}

pub(super) async fn open(staff: Staff, form: Form) -> Answer {
    staff.require(permission::administrator)?;
    let acting = staff.acting();
    let account = TypedAccount {
        active: true,
        ..typed(&form)
    };
    let (state, own) = (staff.state().clone(), own_password(&form));
    let opened = staff
        .run_in(Lane::KnownPasswords, move |service| {
            let unconfirmed = service.confirm_password(&acting, &state.throttle, &own)?;
            let account = TypedAccount {
                unconfirmed,
                ..account
            };
            service.open_account(&acting, &account, None)
        })
        .await;
    match opened {
        Ok(with) => show_password(&staff, "Account opened", &with),
        Err(ServiceError::Invalid(errors)) => {
            let boards = boards(&staff).await?;
            pages::invalid(&form_page(
                &staff,
                &boards,
                form.state().refused(errors),
                None,
            ))
        }
        Err(other) => Err(other.into()),
    }
}

fn show_password(staff: &Staff, title: &str, with: &WithPassword) -> Answer {
    pages::page(&NewPasswordPage {
        page: staff.page(title).within(ADDRESS),
        name: with.member.name.clone(),
        password: with.password.expose().to_owned(),
        days: staff.service().settings.sessions.issued_password.num_days(),
    })
}

fn parse_id(path: &str) -> Result<StaffId, Failure> {
    path.parse().map_err(|_| ServiceError::NotFound.into())
}

fn filled_in(member: &StaffMember) -> FormState {
    let form = FormState::blank()
        .with("name", &member.name)
        .with("email", &member.email)
        .with("active", if member.active { "yes" } else { "no" });
    member
        .roles
        .iter()
        .fold(form, |form, held| form.with("roles", role_value(*held)))
}

pub(super) async fn show(staff: Staff, path: web::Path<String>) -> Answer {
    staff.require(permission::administrator)?;
    let id = parse_id(&path)?;
    let acting = staff.acting();
    let member = staff
        .run(move |service| service.account(&acting, id))
        .await?;
    let boards = boards(&staff).await?;
    let existing = Some((id, member.version.to_string()));
    pages::page(&form_page(&staff, &boards, filled_in(&member), existing))
}

pub(super) async fn change(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    staff.require(permission::administrator)?;
    let id = parse_id(&path)?;
    let seen = form.fields.value("version").to_owned();
    let version = seen.parse().map_err(|_| ServiceError::changed())?;
    let acting = staff.acting();
    let account = typed(&form);
    let (state, own) = (staff.state().clone(), own_password(&form));
    let changed = staff
        .run_in(Lane::KnownPasswords, move |service| {
            let unconfirmed = service.confirm_password(&acting, &state.throttle, &own)?;
            let account = TypedAccount {
                unconfirmed,
                ..account
            };
            service.change_account(&acting, id, version, &account)
        })
        .await;
    match changed {
        Ok(_) => Ok(pages::see_other(ADDRESS)),
        Err(ServiceError::Invalid(errors)) => {
            let boards = boards(&staff).await?;
            let form = form.state().refused(errors);
            pages::invalid(&form_page(&staff, &boards, form, Some((id, seen))))
        }
        Err(other) => Err(other.into()),
    }
}

#[derive(Template)]
#[template(path = "staff/reset_password.html")]
struct ResetPasswordPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    name: String,
    address: String,
    days: i64,
}

async fn reset_page(
    staff: &Staff,
    id: StaffId,
    form: FormState,
) -> Result<ResetPasswordPage, Failure> {
    let acting = staff.acting();
    let member = staff
        .run(move |service| service.account(&acting, id))
        .await?;
    Ok(ResetPasswordPage {
        page: staff
            .page("Reset a password")
            .within(ADDRESS)
            .with_errors(form.has_errors()),
        problems: form.problems(),
        form,
        name: member.name,
        address: format!("{ADDRESS}/{id}"),
        days: staff.service().settings.sessions.issued_password.num_days(),
    })
}

pub(super) async fn ask_to_reset(staff: Staff, path: web::Path<String>) -> Answer {
    staff.require(permission::administrator)?;
    let id = parse_id(&path)?;
    pages::page(&reset_page(&staff, id, FormState::blank()).await?)
}

pub(super) async fn reset_password(staff: Staff, path: web::Path<String>, form: Form) -> Answer {
    staff.require(permission::administrator)?;
    let id = parse_id(&path)?;
    let acting = staff.acting();
    let (state, own) = (staff.state().clone(), own_password(&form));
    let reset = staff
        .run_in(Lane::KnownPasswords, move |service| {
            match service.confirm_password(&acting, &state.throttle, &own)? {
                Some(wrong) => Err(ServiceError::Invalid(vec![wrong])),
                None => service.reset_password(&acting, id, None),
            }
        })
        .await;
    match reset {
        Ok(with) => show_password(&staff, "Password reset", &with),
        Err(ServiceError::Invalid(errors)) => {
            let form = FormState::blank().refused(errors);
            pages::invalid(&reset_page(&staff, id, form).await?)
        }
        Err(other) => Err(other.into()),
    }
}

/// The password of the administrator, typed again.
pub(super) fn own_password(form: &Form) -> String {
    form.fields.value("own_password").to_owned()
}
