//! `expect-stream`: the messages of a time, judged as a whole. What has come while the stimuli just before it were given counts too.

use std::time::Duration;

use super::matching::{describe, differences, matches, show};
use super::run::{At, Held, Run};
use crate::context::{Context, Found};
use crate::failure::Unmet;
use hil_model::time::{SimTime, display};
use hil_scenario::condition::Rules;
use hil_scenario::step::ExpectStream;
use hil_scenario::{Json, Span};
use hil_targets::broker::filter_matches;

const CODE: &str = "hil::expect_stream";
/// Messages that a failure points at.
const SHOWN: usize = 8;

impl Run for ExpectStream {
    async fn run(&self, cx: &mut Context, _at: &mut At<'_>) -> Held {
        let began = cx.journal.now();
        let (wanted, end) = (began + self.duration, cx.until(began + self.duration));
        let mut stream = Stream { expect: self, began, messages: Vec::new() };
        let mut from = cx.window.stream_from.map_or(cx.journal.end(), |from| from.max(cx.messages_from()));
        loop {
            // A message that is late is told when it is late, not at the end.
            let due = stream.due().map_or(end, |due| due.min(end));
            let window = &cx.window;
            let found = cx.journal.wait(from, due, |entries| {
                entries.iter().find_map(|e| {
                    let message = window.message(e)?;
                    let counts =
                        filter_matches(&self.topic.value, &message.topic) && matches(&self.payload, &message.payload.0);
                    counts.then(|| (e.at, Found { seq: e.seq, message: message.clone() }))
                })
            });
            let Some((at, found)) = found.await.filter(|(at, _)| *at <= end) else {
                if due < end {
                    return Err(stream.late().into());
                }
                break;
            };
            from = found.seq + 1;
            cx.use_up(&found);
            stream.messages.push((at, found));
            if let Some(unmet) = stream.judge_last() {
                return Err(unmet.into());
            }
        }
        // Cut short by the scenario's end, it is not judged by numbers that are not all there.
        if end == wanted
            && let Some(unmet) = stream.judge_end()
        {
            return Err(unmet.into());
        }
        Ok(stream.summary())
    }
}

struct Stream<'e> {
    expect: &'e ExpectStream,
    began: SimTime,
    messages: Vec<(SimTime, Found)>,
}

impl Stream<'_> {
    fn last_at(&self) -> SimTime {
        self.messages.last().map_or(self.began, |(at, _)| *at)
    }

    /// The last moment at which the next message is in time.
    fn due(&self) -> Option<SimTime> {
        let every = self.expect.every.as_ref()?;
        Some(self.last_at() + self.expect.tolerance.around(every.value).1)
    }

    fn unmet(&self, title: String, span: Span) -> Unmet {
        let shown = self.messages[self.messages.len().saturating_sub(SHOWN)..].iter().map(|(_, found)| found.seq);
        Unmet::new(CODE, title).at(span).related(shown)
    }

    /// `every 5s ± 10%`
    fn interval(&self) -> String {
        let every = self.expect.every.as_ref().map_or(Duration::ZERO, |every| every.value);
        let (shortest, longest) = self.expect.tolerance.around(every);
        format!("{} from one to the next ({} to {})", display(every), display(shortest), display(longest))
    }

    fn span_of_every(&self) -> Span {
        self.expect.every.as_ref().map_or(self.expect.topic.span, |every| every.span)
    }

    /// The next message has not come in time.
    fn late(&self) -> Unmet {
        let topic = &self.expect.topic.value;
        let (title, since) = match self.messages.len() {
            0 => (format!("no message on {topic} in time"), "the step began".to_owned()),
            number => (format!("no message on {topic} in time behind the {}", ordinal(number)), "it".to_owned()),
        };
        let waited = self.due().map_or(Duration::ZERO, |due| due.since(self.last_at()));
        let actual = format!("none for {} since {since}", display(waited));
        self.unmet(title, self.span_of_every()).expected(self.interval()).actual(actual)
    }

    /// What is wrong with the message that has come last.
    fn judge_last(&self) -> Option<Unmet> {
        let (expect, number) = (self.expect, self.messages.len());
        let (at, found) = self.messages.last()?;
        let before = number.checked_sub(2).and_then(|before| self.messages.get(before));
        let payload = &found.message.payload.0;
        if let (Some(every), Some((earlier, _))) = (&expect.every, before) {
            let gap = at.since(*earlier);
            if gap < expect.tolerance.around(every.value).0 {
                let title = format!("the {} message on {} came too early", ordinal(number), expect.topic.value);
                let actual = format!("{} after the one before", display(gap));
                return Some(self.unmet(title, every.span).expected(self.interval()).actual(actual));
            }
        }
        if let Some(most) = expect.at_most.as_ref().filter(|most| number as u64 > u64::from(most.value)) {
            let title = format!("too many messages on {}", expect.topic.value);
            let actual = format!("{number} within {}", display(at.since(self.began)));
            let expected = format!("at most {} in {}", most.value, display(expect.duration));
            return Some(self.unmet(title, most.span).expected(expected).actual(actual));
        }
        if let Some(order) = &expect.order {
            match order.value.get(number - 1) {
                None => {
                    let title = format!("a message on {} behind the last one that is expected", expect.topic.value);
                    let expected = format!("{} messages", order.value.len());
                    return Some(self.unmet(title, order.span).expected(expected).actual(show(&found.message)));
                }
                Some(wanted) if !matches(wanted, payload) => {
                    let title =
                        format!("the {} message on {} is not the expected one", ordinal(number), expect.topic.value);
                    let actual = show(&found.message) + &differences(wanted, payload);
                    let unmet = self.unmet(title, super::matching::span(wanted).unwrap_or(order.span));
                    return Some(unmet.expected(describe(wanted)).actual(actual));
                }
                Some(_) => {}
            }
        }
        if let Some(rules) = &expect.each
            && let broken = rules.value.broken(payload)
            && let Some(first) = broken.first()
        {
            let title = format!("the {} message on {} is not as each should be", ordinal(number), expect.topic.value);
            let lines: String =
                broken.iter().map(|it| format!("\n{}: {}, not {}", it.at, it.actual, it.expected)).collect();
            let unmet = self.unmet(title, first.span).expected(rules.value.to_string());
            return Some(unmet.actual(show(&found.message) + &lines));
        }
        let (rules, (_, earlier)) = (expect.change.as_ref()?, before?);
        let (path, problem, span) = changed(&rules.value, &earlier.message.payload.0, payload)?;
        let title = format!("{path} has not changed as expected to the {} message", ordinal(number));
        let expected = format!("from one message to the next, a change where {}", rules.value);
        Some(self.unmet(title, span).expected(expected).actual(problem))
    }

    /// What is wrong with all of them.
    fn judge_end(&self) -> Option<Unmet> {
        let (expect, number) = (self.expect, self.messages.len());
        let (topic, time) = (&expect.topic.value, display(expect.duration));
        if let Some(least) = expect.at_least.as_ref().filter(|least| (number as u64) < u64::from(least.value)) {
            let title = format!("too few messages on {topic}");
            let unmet = self.unmet(title, least.span).expected(format!("at least {} in {time}", least.value));
            return Some(unmet.actual(format!("{number} in {time}")));
        }
        if let Some(order) = expect.order.as_ref().filter(|order| number < order.value.len()) {
            let title = format!("the {} message on {topic} has not come in {time}", ordinal(number + 1));
            let expected = order.value.get(number).map(describe).unwrap_or_default();
            return Some(self.unmet(title, order.span).expected(expected).actual(format!("{number} messages")));
        }
        let asks_each = expect.each.as_ref().map(|each| each.span).filter(|_| number == 0);
        let asks_change = expect.change.as_ref().map(|change| change.span).filter(|_| number < 2);
        let span = asks_change.or(asks_each)?;
        let title = format!("too few messages on {topic} to judge");
        let expected = if asks_change.is_some() { "at least 2" } else { "at least 1" };
        Some(self.unmet(title, span).expected(format!("{expected} in {time}")).actual(format!("{number} in {time}")))
    }

    fn summary(&self) -> String {
        let gaps = || self.messages.windows(2).map(|pair| pair[1].0.since(pair[0].0));
        let range = gaps()
            .min()
            .zip(gaps().max())
            .map(|(shortest, longest)| format!(", {} to {} from one to the next", display(shortest), display(longest)));
        let count = self.messages.len();
        let word = if count == 1 { "message" } else { "messages" };
        format!("{count} {word} in {}{}", display(self.expect.duration), range.unwrap_or_default())
    }
}

/// The first value that has not changed as it should: its path, what happened, and the rule's place.
fn changed(rules: &Rules, before: &[u8], after: &[u8]) -> Option<(String, String, Span)> {
    let (before, after) = (Json::parse(before), Json::parse(after));
    rules.0.iter().find_map(|rule| {
        let number = |json: &Result<Json, _>| match json.as_ref().ok().map(|json| rule.path.find(json)) {
            Some(found) => match found.as_slice() {
                [(_, Json::Number(number))] => Ok(number.clone()),
                [(_, other)] => Err(format!("{other} is no number")),
                [] => Err("nothing is there".to_owned()),
                _ => Err("several values are there".to_owned()),
            },
            None => Err("a payload is no JSON".to_owned()),
        };
        let problem = match (number(&before), number(&after)) {
            (Ok(before), Ok(after)) => match after.minus(&before) {
                Some(change) => match rule.condition.hold(Some(&Json::Number(change.clone()))) {
                    Ok(()) => return None,
                    Err(_) => format!("{before} became {after}: a change of {change}"),
                },
                None => format!("{before} became {after}, which has too many digits"),
            },
            (Err(problem), _) | (_, Err(problem)) => problem,
        };
        Some((rule.path.to_string(), problem, rule.span))
    })
}

fn ordinal(number: usize) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
