//! The sheet of questions received, circulated at the meeting: the published text and the name that is called, in calling order;
//! and the officer's copy of it, with references, how to reach people, and what became of every question that came.

use crate::{
    documents::Heading,
    domain::{local_time, status::Status},
    service::{
        chair_list::{ChairList, Listed, WithQuestioners},
        views,
    },
    store::questions::QuestionerDetails,
};

/// A question on the sheet. It holds nothing that was not agreed for publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetQuestion {
    /// Its place in the calling order, from 1.
    pub place: usize,
    /// The name by which the questioner is called in the room, without the matter.
    pub name: String,
    /// The agenda item or the matter.
    pub matter: String,
    /// The words as published.
    pub text: String,
}

impl SheetQuestion {
    fn of(place: usize, listed: &Listed) -> Self {
        Self {
            place,
            name: listed.room_name.short(),
            matter: listed.matter.clone(),
            text: listed.question.public_text.clone(),
        }
    }
}

/// The questions that are handed round, each with its place: not those that clause (ii) or (vi) stands against (reading 25).
fn circulated(list: &ChairList) -> impl Iterator<Item = (usize, &Listed)> {
    (1..).zip(list.listed.iter().filter(|listed| {
        listed.question.status != Status::Approved
            || views::agenda_refusal(&listed.question, &list.meeting).is_none()
    }))
}

/// The sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSheet {
    /// Its heading.
    pub heading: Heading,
    /// The questions in calling order.
    pub questions: Vec<SheetQuestion>,
    /// How many came in all, whatever became of them.
    pub received: usize,
    /// How many wait for a decision and are not on it.
    pub undecided: usize,
    /// The moment at which it was drawn up, in words.
    pub as_of: String,
}

impl QuestionSheet {
    /// The sheet of a meeting as its list stands.
    pub fn of(list: &ChairList, council: &str) -> Self {
        Self {
            heading: Heading::of(&list.meeting, council),
            questions: circulated(list)
                .map(|(place, listed)| SheetQuestion::of(place, listed))
                .collect(),
            received: list.received(),
            undecided: list.undecided_count(),
            as_of: local_time::day_at_time(list.now),
        }
    }

    /// What stands on it where it has no questions.
    pub fn nil(&self) -> &'static str {
        match (self.received, self.undecided) {
            (0, _) => "No public questions have been received for this meeting.",
            (_, 0) => "No public questions have been approved for this meeting.",
            _ => "No public questions have been approved for this meeting yet.",
        }
    }
}

/// A question on the officer's copy: with its reference, and how to reach whoever asks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerQuestion {
    /// As on the sheet that is circulated.
    pub sheet: SheetQuestion,
    /// Its reference.
    pub reference: String,
    /// The questioner's own name, with the organisation.
    pub asks: String,
    /// How to reach them, a line for each way; empty once the details were removed.
    pub contact: Vec<String>,
    /// What they need at the meeting; empty where they said nothing.
    pub needs: String,
    /// What has been arranged for them; empty where nothing has.
    pub arranged: String,
}

/// How many questions came, and what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What became of them.
    pub what: &'static str,
    /// How many.
    pub count: usize,
}

/// The officer's copy of the sheet: not circulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSheet {
    /// Its heading.
    pub heading: Heading,
    /// The questions in calling order.
    pub questions: Vec<OfficerQuestion>,
    /// How many came in all.
    pub received: usize,
    /// What became of them; those of which there are none are left out.
    pub counts: Vec<Count>,
    /// The moment at which it was drawn up, in words.
    pub as_of: String,
}

impl OfficerSheet {
    /// The officer's copy for a meeting as its list stands, with the details of those who ask.
    pub fn of(full: &WithQuestioners, council: &str) -> Self {
        let WithQuestioners {
            list, questioners, ..
        } = full;
        let sheet = QuestionSheet::of(list, council);
        Self {
            questions: circulated(list)
                .map(|(place, listed)| {
                    let key = listed.question.id.to_string();
                    let who = questioners.iter().find(|who| who.question_id == key);
                    OfficerQuestion {
                        sheet: SheetQuestion::of(place, listed),
                        reference: listed.question.reference.to_string(),
                        asks: asks(listed, who),
                        contact: who.map(contact).unwrap_or_default(),
                        needs: who.and_then(|who| who.needs.clone()).unwrap_or_default(),
                        arranged: listed.arranged.clone().unwrap_or_default(),
                    }
                })
                .collect(),
            heading: sheet.heading,
            received: list.received(),
            counts: counts(list, full.late),
            as_of: sheet.as_of,
        }
    }
}

/// The questioner's own name, with the organisation; as called in the room where the details were removed.
fn asks(listed: &Listed, who: Option<&QuestionerDetails>) -> String {
    let Some(who) = who else {
        return listed.room_name.to_string();
    };
    match &who.organisation {
        Some(organisation) => format!("{}, {organisation}", who.name),
        None => who.name.clone(),
    }
}

fn contact(who: &QuestionerDetails) -> Vec<String> {
    let address = format!("{}, {}", who.address.replace('\n', ", "), who.postcode);
    [who.email.clone(), who.telephone.clone(), Some(address)]
        .into_iter()
        .flatten()
        .collect()
}

/// What became of the questions. `late` is how many the rule refused because they were late.
fn counts(list: &ChairList, late: usize) -> Vec<Count> {
    let count = |what, count| Count { what, count };
    [
        count("approved for the meeting", list.listed.len()),
        count("waiting for a decision", list.undecided_count()),
        count("rejected", list.count(Status::Rejected)),
        count("received after the deadline", late),
        count(
            "not accepted for another reason",
            list.count(Status::Refused).saturating_sub(late),
        ),
        count("withdrawn", list.count(Status::Withdrawn)),
        count("kept for a written response", list.kept.len()),
        count(
            "not decided on before the meeting, and answered in writing",
            list.never_decided_count(),
        ),
    ]
    .into_iter()
    .filter(|count| count.count > 0)
    .collect()
}
