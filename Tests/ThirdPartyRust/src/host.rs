//! The host as Rust has it: a call that is ended once, by an answer or by a panic that goes no further.

use crate::contract::{
    Action, Agent, Host, Log, Text, Token, EXTENSION_LOG, LOG_INFO, PAYLOAD_MERGE, REPLY,
};
use std::any::Any;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::{ptr, slice};

impl Text {
    pub const fn new(text: &'static str) -> Text {
        Text {
            bytes: text.as_ptr().cast(),
            length: text.len(),
        }
    }

    /// Lent for one call.
    fn lending(text: &str) -> Text {
        Text {
            bytes: text.as_ptr().cast(),
            length: text.len(),
        }
    }

    const EMPTY: Text = Text {
        bytes: ptr::null(),
        length: 0,
    };

    /// # Safety
    /// What it was borrowed from is still there.
    pub unsafe fn as_bytes<'a>(self) -> &'a [u8] {
        if self.length == 0 {
            return &[];
        }
        // SAFETY: the contract: NULL only where the length is 0.
        unsafe { slice::from_raw_parts(self.bytes.cast(), self.length) }
    }
}

/// A call of start, process or stop.
pub struct Call<'a> {
    host: &'a Host,
    token: Token,
}

impl<'a> Call<'a> {
    /// # Safety
    /// `agent` was made by `create`, and is not destroyed before the call is over.
    pub unsafe fn new(agent: *const Agent, token: Token) -> Call<'a> {
        // SAFETY: the agent's context is its host, which lives longer.
        Call {
            host: unsafe { &*(*agent).context.cast() },
            token,
        }
    }

    /// Does the work, and tells the host what came of it: a reply, nothing, or a panic's message.
    pub fn end(self, work: impl FnOnce(&Call) -> Option<String>) {
        match catch_unwind(AssertUnwindSafe(|| work(&self))) {
            Ok(Some(payload)) => self.reply(&payload),
            // SAFETY: no actions, so none are read.
            Ok(None) => unsafe { (self.host.complete)(self.host, self.token, ptr::null(), 0) },
            // SAFETY: the host copies the text before it returns.
            Err(panic) => unsafe {
                (self.host.fail)(self.host, self.token, message_of(panic.as_ref()))
            },
        };
    }

    fn reply(&self, payload: &str) -> i32 {
        let action = Action {
            verb: REPLY,
            target: 0,
            payload_mode: PAYLOAD_MERGE,
            delay_milliseconds: 0,
            address: Text::EMPTY,
            kind: Text::EMPTY,
            payload: Text::lending(payload),
            error_code: Text::EMPTY,
            error_message: Text::EMPTY,
        };
        // SAFETY: the host copies all of it before it returns.
        unsafe { (self.host.complete)(self.host, self.token, &action, 1) }
    }

    /// A line in the host's log, where it has one.
    pub fn log(&self, text: &str) {
        // SAFETY: the identifier ends with a zero; what comes back is that extension's table, or NULL.
        unsafe {
            let log: *const Log =
                (self.host.get_extension)(self.host, EXTENSION_LOG.as_ptr().cast()).cast();
            if let Some(log) = log.as_ref() {
                (log.write)(self.host, self.token, LOG_INFO, Text::lending(text));
            }
        }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> Text {
    if let Some(text) = panic.downcast_ref::<&str>() {
        Text::lending(text)
    } else if let Some(text) = panic.downcast_ref::<String>() {
        Text::lending(text)
    } else {
        Text::new("the agent panicked")
    }
}
