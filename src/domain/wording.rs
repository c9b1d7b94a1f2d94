//! Words for people about the rule. The names and numbers come from the council, the figures from the set that holds for the
//! meeting: no sentence has either written into it.

use std::collections::BTreeMap;

use crate::domain::{
    codes::Code,
    numbers::{count, count_in_words},
    refusal::Clause,
    standing_order::figures::Figures,
};

/// The council's own names for the rule, its clauses, and the bodies whose meetings it governs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleNames {
    /// The rule, as cited as a whole: "Standing Order 34(9)".
    pub rule: String,
    /// The first part of a citation: "Standing Order", before the number of a clause.
    pub kind: String,
    /// The number of each clause: "34(9)(iii)". A clause without one is cited by the rule as a whole.
    pub clauses: BTreeMap<Clause, String>,
    /// One of the bodies: "Policy and Performance Board".
    pub board: String,
    /// All of them: "Policy and Performance Boards".
    pub boards: String,
    /// The title of the proper officer, to whom notice is given.
    pub officer: String,
}

impl RuleNames {
    /// The citation of a clause: "Standing Order 34(9)(iii)".
    pub fn cite(&self, clause: Clause) -> String {
        match self.clauses.get(&clause) {
            Some(number) => format!("{} {number}", self.kind),
            None => self.rule.clone(),
        }
    }

    /// The citation of two clauses: "Standing Order 34(9)(v) or (vi)" where the numbers begin alike.
    pub fn cite_either(&self, first: Clause, second: Clause) -> String {
        let (one, other) = (self.clauses.get(&first), self.clauses.get(&second));
        let cited = self.cite(first);
        match (one, other) {
            (Some(one), Some(other)) if one != other => {
                let short = match (one.rsplit_once('('), other.rsplit_once('(')) {
                    (Some((stem, _)), Some((same, last))) if stem == same => format!("({last}"),
                    _ => other.clone(),
                };
                format!("{cited} or {short}")
            }
            _ => cited,
        }
    }

    /// A board's name without the words that all of them share: "Safer".
    pub fn short_board_name<'a>(&self, name: &'a str) -> &'a str {
        name.strip_suffix(&self.board)
            .map(str::trim_end)
            .filter(|short| !short.is_empty())
            .unwrap_or(name)
    }
}

/// What sentences about one meeting are made of: the figures that hold for it, and the council's names.
#[derive(Debug, Clone, Copy)]
pub struct Wording<'a> {
    /// The figures that hold for the meeting.
    pub figures: &'a Figures,
    /// The council's names.
    pub names: &'a RuleNames,
}

impl Wording<'_> {
    /// The citation of a clause: "Standing Order 34(9)(iii)".
    pub fn cite(&self, clause: Clause) -> String {
        self.names.cite(clause)
    }

    /// Clause (i): "30 minutes".
    pub fn question_time(&self) -> String {
        minutes(self.figures.question_time())
    }

    /// Clause (viii): "3 minutes".
    pub fn questioner_time(&self) -> String {
        minutes(self.figures.questioner_time())
    }

    /// Clause (iii): "4pm on the working day before the meeting".
    pub fn notice(&self) -> String {
        self.figures.notice().in_words()
    }

    /// Clause (iii): "one question".
    pub fn allowance(&self) -> String {
        count_in_words(
            u64::from(self.figures.questions_per_person().get()),
            "question",
        )
    }

    /// Clause (iv): "one supplementary question"; none where the figure is 0.
    pub fn supplementaries(&self) -> Option<String> {
        match self.figures.supplementaries_per_question() {
            0 => None,
            number => Some(count_in_words(u64::from(number), "supplementary question")),
        }
    }

    /// Clause (v): "6 months".
    pub fn window(&self) -> String {
        count(
            u64::from(self.figures.repetition_window().as_u32()),
            "month",
        )
    }

    /// Clause (ix): "10 working days".
    pub fn response_time(&self) -> String {
        count(
            u64::from(self.figures.written_response_working_days().get()),
            "working day",
        )
    }

    /// Clause (iii): the sentence about notice.
    pub fn about_notice(&self) -> String {
        format!(
            "Questions must be given in writing to the {} by {}.",
            self.names.officer,
            self.notice()
        )
    }

    /// Clause (iii): the sentence about the allowance.
    pub fn about_allowance(&self) -> String {
        format!(
            "Each person or organisation can send {} to a meeting.",
            self.allowance()
        )
    }

    /// A clause in plain words.
    pub fn clause(&self, clause: Clause) -> String {
        match clause {
            Clause::I => format!(
                "Public question time lasts {} and is for people who live in the borough.",
                self.question_time()
            ),
            Clause::Ii => {
                "A question must be about a matter on the agenda of the meeting.".to_owned()
            }
            Clause::Iii => format!("{} {}", self.about_notice(), self.about_allowance()),
            Clause::Iv => match self.supplementaries() {
                Some(allowed) => format!(
                    "The questioner can ask {allowed} about the same matter. An answer may be given at the meeting or afterwards."
                ),
                None => "The questioner cannot ask a supplementary question.".to_owned(),
            },
            Clause::V => format!(
                "The chair or the {} may reject a question that is not about the council’s responsibilities or the borough; is defamatory, frivolous, offensive, abusive or racist; is substantially the same as one put in the {} before the meeting; or would disclose confidential or exempt information.",
                self.names.officer,
                self.window()
            ),
            Clause::Vi => ABOUT_APPLICATIONS.to_owned(),
            Clause::Vii => {
                "The chair asks people to indicate that they wish to ask their question.".to_owned()
            }
            Clause::Viii => format!(
                "Each questioner has up to {} to speak.",
                self.questioner_time()
            ),
            Clause::Ix => {
                "A questioner who does not get an answer at the meeting is sent a written response."
                    .to_owned()
            }
        }
    }
}

/// Clause (vi) in plain words.
pub(super) const ABOUT_APPLICATIONS: &str = "A question cannot be about a planning or licensing application, or about anything dealt with in private.";

fn minutes(time: chrono::TimeDelta) -> String {
    count(time.num_minutes().unsigned_abs(), "minute")
}

/// The clauses in the order of the rule, each with the key under which the council sets its number: `i` to `ix`.
pub fn clause_keys() -> impl Iterator<Item = (Clause, &'static str)> {
    Clause::ALL.iter().map(|clause| (*clause, clause.code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(numbers: &[(Clause, &str)]) -> RuleNames {
        RuleNames {
            rule: "Procedure Rule 12".to_owned(),
            kind: "Procedure Rule".to_owned(),
            clauses: numbers
                .iter()
                .map(|(clause, number)| (*clause, (*number).to_owned()))
                .collect(),
            board: "Scrutiny Committee".to_owned(),
            boards: "Scrutiny Committees".to_owned(),
            officer: "Monitoring Officer".to_owned(),
        }
    }

    #[test]
    fn a_clause_is_cited_by_its_number_or_by_the_rule() {
        let names = names(&[
            (Clause::Iii, "12.3"),
            (Clause::V, "12.5(a)"),
            (Clause::Vi, "12.5(b)"),
        ]);
        assert_eq!(names.cite(Clause::Iii), "Procedure Rule 12.3");
        assert_eq!(names.cite(Clause::I), "Procedure Rule 12");
        assert_eq!(
            names.cite_either(Clause::V, Clause::Vi),
            "Procedure Rule 12.5(a) or (b)"
        );
        assert_eq!(
            names.cite_either(Clause::Iii, Clause::Vi),
            "Procedure Rule 12.3 or 12.5(b)"
        );
    }

    #[test]
    fn a_boards_short_name_lacks_what_all_boards_share() {
        let names = names(&[]);
        assert_eq!(names.short_board_name("Safer Scrutiny Committee"), "Safer");
        assert_eq!(
            names.short_board_name("Scrutiny Committee"),
            "Scrutiny Committee"
        );
        assert_eq!(names.short_board_name("Cabinet"), "Cabinet");
    }
}
