//! One input by itself, on a device of its own.

use super::campaign::{CampaignError, STACK};
use super::device::{FuzzedDevice, Image};
use super::execution::Execution;
use super::input::Input;

/// Boots a device and executes these inputs, each from the moment at which the device waits for input. Without inputs: whether
/// it comes as far as that.
///
/// # Errors
/// [`CampaignError`]
pub fn replay(image: &Image, seed: u64, inputs: &[Input]) -> Result<Vec<Execution>, CampaignError> {
    std::thread::scope(|scope| {
        let work = || -> Result<Vec<Execution>, CampaignError> {
            let mut device = FuzzedDevice::boot(image, seed)?;
            Ok(inputs.iter().map(|input| device.execute(input)).collect())
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| CampaignError::Thread(error.to_string()))?;
        super::campaign::joined(thread)?
    })
}
