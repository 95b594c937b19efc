import Synchronization

/// The way into a library of agents.
public enum AgentPlugin {
  /// What `agent_plugin_entry` returns: the table of the given agents, the same at every call.
  public static func entry(
    _ first: any Agent.Type, _ others: any Agent.Type...
  ) -> UnsafePointer<agenthost_entry_v1> {
    let types = [first] + others
    return tables.withLock { tables in
      let key = types.map { ObjectIdentifier($0) }
      let table = tables[key] ?? EntryTable(AgentFactory(types))
      tables[key] = table
      return table.entry
    }
  }

  private static let tables = Mutex<[[ObjectIdentifier]: EntryTable]>([:])
}

/// An entry and its factory, in storage that is never freed.
private struct EntryTable: @unchecked Sendable {
  // SAFETY: written once, in `init`, and only read from then on.
  let entry: UnsafePointer<agenthost_entry_v1>

  init(_ factory: AgentFactory) {
    let table = UnsafeMutablePointer<agenthost_factory_v1>.allocate(capacity: 1)
    // SAFETY: the table keeps the factory for good, as the process keeps the library.
    table.initialize(
      to: agenthost_factory_v1(
        context: Unmanaged.passRetained(factory).toOpaque(),
        count: { held(by: $0)?.count ?? 0 },
        descriptor: { held(by: $0)?.descriptor(at: $1) },
        create: { held(by: $0)?.create(at: $1, host: $2, why: $3) }))
    let entry = UnsafeMutablePointer<agenthost_entry_v1>.allocate(capacity: 1)
    entry.initialize(
      to: agenthost_entry_v1(
        draft: AGENTHOST_DRAFT, reserved: 0, factory: UnsafePointer(table), get_extension: { _ in nil }))
    self.entry = UnsafePointer(entry)
  }
}

private func held(by table: UnsafePointer<agenthost_factory_v1>) -> AgentFactory? {
  // SAFETY: the table is ours, and its context is the factory for ever.
  table.pointee.context.map { Unmanaged<AgentFactory>.fromOpaque($0).takeUnretainedValue() }
}
