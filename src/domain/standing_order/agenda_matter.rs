//! Clauses (ii) and (vi): a question relates to the agenda, and not to an application or a private matter (reading 9).

use crate::domain::{agenda::AgendaItem, meeting::Meeting, question::Matter, refusal::Refusal};

/// The refusal, if the matter can't be asked about at the meeting whose agenda this is.
///
/// Until the agenda is out, a matter in words is enough; then the question names an item of this meeting.
pub fn check(matter: &Matter, meeting: &Meeting, agenda: &[AgendaItem]) -> Option<Refusal> {
    match matter {
        Matter::Described(_) if meeting.agenda_published => Some(Refusal::NotOnAgenda),
        Matter::Described(_) => None,
        Matter::Item(id) => match agenda
            .iter()
            .find(|item| item.id == *id && item.meeting_id == meeting.id)
        {
            None => Some(Refusal::NotOnAgenda),
            Some(item) => item
                .not_for_questions()
                .map(|why| Refusal::ItemNotForQuestions {
                    item: item.title.clone(),
                    why,
                }),
        },
    }
}
