//! Identifiers: UUIDs of version 7 (RFC 9562), one type for each kind of thing, so that a meeting's can't be passed for a
//! question's. People see a [`crate::domain::reference::Reference`] instead.

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Builds an identifier that sorts by `now` and is unguessable by `random`.
///
/// ```
/// use chrono::DateTime;
/// use public_question_time::domain::id::{QuestionId, uuid_v7};
///
/// let earlier = QuestionId::from(uuid_v7(DateTime::from_timestamp_millis(1).unwrap(), [9; 10]));
/// let later = QuestionId::from(uuid_v7(DateTime::from_timestamp_millis(2).unwrap(), [0; 10]));
/// assert!(earlier < later);
/// assert_eq!(earlier.to_string().parse(), Ok(earlier));
/// ```
pub fn uuid_v7(now: DateTime<Utc>, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Builds an identifier that sorts by `now` and, within one millisecond, by `count`: what one act writes keeps its order. The
/// lowest 26 bits of `count` stand before the random ones (RFC 9562, section 6.2, method 1).
///
/// ```
/// use chrono::DateTime;
/// use public_question_time::domain::id::counted_uuid_v7;
///
/// let now = DateTime::from_timestamp_millis(1).unwrap();
/// let ids: Vec<_> = [0, 1, 255, 256, 70_000, 5_000_000].map(|count| counted_uuid_v7(now, count, rand::random())).to_vec();
/// assert!(ids.is_sorted());
/// ```
pub fn counted_uuid_v7(now: DateTime<Utc>, count: u32, random: [u8; 6]) -> Uuid {
    let [_, high, middle, low] = count.to_be_bytes();
    let top = (count >> 22) & 0x0f;
    // the version takes the upper half of the first byte, the variant the upper quarter of the third
    let first = u8::try_from(top).unwrap_or_default();
    let second = (high << 2) | (middle >> 6);
    let third = middle & 0x3f;
    let [a, b, c, d, e, f] = random;
    uuid_v7(now, [first, second, third, low, a, b, c, d, e, f])
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The bytes, for keyed hashes over the identifier.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )+ };
}

ids! {
    /// A Policy and Performance Board.
    BoardId,
    /// A meeting of a board.
    MeetingId,
    /// An item on a meeting's agenda.
    AgendaItemId,
    /// A question, whether admitted or refused.
    QuestionId,
    /// A question that is still being written.
    DraftId,
    /// A request to send letters to another address.
    AddressCorrectionId,
    /// A written response owed or sent.
    ResponseId,
    /// A letter in the outbox.
    LetterId,
    /// A member of staff, or the chair of a board.
    StaffId,
    /// A token for a program: one that acts for a member of staff, or a display that only reads.
    ApiTokenId,
}
