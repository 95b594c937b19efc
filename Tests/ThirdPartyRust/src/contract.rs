//! The contract by hand, as `agenthost/agent.h`, `log.h` and `note.h` have it: all of it, whether this agent
//! uses it or not. `bin/layout.rs` shows that it is laid out as the C compiler lays out the headers.
#![allow(dead_code)]

use std::ffi::{c_char, c_void};

pub const DRAFT: u32 = 3;

/// Borrowed UTF-8.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Text {
    pub bytes: *const c_char,
    pub length: usize,
}

pub type Token = u64;

#[repr(C)]
pub struct Message {
    pub conversation_id: Text,
    pub message_id: Text,
    pub sender_role: Text,
    pub sender_agent_id: Text,
    pub kind: Text,
    pub payload: Text,
    pub timeout_seconds: f64,
    pub process_count: u32,
    pub deliveries: u32,
}

/// `Action::verb`
pub const REPLY: u32 = 1;
pub const FORWARD: u32 = 2;
pub const SEND: u32 = 3;
pub const RETRY: u32 = 4;

/// `Action::target`
pub const TO_ROLE: u32 = 1;
pub const TO_AGENT: u32 = 2;
pub const TO_RESULT_LIST: u32 = 3;

/// `Action::payload_mode`
pub const PAYLOAD_KEEP: u32 = 0;
pub const PAYLOAD_MERGE: u32 = 1;
pub const PAYLOAD_REPLACE: u32 = 2;

#[repr(C)]
pub struct Action {
    pub verb: u32,
    pub target: u32,
    pub payload_mode: u32,
    pub delay_milliseconds: u32,
    pub address: Text,
    pub kind: Text,
    pub payload: Text,
    pub error_code: Text,
    pub error_message: Text,
}

#[repr(C)]
pub struct Host {
    pub context: *mut c_void,
    pub version: Text,
    pub complete: unsafe extern "C" fn(*const Host, Token, *const Action, usize) -> i32,
    pub fail: unsafe extern "C" fn(*const Host, Token, Text) -> i32,
    pub get_extension: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Agent {
    pub context: *mut c_void,
    pub start: unsafe extern "C" fn(*const Agent, Token),
    pub process: unsafe extern "C" fn(*const Agent, Token, *const Message),
    pub cancel: unsafe extern "C" fn(*const Agent, Token),
    pub stop: unsafe extern "C" fn(*const Agent, Token),
    pub destroy: unsafe extern "C" fn(*const Agent),
    pub get_extension: unsafe extern "C" fn(*const Agent, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Descriptor {
    pub role: Text,
    pub name: Text,
    pub version: Text,
    pub concurrency: u32,
    pub reserved: u32,
}

#[repr(C)]
pub struct Factory {
    pub context: *mut c_void,
    pub count: unsafe extern "C" fn(*const Factory) -> u32,
    pub descriptor: unsafe extern "C" fn(*const Factory, u32) -> *const Descriptor,
    pub create: unsafe extern "C" fn(*const Factory, u32, *const Host, *mut Text) -> *const Agent,
}

#[repr(C)]
pub struct Entry {
    pub draft: u32,
    pub reserved: u32,
    pub factory: *const Factory,
    pub get_extension: unsafe extern "C" fn(*const c_char) -> *const c_void,
}

// SAFETY: what is static of these is never written, and neither is what they point to.
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Factory {}
unsafe impl Sync for Entry {}

pub const EXTENSION_LOG: &[u8] = b"agenthost.log/1\0";

/// `Log::write`, level
pub const LOG_DEBUG: u32 = 1;
pub const LOG_INFO: u32 = 2;
pub const LOG_WARNING: u32 = 3;
pub const LOG_ERROR: u32 = 4;

#[repr(C)]
pub struct Log {
    pub write: unsafe extern "C" fn(*const Host, Token, u32, Text),
}

pub const NOTE_TYPE: u32 = 1;

#[repr(C)]
pub struct Note {
    pub name_size: u32,
    pub description_size: u32,
    pub r#type: u32,
    pub name: [u8; 8],
    pub draft: u32,
    pub sdk: u32,
    pub toolchain: u32,
    pub flags: u32,
}
