//! RSA: the accelerator for modular exponentiation, modular multiplication and multiplication of up to 3072 bits; TRM,
//! chapter "RSA Accelerator". It calculates as the hardware does, with the R² and M' that the driver gives it: with
//! wrong ones the result is wrong here too.

use super::hub::{Env, Hub};
use super::interrupt::Source;
use hil_sim_core::chip::soc::Device;
use hil_sim_core::time::Span;

const M_MEM: u32 = 0x000;
const Z_MEM: u32 = 0x200;
const Y_MEM: u32 = 0x400;
const X_MEM: u32 = 0x600;
const MEM_END: u32 = 0x800;
/// Offset of a word in one of the four memories, and bytes of each that exist.
const MEM_OFFSET: u32 = 0x1FF;
const MEM_BYTES: u32 = 0x180;
const M_PRIME: u32 = 0x800;
const MODE: u32 = 0x804;
const QUERY_CLEAN: u32 = 0x808;
const SET_START_MODEXP: u32 = 0x80C;
const SET_START_MODMULT: u32 = 0x810;
const SET_START_MULT: u32 = 0x814;
const QUERY_IDLE: u32 = 0x818;
const INT_CLR: u32 = 0x81C;
const CONSTANT_TIME: u32 = 0x820;
const SEARCH_ENABLE: u32 = 0x824;
const SEARCH_POS: u32 = 0x828;
const INT_ENA: u32 = 0x82C;
const DATE: u32 = 0x830;

const WORDS: usize = (MEM_BYTES / 4) as usize;

/// The registers.
#[derive(Clone, Hash, Debug)]
pub(crate) struct Rsa {
    m: [u32; WORDS],
    z: [u32; WORDS],
    y: [u32; WORDS],
    x: [u32; WORDS],
    m_prime: u32,
    mode: u32,
    constant_time: bool,
    search_enable: bool,
    search_pos: u32,
    interrupt_enable: bool,
    interrupt: bool,
    /// What Z will be when the calculation is done.
    result: Option<Vec<u32>>,
}

impl Default for Rsa {
    fn default() -> Self {
        Self {
            m: [0; WORDS],
            z: [0; WORDS],
            y: [0; WORDS],
            x: [0; WORDS],
            m_prime: 0,
            mode: 0,
            constant_time: true,
            search_enable: false,
            search_pos: 0,
            interrupt_enable: true,
            interrupt: false,
            result: None,
        }
    }
}

impl Rsa {
    /// Length of the operands in words.
    fn words(&self) -> usize {
        (self.mode as usize + 1).min(WORDS)
    }

    fn memory(&mut self, offset: u32) -> Option<&mut u32> {
        let memory = match offset & !MEM_OFFSET {
            M_MEM => &mut self.m,
            Z_MEM => &mut self.z,
            Y_MEM => &mut self.y,
            X_MEM => &mut self.x,
            _ => return None,
        };
        memory.get_mut(((offset & MEM_OFFSET) / 4) as usize)
    }

    /// a * b / R mod M.
    fn montgomery(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        montgomery(a, b, &self.m[..self.words()], self.m_prime)
    }

    /// X ^ Y mod M; Z has R² mod M. Gives the number of multiplications too.
    fn mod_exp(&self) -> (Vec<u32>, u64) {
        let n = self.words();
        let mut one = vec![0; n];
        one[0] = 1;
        let r_squared = &self.z[..n];
        let base = self.montgomery(&self.x[..n], r_squared);
        let mut power = self.montgomery(&one, r_squared);
        let top = if self.search_enable { (self.search_pos as usize + 1).min(32 * n) } else { 32 * n };
        let mut multiplications = 3;
        for bit in (0..top).rev() {
            let set = self.y[bit / 32] >> (bit % 32) & 1 == 1;
            power = self.montgomery(&power, &power);
            if set {
                power = self.montgomery(&power, &base);
            }
            multiplications += 1 + u64::from(set || self.constant_time);
        }
        (self.montgomery(&power, &one), multiplications)
    }

    /// X * Y mod M; Z has R² mod M.
    fn mod_mult(&self) -> Vec<u32> {
        let n = self.words();
        self.montgomery(&self.montgomery(&self.x[..n], &self.z[..n]), &self.y[..n])
    }

    /// X times the upper half of Z, over the whole of Z; MODE is of the result's length.
    fn mult(&self) -> Vec<u32> {
        let n = self.words();
        let half = n / 2;
        let mut result = vec![0; n];
        for (i, a) in self.x[..half].iter().enumerate() {
            let mut carry = 0;
            for (j, b) in self.z[half..2 * half].iter().enumerate() {
                let sum = u64::from(*a) * u64::from(*b) + u64::from(result[i + j]) + carry;
                result[i + j] = sum as u32;
                carry = sum >> 32;
            }
            result[i + half] = carry as u32;
        }
        result
    }

    /// A multiplication is taken to need a cycle for each product of two words, a Montgomery multiplication two; with that
    /// 3072 bits take 0.7 s, as ESP-IDF's performance tests expect of the chip.
    fn begin(&mut self, env: &mut Env<'_>, result: Vec<u32>, multiplications: u64) {
        let n = self.words() as u64;
        self.result = Some(result);
        env.wake_after(Span::of_cycles(multiplications * 2 * n * n, env.hub.clocks.crypto_hz()));
    }

    fn start(&mut self, env: &mut Env<'_>, offset: u32) {
        if self.result.is_some() {
            return;
        }
        let (result, multiplications) = match offset {
            SET_START_MODEXP => self.mod_exp(),
            SET_START_MODMULT => (self.mod_mult(), 2),
            _ => (self.mult(), 1),
        };
        self.begin(env, result, multiplications);
    }

    fn present_interrupt(&self, env: &mut Env<'_>) {
        env.interrupt(Source::RSA, self.interrupt && self.interrupt_enable);
    }
}

/// Montgomery's multiplication, word by word: a * b / 2^(32 n) mod m, with m' = -1 / m mod 2^32.
fn montgomery(a: &[u32], b: &[u32], m: &[u32], m_prime: u32) -> Vec<u32> {
    let n = m.len();
    let mut t = vec![0u32; n];
    let mut top = 0u64;
    for a_i in a {
        let mut carry = 0;
        for (t_j, b_j) in t.iter_mut().zip(b) {
            let sum = u64::from(*a_i) * u64::from(*b_j) + u64::from(*t_j) + carry;
            *t_j = sum as u32;
            carry = sum >> 32;
        }
        top += carry;
        let factor = u64::from(t[0].wrapping_mul(m_prime));
        let mut carry = (factor * u64::from(m[0]) + u64::from(t[0])) >> 32;
        for j in 1..n {
            let sum = factor * u64::from(m[j]) + u64::from(t[j]) + carry;
            t[j - 1] = sum as u32;
            carry = sum >> 32;
        }
        top += carry;
        t[n - 1] = top as u32;
        top >>= 32;
    }
    if top > 0 || !is_less(&t, m) {
        let mut borrow = 0;
        for (t_j, m_j) in t.iter_mut().zip(m) {
            let difference = i64::from(*t_j) - i64::from(*m_j) + borrow;
            *t_j = difference as u32;
            borrow = difference >> 32;
        }
    }
    t
}

/// a < b, both with their lowest word first.
fn is_less(a: &[u32], b: &[u32]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

impl Device<Hub> for Rsa {
    fn read(&mut self, env: &mut Env<'_>, offset: u32) -> u32 {
        match offset {
            M_MEM..MEM_END => self.memory(offset).map_or(0, |word| *word),
            M_PRIME => self.m_prime,
            MODE => self.mode,
            QUERY_CLEAN => 1,
            QUERY_IDLE => u32::from(self.result.is_none()),
            SET_START_MODEXP | SET_START_MODMULT | SET_START_MULT | INT_CLR => 0,
            CONSTANT_TIME => u32::from(self.constant_time),
            SEARCH_ENABLE => u32::from(self.search_enable),
            SEARCH_POS => self.search_pos,
            INT_ENA => u32::from(self.interrupt_enable),
            DATE => 0x2020_0618,
            _ => env.unmodelled_read(offset),
        }
    }

    fn write(&mut self, env: &mut Env<'_>, offset: u32, value: u32) {
        match offset {
            M_MEM..MEM_END => {
                if let Some(word) = self.memory(offset) {
                    *word = value;
                }
            }
            M_PRIME => self.m_prime = value,
            MODE => self.mode = value & 0x7F,
            SET_START_MODEXP | SET_START_MODMULT | SET_START_MULT => {
                if value & 1 == 1 {
                    self.start(env, offset);
                }
            }
            INT_CLR => {
                self.interrupt &= value & 1 == 0;
                self.present_interrupt(env);
            }
            CONSTANT_TIME => self.constant_time = value & 1 == 1,
            SEARCH_ENABLE => self.search_enable = value & 1 == 1,
            SEARCH_POS => self.search_pos = value & 0xFFF,
            INT_ENA => {
                self.interrupt_enable = value & 1 == 1;
                self.present_interrupt(env);
            }
            QUERY_CLEAN | QUERY_IDLE | DATE => {}
            _ => env.unmodelled_write(offset, value),
        }
    }

    fn reset(&mut self, env: &mut Env<'_>) {
        *self = Self::default();
        env.sleep();
        self.present_interrupt(env);
    }

    fn event(&mut self, env: &mut Env<'_>) {
        if let Some(result) = self.result.take() {
            self.z[..result.len()].copy_from_slice(&result);
            self.interrupt = true;
            self.present_interrupt(env);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soc::map::DeviceId;
    use crate::soc::rig::Rig;

    const RSA: u32 = DeviceId::Rsa.describe().1;
    /// 2^64 - 59, a prime.
    const M: [u32; 2] = [0xFFFF_FFC5, 0xFFFF_FFFF];
    /// 2^128 mod M = 59².
    const R_SQUARED: [u32; 2] = [59 * 59, 0];

    fn rig(x: [u32; 2], y: [u32; 2]) -> Rig {
        let mut rig = Rig::new();
        rig.write(RSA + MODE, 1);
        rig.write_words(RSA + X_MEM, &x);
        rig.write_words(RSA + Y_MEM, &y);
        rig.write_words(RSA + M_MEM, &M);
        rig.write_words(RSA + Z_MEM, &R_SQUARED);
        rig.write(RSA + M_PRIME, m_prime(M[0]));
        rig
    }

    fn m_prime(m: u32) -> u32 {
        (0..5).fold(1u32, |inverse, _| inverse.wrapping_mul(2u32.wrapping_sub(m.wrapping_mul(inverse)))).wrapping_neg()
    }

    fn result(rig: &mut Rig, start: u32) -> u64 {
        rig.write(RSA + start, 1);
        assert_eq!(rig.read(RSA + QUERY_IDLE), 0);
        rig.run(Span::from_us(100));
        assert_eq!(rig.read(RSA + QUERY_IDLE), 1);
        assert!(rig.is_raised(Source::RSA.0));
        rig.write(RSA + INT_CLR, 1);
        assert!(!rig.is_raised(Source::RSA.0));
        u64::from(rig.read(RSA + Z_MEM + 4)) << 32 | u64::from(rig.read(RSA + Z_MEM))
    }

    #[test]
    fn powers_modulo_m() {
        let m = u64::from(M[1]) << 32 | u64::from(M[0]);
        assert_eq!(result(&mut rig([3, 0], [5, 0]), SET_START_MODEXP), 243);
        let fermat = result(&mut rig([7, 9], [(m - 1) as u32, (m >> 32) as u32]), SET_START_MODEXP);
        assert_eq!(fermat, 1, "x^(p-1) = 1");
    }

    #[test]
    fn a_search_position_hides_the_bits_above() {
        let mut rig = rig([3, 0], [0x15, 0]);
        rig.write(RSA + SEARCH_ENABLE, 1);
        rig.write(RSA + SEARCH_POS, 2);
        assert_eq!(result(&mut rig, SET_START_MODEXP), 243);
    }

    #[test]
    fn products() {
        let expected = (u128::from(0x1_0000_0002u64) * 0x3_0000_0004) % u128::from(u64::MAX - 58);
        assert_eq!(u128::from(result(&mut rig([2, 1], [4, 3]), SET_START_MODMULT)), expected);
        let mut long = rig([0xFFFF_FFFF, 0], [0, 0]);
        long.write_words(RSA + Z_MEM, &[0, 0xFFFF_FFFF]);
        assert_eq!(result(&mut long, SET_START_MULT), 0xFFFF_FFFE_0000_0001);
    }

    #[test]
    fn an_even_modulus_and_wild_lengths_do_no_harm() {
        let mut rig = Rig::new();
        rig.write(RSA + MODE, 0x7F);
        rig.write(RSA + X_MEM, u32::MAX);
        rig.write(RSA + SET_START_MULT, 1);
        rig.run(Span::from_ms(10));
        rig.write(RSA + SEARCH_ENABLE, 1);
        rig.write(RSA + SET_START_MODEXP, 1);
        rig.run(Span::from_ms(10));
        assert_eq!(rig.read(RSA + QUERY_IDLE), 1);
    }

    #[test]
    fn no_register_value_makes_it_panic() {
        for seed in 0..3 {
            Rig::new().try_anything(&[DeviceId::Rsa], seed);
        }
    }
}
