//! Measures how late threads run on a busy machine: sleepers, and one that works a fifth of the time.
//! usage: stall PHASE_FILE OUT NAME [SLEEP_MS WORK_MS]   (the file names the phase; "end" stops)

use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

const PHASE_EVERY: Duration = Duration::from_millis(50);

fn main() {
    let args: Vec<String> = env::args().collect();
    let (phase_file, out, name) = (&args[1], &args[2], &args[3]);
    let ms = |at: usize| Duration::from_millis(args.get(at).map_or(0, |a| a.parse().expect("milliseconds")));
    let (sleep, work) = (ms(4), ms(5));

    let mut late: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    let mut phase = String::new();
    let mut phase_read: Option<Instant> = None;
    loop {
        if phase_read.is_none_or(|at| at.elapsed() > PHASE_EVERY) {
            phase = fs::read_to_string(phase_file).unwrap_or_default().trim().to_owned();
            phase_read = Some(Instant::now());
            if phase == "end" {
                break;
            }
        }
        let began = Instant::now();
        thread::sleep(sleep);
        let overshoot = began.elapsed().saturating_sub(sleep);
        late.entry(phase.clone()).or_default().push(overshoot.max(longest_gap(work)));
    }

    let mut report = String::new();
    for (phase, mut samples) in late {
        samples.sort_unstable();
        let at = |share: f64| samples[((samples.len() as f64 * share) as usize).min(samples.len() - 1)].as_secs_f64() * 1e3;
        report += &format!(
            "{phase}\t{name}\tn={}\tp50={:.2}\tp99={:.2}\tp99.9={:.2}\tworst={:.2} ms\n",
            samples.len(), at(0.5), at(0.99), at(0.999), at(1.0)
        );
    }
    fs::write(out, report).expect("the report is written");
}

/// Works for that long and returns the longest time it was kept off its core meanwhile.
fn longest_gap(work: Duration) -> Duration {
    let (began, mut last, mut gap) = (Instant::now(), Instant::now(), Duration::ZERO);
    while last - began < work {
        let now = Instant::now();
        gap = gap.max(now - last);
        last = now;
    }
    gap
}
