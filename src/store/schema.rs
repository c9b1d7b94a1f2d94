//! The tables as Diesel sees them: one description for SQLite and PostgreSQL (see `migrations/`).

diesel::table! {
    staff (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        active -> Bool,
        created_at -> Timestamp,
        version -> Integer,
        password_issued_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    failed_sign_ins (account, hour) {
        account -> Text,
        hour -> Timestamp,
        attempts -> Integer,
        owner_told_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    boards (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        modern_gov_id -> Nullable<Integer>,
        minute_prefix -> Nullable<Text>,
        nil_return -> Nullable<Text>,
        response_owner_id -> Nullable<Text>,
        retired -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    staff_roles (id) {
        id -> Text,
        staff_id -> Text,
        role -> Text,
        board_id -> Nullable<Text>,
    }
}

diesel::table! {
    staff_sessions (token_hash) {
        token_hash -> Text,
        staff_id -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        browser -> Text,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Text,
        token_hash -> Text,
        access -> Text,
        staff_id -> Nullable<Text>,
        name -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    meetings (id) {
        id -> Text,
        board_id -> Text,
        meeting_date -> Date,
        starts -> Time,
        venue -> Text,
        status -> Text,
        agenda_published -> Bool,
        demonstration -> Bool,
        moved_from -> Nullable<Date>,
        deadline_at -> Timestamp,
        deadline_provisional -> Bool,
        ended -> Nullable<Time>,
        unclosed_told_for -> Nullable<Date>,
        version -> Integer,
    }
}

diesel::table! {
    agenda_items (id) {
        id -> Text,
        meeting_id -> Text,
        position -> Integer,
        title -> Text,
        minute_number -> Nullable<Text>,
        part -> Text,
        kind -> Text,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    deadline_changes (id) {
        id -> Text,
        meeting_id -> Text,
        old_at -> Timestamp,
        new_at -> Timestamp,
        reason -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    calendar_days (day) {
        day -> Date,
        title -> Text,
        kind -> Text,
        added_by -> Nullable<Text>,
        added_at -> Timestamp,
    }
}

diesel::table! {
    questions (id) {
        id -> Text,
        reference -> Text,
        meeting_id -> Text,
        agenda_item_id -> Nullable<Text>,
        matter -> Nullable<Text>,
        original_text -> Text,
        public_text -> Text,
        published_name -> Text,
        naming -> Text,
        room_number -> Nullable<Integer>,
        public_matter -> Nullable<Text>,
        status -> Text,
        channel -> Text,
        received_at -> Timestamp,
        recorded_at -> Timestamp,
        deadline_at -> Timestamp,
        refusals -> Text,
        postcode_check -> Text,
        difference -> Nullable<Text>,
        carried_from -> Nullable<Text>,
        draft_id -> Nullable<Text>,
        link_version -> Integer,
        next_meeting_told_at -> Nullable<Timestamp>,
        entered_by -> Nullable<Text>,
        put_on -> Nullable<Date>,
        version -> Integer,
        on_list -> Bool,
        refusal_open -> Bool,
    }
}

diesel::table! {
    public_changes (id) {
        id -> Integer,
        revision -> BigInt,
    }
}

diesel::table! {
    questioners (question_id) {
        question_id -> Text,
        name -> Text,
        organisation -> Nullable<Text>,
        address -> Text,
        postcode -> Text,
        email -> Nullable<Text>,
        telephone -> Nullable<Text>,
        needs -> Nullable<Text>,
        arranged -> Nullable<Text>,
        resident -> Bool,
        publish_name -> Bool,
        under_18 -> Bool,
        carer_name -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamp>,
        confirmed_by -> Nullable<Text>,
    }
}

diesel::table! {
    address_corrections (id) {
        id -> Text,
        question_id -> Text,
        old_email -> Nullable<Text>,
        new_email -> Text,
        asked_at -> Timestamp,
        confirmed_at -> Nullable<Timestamp>,
        superseded_at -> Nullable<Timestamp>,
        stopped_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    question_exceptions (id) {
        id -> Text,
        question_id -> Text,
        exception -> Text,
        reason -> Text,
        staff_id -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    decisions (id) {
        id -> Text,
        question_id -> Text,
        decision -> Text,
        grounds -> Text,
        reason -> Nullable<Text>,
        earlier_question_id -> Nullable<Text>,
        staff_id -> Text,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    allowances (id) {
        id -> Text,
        meeting_id -> Text,
        question_id -> Text,
        key_of -> Text,
        key_hash -> Text,
        slot -> Integer,
        released_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    question_time_events (meeting_id, seq) {
        meeting_id -> Text,
        seq -> Integer,
        kind -> Text,
        event -> Text,
        recorded_at -> Timestamp,
        staff_id -> Text,
    }
}

diesel::table! {
    minutes (question_id) {
        question_id -> Text,
        response -> Nullable<Text>,
        answered_by -> Nullable<Text>,
        supplementary_text -> Nullable<Text>,
        supplementary_response -> Nullable<Text>,
        dealt_with_item_id -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    written_responses (id) {
        id -> Text,
        question_id -> Text,
        reason -> Text,
        state -> Text,
        owner_id -> Nullable<Text>,
        owed_from -> Date,
        due_on -> Date,
        draft -> Text,
        version -> Integer,
    }
}

diesel::table! {
    replies (id) {
        id -> Text,
        response_id -> Text,
        reply -> Text,
        body -> Text,
        published_body -> Nullable<Text>,
        staff_id -> Text,
        replied_at -> Timestamp,
        new_due_on -> Nullable<Date>,
    }
}

diesel::table! {
    response_reminders (id) {
        id -> Text,
        response_id -> Text,
        recipient -> Text,
        kind -> Text,
        due_on -> Date,
        sent_on -> Date,
    }
}

diesel::table! {
    drafts (id) {
        id -> Text,
        visitor_hash -> Text,
        meeting_id -> Text,
        fields -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        client_hash -> Text,
        bytes -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (key_hash) {
        key_hash -> Text,
        request_hash -> Text,
        question_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    letters (id) {
        id -> Text,
        kind -> Text,
        question_id -> Nullable<Text>,
        recipient_email -> Nullable<Text>,
        recipient_name -> Text,
        letter -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        leased_by -> Nullable<Text>,
        leased_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        settled_at -> Nullable<Timestamp>,
        sent_subject -> Nullable<Text>,
        sent_text -> Nullable<Text>,
        waiting_since -> Nullable<Timestamp>,
        quota_key -> Nullable<Text>,
        turn_at -> Nullable<Timestamp>,
        caused_by -> Nullable<Text>,
    }
}

diesel::table! {
    pending_notices (question_id) {
        question_id -> Text,
        noticed_at -> Timestamp,
    }
}

diesel::table! {
    postcodes (postcode) {
        postcode -> Text,
        in_borough -> Bool,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Text,
        occurred_at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        act -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        was -> Nullable<Text>,
        became -> Nullable<Text>,
        request_id -> Nullable<Text>,
    }
}

diesel::joinable!(staff_roles -> staff (staff_id));
diesel::joinable!(staff_roles -> boards (board_id));
diesel::joinable!(staff_sessions -> staff (staff_id));
diesel::joinable!(api_tokens -> staff (staff_id));
diesel::joinable!(meetings -> boards (board_id));
diesel::joinable!(agenda_items -> meetings (meeting_id));
diesel::joinable!(deadline_changes -> meetings (meeting_id));
diesel::joinable!(calendar_days -> staff (added_by));
diesel::joinable!(questions -> meetings (meeting_id));
diesel::joinable!(questions -> agenda_items (agenda_item_id));
diesel::joinable!(questions -> staff (entered_by));
diesel::joinable!(questioners -> questions (question_id));
diesel::joinable!(address_corrections -> questioners (question_id));
diesel::joinable!(question_exceptions -> questions (question_id));
diesel::joinable!(question_exceptions -> staff (staff_id));
diesel::joinable!(decisions -> staff (staff_id));
diesel::joinable!(allowances -> meetings (meeting_id));
diesel::joinable!(allowances -> questions (question_id));
diesel::joinable!(question_time_events -> meetings (meeting_id));
diesel::joinable!(question_time_events -> staff (staff_id));
diesel::joinable!(minutes -> questions (question_id));
diesel::joinable!(minutes -> agenda_items (dealt_with_item_id));
diesel::joinable!(written_responses -> questions (question_id));
diesel::joinable!(written_responses -> staff (owner_id));
diesel::joinable!(replies -> written_responses (response_id));
diesel::joinable!(replies -> staff (staff_id));
diesel::joinable!(drafts -> meetings (meeting_id));
diesel::joinable!(idempotency_keys -> questions (question_id));
diesel::joinable!(letters -> questions (question_id));
diesel::joinable!(pending_notices -> questions (question_id));

diesel::allow_tables_to_appear_in_same_query!(
    staff,
    boards,
    staff_roles,
    staff_sessions,
    api_tokens,
    meetings,
    agenda_items,
    deadline_changes,
    calendar_days,
    questions,
    questioners,
    address_corrections,
    question_exceptions,
    decisions,
    allowances,
    question_time_events,
    minutes,
    written_responses,
    replies,
    drafts,
    idempotency_keys,
    letters,
    pending_notices,
    postcodes,
    audit_entries,
);
