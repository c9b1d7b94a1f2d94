//! A display token acts for nobody: the database keeps it so, and those from before the migration are what they were.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use public_question_time::domain::id::StaffId;
use public_question_time::store::error::StoreError;
use public_question_time::store::staff::{self, ApiToken, TokenAccess};

use super::databases::{Database, each_database};
use super::service::{Desk, desk};

fn issue(
    desk: &Desk,
    hash: &str,
    access: TokenAccess,
    staff_id: Option<StaffId>,
) -> Result<(), StoreError> {
    let token = ApiToken {
        id: desk.service.new_id(),
        token_hash: hash.to_owned(),
        access,
        staff_id,
        name: "Boardroom screen".to_owned(),
        created_at: desk.service.now(),
        expires_at: desk.service.now() + TimeDelta::days(30),
        revoked_at: None,
    };
    desk.service
        .store
        .write(|db| staff::insert_token(db, &token))
}

fn issued(desk: &Desk) -> Vec<(String, TokenAccess, Option<StaffId>)> {
    let tokens = desk.service.store.read(staff::tokens).unwrap();
    let mut tokens: Vec<_> = tokens
        .into_iter()
        .map(|token| (token.token_hash, token.access, token.staff_id))
        .collect();
    tokens.sort();
    tokens
}

#[test]
fn a_token_acts_for_an_account_or_is_for_a_display_and_never_both() {
    each_database(|database| {
        let desk = desk(database);
        let member = desk.officer.staff_id();
        issue(&desk, "a", TokenAccess::Full, member).unwrap();
        issue(&desk, "b", TokenAccess::Display, None).unwrap();
        assert!(issue(&desk, "c", TokenAccess::Display, member).is_err());
        assert!(issue(&desk, "d", TokenAccess::Full, None).is_err());
        assert_eq!(
            issued(&desk),
            [
                ("a".to_owned(), TokenAccess::Full, member),
                ("b".to_owned(), TokenAccess::Display, None),
            ]
        );
    });
}

/// Up and down for this database.
fn migration(database: &Database) -> (&'static str, &'static str) {
    if database.file().is_some() {
        (
            include_str!("../../migrations/sqlite/2026-11-23-120000_display_tokens/up.sql"),
            include_str!("../../migrations/sqlite/2026-11-23-120000_display_tokens/down.sql"),
        )
    } else {
        (
            include_str!("../../migrations/postgres/2026-11-23-120000_display_tokens/up.sql"),
            include_str!("../../migrations/postgres/2026-11-23-120000_display_tokens/down.sql"),
        )
    }
}

#[test]
fn tokens_from_before_keep_their_account_and_a_display_ends_on_the_way_back() {
    each_database(|database| {
        let desk = desk(database);
        let member = desk.officer.staff_id();
        issue(&desk, "a", TokenAccess::Full, member).unwrap();
        issue(&desk, "b", TokenAccess::Display, None).unwrap();
        let (up, down) = migration(database);
        let run = |statements: &str| {
            desk.service.store.write(|db| {
                db.batch_execute(statements)?;
                Ok::<_, StoreError>(())
            })
        };
        run(down).unwrap();
        assert!(desk.service.store.read(staff::tokens).is_err());
        run(up).unwrap();
        assert_eq!(issued(&desk), [("a".to_owned(), TokenAccess::Full, member)]);
        // the rules are back as well: one hash once, and no account for a display
        assert!(issue(&desk, "a", TokenAccess::Display, None).is_err());
        assert!(issue(&desk, "c", TokenAccess::Display, member).is_err());
        issue(&desk, "c", TokenAccess::Display, None).unwrap();
    });
}
