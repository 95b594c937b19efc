//! Prints how this compiler lays out the contract, a line a struct, a field and a constant; `layout.c` does the same
//! with the headers.

#[path = "../contract.rs"]
mod contract;

use contract::*;
use std::mem::{offset_of, size_of};

fn field_size<Struct, Field>(_: fn(&Struct) -> &Field) -> usize {
    size_of::<Field>()
}

macro_rules! layout {
    ($name:literal, $type:ident: $($field:ident)+) => {
        println!("{} {}", $name, size_of::<$type>());
        $(println!(
            "{}.{} {} {}", $name, stringify!($field).trim_start_matches("r#"), offset_of!($type, $field),
            field_size(|value: &$type| &value.$field)
        );)+
    };
}

fn main() {
    layout!("agenthost_text_v1", Text: bytes length);
    layout!("agenthost_message_v1", Message: conversation_id message_id sender_role sender_agent_id kind payload
        timeout_seconds process_count deliveries);
    layout!("agenthost_action_v1", Action: verb target payload_mode delay_milliseconds address kind payload
        error_code error_message);
    layout!("agenthost_host_v1", Host: context version complete fail get_extension);
    layout!("agenthost_agent_v1", Agent: context start process cancel stop destroy get_extension);
    layout!("agenthost_descriptor_v1", Descriptor: role name version concurrency reserved);
    layout!("agenthost_factory_v1", Factory: context count descriptor create);
    layout!("agenthost_entry_v1", Entry: draft reserved factory get_extension);
    layout!("agenthost_log_v1", Log: write);
    layout!("agenthost_note_v1", Note: name_size description_size r#type name draft sdk toolchain flags);
    println!("draft {DRAFT}, note {NOTE_TYPE}");
    println!(
        "verbs {REPLY} {FORWARD} {SEND} {RETRY}, targets {TO_ROLE} {TO_AGENT} {TO_RESULT_LIST}"
    );
    println!("payloads {PAYLOAD_KEEP} {PAYLOAD_MERGE} {PAYLOAD_REPLACE}");
    println!(
        "log {} {LOG_DEBUG} {LOG_INFO} {LOG_WARNING} {LOG_ERROR}",
        EXTENSION_LOG.escape_ascii()
    );
}
