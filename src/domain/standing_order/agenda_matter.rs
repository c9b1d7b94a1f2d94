//! Clauses (ii) and (vi): a question relates to the agenda, and not to an application or a private matter (reading 9).

use crate::domain::{
    agenda::AgendaItem, id::AgendaItemId, meeting::Meeting, question::Matter, refusal::Refusal,
};

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

/// Reads the clauses again to a question that has been let in, before it is approved, put on the sheet or called (reading 25).
///
/// A matter in words was let in before the agenda was out, and a person judges it; what names an item must still be about one that
/// can be asked about.
pub fn check_again(
    named: Option<AgendaItemId>,
    meeting: &Meeting,
    agenda: &[AgendaItem],
) -> Option<Refusal> {
    check(&Matter::Item(named?), meeting, agenda)
}
