//! The boards of several shards as those of one run.

use hil_model::event::{BoardReport, BoardState};

/// One entry for each board, told apart by id and place: a bench that served several shards is one bench, and two benches
/// may both have a `light-1`.
///
/// Attempts add up and faults follow each other in the order of the shards. The state is the worst that the board had in
/// any shard: a board that was quarantined once is not to be hidden by a shard in which it was fit.
pub(super) fn joined(boards: impl IntoIterator<Item = BoardReport>) -> Vec<BoardReport> {
    let mut all: Vec<BoardReport> = Vec::new();
    for board in boards {
        let Some(same) = all.iter_mut().find(|b| b.id == board.id && b.place == board.place) else {
            all.push(board);
            continue;
        };
        same.attempts += board.attempts;
        same.faults.extend(board.faults);
        if rank(board.state) > rank(same.state) {
            same.state = board.state;
        }
    }
    all
}

/// The higher, the worse.
const fn rank(state: BoardState) -> u8 {
    match state {
        BoardState::NotNeeded => 0,
        BoardState::Fit => 1,
        BoardState::NotAvailable => 2,
        BoardState::Failed => 3,
        BoardState::Quarantined => 4,
    }
}
