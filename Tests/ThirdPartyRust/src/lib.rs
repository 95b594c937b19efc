//! An agent in Rust, without a crate: answers with a fingerprint of the payload. What the host sees of it is here;
//! it works on the thread that it is called on, so there is nothing to cancel.

mod contract;
mod fingerprint;
mod host;

use contract::{
    Agent, Descriptor, Entry, Factory, Host, Message, Note, Text, Token, DRAFT, NOTE_TYPE,
};
use host::Call;
use std::ffi::{c_char, c_void};
use std::ptr;

/// By this the host knows the library before it runs anything of it.
#[used]
#[link_section = ".note.agent"]
static NOTE: Note = Note {
    name_size: 6,
    description_size: 16,
    r#type: NOTE_TYPE,
    name: *b"AGENT\0\0\0",
    draft: DRAFT,
    sdk: 0,
    toolchain: 0,
    flags: 0,
};

static ENTRY: Entry = Entry {
    draft: DRAFT,
    reserved: 0,
    factory: &FACTORY,
    get_extension: no_extension,
};

static FACTORY: Factory = Factory {
    context: ptr::null_mut(),
    count,
    descriptor,
    create,
};

static DESCRIPTOR: Descriptor = Descriptor {
    role: Text::new("fingerprint"),
    name: Text::new("Fingerprint"),
    version: Text::new(env!("CARGO_PKG_VERSION")),
    concurrency: 0,
    reserved: 0,
};

#[no_mangle]
pub extern "C" fn agent_plugin_entry() -> *const Entry {
    &ENTRY
}

extern "C" fn no_extension(_id: *const c_char) -> *const c_void {
    ptr::null()
}

extern "C" fn count(_factory: *const Factory) -> u32 {
    1
}

extern "C" fn descriptor(_factory: *const Factory, index: u32) -> *const Descriptor {
    if index == 0 {
        &DESCRIPTOR
    } else {
        ptr::null()
    }
}

/// The agent's context is the host that it belongs to.
unsafe extern "C" fn create(
    _factory: *const Factory,
    index: u32,
    host: *const Host,
    why: *mut Text,
) -> *const Agent {
    if index != 0 {
        // SAFETY: the contract has the host pass a place for it.
        unsafe { *why = Text::new("this library has one agent, at index 0") };
        return ptr::null();
    }
    let context = host.cast_mut().cast();
    let get_extension = no_agent_extension;
    let agent = Agent {
        context,
        start,
        process,
        cancel,
        stop,
        destroy,
        get_extension,
    };
    Box::into_raw(Box::new(agent))
}

/// Every call that may run an author's code goes through `Call::end`, which no panic passes.
unsafe extern "C" fn start(agent: *const Agent, token: Token) {
    // SAFETY: the host calls with an agent that `create` made and that is not destroyed.
    unsafe { Call::new(agent, token) }.end(|call| {
        call.log(&format!(
            "fingerprint: starts, version {}",
            env!("CARGO_PKG_VERSION")
        ));
        None
    });
}

unsafe extern "C" fn process(agent: *const Agent, token: Token, message: *const Message) {
    // SAFETY: as in `start`; the message is borrowed until this returns.
    let (call, message) = unsafe { (Call::new(agent, token), &*message) };
    call.end(|_| {
        // SAFETY: as above, and the contract has the host lend UTF-8.
        let (kind, payload) = unsafe { (message.kind.as_bytes(), message.payload.as_bytes()) };
        Some(fingerprint::answer(&String::from_utf8_lossy(kind), payload))
    });
}

extern "C" fn cancel(_agent: *const Agent, _token: Token) {}

unsafe extern "C" fn stop(agent: *const Agent, token: Token) {
    // SAFETY: as in `start`.
    unsafe { Call::new(agent, token) }.end(|_| None);
}

unsafe extern "C" fn destroy(agent: *const Agent) {
    // SAFETY: made by `Box::into_raw` in `create`; the host calls nothing of it again.
    drop(unsafe { Box::from_raw(agent.cast_mut()) });
}

extern "C" fn no_agent_extension(_agent: *const Agent, _id: *const c_char) -> *const c_void {
    ptr::null()
}
