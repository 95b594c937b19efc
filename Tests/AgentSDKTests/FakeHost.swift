import AgentSDK
import Dispatch
import Glibc
import Synchronization

/// A host made of the contract's C structs: it keeps what an agent completes.
final class FakeHost: @unchecked Sendable {
  enum Completion: Equatable, Sendable {
    case completed([Action])
    case failed(String)
  }

  struct Action: Equatable, Sendable {
    var verb, target, mode: UInt32
    var address = ""
    var kind = ""
    var payload = ""
    var code = ""
    var message = ""
  }

  struct LogLine: Equatable, Sendable {
    var level: UInt32
    var token: UInt64
    var text: String
  }

  private struct State {
    var completions: [UInt64: Completion] = [:]
    var waiting: [UInt64: CheckedContinuation<Completion, Never>] = [:]
    var repeated = 0
    var lines: [LogLine] = []
    var jobTokens: Set<UInt64> = []
  }

  // SAFETY: the tables are written in `init`, before anyone else sees them.
  let pointer: UnsafeMutablePointer<agenthost_host_v1>
  fileprivate let threads: UnsafeMutablePointer<agenthost_threads_v1>?
  fileprivate let log: UnsafeMutablePointer<agenthost_log_v1>?
  private let config: UnsafeMutablePointer<agenthost_config_v1>?
  // SAFETY: points to memory that these tests never free.
  fileprivate let configuration, role: agenthost_text_v1
  fileprivate let queue = DispatchQueue(label: "plugin threads", attributes: .concurrent)
  private static let onPluginThread = DispatchSpecificKey<Bool>()
  private let state = Mutex(State())

  static var isPluginThread: Bool { DispatchQueue.getSpecific(key: onPluginThread) == true }

  /// `configuration` and `role` are what an operator says beside the library.
  init(offersExtensions: Bool = true, configuration: String = "{}", role: String = "observing") {
    self.configuration = permanent(configuration)
    self.role = permanent(role)
    config = offersExtensions ? .allocate(capacity: 1) : nil
    pointer = .allocate(capacity: 1)
    threads = offersExtensions ? .allocate(capacity: 1) : nil
    log = offersExtensions ? .allocate(capacity: 1) : nil
    queue.setSpecific(key: Self.onPluginThread, value: true)
    pointer.initialize(
      to: agenthost_host_v1(
        context: Unmanaged.passUnretained(self).toOpaque(), version: agenthost_text_v1(bytes: nil, length: 0),
        complete: { host, token, actions, count in
          let actions = UnsafeBufferPointer(start: actions, count: count).map(Action.init)
          return fakeHost(host).end(token, .completed(actions))
        },
        fail: { host, token, text in fakeHost(host).end(token, .failed(string(text))) },
        get_extension: { host, id in fakeHost(host).offeredExtension(String(cString: id)) }))
    threads?.initialize(to: agenthost_threads_v1(enqueue: enqueueOnFakeHost))
    log?.initialize(to: agenthost_log_v1(write: writeToFakeHost))
    config?.initialize(
      to: agenthost_config_v1(json: { fakeHost($0).configuration }, role: { fakeHost($0).role }))
  }

  deinit {
    // The contract ends the pointer's validity with `destroy`: overwritten, a late use is seen.
    memset(pointer, 0xff, MemoryLayout<agenthost_host_v1>.size)
    pointer.deallocate()
    threads?.deallocate()
    log?.deallocate()
    config?.deallocate()
  }

  /// Waits for the completion of one token, as long as the test has time.
  func completion(of token: UInt64) async -> Completion {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ended = state.withLock { state in
          let ended = state.completions[token] ?? (Task.isCancelled ? Self.waitedInVain(token) : nil)
          if ended == nil { state.waiting[token] = continuation }
          return ended
        }
        if let ended { continuation.resume(returning: ended) }
      }
    } onCancel: {
      let waiting = state.withLock { $0.waiting.removeValue(forKey: token) }
      waiting?.resume(returning: Self.waitedInVain(token))
    }
  }

  private static func waitedInVain(_ token: UInt64) -> Completion {
    .failed("waited for the completion of token \(token), and none came")
  }

  var completed: Int { state.withLock { $0.completions.count } }
  var repeated: Int { state.withLock { $0.repeated } }
  /// The calls for which work was handed to the plugin's threads.
  var jobTokens: Set<UInt64> { state.withLock { $0.jobTokens } }
  var lines: [LogLine] { state.withLock { $0.lines } }

  fileprivate func end(_ token: UInt64, _ completion: Completion) -> Int32 {
    let (taken, waiting) = state.withLock { state in
      guard state.completions[token] == nil else {
        state.repeated += 1
        return (Int32(0), CheckedContinuation<Completion, Never>?.none)
      }
      state.completions[token] = completion
      return (1, state.waiting.removeValue(forKey: token))
    }
    waiting?.resume(returning: completion)
    return taken
  }

  fileprivate func enqueued(for token: UInt64) { state.withLock { _ = $0.jobTokens.insert(token) } }

  fileprivate func write(_ line: LogLine) { state.withLock { $0.lines.append(line) } }

  private func offeredExtension(_ id: String) -> UnsafeRawPointer? {
    switch id {
    case "agenthost.threads/1": UnsafeRawPointer(threads)
    case "agenthost.log/1": UnsafeRawPointer(log)
    case "agenthost.config/1": UnsafeRawPointer(config)
    default: nil
    }
  }
}

extension FakeHost.Action {
  fileprivate init(_ action: agenthost_action_v1) {
    self.init(
      verb: action.verb, target: action.target, mode: action.payload_mode, address: string(action.address),
      kind: string(action.kind), payload: string(action.payload), code: string(action.error_code),
      message: string(action.error_message))
  }
}

private func permanent(_ text: String) -> agenthost_text_v1 {
  let bytes = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.utf8.count)
  _ = bytes.initialize(from: text.utf8.map(CChar.init(bitPattern:)))
  return agenthost_text_v1(bytes: bytes.baseAddress, length: bytes.count)
}

func string(_ text: agenthost_text_v1) -> String {
  String(decoding: UnsafeRawBufferPointer(start: text.bytes, count: text.length), as: UTF8.self)
}

private func fakeHost(_ host: UnsafePointer<agenthost_host_v1>) -> FakeHost {
  // SAFETY: `init` put it there, and the tests keep the host until the agents are destroyed.
  Unmanaged<FakeHost>.fromOpaque(host.pointee.context!).takeUnretainedValue()
}

private func enqueueOnFakeHost(
  _ host: UnsafePointer<agenthost_host_v1>, _ token: UInt64,
  _ run: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void,
  _ context: UnsafeMutableRawPointer?, _ job: UnsafeMutableRawPointer?
) {
  // SAFETY: both are only handed back, once, as the contract says.
  nonisolated(unsafe) let (context, job) = (context, job)
  fakeHost(host).enqueued(for: token)
  fakeHost(host).queue.async { run(context, job) }
}

private func writeToFakeHost(
  _ host: UnsafePointer<agenthost_host_v1>, _ token: UInt64, _ level: UInt32, _ text: agenthost_text_v1
) {
  fakeHost(host).write(.init(level: level, token: token, text: string(text)))
}
