//! Puts what the browser is sent into `$OUT_DIR/assets`, where `src/web/assets.rs` embeds it: GOV.UK Frontend's
//! stylesheet and script, idiomorph, and the service's own.
//!
//! The npm packages are those that `assets/package.json` names, looked for in this order: `$NODE_MODULES_DIR` (a folder that
//! holds them unpacked), `assets/node_modules`, and `npm ci` in `$OUT_DIR`. Where none works the build ends in an error.
//!
//! GOV.UK Frontend's font and crest are licensed to gov.uk alone: neither is copied, and the stylesheet's references to them
//! are taken out, so that no browser asks for them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};

/// The packages, each with a file that it is not the package without.
const PACKAGES: [(&str, &str); 2] = [
    ("govuk-frontend", "dist/govuk/govuk-frontend.min.css"),
    ("idiomorph", "dist/idiomorph.esm.js"),
];

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
    println!("cargo::rerun-if-env-changed=NODE_MODULES_DIR");
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
    let modules = node_modules(&out)?;
    let package = modules.join("govuk-frontend");
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
    let morph = read(&modules.join("idiomorph/dist/idiomorph.esm.js"))?;
    write(&assets.join("idiomorph.esm.js"), &morph)?;
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

/// The folder that holds the unpacked packages, of the versions that `assets/package.json` names.
fn node_modules(out: &Path) -> Result<PathBuf, String> {
    let wanted = wanted_versions()?;
    if let Some(given) = env::var_os("NODE_MODULES_DIR") {
        let given = PathBuf::from(given);
        return match missing(&given, &wanted) {
            None => Ok(given),
            Some(missing) => Err(format!(
                "NODE_MODULES_DIR={} does not hold {missing}.",
                given.display()
            )),
        };
    }

    let local = PathBuf::from("assets/node_modules");
    if missing(&local, &wanted).is_none() {
        for (name, _) in &wanted {
            println!(
                "cargo::rerun-if-changed={}",
                local.join(name).join("package.json").display()
            );
        }
        return Ok(local);
    }

    let npm = out.join("npm");
    let fetched = npm.join("node_modules");
    let lock = read(Path::new("assets/package-lock.json"))?;
    let same_lock =
        fs::read_to_string(npm.join("package-lock.json")).is_ok_and(|before| before == lock);
    if !(same_lock && missing(&fetched, &wanted).is_none()) {
        fs::create_dir_all(&npm).map_err(|e| format!("{}: {e}", npm.display()))?;
        write(
            &npm.join("package.json"),
            &read(Path::new("assets/package.json"))?,
        )?;
        write(&npm.join("package-lock.json"), &lock)?;
        npm_ci(&npm)?;
    }
    match missing(&fetched, &wanted) {
        None => Ok(fetched),
        Some(missing) => Err(format!(
            "npm ci did not leave {missing} in {}. Do assets/package.json and assets/package-lock.json agree?",
            npm.display(),
        )),
    }
}

fn npm_ci(folder: &Path) -> Result<(), String> {
    let remedy = "Install Node.js and npm (Debian and Ubuntu: apt-get install nodejs npm) with a way to the npm registry, \
         or unpack the packages that assets/package.json names and set NODE_MODULES_DIR to the folder that holds them.";
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
            format!("GOV.UK Frontend could not be fetched: npm did not start ({e}).\n{remedy}")
        })?;
    if run.status.success() {
        return Ok(());
    }
    Err(format!(
        "GOV.UK Frontend could not be fetched: npm ci failed ({}).\n{}\n{remedy}",
        run.status,
        String::from_utf8_lossy(&run.stderr).trim(),
    ))
}

/// The packages with their exact versions in `assets/package.json`. Read without a JSON parser, so that the build needs no
/// crate of its own.
fn wanted_versions() -> Result<Vec<(&'static str, String)>, String> {
    let json = read(Path::new("assets/package.json"))?;
    PACKAGES
        .iter()
        .map(|(name, _)| {
            value_of(&json, name)
                .map(|version| (*name, version))
                .ok_or_else(|| format!("assets/package.json names no {name}"))
        })
        .collect()
}

/// The first package that a folder does not hold in the version that is wanted.
fn missing(folder: &Path, wanted: &[(&'static str, String)]) -> Option<String> {
    wanted
        .iter()
        .find(|(name, version)| version_of(&folder.join(name), name).as_ref() != Some(version))
        .map(|(name, version)| format!("{name} {version}"))
}

/// The version of an unpacked package, or nothing where the folder is not one.
fn version_of(package: &Path, name: &str) -> Option<String> {
    let (_, mark) = PACKAGES.iter().find(|(known, _)| *known == name)?;
    if !package.join(mark).is_file() {
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
