//! Puts what the browser is sent into `$OUT_DIR/assets`, where `src/web/assets.rs` embeds it: GOV.UK Frontend's
//! stylesheet and script, and the service's own.
//!
//! GOV.UK Frontend is the npm package named in `assets/package.json`, looked for in this order: `$GOVUK_FRONTEND_DIR`
//! (an unpacked package), `assets/node_modules`, and `npm ci` in `$OUT_DIR`. Where none works the build ends in an error.
//!
//! Its font and its crest are licensed to gov.uk alone: neither is copied, and the stylesheet's references to them are
//! taken out, so that no browser asks for them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

const SYSTEM_FONTS: &str = r#"system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif"#;

fn main() {
    if let Err(problem) = build() {
        for line in problem.lines() {
            println!("cargo::error={line}");
        }
        exit(1);
    }
}

fn build() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=GOVUK_FRONTEND_DIR");
    for path in [
        "build.rs",
        "assets/package.json",
        "assets/package-lock.json",
        "assets/css",
        "assets/js",
        "assets/images",
    ] {
        println!("cargo::rerun-if-changed={path}");
    }

    let out =
        PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run this through cargo")?);
    let package = govuk_frontend(&out)?;
    let dist = package.join("dist/govuk");
    let assets = out.join("assets");
    if assets.exists() {
        fs::remove_dir_all(&assets).map_err(|e| format!("{}: {e}", assets.display()))?;
    }
    fs::create_dir_all(&assets).map_err(|e| format!("{}: {e}", assets.display()))?;

    let stylesheet = without_gov_uk_property(&read(&dist.join("govuk-frontend.min.css"))?)?;
    write(&assets.join("govuk-frontend.min.css"), &stylesheet)?;
    let script = without_source_map(&read(&dist.join("govuk-frontend.min.js"))?);
    write(&assets.join("govuk-frontend.min.js"), &script)?;
    for own in ["assets/css", "assets/js", "assets/images"] {
        copy_files(Path::new(own), &assets)?;
    }

    let package = fs::canonicalize(&package).map_err(|e| format!("{}: {e}", package.display()))?;
    println!(
        "cargo::rustc-env=GOVUK_FRONTEND_PACKAGE={}",
        package.display()
    );
    Ok(())
}

/// The folder of the unpacked npm package, of the version that `assets/package.json` names.
fn govuk_frontend(out: &Path) -> Result<PathBuf, String> {
    let wanted = wanted_version()?;
    if let Some(given) = env::var_os("GOVUK_FRONTEND_DIR") {
        let given = PathBuf::from(given);
        return match version_of(&given) {
            Some(found) if found == wanted => Ok(given),
            Some(found) => Err(format!(
                "GOVUK_FRONTEND_DIR={} holds GOV.UK Frontend {found}; {wanted} is needed.",
                given.display()
            )),
            None => Err(format!(
                "GOVUK_FRONTEND_DIR={} is not an unpacked govuk-frontend package.",
                given.display()
            )),
        };
    }

    let local = PathBuf::from("assets/node_modules/govuk-frontend");
    if version_of(&local).as_deref() == Some(&*wanted) {
        println!(
            "cargo::rerun-if-changed={}",
            local.join("package.json").display()
        );
        return Ok(local);
    }

    let npm = out.join("npm");
    let fetched = npm.join("node_modules/govuk-frontend");
    let lock = read(Path::new("assets/package-lock.json"))?;
    let same_lock =
        fs::read_to_string(npm.join("package-lock.json")).is_ok_and(|before| before == lock);
    if !(same_lock && version_of(&fetched).as_deref() == Some(&*wanted)) {
        fs::create_dir_all(&npm).map_err(|e| format!("{}: {e}", npm.display()))?;
        write(
            &npm.join("package.json"),
            &read(Path::new("assets/package.json"))?,
        )?;
        write(&npm.join("package-lock.json"), &lock)?;
        npm_ci(&npm, &wanted)?;
    }
    match version_of(&fetched) {
        Some(found) if found == wanted => Ok(fetched),
        found => Err(format!(
            "npm ci left govuk-frontend {} in {}; {wanted} is needed. Do assets/package.json and assets/package-lock.json agree?",
            found.as_deref().unwrap_or("nowhere"),
            npm.display(),
        )),
    }
}

fn npm_ci(folder: &Path, wanted: &str) -> Result<(), String> {
    let remedy = format!(
        "Install Node.js and npm (Debian and Ubuntu: apt-get install nodejs npm) with a way to the npm registry, \
         or unpack govuk-frontend {wanted} and set GOVUK_FRONTEND_DIR to its folder."
    );
    let run = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--omit=dev",
            "--prefer-offline",
        ])
        .current_dir(folder)
        .output()
        .map_err(|e| {
            format!(
                "GOV.UK Frontend {wanted} could not be fetched: npm did not start ({e}).\n{remedy}"
            )
        })?;
    if run.status.success() {
        return Ok(());
    }
    Err(format!(
        "GOV.UK Frontend {wanted} could not be fetched: npm ci failed ({}).\n{}\n{remedy}",
        run.status,
        String::from_utf8_lossy(&run.stderr).trim(),
    ))
}

/// The exact version in `assets/package.json`. Read without a JSON parser, so that the build needs no crate of its own.
fn wanted_version() -> Result<String, String> {
    value_of(&read(Path::new("assets/package.json"))?, "govuk-frontend")
        .ok_or_else(|| "assets/package.json names no govuk-frontend".to_owned())
}

/// The version of an unpacked package, or nothing where the folder is not one.
fn version_of(package: &Path) -> Option<String> {
    if !package.join("dist/govuk/govuk-frontend.min.css").is_file() {
        return None;
    }
    value_of(
        &fs::read_to_string(package.join("package.json")).ok()?,
        "version",
    )
}

/// The text in `"key": "text"`, at its first occurrence.
fn value_of(json: &str, key: &str) -> Option<String> {
    let (_, after) = json.split_once(&format!("\"{key}\": \""))?;
    let (value, _) = after.split_once('"')?;
    Some(value.to_owned())
}

/// The stylesheet with the system's font in place of GDS Transport and without the crest. An error where a later version
/// of the package names them in another way, so that a new release can't bring them back unseen.
fn without_gov_uk_property(stylesheet: &str) -> Result<String, String> {
    let mut rest = stylesheet;
    let mut kept = String::with_capacity(stylesheet.len());
    while let Some((before, from)) = rest.split_once("@font-face{") {
        kept.push_str(before);
        let (_, after) = from
            .split_once('}')
            .ok_or("govuk-frontend.min.css: a font face without an end")?;
        rest = after;
    }
    kept.push_str(rest);
    let kept = kept
        .replace("GDS Transport,arial,sans-serif", SYSTEM_FONTS)
        .replace("url(/assets/images/govuk-crest.svg)", "none");
    let kept = without_source_map(&kept);
    for foreign in ["GDS Transport", "url("] {
        if kept.contains(foreign) {
            return Err(format!(
                "govuk-frontend.min.css still names {foreign:?}: teach build.rs how this version of the package does so."
            ));
        }
    }
    Ok(kept)
}

/// The text without its last comment, which names a source map that is not served.
fn without_source_map(text: &str) -> String {
    let code = text
        .rfind("/*# sourceMappingURL")
        .or_else(|| text.rfind("//# sourceMappingURL"))
        .map_or(text, |at| &text[..at]);
    format!("{}\n", code.trim_end())
}

fn copy_files(from: &Path, to: &Path) -> Result<(), String> {
    for entry in fs::read_dir(from).map_err(|e| format!("{}: {e}", from.display()))? {
        let path = entry
            .map_err(|e| format!("{}: {e}", from.display()))?
            .path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            fs::copy(&path, to.join(name)).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
