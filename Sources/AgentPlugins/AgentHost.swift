import CAgentABI
import Logging
import Synchronization

/// The host as one agent sees it: the contract's table, and what stands behind it.
///
/// Never freed: an agent that calls after its `destroy`, against the contract, finds its calls
/// ended instead of freed memory. The cost is a few hundred bytes for each agent ever made, and its configuration.
final class AgentHost: Sendable {
  /// Longer lines of an agent are cut.
  static let maximumLogBytes = 4096

  let calls: CallTable
  let threads: PluginThreads
  let recorded: CrashRecord.Agent
  let logger: Logger
  private let grants: GrantedServices
  /// Services that the agent has asked for, and is not granted.
  private let refused = Mutex<Set<GrantedServices.Service>>([])
  // SAFETY: written once in init, then read only.
  nonisolated(unsafe) let pointer: UnsafePointer<agenthost_host_v1>
  // SAFETY: as above, and what it points to is never freed.
  private nonisolated(unsafe) let configuration, role: agenthost_text_v1
  private let session: HostSession

  /// `role` is what the agent serves, `settings` what an operator says to it.
  init(
    calls: CallTable, threads: PluginThreads, recorded: CrashRecord.Agent, role: String,
    settings: AgentSettings, session: HostSession, logger: Logger
  ) {
    self.session = session
    self.role = .permanent(role)
    configuration = .permanent(settings.configuration)
    grants = settings.grants
    self.calls = calls
    self.threads = threads
    self.recorded = recorded
    self.logger = logger
    let table = UnsafeMutablePointer<agenthost_host_v1>.allocate(capacity: 1)
    pointer = UnsafePointer(table)
    // SAFETY: the table keeps this object for good; `of` takes it out unretained.
    table.initialize(
      to: agenthost_host_v1(
        context: Unmanaged.passRetained(self).toOpaque(),
        version: Self.version,
        complete: { host, token, actions, count in
          AgentHost.of(host)?.complete(token, actions, count) ?? 0
        },
        fail: { host, token, message in
          AgentHost.of(host)?.end(token, .failure(message.copiedText)) ?? 0
        },
        get_extension: { host, identifier in
          AgentHost.of(host)?.service(String(cString: identifier))
        }))
  }

  /// nil where an agent calls with a table of its own making.
  private static func of(_ host: UnsafePointer<agenthost_host_v1>) -> AgentHost? {
    // SAFETY: `context` was set from a reference that is never released.
    host.pointee.context.map { Unmanaged<AgentHost>.fromOpaque($0).takeUnretainedValue() }
  }

  private func complete(
    _ token: agenthost_token_v1, _ actions: UnsafePointer<agenthost_action_v1>?, _ count: Int
  ) -> Int32 {
    do throws(InvalidOutcome) {
      return end(token, .actions(try AgentAction.copy(actions, count: count)))
    } catch {
      return end(token, .failure("the agent's outcome is invalid: \(error)"))
    }
  }

  private func end(_ token: agenthost_token_v1, _ result: CallResult) -> Int32 {
    calls.complete(CallToken(rawValue: token), result) ? 1 : 0
  }

  /// By name, in order.
  var refusedServices: [String] { refused.withLock { $0.map(\.rawValue).sorted() } }

  private func service(_ identifier: String) -> UnsafeRawPointer? {
    if let service = GrantedServices.Service(extension: identifier), !grants.includes(service) {
      if refused.withLock({ $0.insert(service).inserted }) {
        logger.warning("the agent asks for \(service), which it is not granted, and goes without")
      }
      return nil
    }
    return switch identifier {
    case AGENTHOST_EXTENSION_THREADS: UnsafeRawPointer(Self.threadsTable)
    case AGENTHOST_EXTENSION_LOG: UnsafeRawPointer(Self.logTable)
    case AGENTHOST_EXTENSION_CONFIG: UnsafeRawPointer(Self.configTable)
    case AGENTHOST_EXTENSION_SESSION: UnsafeRawPointer(Self.sessionTable)
    default: nil
    }
  }

  // SAFETY: written once, and only read from then on.
  private nonisolated(unsafe) static let version: agenthost_text_v1 = {
    Release.version.withUTF8Buffer { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { agenthost_text_v1(bytes: $0.baseAddress, length: $0.count) }
    }
  }()

  // SAFETY: written once, and only read from then on.
  private nonisolated(unsafe) static let threadsTable: UnsafePointer<agenthost_threads_v1> = {
    let table = UnsafeMutablePointer<agenthost_threads_v1>.allocate(capacity: 1)
    table.initialize(
      to: agenthost_threads_v1(enqueue: { host, token, run, context, job in
        guard let host = AgentHost.of(host) else { return }
        host.threads.enqueue(
          .job(PluginJob(agent: host.recorded, token: token, run: run, context: context, job: job)))
      }))
    return UnsafePointer(table)
  }()

  // SAFETY: written once, and only read from then on.
  private nonisolated(unsafe) static let logTable: UnsafePointer<agenthost_log_v1> = {
    let table = UnsafeMutablePointer<agenthost_log_v1>.allocate(capacity: 1)
    table.initialize(
      to: agenthost_log_v1(write: { host, token, level, text in
        AgentHost.of(host)?.log(level, text, during: CallToken(rawValue: token))
      }))
    return UnsafePointer(table)
  }()

  // SAFETY: written once, and only read from then on.
  private nonisolated(unsafe) static let configTable: UnsafePointer<agenthost_config_v1> = {
    let table = UnsafeMutablePointer<agenthost_config_v1>.allocate(capacity: 1)
    table.initialize(
      to: agenthost_config_v1(
        json: { AgentHost.of($0)?.configuration ?? .none },
        role: { AgentHost.of($0)?.role ?? .none }))
    return UnsafePointer(table)
  }()

  // SAFETY: written once, and only read from then on.
  private nonisolated(unsafe) static let sessionTable: UnsafePointer<agenthost_session_v1> = {
    let table = UnsafeMutablePointer<agenthost_session_v1>.allocate(capacity: 1)
    table.initialize(
      to: agenthost_session_v1(
        id: { AgentHost.of($0)?.session.idText ?? .none },
        began: { AgentHost.of($0)?.session.began ?? 0 },
        is_ending: { AgentHost.of($0)?.session.isEnding == true ? 1 : 0 },
        setting: { AgentHost.of($0)?.session.setting(String(cString: $1)) ?? .none }))
    return UnsafePointer(table)
  }()

  private func log(_ level: UInt32, _ text: agenthost_text_v1, during token: CallToken) {
    let severity: Logger.Level =
      switch level {
      case AGENTHOST_LOG_DEBUG: .debug
      case AGENTHOST_LOG_INFO: .info
      case AGENTHOST_LOG_WARNING: .warning
      default: .error
      }
    guard severity >= logger.logLevel else { return }
    logger.log(
      level: severity, "\(LogText.escaped(text.copiedText, maximumBytes: Self.maximumLogBytes))",
      metadata: calls.message(of: token).map(Self.names))
  }

  /// Which message a line is about.
  private static func names(of message: any AgentMessage) -> Logger.Metadata {
    var names: Logger.Metadata = [:]
    message.withMessage { message in
      names["message_id"] = "\(message.pointee.message_id.copiedText)"
      names["conversation_id"] = "\(message.pointee.conversation_id.copiedText)"
    }
    return names
  }
}
