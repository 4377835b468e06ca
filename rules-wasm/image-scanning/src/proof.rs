//! A scan that took place, and what is demanded of it.

use crate::Params;
use eksamine_facts::derive::time::seconds;
use eksamine_rule::prelude::*;

const DAY: i64 = 86_400;

/// A scan of one image.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    /// Who did it.
    pub(crate) by: &'static str,
    /// Where that is said.
    pub(crate) place: String,
    /// When, in seconds since 1970.
    pub(crate) done: Known<i64>,
    pub(crate) critical: Known<i64>,
    pub(crate) high: Known<i64>,
}

/// What is demanded of the scans of what runs.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Whether anything is.
    pub(crate) demanded: bool,
    max_age_days: Option<i64>,
    max_critical: Option<i64>,
    max_high: Option<i64>,
    now: Known<i64>,
    /// When the facts were taken.
    taken: Known<i64>,
}

impl Limits {
    pub(crate) fn new(facts: &Facts<'_>, params: &Params) -> Self {
        let Params { require_running_image_scanned, max_scan_age_days, max_critical, max_high, .. } = params;
        let limited = [max_scan_age_days, max_critical, max_high].iter().any(|limit| limit.is_some());
        let time = |text: String, of: &str| {
            seconds(&text).ok_or_else(|| Unknown::because(format!("the time of {of} is no RFC 3339 time")))
        };
        Self {
            demanded: *require_running_image_scanned || limited,
            max_age_days: *max_scan_age_days,
            max_critical: *max_critical,
            max_high: *max_high,
            now: Known::derived(|| time(facts.as_of(), "judgement")),
            taken: Known::derived(|| time(facts.collected_at(), "gathering")),
        }
    }

    /// What of a scan is beyond the limits. A breach that is proven stands, whatever else is not known.
    ///
    /// # Errors
    /// [`Unknown`] when nothing is proven to be beyond and something is not known.
    pub(crate) fn breach(&self, proof: &Proof) -> Result<Option<String>, Unknown> {
        let count = |word: &str, found: &Known<i64>, most: Option<i64>, parameter: &str| -> Result<_, Unknown> {
            let Some(most) = most else { return Ok(None) };
            let found = *found.get()?;
            if found < 0 {
                return Err(Unknown::because(format!("{found} is no number of {word} findings")));
            }
            let s = if found == 1 { "" } else { "s" };
            Ok((found > most).then(|| format!("{found} {word} finding{s}, more than {parameter} = {most}")))
        };
        let all = [
            Known::derived(|| count("critical", &proof.critical, self.max_critical, "max_critical")),
            Known::derived(|| count("high", &proof.high, self.max_high, "max_high")),
            Known::derived(|| self.age(proof)),
        ];
        if let Some(breach) = all.iter().find_map(|one| one.peek()?.clone()) {
            return Ok(Some(breach));
        }
        all.iter().try_for_each(|one| one.get().map(|_| ()))?;
        Ok(None)
    }

    fn age(&self, proof: &Proof) -> Result<Option<String>, Unknown> {
        let Some(most) = self.max_age_days else { return Ok(None) };
        let done = *proof.done.get()?;
        // Clocks may differ by a little; a time in another unit is far off.
        if done > self.taken.get()? + DAY {
            return Err(Unknown::because("the scan took place after the facts were taken"));
        }
        let age = self.now.get()? - done;
        let days = age.div_euclid(DAY);
        let s = if days == 1 { "" } else { "s" };
        Ok((age > most * DAY).then(|| format!("an age of {days} day{s}, and max_scan_age_days is {most}")))
    }
}
