//! Every read that somebody may ask for, with its bound: what it reads at most, however many questions, letters, drafts and entries of
//! the audit trail there are. A new route or operation has no row, and the test fails until it has one.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Somebody without a cookie.
    Anyone,
    /// Whoever has the private link of a question that waits.
    Holder,
    /// The proper officer, who is an administrator as well.
    Officer,
    /// The chair of the board.
    Chair,
    /// An officer who writes responses.
    Responder,
}
use By::{Anyone, Chair, Holder, Officer, Responder};

/// What a read costs where much is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It asks the database nothing.
    Nothing,
    /// The same statements and rows, however much there is. The words say what they are bounded by.
    Bounded(&'static str),
    /// As that; and it counts entries of an index, which the database reads and no row of the table with them.
    Counts(&'static str),
    /// It grows, and the words say why it may.
    Grows(&'static str),
}
use Bound::{Bounded, Counts, Grows, Nothing};

/// A read: the pattern of its path or the name of its operation, who asks here, its bound.
pub type Read = (&'static str, By, Bound);

/// Every page that is read, and what is not a page outside the API's document.
pub const PAGES: &[Read] = &[
    (
        "/",
        Anyone,
        Bounded("the boards, and the meetings that officers have scheduled"),
    ),
    ("/health/live", Anyone, Nothing),
    (
        "/health/ready",
        Anyone,
        Counts("one row of each part that is looked at"),
    ),
    ("/time", Anyone, Nothing),
    ("/assets/{release}/{name}", Anyone, Nothing),
    ("/robots.txt", Anyone, Nothing),
    ("/favicon.ico", Anyone, Nothing),
    ("/api/openapi.json", Anyone, Nothing),
    ("/api/docs", Anyone, Nothing),
    ("/problems", Anyone, Nothing),
    ("/problems/{kind}", Anyone, Nothing),
    ("/standing-order", Anyone, Nothing),
    ("/accessibility", Anyone, Nothing),
    ("/privacy", Anyone, Nothing),
    ("/cookies", Anyone, Nothing),
    ("/contact", Anyone, Nothing),
    ("/meetings", Anyone, Bounded("a page of meetings")),
    (
        "/meetings/{id}",
        Anyone,
        Counts(
            "the meeting, its agenda, and the questions that were put in the time for all of them",
        ),
    ),
    ("/meetings/{id}/ask", Anyone, Bounded("the meeting")),
    (
        "/meetings/{id}/screen",
        Anyone,
        Counts("the list that officers approved, and the events of question time"),
    ),
    (
        "/meetings/{id}/live",
        Anyone,
        Counts("as the screen, once for all who watch"),
    ),
    (
        "/meetings/{id}/live/state",
        Anyone,
        Counts("as the screen, once for all who watch"),
    ),
    (
        "/questions",
        Anyone,
        Bounded("a page of questions that were put, or as many matches as the search shows"),
    ),
    ("/ask/finished", Anyone, Nothing),
    (
        "/ask/answered",
        Anyone,
        Bounded("as many matches as the search shows"),
    ),
    ("/ask/{draft}", Holder, Bounded("the draft and its meeting")),
    (
        "/ask/{draft}/matter",
        Holder,
        Bounded("the draft and its meeting"),
    ),
    (
        "/ask/{draft}/question",
        Holder,
        Bounded("the draft and its meeting"),
    ),
    (
        "/ask/{draft}/matches",
        Holder,
        Bounded("the draft, and as many matches as the search shows"),
    ),
    (
        "/ask/{draft}/answered",
        Holder,
        Bounded("the draft, and as many matches as the search shows"),
    ),
    (
        "/ask/{draft}/about-you",
        Holder,
        Bounded("the draft and its meeting"),
    ),
    (
        "/ask/{draft}/check",
        Holder,
        Bounded("the draft and its meeting"),
    ),
    ("/ask/{draft}/send", Anyone, Nothing),
    (
        "/ask/{draft}/done",
        Holder,
        Bounded("the draft and the question that was made from it"),
    ),
    (
        "/question/{token}",
        Holder,
        Bounded(
            "the question and what belongs to it; the list that officers approved, once it is on it",
        ),
    ),
    (
        "/question/{token}/withdraw",
        Holder,
        Bounded("as the private page"),
    ),
    (
        "/question/{token}/not-mine",
        Holder,
        Bounded("as the private page"),
    ),
    (
        "/question/{token}/instead",
        Holder,
        Bounded("as the private page"),
    ),
    (
        "/question/{token}/letters",
        Holder,
        Bounded("as the private page"),
    ),
    (
        "/question/new-address/{correction}",
        Anyone,
        Bounded("the correction that the link names"),
    ),
    (
        "/question/old-address/{correction}",
        Anyone,
        Bounded("the correction that the link names"),
    ),
    (
        "/staff/sign-in",
        Anyone,
        Bounded("the session, if there is one"),
    ),
    (
        "/staff",
        Officer,
        Counts(
            "25 questions that wait, 5 responses, 5 refusals, the coming meetings; the rest is counted",
        ),
    ),
    (
        "/staff/search",
        Officer,
        Bounded("as many matches as the search shows"),
    ),
    (
        "/staff/account",
        Officer,
        Bounded("the account and its sessions"),
    ),
    (
        "/staff/accounts",
        Officer,
        Bounded("the accounts, which an administrator opens"),
    ),
    ("/staff/accounts/new", Officer, Bounded("the boards")),
    ("/staff/accounts/{id}", Officer, Bounded("the account")),
    (
        "/staff/accounts/{id}/reset-password",
        Officer,
        Bounded("the account"),
    ),
    (
        "/staff/tokens",
        Officer,
        Bounded("the tokens, which an administrator issues"),
    ),
    (
        "/staff/audit",
        Officer,
        Bounded("a page of the trail, with what each entry is about"),
    ),
    (
        "/staff/questions",
        Officer,
        Bounded("a page of questions, and the meetings to choose from"),
    ),
    (
        "/staff/questions/new",
        Officer,
        Bounded("the meetings to choose from"),
    ),
    (
        "/staff/questions/{id}",
        Officer,
        Bounded(
            "the question and what belongs to it, as many matches as the search shows, 50 who may be the same",
        ),
    ),
    (
        "/staff/questions/{id}/reject",
        Officer,
        Bounded("as the question's page"),
    ),
    (
        "/staff/questions/{id}/item",
        Officer,
        Bounded("the question and its meeting"),
    ),
    (
        "/staff/questions/{id}/in-place",
        Officer,
        Bounded("the question and the one that holds the allowance"),
    ),
    (
        "/staff/questions/{id}/two-people",
        Officer,
        Bounded("as the question's page"),
    ),
    (
        "/staff/questions/{id}/withdraw",
        Officer,
        Bounded("the question"),
    ),
    (
        "/staff/questions/{id}/contact-details",
        Officer,
        Bounded("the question"),
    ),
    (
        "/staff/questions/{id}/private-link",
        Officer,
        Bounded("the question"),
    ),
    (
        "/staff/questions/{id}/text",
        Officer,
        Bounded("the question"),
    ),
    (
        "/staff/questions/{id}/minutes",
        Officer,
        Bounded("the question"),
    ),
    (
        "/staff/responses",
        Responder,
        Bounded("25 written responses, each with its question"),
    ),
    (
        "/staff/responses/{id}",
        Responder,
        Bounded("the response with its question"),
    ),
    (
        "/staff/letters",
        Officer,
        Counts("a page of letters that need somebody; the rest is counted"),
    ),
    ("/staff/letters/sent", Officer, Bounded("a page of letters")),
    ("/staff/letters/{id}", Officer, Bounded("the letter")),
    (
        "/staff/meetings",
        Officer,
        Counts("the coming meetings and 60 of late"),
    ),
    ("/staff/meetings/new", Officer, Bounded("the boards")),
    (
        "/staff/meetings/{id}",
        Officer,
        Counts("50 questions of the meeting; the rest is counted"),
    ),
    ("/staff/meetings/{id}/edit", Officer, Bounded("the meeting")),
    (
        "/staff/meetings/{id}/cancel",
        Officer,
        Counts("the meeting, and how many questions it has"),
    ),
    (
        "/staff/meetings/{id}/reject-several",
        Officer,
        Grows(
            "the identifiers of the questions that wait at one meeting, from an index, since any of them may be like the one that the page begins with; 50 are read and shown",
        ),
    ),
    (
        "/staff/meetings/{id}/agenda/{item}",
        Officer,
        Counts(
            "the item; it goes through the questions of one meeting that wait or are approved, to count those about it",
        ),
    ),
    (
        "/staff/meetings/{id}/agenda/{item}/remove",
        Officer,
        Grows(
            "what removing the item changes for each question of the meeting: for an officer who is about to do it, and is shown whom it concerns",
        ),
    ),
    ("/staff/boards", Officer, Bounded("the boards")),
    (
        "/staff/boards/new",
        Officer,
        Bounded("the accounts that write responses"),
    ),
    ("/staff/boards/{id}", Officer, Bounded("the board")),
    (
        "/staff/calendar",
        Officer,
        Bounded("the days that officers added, and the coming meetings"),
    ),
    (
        "/staff/chair",
        Chair,
        Counts("the coming meetings and 100 of late"),
    ),
    (
        "/staff/meetings/{id}/question-time",
        Chair,
        Counts("the list that officers approved, and 20 of those that wait; the rest is counted"),
    ),
    (
        "/staff/meetings/{id}/question-time/close",
        Chair,
        Counts("as the chair's list"),
    ),
    (
        "/staff/meetings/{id}/question-time/record",
        Chair,
        Counts("as the chair's list"),
    ),
    (
        "/staff/meetings/{id}/live",
        Chair,
        Counts("as the chair's list, once for all who watch"),
    ),
    (
        "/staff/meetings/{id}/live/state",
        Chair,
        Counts("as the chair's list, once for all who watch"),
    ),
    (
        "/staff/meetings/{id}/papers/questions",
        Chair,
        Counts("as the chair's list"),
    ),
    (
        "/staff/meetings/{id}/papers/officers-copy",
        Officer,
        Grows(
            "why each of the refused questions of one meeting was refused, to count those that were late: for a paper that one officer prints",
        ),
    ),
    (
        "/staff/meetings/{id}/papers/minutes",
        Chair,
        Counts("as the chair's list"),
    ),
];

/// Every operation of the API that reads.
pub const OPERATIONS: &[Read] = &[
    ("list_boards", Anyone, Bounded("the boards")),
    ("read_board", Anyone, Bounded("the board")),
    ("list_meetings", Anyone, Bounded("a page of meetings")),
    ("read_meeting", Anyone, Bounded("the meeting")),
    ("read_agenda", Anyone, Bounded("the meeting and its agenda")),
    (
        "list_questions",
        Anyone,
        Bounded("a page of questions that were put"),
    ),
    ("read_question", Anyone, Bounded("the question")),
    ("see_your_question", Holder, Bounded("as the private page")),
    (
        "list_staff_questions",
        Officer,
        Bounded("a page of questions"),
    ),
    (
        "read_staff_question",
        Officer,
        Bounded("as the question's page"),
    ),
    (
        "see_question_time",
        Officer,
        Counts("the list that officers approved, and the events of question time"),
    ),
    (
        "follow_question_time",
        Officer,
        Counts("as question time, once for all who follow"),
    ),
    (
        "see_event_log",
        Officer,
        Counts("the events of question time"),
    ),
    (
        "list_written_responses",
        Officer,
        Bounded("a page of written responses, each with its question"),
    ),
    (
        "list_response_writers",
        Officer,
        Bounded("the accounts that write responses"),
    ),
    (
        "read_written_response",
        Officer,
        Bounded("the response with its question"),
    ),
    ("list_days", Anyone, Bounded("the days that officers added")),
    ("list_letters", Officer, Bounded("a page of letters")),
    ("read_letter", Officer, Bounded("the letter")),
];

/// What is read while something is sent.
pub const SENT: &[Read] = &[
    (
        "submit by the form",
        Anyone,
        Bounded("the meeting, the allowance, and what the questioner's address was sent of late"),
    ),
    (
        "submit by the API",
        Anyone,
        Bounded("the same, and the question that was made"),
    ),
    ("begin a draft", Anyone, Counts("the meeting")),
    (
        "save a part of a draft",
        Anyone,
        Counts("the draft and its meeting"),
    ),
    ("sign in", Anyone, Bounded("the account")),
    (
        "watched meetings",
        Anyone,
        Counts(
            "the list that officers approved, twice a second for each meeting that somebody watches",
        ),
    ),
];
