//! How the server finds what it is asked for: never by looking at every document.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mongodb::bson::{Bson, Document, doc};
use mongodb::event::command::CommandEvent;

use super::Mongo;

/// The kinds of queries asked, by their shape.
#[derive(Clone, Default)]
pub(super) struct Plans(Arc<Mutex<BTreeMap<String, Document>>>);

impl Plans {
    /// Notes what is asked.
    pub fn take(&self, event: CommandEvent) {
        let CommandEvent::Started(event) = event else {
            return;
        };
        let mut asked = self.0.lock().unwrap();
        for find in finds(&event.command_name, &event.command) {
            let shape = format!("{}", shape(&Bson::Document(find.clone())));
            asked.entry(shape).or_insert(find);
        }
    }

    /// Asks the server how it goes about each.
    pub async fn use_indexes(&self, mongo: &Mongo) {
        let asked = self.0.lock().unwrap().clone();
        assert!(!asked.is_empty(), "something was asked");
        let mut wrong = Vec::new();
        for (shape, find) in asked {
            let explain = doc! { "explain": find, "verbosity": "queryPlanner" };
            let plan = mongo.database.run_command(explain).await.unwrap();
            let plan = plan.get_document("queryPlanner").unwrap();
            let plan = plan.get_document("winningPlan").unwrap().to_string();
            if plan.contains("COLLSCAN") || !plan.contains("stage") {
                wrong.push(format!("{shape}\n  {plan}"));
            }
        }
        assert!(wrong.is_empty(), "without an index:\n{}", wrong.join("\n"));
    }
}

/// What a command looks for, as a `find` that does.
fn finds(name: &str, command: &Document) -> Vec<Document> {
    let collection = || command.get_str(name).unwrap().to_owned();
    let find = |filter: &Document| doc! { "find": collection(), "filter": filter.clone() };
    let each = |list: &str| -> Vec<Document> {
        let all = command.get_array(list).unwrap().iter();
        all.map(|one| find(one.as_document().unwrap().get_document("q").unwrap()))
            .collect()
    };
    match name {
        "find" => {
            let mut found = find(command.get_document("filter").unwrap());
            if let Ok(sort) = command.get_document("sort") {
                found.insert("sort", sort.clone());
            }
            vec![found]
        }
        "findAndModify" => vec![find(command.get_document("query").unwrap())],
        "update" => each("updates"),
        "delete" => each("deletes"),
        "aggregate" => {
            let first = command.get_array("pipeline").unwrap()[0].as_document();
            let filter = first.and_then(|stage| stage.get_document("$match").ok());
            vec![find(filter.expect("it begins with what it looks for"))]
        }
        _ => Vec::new(),
    }
}

/// The same for other values.
fn shape(value: &Bson) -> Bson {
    match value {
        Bson::Document(document) => {
            let fields = document.iter().map(|(name, value)| {
                let kept = matches!(name.as_str(), "find" | "state" | "visibility" | "sort");
                let value = if kept { value.clone() } else { shape(value) };
                (name.clone(), value)
            });
            Bson::Document(fields.collect())
        }
        Bson::Array(values) => {
            let mut values: Vec<Bson> = values.iter().map(shape).collect();
            values.dedup();
            Bson::Array(values)
        }
        _ => Bson::String("?".to_owned()),
    }
}
