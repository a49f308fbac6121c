//! Integers of 64 bits and bit counts; GCC internals, section "Routines for integer arithmetic".

use super::call::{Call, Fault, Outcome};

type Result = std::result::Result<Outcome, Fault>;

/// About what a division of 64 bits costs on a core without one.
const DIVISION: Outcome = Outcome::Return(60);
const SHORT: Outcome = Outcome::Return(8);

macro_rules! functions {
    ($($name:ident => |$call:ident| $value:expr, $result:ident, $cycles:expr;)*) => {
        $(pub(super) fn $name(call: &mut Call<'_>) -> Result {
            let $call = &*call;
            let value = $value;
            call.$result(value);
            Ok($cycles)
        })*
    };
}

functions! {
    abs => |c| (c.arg(0) as i32).wrapping_abs() as u32, result, SHORT;
    ashldi3 => |c| c.arg64(0).checked_shl(c.arg(2)).unwrap_or(0), result64, SHORT;
    lshrdi3 => |c| c.arg64(0).checked_shr(c.arg(2)).unwrap_or(0), result64, SHORT;
    ashrdi3 => |c| (c.arg64(0) as i64 >> c.arg(2).min(63)) as u64, result64, SHORT;
    bswapdi2 => |c| c.arg64(0).swap_bytes(), result64, SHORT;
    bswapsi2 => |c| c.arg(0).swap_bytes(), result, SHORT;
    clzdi2 => |c| c.arg64(0).leading_zeros(), result, SHORT;
    clzsi2 => |c| c.arg(0).leading_zeros(), result, SHORT;
    ctzdi2 => |c| c.arg64(0).trailing_zeros(), result, SHORT;
    ctzsi2 => |c| c.arg(0).trailing_zeros(), result, SHORT;
    popcountdi2 => |c| c.arg64(0).count_ones(), result, SHORT;
    popcountsi2 => |c| c.arg(0).count_ones(), result, SHORT;
    negdi2 => |c| c.arg64(0).wrapping_neg(), result64, SHORT;
    muldi3 => |c| c.arg64(0).wrapping_mul(c.arg64(2)), result64, SHORT;
    mulsi3 => |c| c.arg(0).wrapping_mul(c.arg(1)), result, SHORT;
    udivdi3 => |c| c.arg64(0).checked_div(c.arg64(2)).unwrap_or(u64::MAX), result64, DIVISION;
    umoddi3 => |c| c.arg64(0).checked_rem(c.arg64(2)).unwrap_or(c.arg64(0)), result64, DIVISION;
    divdi3 => |c| divide(c.arg64(0) as i64, c.arg64(2) as i64) as u64, result64, DIVISION;
    moddi3 => |c| remainder(c.arg64(0) as i64, c.arg64(2) as i64) as u64, result64, DIVISION;
    udivsi3 => |c| c.arg(0).checked_div(c.arg(1)).unwrap_or(u32::MAX), result, DIVISION;
    umodsi3 => |c| c.arg(0).checked_rem(c.arg(1)).unwrap_or(c.arg(0)), result, DIVISION;
    divsi3 => |c| divide((c.arg(0) as i32).into(), (c.arg(1) as i32).into()) as u32, result, DIVISION;
    modsi3 => |c| remainder((c.arg(0) as i32).into(), (c.arg(1) as i32).into()) as u32, result, DIVISION;
}

/// By zero as RISC-V's `div` does it.
fn divide(a: i64, b: i64) -> i64 {
    if b == 0 { -1 } else { a.wrapping_div(b) }
}

fn remainder(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { a.wrapping_rem(b) }
}
