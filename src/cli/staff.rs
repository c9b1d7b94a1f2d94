//! Staff accounts from the command line: the first administrator, and help when everybody is locked out.

use std::io::BufRead;

use anyhow::{Context, bail};
use clap::Subcommand;

use crate::{
    domain::codes::Code,
    service::{
        Service, ServiceError,
        actor::Acting,
        password::Password,
        staff_accounts::{TypedAccount, WithPassword},
    },
    store::staff::{HeldRole, Role, StaffMember},
};

#[derive(Debug, Subcommand)]
pub(super) enum StaffCommand {
    /// Open an account
    Add {
        /// The e-mail address to sign in with.
        #[arg(long)]
        email: String,
        /// Name.
        #[arg(long)]
        name: String,
        /// A role: proper_officer, chair=BOARD, responding_officer or administrator. May be given several times.
        #[arg(long = "role", required = true, value_name = "ROLE")]
        roles: Vec<String>,
        /// Read the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the accounts
    List,
    /// Give an account a new password and end its sessions
    ResetPassword {
        /// The e-mail address.
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Close an account and end its sessions
    Close {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Open a closed account again
    Reopen {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
}

pub(super) fn carry_out(service: &Service, command: &StaffCommand) -> anyhow::Result<()> {
    let acting = Acting::system();
    match command {
        StaffCommand::Add {
            email,
            name,
            roles,
            password_stdin,
        } => {
            let typed = TypedAccount {
                name: name.clone(),
                email: email.clone(),
                roles: roles
                    .iter()
                    .map(|role| read_role(service, &acting, role))
                    .collect::<anyhow::Result<_>>()?,
                active: true,
                unconfirmed: None,
            };
            let given = read_password(*password_stdin)?;
            let quiet = given.is_some();
            let with = service
                .open_account(&acting, &typed, given)
                .map_err(in_words)?;
            tell(&with, quiet);
        }
        StaffCommand::List => {
            for member in service.accounts(&acting)? {
                let roles: Vec<&str> = member.roles.iter().map(|held| held.role.code()).collect();
                let state = if member.active { "" } else { " (closed)" };
                println!(
                    "{} {} [{}]{state}",
                    member.email,
                    member.name,
                    roles.join(", ")
                );
            }
        }
        StaffCommand::ResetPassword {
            email,
            password_stdin,
        } => {
            let member = find(service, &acting, email)?;
            let given = read_password(*password_stdin)?;
            let quiet = given.is_some();
            let with = service.reset_password(&acting, member.id, given)?;
            tell(&with, quiet);
        }
        StaffCommand::Close { email } => set_active(service, &acting, email, false)?,
        StaffCommand::Reopen { email } => set_active(service, &acting, email, true)?,
    }
    Ok(())
}

fn set_active(service: &Service, acting: &Acting, email: &str, active: bool) -> anyhow::Result<()> {
    let member = find(service, acting, email)?;
    let typed = TypedAccount {
        name: member.name,
        email: member.email,
        roles: member.roles,
        active,
        unconfirmed: None,
    };
    service
        .change_account(acting, member.id, member.version, &typed)
        .map_err(in_words)?;
    Ok(())
}

fn find(service: &Service, acting: &Acting, email: &str) -> anyhow::Result<StaffMember> {
    service
        .accounts(acting)?
        .into_iter()
        .find(|member| member.email.eq_ignore_ascii_case(email.trim()))
        .with_context(|| format!("there is no account with the address {email}"))
}

fn read_role(service: &Service, acting: &Acting, text: &str) -> anyhow::Result<HeldRole> {
    let (role, board) = match text.split_once('=') {
        Some((role, slug)) => (role, Some(slug)),
        None => (text, None),
    };
    let Some(role) = Role::from_code(role) else {
        bail!(
            "{role} is no role: proper_officer, chair=BOARD, responding_officer or administrator"
        );
    };
    let board = match board {
        None => None,
        Some(slug) => {
            let boards = service.boards_for_chairs(acting)?;
            let found = boards.iter().find(|board| board.slug == slug);
            let known: Vec<&str> = boards.iter().map(|board| board.slug.as_str()).collect();
            let board = found.with_context(|| {
                format!("there is no board {slug}; there are: {}", known.join(", "))
            })?;
            Some(board.id)
        }
    };
    Ok(HeldRole { role, board })
}

fn read_password(from_stdin: bool) -> anyhow::Result<Option<Password>> {
    if !from_stdin {
        return Ok(None);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(Some(Password::parse(line.trim_end_matches(['\r', '\n']))?))
}

fn tell(with: &WithPassword, quiet: bool) {
    println!("{} {}", with.member.email, with.member.name);
    if !quiet {
        println!("password: {}", with.password.expose());
    }
}

fn in_words(error: ServiceError) -> anyhow::Error {
    match error {
        ServiceError::Invalid(errors) => {
            let messages: Vec<String> = errors
                .into_iter()
                .map(|error| format!("{}: {}", error.field, error.message))
                .collect();
            anyhow::anyhow!("{}", messages.join("\n  "))
        }
        other => other.into(),
    }
}
