//! The boards.

use actix_web::{get, http::StatusCode, post, put};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Body, Id, IfMatch, created, matched, ok, versioned};
use crate::{
    domain::{
        id::{BoardId, StaffId},
        meeting,
    },
    service::{
        ServiceError,
        actor::Acting,
        boards::{self, BoardParticulars},
        permission,
    },
    store::meetings,
    web::{Answer, ApiActor},
};

/// A board at whose meetings questions can be asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Board {
    /// Its identifier.
    pub id: BoardId,
    /// Its name in addresses.
    #[schema(example = "safer")]
    pub slug: String,
    /// Its full name.
    #[schema(example = "Safer Policy and Performance Board")]
    pub name: String,
    /// Its committee number in modern.gov.
    pub modern_gov_id: Option<i32>,
    /// What its minute numbers begin with.
    #[schema(example = "SAF")]
    pub minute_prefix: Option<String>,
    /// What its minutes say where no question was received; none where it has no words of its own.
    #[schema(example = "It was reported that no public questions had been received.")]
    pub nil_return: Option<String>,
    /// The officer to whom its written responses are given where nobody else is named. For staff; none for anybody else.
    pub response_owner: Option<StaffId>,
    /// Whether it no longer meets.
    pub retired: bool,
    /// Grows with every change; also the ETag.
    pub version: i32,
}

impl Board {
    /// What somebody is shown of a board.
    fn seen_by(board: meeting::Board, acting: &Acting) -> Self {
        Self {
            id: board.id,
            slug: board.slug,
            name: board.name,
            modern_gov_id: board.modern_gov_id,
            minute_prefix: board.minute_prefix,
            nil_return: board.nil_return,
            response_owner: board.response_owner.filter(|_| acting.member().is_some()),
            retired: board.retired,
            version: board.version,
        }
    }
}

/// What is said of a board.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardInput {
    /// Its full name, at most 200 characters.
    #[schema(example = "Safer Policy and Performance Board")]
    pub name: String,
    /// Its name in addresses: lower-case letters, digits and hyphens.
    #[schema(example = "safer")]
    pub slug: String,
    /// Its committee number in modern.gov.
    #[serde(default)]
    pub modern_gov_id: Option<i32>,
    /// What its minute numbers begin with.
    #[serde(default)]
    #[schema(example = "SAF")]
    pub minute_prefix: Option<String>,
    /// What its minutes say where no question was received, at most 300 characters.
    #[serde(default)]
    #[schema(example = "It was reported that no public questions had been received.")]
    pub nil_return: Option<String>,
    /// The officer to whom its written responses are given where nobody else is named.
    #[serde(default)]
    pub response_owner: Option<StaffId>,
    /// Whether it no longer meets.
    #[serde(default)]
    pub retired: Option<bool>,
}

impl From<BoardInput> for BoardParticulars {
    fn from(input: BoardInput) -> Self {
        Self {
            name: input.name,
            slug: input.slug,
            modern_gov_id: input.modern_gov_id,
            minute_prefix: input.minute_prefix.unwrap_or_default(),
            nil_return: input.nil_return.unwrap_or_default(),
            response_owner: input.response_owner,
            retired: input.retired.unwrap_or_default(),
        }
    }
}

/// List the boards
///
/// Every board by name, those that no longer meet included.
#[utoipa::path(tag = "Boards", responses((status = 200, description = "The boards.", body = Vec<Board>)))]
#[get("/boards")]
pub async fn list_boards(actor: ApiActor) -> Answer {
    let acting = actor.acting();
    let boards = actor
        .run(|service| {
            service
                .store
                .read(|db| Ok::<_, ServiceError>(meetings::boards(db)?))
        })
        .await?;
    let boards: Vec<Board> = boards
        .into_iter()
        .map(|board| Board::seen_by(board, &acting))
        .collect();
    Ok(ok(&boards))
}

/// Read a board
#[utoipa::path(tag = "Boards", params(("id" = BoardId, Path, description = "The board.")),
    responses((status = 200, description = "The board.", body = Board, headers(("ETag" = String, description = "Its version.")))))]
#[get("/boards/{id}")]
pub async fn read_board(actor: ApiActor, id: Id<BoardId>) -> Answer {
    let acting = actor.acting();
    let board = actor
        .run(move |service| {
            service
                .store
                .read(|db| Ok::<_, ServiceError>(meetings::board(db, id.0)?))
        })
        .await?;
    Ok(versioned(
        StatusCode::OK,
        board.version,
        &Board::seen_by(board, &acting),
    ))
}

/// Add a board
///
/// The proper officer's act.
#[utoipa::path(tag = "Boards", request_body = BoardInput, security(("bearer" = []), ("session" = [])),
    responses((status = 201, description = "The new board.", body = Board, headers(("Location" = String, description = "The board.")))))]
#[post("/boards")]
pub async fn add_board(actor: ApiActor, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let particulars = body.read::<BoardInput>()?.into();
    let by = acting.clone();
    let board = actor
        .run(move |service| boards::add(service, &by, &particulars))
        .await?;
    Ok(created(
        format!("/api/v1/boards/{}", board.id),
        &Board::seen_by(board, &acting),
    ))
}

/// Change a board
///
/// The proper officer's act. What is left out is emptied.
#[utoipa::path(tag = "Boards", request_body = BoardInput, security(("bearer" = []), ("session" = [])),
    params(("id" = BoardId, Path, description = "The board."), ("If-Match" = String, Header, description = "The ETag of what you saw.", example = "\"1\"")),
    responses((status = 200, description = "The board as it is now.", body = Board, headers(("ETag" = String, description = "Its version.")))))]
#[put("/boards/{id}")]
pub async fn change_board(actor: ApiActor, id: Id<BoardId>, seen: IfMatch, body: Body) -> Answer {
    let acting = actor.acting();
    permission::proper_officer(&acting)?;
    let version = seen.version()?;
    let particulars = body.read::<BoardInput>()?.into();
    let by = acting.clone();
    let changed = actor
        .run(move |service| boards::change(service, &by, id.0, version, &particulars))
        .await;
    let board = matched(changed)?;
    Ok(versioned(
        StatusCode::OK,
        board.version,
        &Board::seen_by(board, &acting),
    ))
}
