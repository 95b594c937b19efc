/// What a library can make: the object behind `agenthost_factory_v1`. Lives as long as the library.
final class AgentFactory: @unchecked Sendable {
  private let types: [any Agent.Type]
  // SAFETY: written once, in `init`, and never freed.
  private let descriptors: UnsafeMutableBufferPointer<agenthost_descriptor_v1>
  // SAFETY: used in `create` only, which the contract calls from one thread at a time.
  private var lastFailure: UnsafeMutableBufferPointer<CChar>?

  init(_ types: [any Agent.Type]) {
    self.types = types
    descriptors = .allocate(capacity: types.count)
    _ = descriptors.initialize(from: types.map(Self.descriptor))
  }

  var count: UInt32 { UInt32(clamping: types.count) }

  func descriptor(at index: UInt32) -> UnsafePointer<agenthost_descriptor_v1>? {
    guard index < count, let first = descriptors.baseAddress else { return nil }
    return UnsafePointer(first + Int(index))
  }

  /// NULL on failure, with `why` set.
  func create(
    at index: UInt32, host: UnsafePointer<agenthost_host_v1>, why: UnsafeMutablePointer<agenthost_text_v1>
  ) -> UnsafePointer<agenthost_agent_v1>? {
    guard index < count else {
      why.pointee = keep("no agent at index \(index): the library has \(count)")
      return nil
    }
    do {
      return AgentTable.make(try AgentInstance(types[Int(index)], host: host))
    } catch {
      why.pointee = keep(describe(error))
      return nil
    }
  }

  /// Keeps one text until the next: it has to live until the library's next call.
  private func keep(_ text: String) -> agenthost_text_v1 {
    let bytes = text.utf8.map(CChar.init(bitPattern:))
    let kept = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    _ = kept.initialize(from: bytes)
    // SAFETY: the host no longer reads the text before this one, for this is a later call.
    lastFailure?.deallocate()
    lastFailure = kept
    return agenthost_text_v1(bytes: kept.baseAddress, length: kept.count)
  }

  private static func descriptor(_ type: any Agent.Type) -> agenthost_descriptor_v1 {
    agenthost_descriptor_v1(
      role: permanentText(type.role), name: permanentText(AgentName.of(type)),
      version: permanentText(type.version), concurrency: UInt32(clamping: type.concurrency), reserved: 0)
  }
}
