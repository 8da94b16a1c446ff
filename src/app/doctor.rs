//! `maru doctor`: examines each configured backend as the server would use it, all at once, each within a deadline.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use serde_json::json;

mod services;

use crate::adapters::oauth::ProviderProbe;
use crate::adapters::sqlite::SqliteProbe;
use crate::config::Config;
use crate::ports::probe::{Fault, Finding, Probe};
use services::ServicesProbe;

/// How long a backend may take to answer everything.
const DEADLINE: Duration = Duration::from_secs(5);

/// Reading every page of a large file takes a while, and nothing is wrong with that.
const DEADLINE_EMBEDDED: Duration = Duration::from_secs(60);

/// Drivers give up a little before the deadline, so that they still can say why.
const MARGIN: Duration = Duration::from_millis(500);

/// What was found at each backend, in the order of the configuration.
#[derive(Debug)]
pub struct Diagnosis(Vec<Examined>);

#[derive(Debug)]
struct Examined {
    name: &'static str,
    address: String,
    finding: Finding,
}

struct Examination {
    name: &'static str,
    address: String,
    deadline: Duration,
    probe: Box<dyn Probe>,
}

/// Examines every configured backend, and whether one is missing; the embedded store where none is.
pub async fn diagnose(config: &Config) -> Diagnosis {
    let mut examinations = configured(config);
    if examinations.is_empty() {
        let data = config.store.data.clone();
        examinations.push(Examination {
            name: "embedded",
            address: data.display().to_string(),
            deadline: DEADLINE_EMBEDDED,
            probe: Box::new(SqliteProbe::new(data)),
        });
    }
    if config.backend.postgres.is_some() {
        examinations.push(Examination {
            name: "services",
            address: config.server.services.to_string(),
            deadline: DEADLINE,
            probe: Box::new(ServicesProbe(config.missing_backends())),
        });
    }
    examinations.extend(providers(config));
    Diagnosis(join_all(examinations.into_iter().map(Examination::run)).await)
}

impl Examination {
    async fn run(self) -> Examined {
        let mut finding = Finding::default();
        let examining = self.probe.examine(&mut finding, self.deadline - MARGIN);
        let outcome = tokio::time::timeout(self.deadline, examining).await;
        let late = || {
            let seconds = self.deadline.as_secs();
            Err(Fault::new(
                format!("gave no answer within {seconds} s"),
                "see that nothing between here and there drops packets, and that it is not overloaded",
            ))
        };
        finding
            .faults
            .extend(outcome.unwrap_or_else(|_| late()).err());
        Examined {
            name: self.name,
            address: self.address,
            finding,
        }
    }
}

/// The sign-in providers, as far as they can be examined without a person.
fn providers(config: &Config) -> impl Iterator<Item = Examination> {
    let public = config.server.public_url(config.server.listen);
    let providers = config.auth.providers.iter();
    providers.map(move |provider| Examination {
        name: "sign-in",
        address: provider.issuer.clone(),
        deadline: DEADLINE,
        probe: Box::new(ProviderProbe::new(provider.clone(), public.clone())),
    })
}

fn configured(config: &Config) -> Vec<Examination> {
    let backend = &config.backend;
    let found = [
        backend
            .postgres
            .as_ref()
            .map(|address| ("postgres", address.to_string(), postgres(address))),
        backend
            .mongodb
            .as_ref()
            .map(|address| ("mongodb", address.to_string(), mongo(address))),
        backend
            .redis
            .as_ref()
            .map(|address| ("redis", address.to_string(), redis(address))),
        backend
            .kafka
            .as_ref()
            .map(|address| ("kafka", address.to_string(), kafka(address))),
        backend.s3().map(|bucket| {
            let endpoint = bucket.endpoint.as_ref().map_or("s3://", url::Url::as_str);
            let separator = if endpoint.ends_with('/') { "" } else { "/" };
            (
                "s3",
                format!("{endpoint}{separator}{}", bucket.bucket),
                s3(&bucket),
            )
        }),
    ];
    let found = found.into_iter().flatten();
    found
        .map(|(name, address, probe)| Examination {
            name,
            address,
            deadline: DEADLINE,
            probe,
        })
        .collect()
}

/// One maker of a probe per backend, which answers for a backend that was left out of this program too.
macro_rules! backend {
    ($maker:ident($config:ty), $feature:literal, $probe:ident) => {
        #[cfg(feature = $feature)]
        fn $maker(config: &$config) -> Box<dyn Probe> {
            Box::new(crate::adapters::$maker::$probe::new(config.clone()))
        }
        #[cfg(not(feature = $feature))]
        fn $maker(_: &$config) -> Box<dyn Probe> {
            Box::new(LeftOut($feature))
        }
    };
}
backend!(postgres(crate::config::Address), "postgres", PostgresProbe);
backend!(mongo(crate::config::Address), "mongodb", MongoProbe);
backend!(redis(crate::config::Address), "redis", RedisProbe);
backend!(kafka(crate::config::Address), "kafka", KafkaProbe);
backend!(s3(crate::config::S3Config), "s3", S3Probe);

/// Answers for a backend whose driver was not compiled in.
#[cfg_attr(
    all(
        feature = "kafka",
        feature = "mongodb",
        feature = "postgres",
        feature = "redis",
        feature = "s3"
    ),
    allow(dead_code)
)]
struct LeftOut(&'static str);

#[async_trait]
impl Probe for LeftOut {
    async fn examine(&self, _finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
        let feature = self.0;
        Err(Fault::new(
            format!("this maru was built without the feature {feature}"),
            format!(
                "build it with cargo build --features {feature}, or leave the backend out of the configuration"
            ),
        ))
    }
}

impl Diagnosis {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.0
            .iter()
            .all(|examined| examined.finding.faults.is_empty())
    }

    /// One line a backend: name, address, version, and "ok" or what is wrong and what to do.
    pub fn text(&self) -> String {
        let width = |part: fn(&Examined) -> String| {
            self.0
                .iter()
                .map(|examined| part(examined).chars().count())
                .max()
                .unwrap_or(0)
        };
        let (name, address, version) = (
            width(|e| e.name.to_owned()),
            width(|e| e.address.clone()),
            width(Examined::version),
        );
        let lines = self.0.iter().map(|e| {
            format!(
                "{:name$}  {:address$}  {:version$}  {}\n",
                e.name,
                e.address,
                e.version(),
                e.verdict()
            )
        });
        lines.collect()
    }

    /// The same for programs: `{ok, backends: [{name, address, version, detail, ok, faults: [{problem, remedy}]}]}`.
    pub fn json(&self) -> String {
        let backends: Vec<_> = self.0.iter().map(Examined::json).collect();
        json!({ "ok": self.is_well(), "backends": backends }).to_string()
    }
}

impl Examined {
    fn version(&self) -> String {
        match (&self.finding.version, &self.finding.detail) {
            (Some(version), Some(detail)) => format!("{version}, {detail}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => "-".to_owned(),
        }
    }

    fn verdict(&self) -> String {
        let told = self
            .finding
            .faults
            .iter()
            .map(|fault| format!("WRONG: {} -> {}", fault.problem, fault.remedy));
        let told: Vec<String> = told.collect();
        if told.is_empty() {
            "ok".to_owned()
        } else {
            told.join("; ")
        }
    }

    fn json(&self) -> serde_json::Value {
        let fault = |fault: &Fault| json!({ "problem": fault.problem, "remedy": fault.remedy });
        json!({
            "name": self.name,
            "address": self.address,
            "version": self.finding.version,
            "detail": self.finding.detail,
            "ok": self.finding.faults.is_empty(),
            "faults": self.finding.faults.iter().map(fault).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Diagnosis, Examination, Examined, Fault, Finding, LeftOut, Probe};

    fn examined(name: &'static str, version: Option<&str>, faults: Vec<Fault>) -> Examined {
        let finding = Finding {
            version: version.map(str::to_owned),
            detail: None,
            faults,
        };
        Examined {
            name,
            address: "h:1".to_owned(),
            finding,
        }
    }

    #[test]
    fn each_backend_is_one_line_and_a_fault_says_what_to_do() {
        let faults = vec![
            Fault::new("is slow", "wait"),
            Fault::new("is old", "upgrade"),
        ];
        let mixed = Diagnosis(vec![
            examined("redis", Some("Redis 7.0.15"), vec![]),
            examined("s3", None, faults),
        ]);
        assert!(!mixed.is_well());
        let lines = mixed.text();
        let lines: Vec<&str> = lines.lines().collect();
        assert_eq!(lines[0], "redis  h:1  Redis 7.0.15  ok");
        assert_eq!(
            lines[1],
            "s3     h:1  -             WRONG: is slow -> wait; WRONG: is old -> upgrade"
        );
        let json: serde_json::Value = serde_json::from_str(&mixed.json()).unwrap();
        assert_eq!(json["ok"], false);
        assert_eq!(json["backends"][0]["ok"], true);
        assert_eq!(json["backends"][1]["faults"][1]["remedy"], "upgrade");
    }

    #[tokio::test]
    async fn a_driver_that_was_left_out_names_its_feature() {
        let mut finding = Finding::default();
        let fault = LeftOut("kafka")
            .examine(&mut finding, Duration::from_secs(1))
            .await
            .unwrap_err();
        assert!(fault.problem.contains("without the feature kafka"));
    }

    struct Silent;

    #[async_trait::async_trait]
    impl Probe for Silent {
        async fn examine(&self, finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
            finding.version = Some("Redis 7.0.15".to_owned());
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_backend_that_falls_silent_is_left_at_its_deadline_with_what_it_said() {
        let probe = Box::new(Silent);
        let deadline = super::MARGIN * 2;
        let examined = Examination {
            name: "redis",
            address: "h:1".to_owned(),
            deadline,
            probe,
        }
        .run()
        .await;
        assert_eq!(examined.finding.version.as_deref(), Some("Redis 7.0.15"));
        assert!(
            examined.finding.faults[0]
                .problem
                .contains("no answer within 1 s")
        );
    }
}
