//! How often a number was how large: one atomic a bucket.

use std::sync::atomic::{AtomicU64, Ordering};

use super::exposition::{Exposition, Kind};

/// Counts of whole numbers up to each bound, and above the last.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Nothing observed yet. Bounds ascend.
    pub fn new(bounds: &'static [u64]) -> Self {
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0),
        }
    }

    /// One more.
    pub fn observe(&self, number: u64) {
        let place = self.bounds.partition_point(|bound| *bound < number);
        self.buckets[place].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(number, Ordering::Relaxed);
    }

    /// As a family of its own; numbers are divided by `unit`.
    pub fn write(&self, name: &'static str, help: &str, unit: u32, to: &mut Exposition) {
        to.family(name, Kind::Histogram, help);
        self.write_samples(name, &[], unit, to);
    }

    /// The samples alone, with labels, for a family of several.
    pub fn write_samples(
        &self,
        name: &str,
        labels: &[(&str, &str)],
        unit: u32,
        to: &mut Exposition,
    ) {
        let scaled = |number: u64| number as f64 / f64::from(unit);
        let mut count = 0;
        let bounds = self.bounds.iter().map(|bound| scaled(*bound).to_string());
        let bounds = bounds.chain(["+Inf".to_owned()]);
        for (bound, bucket) in bounds.zip(&self.buckets) {
            count += bucket.load(Ordering::Relaxed);
            let labels = [labels, &[("le", bound.as_str())]].concat();
            to.sample(&format!("{name}_bucket"), &labels, count);
        }
        let sum = scaled(self.sum.load(Ordering::Relaxed));
        to.sample(&format!("{name}_sum"), labels, sum);
        to.sample(&format!("{name}_count"), labels, count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_count_everything_up_to_their_bound() {
        let histogram = Histogram::new(&[10, 1_000]);
        for number in [0, 10, 11, 1_000, 1_001, 5_000] {
            histogram.observe(number);
        }
        let mut to = Exposition::default();
        histogram.write("maru_x_seconds", "Times.", 1_000, &mut to);
        assert_eq!(
            to.finish(),
            "# HELP maru_x_seconds Times.\n\
             # TYPE maru_x_seconds histogram\n\
             maru_x_seconds_bucket{le=\"0.01\"} 2\n\
             maru_x_seconds_bucket{le=\"1\"} 4\n\
             maru_x_seconds_bucket{le=\"+Inf\"} 6\n\
             maru_x_seconds_sum 7.022\n\
             maru_x_seconds_count 6\n"
        );
    }
}
