//! Taking a place, and giving it back.

use std::time::{Duration, Instant};

use super::LabgridSpec;
use super::client::{CallError, Client};
use super::guard::Guard;
use super::output::{self, Listed, Reservation, Serial};
use crate::serial::PortSpec;
use crate::{Access, AccessError, Grant, Held};

/// Most places that a message names.
const SHOWN: usize = 8;

/// A board that labgrid gives out.
#[derive(Debug, Clone)]
pub struct LabgridPlace(LabgridSpec);

impl LabgridPlace {
    /// Whichever place `spec` describes.
    ///
    /// The coordinator is the one that `LG_COORDINATOR` names, the program `labgrid-client` from the PATH, unless
    /// `HIL_LABGRID_CLIENT` names another.
    pub const fn new(spec: LabgridSpec) -> Self {
        Self(spec)
    }

    /// A reservation, waited for. Places that are named are reserved too, so that all who wait come in turn.
    fn allocate(
        &self,
        taken: &mut Taken,
        limit: Duration,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<String, AccessError> {
        let began = Instant::now();
        let filters: Vec<_> = self.0.filters().collect();
        let mut arguments = vec!["reserve"];
        arguments.extend(filters.iter().map(String::as_str));
        // Not cancelled: there may be a reservation that nobody knows of.
        let printed = taken.client.call(&arguments, &|| false).map_err(|e| self.not_reserved(e))?;
        let mut reservation = output::reservation(&printed).ok_or_else(|| not_understood("reserve"))?;
        taken.token = Some(reservation.token.clone());
        if reservation.state == "waiting" {
            let left = limit.saturating_sub(began.elapsed());
            // It asks each second: a reservation that nobody asks for goes after a minute.
            let waited = taken.client.call_within(&["wait", &reservation.token], left, is_cancelled);
            let Some(printed) = waited.map_err(|e| self.not_reserved(e))? else {
                return Err(self.in_use(&taken.client, is_cancelled));
            };
            reservation = output::reservation(&printed).ok_or_else(|| not_understood("wait"))?;
        }
        match reservation {
            Reservation { place: Some(place), state, .. } if state == "allocated" => Ok(place),
            Reservation { state, .. } => Err(AccessError::new(
                format!("labgrid's reservation for {} is {state}", self.0.describe()),
                "was a place deleted, or the coordinator restarted? Run it again",
            )),
        }
    }

    fn not_reserved(&self, error: CallError) -> AccessError {
        error.while_doing(&format!("labgrid reserves no place with {}", self.0.describe()), "run it again")
    }

    /// The places that will do.
    fn candidates(&self, client: &Client, is_cancelled: &dyn Fn() -> bool) -> Result<Vec<Listed>, AccessError> {
        let printed = client.call(&["-v", "places"], is_cancelled);
        let printed = printed.map_err(|e| e.while_doing("labgrid does not list its places", "run it again"))?;
        let all = output::places(&printed);
        let (fit, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|place| self.0.fits(&place.name, &place.tags));
        if !fit.is_empty() {
            return Ok(fit);
        }
        let help = if others.is_empty() {
            "it has no places at all: `labgrid-client -p NAME create`, `add-match`, `set-tags`".to_owned()
        } else {
            let describe = |place: &Listed| {
                let tags: Vec<_> = place.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("{} ({})", place.name, if tags.is_empty() { "no tags".to_owned() } else { tags.join(", ") })
            };
            format!("it has {}; tags are given by `labgrid-client -p PLACE set-tags`", listed(&others, describe))
        };
        Err(AccessError::new(format!("labgrid has no place with {}", self.0.describe()), help))
    }

    /// The error when nobody let go in time: who has the places.
    fn in_use(&self, client: &Client, is_cancelled: &dyn Fn() -> bool) -> AccessError {
        let fit = match self.candidates(client, is_cancelled) {
            Ok(fit) => fit,
            Err(error) => return error,
        };
        let describe = |place: &Listed| match (&place.acquired, &place.reservation) {
            (Some(owner), _) => {
                let (host, user) = owner.split_once('/').unwrap_or(("?", owner));
                format!("{} is in use by {user} on {host} since {}", place.name, place.changed)
            }
            (None, Some(token)) => format!("{} is reserved for others (reservation {token})", place.name),
            (None, None) => format!("{} was let go just now", place.name),
        };
        let name = fit.first().map_or("PLACE", |place| place.name.as_str());
        AccessError::new(
            format!("labgrid's place {}", listed(&fit, describe)),
            format!("wait longer, or release what nobody uses any more: `labgrid-client -p {name} release`"),
        )
    }
}

impl Access for LabgridPlace {
    fn acquire(&self, limit: Duration, is_cancelled: &dyn Fn() -> bool) -> Result<Grant, AccessError> {
        let began = Instant::now();
        let client = Client::find()?;
        self.candidates(&client, is_cancelled)?;
        let guard = Guard::start(&client).map_err(|e| no_guard(&e))?;
        let mut taken = Taken { client, guard: Some(guard), token: None, place: None };
        let place = self.allocate(&mut taken, limit.saturating_sub(began.elapsed()), is_cancelled)?;
        taken.guard.as_mut().map_or(Ok(()), |guard| guard.acquiring(&place)).map_err(|e| no_guard(&e))?;
        taken.place = Some(place.clone());
        // Not cancelled: what labgrid has done by then would not be known.
        let acquired = taken.client.call(&["-p", &place, "acquire"], &|| false);
        acquired.map_err(|e| not_acquired(&place, e))?;
        let printed = taken.client.call(&["-p", &place, "env"], is_cancelled);
        let printed = printed.map_err(|e| {
            let help = format!("see to its exporter: `labgrid-client -p {place} show`");
            e.while_doing(&format!("labgrid does not say where the place {place} is"), &help)
        })?;
        let ports = output::serial_ports(&printed).ok_or_else(|| not_understood("env"))?;
        Ok(Grant { port: serial_port(&place, &ports)?, held: Box::new(taken) })
    }
}

/// What we have of labgrid: a reservation, and perhaps a place.
struct Taken {
    client: Client,
    /// None once the place is given back, or has been tried to.
    guard: Option<Guard>,
    token: Option<String>,
    /// Set before it is ours: it may be then.
    place: Option<String>,
}

impl Taken {
    /// Gives back what there is, once. What fails is left to the guard, which tries again.
    fn give_back(&mut self) -> Result<(), AccessError> {
        let Some(guard) = self.guard.take() else { return Ok(()) };
        if let Some(place) = &self.place {
            self.release(place)?;
        }
        if let Some(token) = &self.token {
            match self.client.call(&["cancel-reservation", token], &|| false) {
                // It went of its own, or somebody cancelled it.
                Err(CallError::Refused { last, .. }) if last.contains("does not exist") => {}
                cancelled => {
                    cancelled
                        .map_err(|e| e.while_doing("the reservation stays for a minute", "wait, or run it again"))?;
                }
            }
        }
        guard.dismiss();
        Ok(())
    }

    fn release(&self, place: &str) -> Result<(), AccessError> {
        // Not `release`, which would take the place from another run of the same user.
        match self.client.call(&["-p", place, "release-from", &self.client.owner()], &|| false) {
            // Acquiring it failed, or somebody else released it.
            Err(CallError::Refused { last, .. }) if last.contains("is not acquired") => Ok(()),
            Err(e) => Err(e.while_doing(
                &format!("the place {place} is not given back"),
                &format!("it is tried for some more seconds; then `labgrid-client -p {place} release` does it"),
            )),
            Ok(_) => Ok(()),
        }
    }

    /// Whether the place is still ours.
    fn verify(&self) -> Result<(), AccessError> {
        let Some(place) = &self.place else { return Ok(()) };
        let Ok(printed) = self.client.call(&["-p", place, "show"], &|| false) else { return Ok(()) };
        let Some(now) = output::places(&printed).into_iter().find(|listed| listed.name == *place) else {
            return Ok(());
        };
        if now.acquired.as_ref() == Some(&self.client.owner()) {
            return Ok(());
        }
        let who = now.acquired.unwrap_or_else(|| "nobody".to_owned());
        Err(AccessError::new(
            format!("the place {place} was taken from this run; {who} has it since {}", now.changed),
            "its results may be those of a board that two used: run it again",
        ))
    }
}

impl Held for Taken {
    fn release(mut self: Box<Self>) -> Result<(), AccessError> {
        let was_ours = self.verify();
        self.give_back().and(was_ours)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // Nobody to tell; the guard goes on.
        let _ = self.give_back();
    }
}

/// The one serial port of a place.
fn serial_port(place: &str, ports: &[Serial]) -> Result<PortSpec, AccessError> {
    let port = match ports {
        [port] => port,
        [] => {
            return Err(AccessError::new(
                format!("labgrid's place {place} has no serial port (NetworkSerialPort)"),
                format!("export one and match it: `labgrid-client -p {place} show` lists what it has"),
            ));
        }
        several => {
            let names = listed(several, |port| port.name.clone());
            return Err(AccessError::new(
                format!("labgrid's place {place} has {} serial ports: {names}", several.len()),
                "make a place that has the board's console alone",
            ));
        }
    };
    let Serial { name, address, protocol } = port;
    if protocol != "rfc2217" {
        return Err(AccessError::new(
            format!(
                "the serial port {name} of labgrid's place {place} speaks {protocol}: that has no DTR, RTS and bit rate"
            ),
            "export it with `protocol: rfc2217`, from a server that offers RFC 2217",
        ));
    }
    let (host, port) = address.clone().ok_or_else(|| {
        AccessError::new(
            format!("the serial port {name} of labgrid's place {place} is not available"),
            "is the board plugged in where its exporter runs, and ser2net installed there?",
        )
    })?;
    Ok(PortSpec::Rfc2217 { host, port })
}

fn not_acquired(place: &str, error: CallError) -> AccessError {
    let what = format!("labgrid's place {place} cannot be acquired");
    match error {
        CallError::Refused { last, .. } if last.contains("no matching remote resource") => AccessError::new(
            format!("{what}: {last}"),
            "start the exporter of its board (`labgrid-exporter`), or correct its match",
        ),
        CallError::Refused { last, output } if last.contains("Failed to acquire resources") => {
            let why = output.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or(&last);
            let help =
                format!("`<broken>` stays until its exporter is restarted; `labgrid-client -p {place} show` says more");
            AccessError::new(format!("{what}: {why}"), help)
        }
        error => error.while_doing(&what, &format!("`labgrid-client -p {place} show` says who has it")),
    }
}

fn not_understood(command: &str) -> AccessError {
    AccessError::new(
        format!("`labgrid-client {command}` prints what is not understood"),
        "hil knows labgrid 26.0; `labgrid-client version` says which it is",
    )
}

fn no_guard(error: &std::io::Error) -> AccessError {
    AccessError::new(
        format!("the process that would give the place back if hil were killed cannot be run: {error}"),
        "it is `sh`, which must be on the PATH",
    )
}

/// The first few, in words.
fn listed<T>(all: &[T], describe: impl Fn(&T) -> String) -> String {
    let mut text = all.iter().take(SHOWN).map(describe).collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN {
        text.push_str(&format!(", and {} more", all.len() - SHOWN));
    }
    text
}
