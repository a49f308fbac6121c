//! Which boards a run takes.

use super::{BoardEntry, Inventory};
use hil_scenario::decode::did_you_mean;
use hil_scenario::plan::{FilterError, TagFilter};

/// Names that an error lists.
const LISTED: usize = 12;

/// What the user says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// `--board`: these.
    pub ids: Vec<String>,
    /// `--board-tag`: those with these tags, in the form of `--tag`.
    pub tags: Vec<String>,
    /// `--all`
    pub all: bool,
}

/// Why there is no board to take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// No board has this id.
    #[error("there is no board {id:?} in the inventory")]
    UnknownId {
        /// The id.
        id: String,
        /// ``did you mean `light-1`?``
        guess: Option<String>,
        /// The boards that there are.
        boards: String,
    },
    /// No board has these tags.
    #[error("no board has the tags {tags:?}")]
    NoSuchTags {
        /// As the user gave them.
        tags: String,
        /// The boards that there are, with their tags.
        boards: String,
    },
    /// The tags are written wrongly.
    #[error("--board-tag: {0}")]
    Tags(FilterError),
    /// Nothing is said, and there are several.
    #[error("the inventory has {count} boards, and none is chosen")]
    NothingChosen {
        /// How many.
        count: usize,
        /// The boards that there are.
        boards: String,
    },
}

impl SelectError {
    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::UnknownId { guess, boards, .. } => {
                let guess = guess.as_ref().map_or_else(String::new, |guess| format!("{guess} "));
                format!("{guess}the boards are {boards}")
            }
            Self::NoSuchTags { boards, .. } => format!("the boards are {boards}"),
            Self::Tags(_) => "as with --tag: `a,b` = both, `!a` = without; several are joined by or".to_owned(),
            Self::NothingChosen { boards, .. } => {
                format!("choose with --board ID, --board-tag TAGS or --all; the boards are {boards}")
            }
        }
    }
}

impl Inventory {
    /// The boards that are chosen, in the inventory's order: those with one of the ids, those with the tags, or all. Without a
    /// choice, the only one that there is.
    ///
    /// # Errors
    /// An id is unknown, no board has the tags, or nothing is chosen and there are several boards.
    pub fn select(&self, selection: &Selection) -> Result<Vec<&BoardEntry>, SelectError> {
        let Selection { ids, tags, all } = selection;
        if let Some(id) = ids.iter().find(|id| self.boards.iter().all(|board| board.id != **id)) {
            let guess = did_you_mean(id, self.boards.iter().map(|board| board.id.as_str()));
            return Err(SelectError::UnknownId { id: id.clone(), guess, boards: self.listed(false) });
        }
        let filter = TagFilter::new(tags).map_err(SelectError::Tags)?;
        let has_tags = |board: &BoardEntry| !tags.is_empty() && filter.matches(&board.tags);
        if !tags.is_empty() && !self.boards.iter().any(has_tags) {
            return Err(SelectError::NoSuchTags { tags: tags.join(" "), boards: self.listed(true) });
        }
        let nothing = ids.is_empty() && tags.is_empty() && !all;
        if nothing && self.boards.len() > 1 {
            return Err(SelectError::NothingChosen { count: self.boards.len(), boards: self.listed(true) });
        }
        let chosen = |board: &&BoardEntry| *all || nothing || ids.contains(&board.id) || has_tags(board);
        Ok(self.boards.iter().filter(chosen).collect())
    }

    fn listed(&self, with_tags: bool) -> String {
        let mut names: Vec<String> = self.boards.iter().take(LISTED).map(|board| named(board, with_tags)).collect();
        if let Some(more) = self.boards.len().checked_sub(LISTED).filter(|more| *more > 0) {
            names.push(format!("{more} more (`hil boards`)"));
        }
        names.join(", ")
    }
}

fn named(board: &BoardEntry, with_tags: bool) -> String {
    if with_tags && !board.tags.is_empty() {
        format!("{} ({})", board.id, board.tags.join(" "))
    } else {
        board.id.clone()
    }
}
