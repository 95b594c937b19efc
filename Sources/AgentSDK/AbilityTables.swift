/// What the contract calls agents by, beyond messages; the same for all of a library's.
enum AbilityTables {
  // SAFETY: each is written once, never freed, and only read from then on.
  nonisolated(unsafe) static let broadcast = table(
    agenthost_broadcast_v1(received: { agent, role, text in
      let role = role.copiedString()
      held(by: agent)?.received(Broadcast(role: role.isEmpty ? nil : role, text: text.copiedString()))
    }))

  // SAFETY: as above.
  nonisolated(unsafe) static let timer = table(
    agenthost_timer_v1(
      interval_milliseconds: { held(by: $0)?.timerMilliseconds ?? 0 },
      fired: { agent, token in held(by: agent)?.fired(token) }))

  // SAFETY: as above.
  nonisolated(unsafe) static let observer = table(agenthost_observer_v1(reserved: 0))

  private static func table<Table>(_ table: Table) -> UnsafeRawPointer {
    let pointer = UnsafeMutablePointer<Table>.allocate(capacity: 1)
    pointer.initialize(to: table)
    return UnsafeRawPointer(pointer)
  }
}
