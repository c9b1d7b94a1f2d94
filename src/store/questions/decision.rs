//! Decisions about a question, each kept.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    coded,
    domain::{
        codes::Code,
        id::{QuestionId, StaffId},
        standing_order::rejection::Ground,
    },
    store::{connection::Db, error::StoreError, rows, schema::decisions, types::Instant},
};

coded! {
    /// What was decided.
    pub enum DecisionKind {
        /// It will be put.
        Approved = "approved",
        /// It will not.
        Rejected = "rejected",
        /// A rejection was taken back.
        Reopened = "reopened",
        /// An approval was undone, since its agenda item can no longer be asked about (reading 25).
        Reconsidered = "reconsidered",
        /// A strong match was judged not to be the same (reading 10).
        MatchJudged = "match_judged",
    }
}

/// A decision about a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What.
    pub kind: DecisionKind,
    /// The grounds of a rejection.
    pub grounds: Vec<Ground>,
    /// The reason in words.
    pub reason: Option<String>,
    /// The earlier question that it is the same as, or was judged against.
    pub earlier: Option<QuestionId>,
    /// By whom.
    pub staff_id: StaffId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

/// Adds a decision.
///
/// # Errors
/// [`StoreError`].
pub fn insert_decision(
    db: &mut Db,
    id: &str,
    question: QuestionId,
    decision: &Decision,
) -> Result<(), StoreError> {
    diesel::insert_into(decisions::table)
        .values((
            decisions::id.eq(id),
            decisions::question_id.eq(question.to_string()),
            decisions::decision.eq(decision.kind.code()),
            decisions::grounds.eq(rows::to_json(&decision.grounds)?),
            decisions::reason.eq(decision.reason.as_deref()),
            decisions::earlier_question_id.eq(decision.earlier.map(|id| id.to_string())),
            decisions::staff_id.eq(decision.staff_id.to_string()),
            decisions::decided_at.eq(Instant::from(decision.decided_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// The decisions about a question, oldest first.
///
/// # Errors
/// [`StoreError`].
pub fn decisions(db: &mut Db, question: QuestionId) -> Result<Vec<Decision>, StoreError> {
    type Row = (
        String,
        String,
        Option<String>,
        Option<String>,
        String,
        Instant,
    );
    let found: Vec<Row> = decisions::table
        .filter(decisions::question_id.eq(question.to_string()))
        .order(decisions::id)
        .select((
            decisions::decision,
            decisions::grounds,
            decisions::reason,
            decisions::earlier_question_id,
            decisions::staff_id,
            decisions::decided_at,
        ))
        .load(db)?;
    found
        .into_iter()
        .map(|(kind, grounds, reason, earlier, staff_id, decided_at)| {
            Ok(Decision {
                kind: rows::coded(&kind)?,
                grounds: rows::json(&grounds)?,
                reason,
                earlier: rows::parsed_option(earlier.as_deref())?,
                staff_id: rows::parsed(&staff_id)?,
                decided_at: decided_at.utc(),
            })
        })
        .collect()
}
