//! Floating point for a core without it; GCC internals, section "Routines for floating point emulation". Results are
//! IEEE 754's, rounded to nearest; conversions saturate.

use super::call::{Call, Fault, Outcome};
use std::cmp::Ordering;

type Result = std::result::Result<Outcome, Fault>;

/// About what one costs in software.
const SINGLE: Outcome = Outcome::Return(60);
const DOUBLE: Outcome = Outcome::Return(120);

fn single(call: &Call<'_>, n: usize) -> f32 {
    f32::from_bits(call.arg(n))
}

fn double(call: &Call<'_>, n: usize) -> f64 {
    f64::from_bits(call.arg64(n))
}

/// What a comparison gives: negative, zero or positive; `unordered` if there is a NaN.
fn compared(order: Option<Ordering>, unordered: i32) -> u32 {
    order.map_or(unordered, |order| order as i32) as u32
}

macro_rules! functions {
    ($($name:ident => |$call:ident| $value:expr, $result:ident, $cycles:ident;)*) => {
        $(pub(super) fn $name(call: &mut Call<'_>) -> Result {
            let $call = &*call;
            let value = $value;
            call.$result(value);
            Ok($cycles)
        })*
    };
}

functions! {
    addsf3 => |c| (single(c, 0) + single(c, 1)).to_bits(), result, SINGLE;
    subsf3 => |c| (single(c, 0) - single(c, 1)).to_bits(), result, SINGLE;
    mulsf3 => |c| (single(c, 0) * single(c, 1)).to_bits(), result, SINGLE;
    divsf3 => |c| (single(c, 0) / single(c, 1)).to_bits(), result, SINGLE;
    negsf2 => |c| c.arg(0) ^ 1 << 31, result, SINGLE;
    adddf3 => |c| (double(c, 0) + double(c, 2)).to_bits(), result64, DOUBLE;
    subdf3 => |c| (double(c, 0) - double(c, 2)).to_bits(), result64, DOUBLE;
    muldf3 => |c| (double(c, 0) * double(c, 2)).to_bits(), result64, DOUBLE;
    divdf3 => |c| (double(c, 0) / double(c, 2)).to_bits(), result64, DOUBLE;
    negdf2 => |c| c.arg64(0) ^ 1 << 63, result64, DOUBLE;
    extendsfdf2 => |c| f64::from(single(c, 0)).to_bits(), result64, SINGLE;
    truncdfsf2 => |c| (double(c, 0) as f32).to_bits(), result, DOUBLE;
    fixsfsi => |c| single(c, 0) as i32 as u32, result, SINGLE;
    fixsfdi => |c| single(c, 0) as i64 as u64, result64, SINGLE;
    fixunssfsi => |c| single(c, 0) as u32, result, SINGLE;
    fixunssfdi => |c| single(c, 0) as u64, result64, SINGLE;
    fixdfsi => |c| double(c, 0) as i32 as u32, result, DOUBLE;
    fixdfdi => |c| double(c, 0) as i64 as u64, result64, DOUBLE;
    fixunsdfsi => |c| double(c, 0) as u32, result, DOUBLE;
    floatsisf => |c| (c.arg(0) as i32 as f32).to_bits(), result, SINGLE;
    floatunsisf => |c| (c.arg(0) as f32).to_bits(), result, SINGLE;
    floatdisf => |c| (c.arg64(0) as i64 as f32).to_bits(), result, SINGLE;
    floatundisf => |c| (c.arg64(0) as f32).to_bits(), result, SINGLE;
    floatsidf => |c| f64::from(c.arg(0) as i32).to_bits(), result64, DOUBLE;
    floatunsidf => |c| f64::from(c.arg(0)).to_bits(), result64, DOUBLE;
    floatdidf => |c| (c.arg64(0) as i64 as f64).to_bits(), result64, DOUBLE;
    floatundidf => |c| (c.arg64(0) as f64).to_bits(), result64, DOUBLE;
    eqsf2 => |c| compared(single(c, 0).partial_cmp(&single(c, 1)), 1), result, SINGLE;
    lesf2 => |c| compared(single(c, 0).partial_cmp(&single(c, 1)), 1), result, SINGLE;
    gesf2 => |c| compared(single(c, 0).partial_cmp(&single(c, 1)), -1), result, SINGLE;
    gtsf2 => |c| compared(single(c, 0).partial_cmp(&single(c, 1)), -1), result, SINGLE;
    unordsf2 => |c| u32::from(single(c, 0).partial_cmp(&single(c, 1)).is_none()), result, SINGLE;
    eqdf2 => |c| compared(double(c, 0).partial_cmp(&double(c, 2)), 1), result, DOUBLE;
    ledf2 => |c| compared(double(c, 0).partial_cmp(&double(c, 2)), 1), result, DOUBLE;
    gedf2 => |c| compared(double(c, 0).partial_cmp(&double(c, 2)), -1), result, DOUBLE;
    gtdf2 => |c| compared(double(c, 0).partial_cmp(&double(c, 2)), -1), result, DOUBLE;
    unorddf2 => |c| u32::from(double(c, 0).partial_cmp(&double(c, 2)).is_none()), result, DOUBLE;
}
