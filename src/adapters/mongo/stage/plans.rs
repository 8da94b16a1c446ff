//! How the server finds what it is asked for: never by looking at every document.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use mongodb::bson::{Bson, Document, doc};
use mongodb::event::command::CommandEvent;

use crate::adapters::mongo::index::{Index, declared};

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

    /// Holds each against the indexes declared. By their form, not by what the server makes of them: the stand-in's plans
    /// fall back to looking at everything as soon as a filter has a second condition.
    pub fn use_indexes(&self) {
        let asked = self.0.lock().unwrap();
        assert!(!asked.is_empty(), "something was asked");
        let declared: BTreeMap<_, _> = declared().into_iter().collect();
        let wrong: Vec<&String> = asked
            .iter()
            .filter(|(_, find)| {
                let indexes = &declared[find.get_str("find").unwrap()];
                let filter = find.get_document("filter").unwrap();
                let sort = find.get_document("sort").ok();
                // In the order of an index with all that is looked for, the first ones are read and no more.
                let in_order = |index: &Index| sort == Some(&index.keys) && has_all(index, filter);
                !is_found(filter, indexes) && !indexes.iter().any(in_order)
            })
            .map(|(shape, _)| shape)
            .collect();
        assert!(wrong.is_empty(), "without an index: {wrong:#?}");
    }
}

/// Whether the documents are found by their id or by an index; of alternatives, each.
fn is_found(filter: &Document, indexes: &[Index]) -> bool {
    let by_id = filter.get("_id").is_some_and(|id| match id {
        Bson::Document(operators) => ["$in", "$gt", "$lt"]
            .iter()
            .any(|known| operators.contains_key(*known)),
        _ => true,
    });
    let by_each = filter.get_array("$or").is_ok_and(|all| {
        let mut all = all.iter().map(|one| one.as_document().unwrap());
        all.all(|one| is_found(one, indexes))
    });
    by_id || by_each || indexes.iter().any(|index| serves(index, filter))
}

/// Whether the index begins with what is asked for, and can be used at all.
fn serves(index: &Index, filter: &Document) -> bool {
    let first = index.keys.keys().next().unwrap();
    let is_narrowed = filter.get(first).is_some_and(|value| match value {
        Bson::Document(operators) => !operators.contains_key("$ne"),
        _ => true,
    });
    is_narrowed && has_all(index, filter)
}

/// Whether the index has every document the filter can mean.
fn has_all(index: &Index, filter: &Document) -> bool {
    let mut only = index.only.iter().flatten();
    only.all(|(name, value)| {
        let asked = filter.get(name);
        match value {
            // Whatever it is to be, it is there.
            Bson::Document(of) if of.contains_key("$exists") => asked.is_some_and(|asked| {
                let asked = asked.as_document();
                asked.is_none_or(|asked| {
                    asked
                        .get_bool("$exists")
                        .unwrap_or(!asked.contains_key("$ne"))
                })
            }),
            // As many or more: what is asked for is not below.
            Bson::Document(_) => asked
                .and_then(Bson::as_document)
                .is_some_and(|asked| asked.contains_key("$gt") || asked.contains_key("$gte")),
            _ => asked == Some(value),
        }
    })
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
