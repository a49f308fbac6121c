//! [`Network`]: the voltages of nets that only resistors lead to, by Kirchhoff's current law. Not for what changes with
//! frequency: there are no capacitors.

use super::drive::{Hold, Ohms, Volts};

/// Nodes held at voltages or by pull resistors, and the resistors between them.
#[derive(Debug)]
pub(super) struct Network {
    nodes: Vec<Hold>,
    resistors: Vec<(usize, usize, Ohms)>,
}

/// What a node has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Solved {
    /// What it had without resistors.
    ByItself,
    /// A voltage that resistors lead to it; none if they lead nowhere.
    ByResistors(Option<Volts>),
}

/// A sum of conductances below this is none: the resistors lead nowhere.
const NOTHING: f64 = 1e-13;

impl Network {
    pub(super) fn new(nodes: Vec<Hold>) -> Self {
        Self { nodes, resistors: Vec::new() }
    }

    pub(super) fn join(&mut self, one: usize, other: usize, ohms: Ohms) {
        self.resistors.push((one, other, ohms));
    }

    /// What each node has.
    pub(super) fn solve(&self) -> Vec<Solved> {
        let free: Vec<usize> = (0..self.nodes.len()).filter(|node| self.fixed(*node).is_none()).collect();
        let mut rows = self.equations(&free);
        let volts = eliminate(&mut rows);
        let mut solved = vec![Solved::ByItself; self.nodes.len()];
        for (node, volts) in free.into_iter().zip(volts) {
            let volts = volts.map(|volts| Volts::from_microvolts((volts * 1e6).round() as i32));
            solved[node] = Solved::ByResistors(volts);
        }
        solved
    }

    fn fixed(&self, node: usize) -> Option<f64> {
        match self.nodes[node] {
            Hold::Fixed(volts) => Some(volts.to_f64()),
            Hold::Pulled(..) => None,
        }
    }

    /// For each free node its row of the conductance matrix, and behind it the current that flows in from what is fixed.
    fn equations(&self, free: &[usize]) -> Vec<Vec<f64>> {
        let size = free.len();
        let mut place = vec![None; self.nodes.len()];
        let mut rows = vec![vec![0.0; size + 1]; size];
        for (row, node) in free.iter().enumerate() {
            place[*node] = Some(row);
            if let Hold::Pulled(conductance, current) = self.nodes[*node] {
                rows[row][row] = conductance;
                rows[row][size] = current;
            }
        }
        for (one, other, ohms) in &self.resistors {
            let conductance = ohms.conductance();
            for (here, there) in [(*one, *other), (*other, *one)] {
                let Some(row) = place[here] else { continue };
                rows[row][row] += conductance;
                match place[there] {
                    Some(column) => rows[row][column] -= conductance,
                    None => rows[row][size] += conductance * self.fixed(there).unwrap_or_default(),
                }
            }
        }
        rows
    }
}

/// Gauss's elimination. The matrix is symmetric and diagonally dominant, so that no rows are exchanged; a row without anything
/// left on its diagonal is of a node that floats.
fn eliminate(rows: &mut [Vec<f64>]) -> Vec<Option<f64>> {
    let size = rows.len();
    for pivot in 0..size {
        if rows[pivot][pivot] <= NOTHING {
            continue;
        }
        let (head, tail) = rows.split_at_mut(pivot + 1);
        let from = &head[pivot];
        for row in tail.iter_mut().filter(|row| row[pivot] != 0.0) {
            let factor = row[pivot] / from[pivot];
            row.iter_mut().zip(from).skip(pivot).for_each(|(value, above)| *value -= factor * above);
        }
    }
    let mut volts = vec![None; size];
    for row in (0..size).rev() {
        if rows[row][row] <= NOTHING {
            continue;
        }
        let behind: f64 = (row + 1..size).map(|column| rows[row][column] * volts[column].unwrap_or_default()).sum();
        let is_led_nowhere = (row + 1..size).any(|column| rows[row][column] < -NOTHING && volts[column].is_none());
        volts[row] = (!is_led_nowhere).then(|| (rows[row][size] - behind) / rows[row][row]);
    }
    volts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(millivolts: i32) -> Hold {
        Hold::Fixed(Volts::from_millivolts(millivolts))
    }

    const FREE: Hold = Hold::Pulled(0.0, 0.0);

    fn solved(nodes: &[Hold], resistors: &[(usize, usize, f64)]) -> Vec<Option<i32>> {
        let mut network = Network::new(nodes.to_vec());
        resistors.iter().for_each(|(one, other, ohms)| network.join(*one, *other, Ohms::new(*ohms).expect("ohms")));
        let millivolts = |solved| match solved {
            Solved::ByItself => Some(-1),
            Solved::ByResistors(volts) => volts.map(|volts: Volts| (volts.microvolts() + 500) / 1_000),
        };
        network.solve().into_iter().map(millivolts).collect()
    }

    #[test]
    fn a_divider_divides() {
        let divider = solved(&[fixed(3_300), FREE, fixed(0)], &[(0, 1, 10_000.0), (1, 2, 20_000.0)]);
        assert_eq!(divider, [Some(-1), Some(2_200), Some(-1)]);
    }

    #[test]
    fn a_ladder_of_r_and_2r_halves_from_rung_to_rung() {
        let ladder =
            solved(&[fixed(3_200), FREE, FREE, fixed(0)], &[(0, 1, 2e3), (1, 3, 2e3), (1, 2, 1e3), (2, 3, 1e3)]);
        assert_eq!(ladder[1..3], [Some(1_067), Some(533)]);
    }

    #[test]
    fn resistors_that_lead_nowhere_lead_to_no_voltage() {
        assert_eq!(solved(&[FREE, FREE], &[(0, 1, 220.0)]), [None, None]);
        assert_eq!(solved(&[FREE, FREE, FREE], &[(0, 1, 220.0), (1, 2, 4_700.0)]), [None, None, None]);
    }

    #[test]
    fn a_pull_resistor_of_the_chip_is_weaker_than_one_on_the_board() {
        let up = Hold::Pulled(Ohms::PULL.conductance(), Ohms::PULL.conductance() * 3.3);
        assert_eq!(solved(&[up, fixed(0)], &[(0, 1, 5_000.0)])[0], Some(330));
    }
}
