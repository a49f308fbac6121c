//! Loading and saving the record.

use core::ops::Range;

use embedded_storage::nor_flash::NorFlash;
use sequential_storage::{
    Error as MapError,
    cache::{Cache, Uncached, key_pointers::ArrayKeyPointers},
    map::{MapConfig, MapStorage},
};

use crate::{
    state::State,
    store::{
        flash::Blocking,
        record::{self, RecordError},
    },
};

/// The only key of the map.
const STATE: u8 = 0;

/// Room for a key and a record, in whole flash words.
const BUFFER_LEN: usize = 32;

/// Knows where the record is. Without it, collecting a full sector takes time quadratic in its records.
type KeyCache = Cache<Uncached, Uncached, ArrayKeyPointers<u8, 1>, u8>;

/// The state's place in flash.
pub struct Store<F: NorFlash> {
    map: MapStorage<u8, Blocking<F>, KeyCache>,
    stored: State,
}

/// What a [`Store`] held at boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// A state.
    Restored(State),
    /// Nothing yet.
    NoRecord,
    /// Something that is not a state.
    Unreadable(StoreError),
}

/// Why the state could not be loaded or saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The partition is not whole sectors, or fewer than two.
    #[error("partition of fewer than two whole sectors")]
    Partition,
    /// The flash reported an error.
    #[error("flash error")]
    Flash,
    /// The sectors hold something else than our map.
    #[error("not a map")]
    Corrupted,
    /// There is a record, but not a good one.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl<F: NorFlash> Store<F> {
    /// A store in `range` of `flash`, two or more whole sectors. Nothing is read or written yet.
    ///
    /// # Errors
    ///
    /// [`StoreError::Partition`] if the range is too small or not aligned.
    pub fn new(flash: F, range: Range<u32>) -> Result<Self, StoreError> {
        if range.is_empty() || flash.capacity() < range.end as usize {
            return Err(StoreError::Partition);
        }
        let config = MapConfig::try_new(range).map_err(|_| StoreError::Partition)?;
        Ok(Self {
            map: MapStorage::new(Blocking(flash), config, Cache::new(Uncached, Uncached, ArrayKeyPointers::new())),
            stored: State::default(),
        })
    }

    /// Reads the record. To be called once, at boot.
    ///
    /// It writes only to repair what a power cut has left half done.
    pub async fn load(&mut self) -> Loaded {
        let mut buffer = [0; BUFFER_LEN];
        let loaded = match self.map.fetch_item::<&[u8]>(&mut buffer, &STATE).await {
            Ok(Some(bytes)) => match record::decode(bytes) {
                Ok(state) => Loaded::Restored(state),
                Err(error) => Loaded::Unreadable(error.into()),
            },
            Ok(None) => Loaded::NoRecord,
            Err(error) => Loaded::Unreadable(error.into()),
        };
        if let Loaded::Restored(state) = loaded {
            self.stored = state;
        }
        loaded
    }

    /// The state that a reboot would bring back: the last one loaded or saved, or the default.
    pub const fn stored(&self) -> &State {
        &self.stored
    }

    /// Writes `state`. Whether that is needed is the caller's decision, see [`Store::stored`].
    ///
    /// Do not drop the future half-way.
    ///
    /// # Errors
    ///
    /// The flash failed. What is stored is the state before or this one.
    pub async fn save(&mut self, state: &State) -> Result<(), StoreError> {
        let mut buffer = [0; BUFFER_LEN];
        let record = record::encode(state);
        let mut result = self.map.store_item(&mut buffer, &STATE, &&record[..]).await;
        if !matches!(result, Ok(()) | Err(MapError::Storage { .. })) {
            // Whatever the sectors hold, it is not a map; there is nothing in it to lose.
            self.map.erase_all().await?;
            result = self.map.store_item(&mut buffer, &STATE, &&record[..]).await;
        }
        result?;
        self.stored = *state;
        Ok(())
    }
}

impl<E> From<MapError<E>> for StoreError {
    fn from(error: MapError<E>) -> Self {
        match error {
            MapError::Storage { .. } => Self::Flash,
            _ => Self::Corrupted,
        }
    }
}
