/// The host as one agent sees it, for as long as the agent is not destroyed. What comes later, from a
/// task that still runs, is dropped.
final class HostConnection: @unchecked Sendable {
  // SAFETY: `host` is read under the lock's reading side, cleared under its writing side, and is not
  // Sendable for no other reason than being a pointer; the contract allows these calls on any thread.
  private var host: UnsafePointer<agenthost_host_v1>?
  private let lock = ReadWriteLock()
  private let threads: UnsafePointer<agenthost_threads_v1>?
  private let log: UnsafePointer<agenthost_log_v1>?
  /// What the operator says to the agent; nothing where the host offers no such thing.
  let configuration: AgentConfiguration
  /// As what the host serves the agent, where it says so.
  let role: String?

  init(_ host: UnsafePointer<agenthost_host_v1>) {
    self.host = host
    // SAFETY: an extension's id names its type.
    threads = host.pointee.get_extension(host, AGENTHOST_EXTENSION_THREADS)?
      .assumingMemoryBound(to: agenthost_threads_v1.self)
    log = host.pointee.get_extension(host, AGENTHOST_EXTENSION_LOG)?
      .assumingMemoryBound(to: agenthost_log_v1.self)
    let config = host.pointee.get_extension(host, AGENTHOST_EXTENSION_CONFIG)?
      .assumingMemoryBound(to: agenthost_config_v1.self)
    configuration = AgentConfiguration(json: config.map { $0.pointee.json(host).copiedString() } ?? "{}")
    role = config.map { $0.pointee.role(host).copiedString() }
  }

  var offersLog: Bool { log != nil }

  /// What the host says of its life. Asked for only where an agent wants it, since it may not be granted, which is noted.
  func session<Value>(
    _ body: (agenthost_session_v1, UnsafePointer<agenthost_host_v1>) -> Value
  ) -> Value? {
    let said: Value?? = withHost { host in
      // SAFETY: an extension's id names its type.
      let table = host.pointee.get_extension(host, AGENTHOST_EXTENSION_SESSION)?
        .assumingMemoryBound(to: agenthost_session_v1.self)
      return table.map { body($0.pointee, host) }
    }
    return said ?? nil
  }

  func complete(_ token: agenthost_token_v1, _ actions: [ReplyAction]) {
    withHost { host in
      withLentActions(actions) { _ = host.pointee.complete(host, token, $0, $1) }
    }
  }

  func fail(_ token: agenthost_token_v1, _ text: String) {
    withHost { host in
      withBorrowedText(text) { _ = host.pointee.fail(host, token, $0) }
    }
  }

  func writeLog(level: UInt32, token: agenthost_token_v1, text: String) {
    guard let log else { return }
    withHost { host in
      withBorrowedText(text) { log.pointee.write(host, token, level, $0) }
    }
  }

  /// Hands work to the plugin's own threads; false when there are none, or no longer.
  func enqueue(
    _ token: agenthost_token_v1,
    _ run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void,
    context: UnsafeMutableRawPointer, job: UnsafeMutableRawPointer
  ) -> Bool {
    guard let threads else { return false }
    return withHost { threads.pointee.enqueue($0, token, run, context, job) } != nil
  }

  /// Waits for calls that are inside the host, and lets no further one in.
  func close() { lock.writing { host = nil } }

  @discardableResult
  private func withHost<Result>(_ body: (UnsafePointer<agenthost_host_v1>) -> Result) -> Result? {
    lock.reading { host.map(body) }
  }
}
