//! Devices without a browser: what one asks, and what the person decided.

use httpkit::auth_wire::{DeviceAnswer, DeviceDecision, DeviceQuestion, DeviceView};

use super::{AuthClient, Result};

impl AuthClient {
    /// What the device asks that shows a code.
    pub async fn view_device(&self, question: &DeviceQuestion) -> Result<DeviceView> {
        self.post("device/view", question).await
    }

    /// What the person decided about it.
    pub async fn decide_device(&self, decision: &DeviceDecision) -> Result<DeviceAnswer> {
        self.post("device/decide", decision).await
    }
}
