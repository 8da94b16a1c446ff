//! An archive that is kept in memory, to be looked at.

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::id::UserId;
use crate::ports::personal_data::{Archive, ArchiveStopped, PersonalData};

/// Each file with what is in it.
#[derive(Debug, Default)]
pub(in crate::adapters::mongo) struct Files(pub Vec<(String, Vec<Value>)>);

impl Files {
    /// What a store hands over of somebody.
    pub async fn of(store: &dyn PersonalData, person: UserId) -> Self {
        let mut files = Self::default();
        store.export(person, &mut files).await.unwrap();
        files
    }

    /// How much is in each.
    pub fn sizes(&self) -> Vec<(&str, usize)> {
        let files = self.0.iter();
        files
            .map(|(name, lines)| (name.as_str(), lines.len()))
            .collect()
    }

    /// What is in a file.
    pub fn file(&self, name: &str) -> &[Value] {
        let file = self.0.iter().find(|(known, _)| known == name);
        &file.unwrap().1
    }
}

#[async_trait]
impl Archive for Files {
    async fn begin(&mut self, name: &str) -> Result<(), ArchiveStopped> {
        self.0.push((name.to_owned(), Vec::new()));
        Ok(())
    }

    async fn add(&mut self, json: String) -> Result<(), ArchiveStopped> {
        let line = serde_json::from_str(&json).unwrap();
        self.0.last_mut().unwrap().1.push(line);
        Ok(())
    }
}
