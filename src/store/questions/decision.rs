//! Decisions about a question, each kept.

use std::collections::HashSet;

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
        /// Another question was admitted in its place (reading 26).
        Replaced = "replaced",
        /// Its questioner and that of another question are two people (reading 5).
        TwoPeople = "two_people",
        /// The refusal by rule stands, so that nobody has to decide on it any more.
        RefusalStands = "refusal_stands",
    }
}

impl DecisionKind {
    /// Whether it says if the question is put, and not only something about it.
    pub fn is_about_being_put(self) -> bool {
        match self {
            Self::Approved
            | Self::Rejected
            | Self::Reopened
            | Self::Reconsidered
            | Self::Replaced => true,
            Self::MatchJudged | Self::TwoPeople | Self::RefusalStands => false,
        }
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
    /// The other question that the decision names: the one that it is the same as, was judged against, or gave way to.
    pub earlier: Option<QuestionId>,
    /// By whom.
    pub staff_id: StaffId,
    /// When.
    pub decided_at: DateTime<Utc>,
}

impl Decision {
    /// The earlier question that this one was rejected as the same as. Any other question that a decision names is nobody's but the
    /// officers': it may be somebody else's, and need not be published.
    pub fn same_as(&self) -> Option<QuestionId> {
        self.earlier.filter(|_| {
            self.kind == DecisionKind::Rejected
                && self.grounds.contains(&Ground::SubstantiallyTheSame)
        })
    }
}

/// The questions whose questioner was judged to be another person than this one's, whichever of the two the decision is about.
///
/// # Errors
/// [`StoreError`].
pub fn judged_apart(db: &mut Db, question: QuestionId) -> Result<Vec<QuestionId>, StoreError> {
    Ok(pairs_judged_apart(db, &[question])?
        .into_iter()
        .filter(|(one, _)| *one == question)
        .map(|(_, other)| other)
        .collect())
}

/// Pairs of questions whose questioners were judged to be two people, where one of the two is among these.
///
/// # Errors
/// [`StoreError`].
pub fn pairs_judged_apart(
    db: &mut Db,
    questions: &[QuestionId],
) -> Result<HashSet<(QuestionId, QuestionId)>, StoreError> {
    let ids: Vec<String> = questions.iter().map(ToString::to_string).collect();
    let two_people = decisions::decision.eq(DecisionKind::TwoPeople.code());
    let pair = (decisions::question_id, decisions::earlier_question_id);
    // two statements, since each has an index of its own
    let mut found: Vec<(String, Option<String>)> = decisions::table
        .filter(decisions::question_id.eq_any(&ids))
        .filter(two_people)
        .select(pair)
        .load(db)?;
    found.extend(
        decisions::table
            .filter(decisions::earlier_question_id.eq_any(ids.iter().map(Some)))
            .filter(two_people)
            .select(pair)
            .load::<(String, Option<String>)>(db)?,
    );
    let mut pairs = HashSet::new();
    for (one, other) in found {
        if let Some(other) = other {
            let (one, other) = (rows::parsed(&one)?, rows::parsed(&other)?);
            pairs.extend([(one, other), (other, one)]);
        }
    }
    Ok(pairs)
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
    if decision.kind == DecisionKind::RefusalStands {
        super::lists::close_refusal(db, question)?;
    }
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
