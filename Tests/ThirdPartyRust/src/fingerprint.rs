//! What the agent does: plain Rust that knows nothing of the contract. It may panic.

/// The answer to a message: a JSON object to merge into its payload.
pub fn answer(kind: &str, payload: &[u8]) -> String {
    match kind {
        "task" | "result" => format!(r#"{{"text":"{:016x}"}}"#, fnv1a(payload)),
        other => panic!("no fingerprint is made of a message of kind {other}"),
    }
}

/// FNV-1a, 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
