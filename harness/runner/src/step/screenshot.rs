//! `take-screenshot`: a picture of a part is saved, or compared with one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Held, part};
use crate::context::Context;
use crate::failure::{StepError, Unmet};
use hil_scenario::step::TakeScreenshot;
use hil_scenario::{Capability, Source};
use hil_targets::BenchError;
use hil_targets::picture::{self, Difference, Image};

/// Where a picture goes that is not the expected one.
const ACTUAL: &str = "target/hil";

pub(super) fn run(cx: &mut Context, source: &Arc<Source>, screenshot: &TakeScreenshot, step: &str) -> Held {
    let screens = cx.device.screens().ok_or(BenchError::Capability(Capability::Screenshot))?;
    let name = &screenshot.part;
    let image = screens.picture(&name.value).map_err(|error| part::unknown(source, &error, name))?;
    let beside = |path: &str| source.path.parent().unwrap_or(Path::new("")).join(path);
    let mut said = vec![format!("{} x {} pixels", image.width, image.height)];
    if let Some(path) = &screenshot.save_to {
        let path = beside(path);
        save(&path, &image)?;
        said.push(format!("saved to {}", path.display()));
    }
    if let Some(path) = &screenshot.compare_with {
        let path = beside(path);
        if let Some(difference) = expected(&path)?.difference(&image) {
            return Err(different(cx, screenshot, &path, &image, &difference, step));
        }
        said.push(format!("the same as {}", path.display()));
    }
    Ok(said.join(", "))
}

fn wrong(path: &Path, problem: impl Into<String>) -> BenchError {
    BenchError::File { path: path.to_owned(), problem: problem.into() }
}

/// As in Wokwi, the folder must be there.
fn save(path: &Path, image: &Image) -> Result<(), BenchError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(wrong(path, format!("the folder {} does not exist: make it first", folder.display())));
    }
    std::fs::write(path, image.to_png()).map_err(|error| wrong(path, error.to_string()))
}

fn expected(path: &Path) -> Result<Image, BenchError> {
    let file = std::fs::read(path).map_err(|error| wrong(path, error.to_string()))?;
    picture::read(&file).map_err(|error| wrong(path, error.to_string()))
}

fn different(
    cx: &Context,
    screenshot: &TakeScreenshot,
    path: &Path,
    image: &Image,
    difference: &Difference,
    step: &str,
) -> StepError {
    let (expected, actual) = match difference {
        Difference::Size { expected, actual } => {
            (format!("{} x {} pixels", expected.0, expected.1), format!("{} x {} pixels", actual.0, actual.1))
        }
        Difference::Pixels { first: (x, y), expected, actual, .. } => {
            let at = format!("at column {x}, row {y}");
            (format!("{} {at}", picture::Color(*expected)), format!("{} {at}", picture::Color(*actual)))
        }
    };
    let kept = actual_path(&cx.id, step);
    let help = match std::fs::create_dir_all(ACTUAL).and_then(|()| std::fs::write(&kept, image.to_png())) {
        Ok(()) => format!("the actual picture is {}; if it is right, put it in place of the other", kept.display()),
        Err(error) => format!("the actual picture could not be kept as {}: {error}", kept.display()),
    };
    let title = format!("{} does not look like {}: {difference}", screenshot.part.value, path.display());
    Unmet::new("hil::take_screenshot", title)
        .at(screenshot.part.span)
        .expected(expected)
        .actual(actual)
        .help(help)
        .into()
}

/// `target/hil/lights-red-step-3.png`
fn actual_path(scenario: &str, step: &str) -> PathBuf {
    let name: String = format!("{scenario} {step}")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' })
        .collect();
    Path::new(ACTUAL).join(format!("{}.png", name.trim_matches(['-', '.'])))
}
