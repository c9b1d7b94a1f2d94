//! `/staff/boards`: list, add, change.

use actix_web::web;
use askama::Template;

use crate::{
    domain::{
        id::BoardId,
        meeting::{Board, NIL_RETURN},
    },
    service::{
        FieldError, ServiceError,
        boards::{self as acts, BoardParticulars},
        desk, dossier, permission,
    },
    store::meetings as stored,
    web::{
        Answer, Failure, Fields, Form, FormState, Staff,
        components::Choice,
        officer::{
            changed::{self, Again, Changed},
            decide::version,
            told,
        },
        page::Page,
        pages,
    },
};

#[derive(Template)]
#[template(path = "officer/boards.html")]
struct BoardsPage {
    page: Page,
    boards: Vec<Board>,
}

/// The boards.
pub async fn list(staff: Staff) -> Answer {
    permission::proper_officer(&staff.acting())?;
    let boards = staff
        .run(|service| Ok(service.store.read(stored::boards)?))
        .await?;
    pages::page(&BoardsPage {
        page: staff.page("Boards").within("/staff/meetings"),
        boards,
    })
}

#[derive(Template)]
#[template(path = "officer/board_form.html")]
struct BoardPage {
    page: Page,
    form: FormState,
    action: String,
    version: String,
    owners: Vec<Choice>,
    default_nil_return: &'static str,
    retired: Vec<Choice>,
    button: &'static str,
}

impl BoardPage {
    fn nil_hint(&self) -> String {
        format!("If you leave this empty: {}", self.default_nil_return)
    }
}

async fn form_page(staff: &Staff, id: Option<BoardId>, form: FormState) -> Answer {
    let acting = staff.acting();
    permission::proper_officer(&acting)?;
    let responders = staff
        .run(move |service| desk::responders(service, &acting))
        .await?;
    let mut owners = vec![Choice::new("", "Nobody: each response is given by hand")];
    owners.extend(
        responders
            .into_iter()
            .map(|(id, name)| Choice::new(id.to_string(), name)),
    );
    let wrong = form.has_errors();
    let (title, button) = match id {
        Some(_) => ("Change a board", "Save the board"),
        None => ("Add a board", "Add the board"),
    };
    let template = BoardPage {
        page: staff
            .page(title)
            .within("/staff/meetings")
            .with_errors(wrong),
        action: match id {
            Some(id) => format!("/staff/boards/{id}"),
            None => "/staff/boards/new".to_owned(),
        },
        version: form.value("version").to_owned(),
        owners,
        default_nil_return: NIL_RETURN,
        retired: vec![
            Choice::new("yes", "The board no longer meets").checked(form.is("retired", "yes")),
        ],
        button,
        form,
    };
    if wrong {
        pages::invalid(&template)
    } else {
        pages::page(&template)
    }
}

/// An empty form.
pub async fn blank(staff: Staff) -> Answer {
    form_page(&staff, None, FormState::blank()).await
}

fn particulars(fields: &Fields) -> Result<BoardParticulars, FieldError> {
    let number = fields.value("modern_gov_id").trim();
    let modern_gov_id = if number.is_empty() {
        None
    } else {
        Some(number.parse().map_err(|_| {
            FieldError::new(
                "modern_gov_id",
                "number",
                "The committee number must be a whole number, like 431",
            )
        })?)
    };
    Ok(BoardParticulars {
        name: fields.value("name").to_owned(),
        slug: fields.value("slug").to_owned(),
        modern_gov_id,
        minute_prefix: fields.value("minute_prefix").to_owned(),
        nil_return: fields.value("nil_return").to_owned(),
        response_owner: fields.value("response_owner").parse().ok(),
        retired: fields.value("retired") == "yes",
    })
}

/// Adds a board.
pub async fn add(staff: Staff, form: Form) -> Answer {
    save(staff, None, form).await
}

/// Changes a board.
pub async fn change(staff: Staff, id: web::Path<BoardId>, form: Form) -> Answer {
    save(staff, Some(id.into_inner()), form).await
}

#[derive(Template)]
#[template(path = "officer/meeting_confirm.html")]
struct ConfirmPage {
    page: Page,
    lines: Vec<String>,
    changes: Vec<told::ChangeRow>,
    told: Vec<told::Told>,
    action: String,
    back: String,
    button: String,
    fields: Vec<(String, String)>,
}

async fn save(staff: Staff, id: Option<BoardId>, form: Form) -> Answer {
    let asked = match particulars(&form.fields) {
        Ok(asked) => asked,
        Err(problem) => return form_page(&staff, id, form.state().refused([problem])).await,
    };
    let seen = version(&form.fields);
    let acting = staff.acting();
    let confirmed = form.fields.value("step") == "confirm";
    let saved = staff
        .run(move |service| match id {
            Some(id) => {
                let plan = acts::foresee(service, &acting, id, &asked)?;
                if !plan.letters.is_empty() && !confirmed {
                    return Ok(Some(plan));
                }
                acts::change(service, &acting, id, seen, &asked).map(|_| None)
            }
            None => acts::add(service, &acting, &asked).map(|_| None),
        })
        .await;
    match (saved, id) {
        (Ok(None), _) => Ok(pages::see_other("/staff/boards")),
        (Ok(Some(plan)), _) => {
            let mut fields = form.fields.to_keep();
            fields.retain(|(name, _)| name != "step");
            let back = id.map_or_else(
                || "/staff/boards".to_owned(),
                |id| format!("/staff/boards/{id}"),
            );
            pages::page(&ConfirmPage {
                page: staff
                    .page("Change the board’s name?")
                    .within("/staff/meetings"),
                lines: Vec::new(),
                changes: told::changes(&plan),
                told: told::told(staff.service(), &plan)?,
                action: back.clone(),
                back,
                button: "Change the board and send the letters".to_owned(),
                fields,
            })
        }
        (Err(ServiceError::Invalid(errors)), _) => {
            form_page(&staff, id, form.state().refused(errors)).await
        }
        (Err(ServiceError::Conflict(why)), Some(id)) => {
            overtaken(&staff, id, why, &form.fields).await
        }
        (Err(other), _) => Err(other.into()),
    }
}

async fn board_of(staff: &Staff, id: BoardId) -> Result<Board, Failure> {
    permission::proper_officer(&staff.acting())?;
    Ok(staff
        .run(move |service| Ok(service.store.read(|db| stored::board(db, id))?))
        .await?)
}

async fn overtaken(staff: &Staff, id: BoardId, why: String, fields: &Fields) -> Answer {
    let board = board_of(staff, id).await?;
    let history = staff
        .run(move |service| {
            service
                .store
                .read(|db| dossier::history(db, &id.to_string()))
        })
        .await?;
    let seen = version(fields);
    changed::page(
        staff,
        Changed {
            why,
            since: &dossier::since(&history, "version", seen),
            stands: format!("The board is now called {}.", board.name),
            href: format!("/staff/boards/{id}"),
            again: (board.version != seen).then(|| {
                Again::new(
                    format!("/staff/boards/{id}"),
                    "Save what you typed all the same",
                    fields,
                    board.version,
                )
            }),
        },
        fields,
    )
}

/// What can be changed of a board.
pub async fn show(staff: Staff, id: web::Path<BoardId>) -> Answer {
    let board = board_of(&staff, *id).await?;
    let number = board
        .modern_gov_id
        .map(|number| number.to_string())
        .unwrap_or_default();
    let mut form = FormState::blank()
        .with("name", board.name)
        .with("slug", board.slug)
        .with("modern_gov_id", number)
        .with("minute_prefix", board.minute_prefix.unwrap_or_default())
        .with("nil_return", board.nil_return.unwrap_or_default())
        .with(
            "response_owner",
            board
                .response_owner
                .map(|id| id.to_string())
                .unwrap_or_default(),
        )
        .with("version", board.version.to_string());
    if board.retired {
        form = form.with("retired", "yes");
    }
    form_page(&staff, Some(board.id), form).await
}
