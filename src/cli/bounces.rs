//! Reading what came back: from standard input, a file, a folder of files or a Maildir.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use crate::{
    mail::bounces::{self, MAX_BYTES},
    service::{
        Service, ServiceError,
        bounces::{Recorded, record},
    },
};

/// What a mail server that pipes a message into the command takes for "try again later" (`EX_TEMPFAIL`).
const TRY_AGAIN: u8 = 75;

/// Where the messages are.
#[derive(Debug, clap::Args)]
pub struct Bounces {
    /// A file, a folder of files, a Maildir, or `-` for one message on standard input.
    #[arg(value_name = "FILE|FOLDER|-")]
    from: PathBuf,
    /// The address that the mail server took the message for, such as Postfix' `${recipient}`.
    #[arg(long, value_name = "ADDRESS")]
    recipient: Option<String>,
}

/// How many messages came to what.
#[derive(Debug, Default)]
struct Counts {
    came_back: usize,
    delayed: usize,
    nothing: usize,
    no_report: usize,
}

/// Reads the messages and prints how many came to what.
///
/// # Errors
/// Where a file cannot be read, or is there no more. What the database could not take is tried again: the code says so.
pub fn carry_out(service: &Service, command: &Bounces) -> anyhow::Result<ExitCode> {
    let mut counts = Counts::default();
    let recipient = command.recipient.as_deref();
    let outcome = if command.from.as_os_str() == "-" {
        let message = bounded(io::stdin().lock()).context("standard input")?;
        one(service, &message, recipient, &mut counts)
    } else if command.from.is_dir() {
        folder(service, &command.from, recipient, &mut counts)?
    } else {
        let file =
            fs::File::open(&command.from).with_context(|| format!("{}", command.from.display()))?;
        one(service, &bounded(file)?, recipient, &mut counts)
    };
    println!(
        "Letters that came back: {}. Letters that are delayed: {}. Reports that changed nothing: {}. Messages that are no report: {}.",
        counts.came_back, counts.delayed, counts.nothing, counts.no_report
    );
    match outcome {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) => {
            tracing::error!(%error, "a delivery report could not be recorded");
            Ok(ExitCode::from(TRY_AGAIN))
        }
    }
}

/// The beginning of a message: what is longer is not read to its end.
fn bounded(from: impl Read) -> io::Result<Vec<u8>> {
    let mut message = Vec::new();
    from.take(MAX_BYTES as u64).read_to_end(&mut message)?;
    Ok(message)
}

fn one(
    service: &Service,
    message: &[u8],
    recipient: Option<&str>,
    counts: &mut Counts,
) -> Result<(), ServiceError> {
    let Some(report) = bounces::read(&service.settings, message, recipient) else {
        counts.no_report += 1;
        return Ok(());
    };
    match record(service, &report)? {
        Recorded::CameBack => counts.came_back += 1,
        Recorded::Delayed => counts.delayed += 1,
        Recorded::Nothing => counts.nothing += 1,
    }
    Ok(())
}

/// Reads a folder. Of a Maildir the new messages are read and then marked as seen; the files of any other folder stay as they are.
fn folder(
    service: &Service,
    folder: &Path,
    recipient: Option<&str>,
    counts: &mut Counts,
) -> anyhow::Result<Result<(), ServiceError>> {
    let (new, seen) = (folder.join("new"), folder.join("cur"));
    let is_maildir = new.is_dir() && seen.is_dir();
    let read_from = if is_maildir { &new } else { folder };
    let mut files: Vec<PathBuf> = fs::read_dir(read_from)
        .with_context(|| format!("{}", read_from.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    for path in files {
        let message = fs::File::open(&path)
            .and_then(bounded)
            .with_context(|| format!("{}", path.display()))?;
        if let Err(error) = one(service, &message, recipient, counts) {
            return Ok(Err(error));
        }
        if is_maildir && let Some(name) = path.file_name() {
            let mut marked = name.to_owned();
            marked.push(":2,S");
            fs::rename(&path, seen.join(marked)).with_context(|| format!("{}", path.display()))?;
        }
    }
    Ok(Ok(()))
}
