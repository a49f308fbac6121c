//! What holds for whatever is written, and whenever.

use hil_sim_core::net::{Network, NetworkConfig};
use hil_sim_core::time::{Instant, Span};
use proptest::prelude::*;

use super::guest::{ELSEWHERE, Guest, noise, seconds};
use super::host::Echo;

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_arrives_intact_however_it_is_cut(
        writes in prop::collection::vec((0_usize..5000, 0_u64..3000), 1..60),
        reads in 1_usize..4000,
        seed: u64,
    ) {
        let total = writes.iter().map(|(n, _)| n).sum();
        let bytes = noise(total);
        let mut guest = Guest::new(NetworkConfig { seed, ..NetworkConfig::default() });
        let socket = guest.connect((ELSEWHERE, 1883));
        let mut echo = Echo::default();
        prop_assert!(guest.run(seconds(1), &mut echo, |guest| guest.tcp(socket).may_send()));
        guest.run(Span::from_ms(1), &mut echo, |_| false);
        let id = echo.only();
        let (mut sent, mut received, mut buffer) = (0, Vec::new(), vec![0; reads]);
        let mut drain = |guest: &mut Guest| {
            let n = guest.tcp(socket).recv_slice(&mut buffer).unwrap_or(0);
            received.extend_from_slice(&buffer[..n]);
            received.len() == total
        };
        let mut nothing = |_: &mut Network, _: Instant| {};
        for (n, pause) in writes {
            let end = sent + n;
            while sent < end {
                sent += guest.network.write(guest.now, id, &bytes[sent..end]);
                guest.run(Span::from_us(pause), &mut nothing, &mut drain);
            }
        }
        let complete = (0..total + 1).any(|_| guest.run(Span::from_ms(5), &mut nothing, &mut drain));
        prop_assert!(complete);
        prop_assert!(received == bytes);
    }
}
