//! How the device learns its broker and its identity: what the project says, by the provisioners of this program.

use std::collections::BTreeMap;
use std::sync::Arc;

use hil_model::error::chain;
use hil_project::value::{At, Provision, SerialStep as Step};
use hil_project::{Origin, Resolved, Settings};
use hil_scenario::Secret;
use hil_scenario::decode::{did_you_mean, list};
use hil_targets::provision::{
    Identity, ImageFile, ImagePlace, NvsCsv, ProvisionError, Provisioner, SerialStep, SerialSteps, Untouched,
};

use crate::Extensions;
use crate::cmd::error::Failure;

/// A provisioner, and what every device is told by it.
#[derive(Clone)]
pub(in crate::cmd) struct Telling {
    pub(in crate::cmd) provisioner: Arc<dyn Provisioner>,
    /// Network and settings.
    pub(in crate::cmd) told: Identity,
}

/// What the project says of it. Where it says nothing, it is the provisioner that recognises `image`; where none does, nothing of
/// the device is touched.
pub(in crate::cmd) fn telling(settings: &Settings, image: &[u8], extensions: &Extensions) -> Result<Telling, Failure> {
    let named = named(settings, extensions)?;
    Ok(named.unwrap_or_else(|| Telling { provisioner: extensions.provisioner_of(image), told: network(settings) }))
}

/// What the project says of it, if it says anything.
pub(in crate::cmd) fn named(settings: &Settings, extensions: &Extensions) -> Result<Option<Telling>, Failure> {
    let Some(Resolved { value, origin }) = &settings.provision else { return Ok(None) };
    let wrong = |e: ProvisionError| Failure::usage(format!("{origin}: {}", chain(&e)));
    let mut told = network(settings);
    let provisioner: Arc<dyn Provisioner> = match value {
        Provision::None => Arc::new(Untouched),
        Provision::Nvs { file, partition } => Arc::new(NvsCsv::read(file, partition.clone()).map_err(wrong)?),
        Provision::Image { file, at } => {
            let place = match at {
                None => ImagePlace::Nvs,
                Some(At::Offset(offset)) => ImagePlace::Offset(*offset),
                Some(At::Partition(label)) => ImagePlace::Partition(label.clone()),
            };
            Arc::new(ImageFile::read(file, place).map_err(wrong)?)
        }
        Provision::Serial { steps } => {
            let step = |Step { prompt, answer }: &Step| SerialStep {
                prompt: prompt.clone(),
                answer: answer.clone(),
                limit: None,
            };
            Arc::new(SerialSteps::new(steps.iter().map(step).collect()).map_err(wrong)?)
        }
        Provision::Other { name, settings } => {
            let provisioner = of_program(name, origin, extensions)?;
            told.settings = values(provisioner.as_ref(), settings)?;
            provisioner
        }
    };
    Ok(Some(Telling { provisioner, told }))
}

/// The program's own provisioner of a name.
fn of_program(name: &str, origin: &Origin, extensions: &Extensions) -> Result<Arc<dyn Provisioner>, Failure> {
    extensions.find_provisioner(name).ok_or_else(|| {
        let known = known(extensions);
        let guess = did_you_mean(name, known.iter().copied()).map_or_else(String::new, |guess| format!("; {guess}"));
        Failure::usage(format!("{origin}: there is no provisioner {name}{guess}"))
            .help(format!("this program has {}", list(known.iter().copied())))
    })
}

/// All names.
fn known(extensions: &Extensions) -> Vec<&str> {
    Provision::KINDS.into_iter().chain(extensions.provisioners().iter().map(|it| it.name())).collect()
}

/// The settings of a provisioner, which have to be among those that it knows.
fn values(
    provisioner: &dyn Provisioner,
    settings: &BTreeMap<String, Resolved<serde_json::Value>>,
) -> Result<BTreeMap<String, String>, Failure> {
    let keys: Vec<&str> = provisioner.settings().iter().map(|setting| setting.key).collect();
    let value = |(key, Resolved { value, origin }): (&String, &Resolved<serde_json::Value>)| {
        if !keys.contains(&key.as_str()) {
            let guess = did_you_mean(key, keys.iter().copied()).map_or_else(String::new, |guess| format!(": {guess}"));
            let name = provisioner.name();
            return Err(Failure::usage(format!("{origin}: provisioner {name} does not know the setting {key}{guess}"))
                .help(format!("it knows {}", list(keys.iter().copied()))));
        }
        match value {
            serde_json::Value::String(text) => Ok((key.clone(), text.clone())),
            serde_json::Value::Number(_) | serde_json::Value::Bool(_) => Ok((key.clone(), value.to_string())),
            _ => Err(Failure::usage(format!("{origin}: {key} is a text, a number, true or false"))),
        }
    };
    settings.iter().map(value).collect()
}

/// The wireless network that devices are told: the project's, else that of the environment.
fn network(settings: &Settings) -> Identity {
    let variable = |name: &str| std::env::var(name).ok();
    let ssid = settings.wifi.ssid.as_ref().map(|ssid| ssid.value.clone());
    let wifi_ssid = ssid.or_else(|| variable("HIL_WIFI_SSID"));
    let password_env = settings.wifi.password_env.as_ref().map_or(Settings::WIFI_PASSWORD, |name| name.value.as_str());
    // A password is of that network.
    let wifi_password = variable(password_env).filter(|_| wifi_ssid.is_some()).map(Secret::new);
    Identity { wifi_ssid, wifi_password, ..Identity::default() }
}

/// There is something to tell a device, and nobody says how.
pub(in crate::cmd) fn nobody_says_how(what: &str, extensions: &Extensions) -> Failure {
    let known = known(extensions);
    Failure::usage(format!("{what}, and nobody says how")).help(format!(
        "name the provisioner in the project file: provision = \"NAME\", or with --provisioner NAME; this program has {}",
        list(known.iter().copied())
    ))
}
