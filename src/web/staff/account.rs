//! One's own account: the password, and signing out everywhere.

use askama::Template;

use super::sign_in::{signed_out, with_session};
use crate::{
    service::{ServiceError, password::FEWEST_CHARACTERS, sign_in::PasswordChange},
    web::{
        Answer, Form, FormState, Staff,
        components::{FieldProblem, SummaryRow},
        executor::Lane,
        page::Page,
        pages,
    },
};

const ADDRESS: &str = "/staff/account";

#[derive(Template)]
#[template(path = "staff/account.html")]
struct AccountPage {
    page: Page,
    problems: Vec<FieldProblem>,
    form: FormState,
    rows: Vec<SummaryRow>,
    changed: bool,
}

impl AccountPage {
    fn hint(&self) -> String {
        format!(
            "At least {FEWEST_CHARACTERS} characters. Three or four words that have nothing to do with each other work well"
        )
    }
}

fn account_page(staff: &Staff, form: FormState, changed: bool) -> AccountPage {
    let member = staff.member();
    AccountPage {
        page: staff
            .page("Your account")
            .at(ADDRESS)
            .with_errors(form.has_errors()),
        problems: form.problems(),
        form,
        rows: vec![
            SummaryRow::new("Name", &member.name),
            SummaryRow::new("Email address", &member.email),
        ],
        changed,
    }
}

#[derive(serde::Deserialize)]
pub(super) struct Arriving {
    changed: Option<String>,
}

pub(super) async fn show(staff: Staff, query: actix_web::web::Query<Arriving>) -> Answer {
    pages::page(&account_page(
        &staff,
        FormState::blank(),
        query.changed.is_some(),
    ))
}

pub(super) async fn change_password(staff: Staff, form: Form) -> Answer {
    let acting = staff.acting();
    let change = PasswordChange {
        current: form.fields.value("current_password").to_owned(),
        new: form.fields.value("new_password").to_owned(),
        again: form.fields.value("new_password_again").to_owned(),
        client: staff.client(),
    };
    let state = staff.state().clone();
    let shared = state.clone();
    let changed = staff
        .run_in(Lane::KnownPasswords, move |service| {
            service.change_password(&acting, &shared.throttle, &change)
        })
        .await;
    match changed {
        Ok(token) => {
            let answer = pages::see_other(&format!("{ADDRESS}?changed=yes"));
            Ok(with_session(answer, &state, token))
        }
        Err(ServiceError::Invalid(errors)) => pages::invalid(&account_page(
            &staff,
            FormState::blank().refused(errors),
            false,
        )),
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn sign_out_everywhere(staff: Staff) -> Answer {
    let acting = staff.acting();
    staff
        .run(move |service| service.sign_out_everywhere(&acting))
        .await?;
    Ok(signed_out(staff.state()))
}
