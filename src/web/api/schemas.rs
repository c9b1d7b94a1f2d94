//! The domain's identifiers and enumerations as schemas. The domain knows nothing of the API's document, so the schemas are made
//! here, of the same lists of codes that the domain stores and reads.

use std::borrow::Cow;

use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use crate::{
    domain::{
        agenda::{ItemKind, Part},
        codes::Code,
        id::{AgendaItemId, BoardId, LetterId, MeetingId, QuestionId, ResponseId, StaffId},
        meeting::MeetingStatus,
        question::Channel,
        questioner::Naming,
        refusal::Clause,
        same_person::Likelihood,
        similarity::Band,
        standing_order::{
            Exception,
            question_time::{Answer, Noted, Phase, TurnPhase, View},
            rejection::Ground,
            residents::PostcodeCheck,
            written_response::{Reason, Reply, ResponseState},
        },
        status::{Act, Status},
    },
    store::{letters::LetterState, questions::DecisionKind},
};

macro_rules! coded_schemas {
    ($($ty:ty, $name:literal, $about:literal, $example:expr;)+) => { $(
        impl PartialSchema for $ty {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some($about))
                    .enum_values(Some(<$ty>::ALL.iter().map(|value| value.code())))
                    .examples([$example.code()])
                    .build()
                    .into()
            }
        }

        impl ToSchema for $ty {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    )+ };
}

coded_schemas! {
    MeetingStatus, "MeetingStatus", "Where a meeting stands.", MeetingStatus::Scheduled;
    Part, "Part", "The part of the meeting in which an item is dealt with.", Part::Public;
    ItemKind, "ItemKind", "What an agenda item is, so far as clause (vi) asks.", ItemKind::Ordinary;
    Naming, "Naming", "How a questioner is named in what is published and called in the room.", Naming::Withheld;
    Channel, "Channel", "How a question reached the council.", Channel::Api;
    Status, "Status", "Where a question stands.", Status::Submitted;
    Act, "Act", "What may happen to a question.", Act::Approve;
    Band, "Band", "How alike two questions are: a strong match must be decided in words before the question is approved.", Band::Strong;
    Likelihood, "Likelihood", "How likely it is that two questioners are one. It never refuses: an officer decides.", Likelihood::VeryLikely;
    PostcodeCheck, "PostcodeCheck", "What the directory of postcodes says.", PostcodeCheck::Inside;
    Exception, "Exception", "What an officer's recorded exception sets aside.", Exception::Late;
    Clause, "Clause", "A clause of the rule of public question time, by its place in it. A council may number it otherwise: see `cited`.", Clause::Iii;
    Ground, "Ground", "A ground for rejection, in clauses (ii), (v) and (vi).", Ground::NotCouncilMatter;
    DecisionKind, "DecisionKind", "What was decided.", DecisionKind::Approved;
    Phase, "Phase", "Where public question time stands.", Phase::Open;
    View, "View", "What the public screen of a meeting shows: the board's name, who speaks and the clocks, or the whole list.", View::Clock;
    TurnPhase, "TurnPhase", "Where the turn of the questioner who was called stands.", TurnPhase::Speaking;
    Answer, "Answer", "How a question or a supplementary was answered.", Answer::Given;
    Noted, "Noted", "What happened to a question, as it is recorded without the clocks.", Noted::Answered;
    Reason, "Reason", "Why a written response is owed.", Reason::TimeRanOut;
    ResponseState, "ResponseState", "Where a written response stands.", ResponseState::Owed;
    Reply, "Reply", "What is sent: a holding reply, the response, or a correction of it.", Reply::Full;
    LetterState, "LetterState", "Where a letter stands.", LetterState::Failed;
}

macro_rules! id_schemas {
    ($($ty:ty, $name:literal, $about:literal;)+) => { $(
        impl PartialSchema for $ty {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::Custom("uuid".to_owned())))
                    .description(Some($about))
                    .examples(["018d7a3c-5f00-7c3e-9b1a-2f6d4c8e0a11"])
                    .build()
                    .into()
            }
        }

        impl ToSchema for $ty {
            fn name() -> Cow<'static, str> {
                $name.into()
            }
        }
    )+ };
}

id_schemas! {
    BoardId, "BoardId", "Identifies a board.";
    MeetingId, "MeetingId", "Identifies a meeting.";
    AgendaItemId, "AgendaItemId", "Identifies an agenda item.";
    QuestionId, "QuestionId", "Identifies a question to staff. The public knows it by its reference.";
    ResponseId, "ResponseId", "Identifies a written response.";
    StaffId, "StaffId", "Identifies a member of staff.";
    LetterId, "LetterId", "Identifies a letter.";
}
