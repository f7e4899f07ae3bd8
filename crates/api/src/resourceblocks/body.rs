//! What requests say of a block of resources (wire reference, section 4.10). Members that only answers have are ignored.

use crate::availability::matchingslots::ResourceInput;
use crate::bounded::{BoundedList, prose};
use crate::document::{AsParameter, Completable};
use crate::error::ApiError;
use crate::wire::missing;
use schemars::JsonSchema;
use serde::Deserialize;
use slotkeeper_app::resourceblocks::create::NewResourceBlock;
use slotkeeper_app::resourceblocks::update::ResourceBlockChange;
use slotkeeper_domain::block::{LONGEST_REASON, MOST_RESOURCES};
use slotkeeper_domain::inventory::Span;
use slotkeeper_domain::time::{Instant, WireTime, Zone};

/// A block of resources as requests have it. A member that is missing says nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ResourceBlockChange")]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ResourceBlockBody {
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    start_time: Option<WireTime>,
    #[schemars(with = "Option<AsParameter<WireTime>>")]
    end_time: Option<WireTime>,
    #[schemars(length(min = 1))]
    resources: Option<BoundedList<ResourceInput, MOST_RESOURCES>>,
    #[serde(deserialize_with = "prose::<LONGEST_REASON, _>")]
    #[schemars(length(max = LONGEST_REASON))]
    reason: Option<String>,
}

impl Completable for ResourceBlockBody {
    const COMPLETE: &'static str = "ResourceBlockInput";
    const REQUIRED: &'static [&'static str] = &["startTime", "endTime", "resources"];
}

/// Answers have whole seconds, and what is kept is what they show.
fn to_the_second(time: WireTime, zone: &Zone) -> Instant {
    Instant::from_millis(time.at(zone).as_millis().div_euclid(1_000) * 1_000)
}

impl ResourceBlockBody {
    /// The block to be made.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn new_block(&self, zone: &Zone) -> Result<NewResourceBlock, ApiError> {
        let ResourceBlockChange { starts_at, ends_at, resources, reason } = self.change(zone)?;
        let from = starts_at.ok_or_else(|| missing("startTime"))?;
        let span = Span { from, to: ends_at.ok_or_else(|| missing("endTime"))? };
        Ok(NewResourceBlock { span, resources: resources.ok_or_else(|| missing("resources"))?, reason })
    }

    /// What is said of a block that is there.
    ///
    /// # Errors
    /// 400, naming the member.
    pub(crate) fn change(&self, zone: &Zone) -> Result<ResourceBlockChange, ApiError> {
        let resources = self.resources.as_ref();
        Ok(ResourceBlockChange {
            starts_at: self.start_time.map(|time| to_the_second(time, zone)),
            ends_at: self.end_time.map(|time| to_the_second(time, zone)),
            resources: resources.map(|resources| resources.iter().map(ResourceInput::id).collect()).transpose()?,
            reason: self.reason.clone(),
        })
    }
}
