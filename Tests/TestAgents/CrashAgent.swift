import AgentSDK
import Glibc

/// Takes its worker down in the way that its message's text names.
struct CrashAgent: Agent {
  func stop() async {
    if getenv("TEST_CRASH_IN_STOP") != nil { fatalError("a crash in stop, as ordered") }
  }

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    guard let way = WayToDie(rawValue: try message.text(of: "text") ?? "") else { return .result() }
    await way.happen()
    return .result()
  }
}

/// What an agent can do wrong.
enum WayToDie: String, CaseIterable {
  case crash
  case outOfBounds
  case unwrapNil
  case overflow
  case forceTry
  case stackOverflow
  case badPointer
  case doubleFree
  case abort
  case exit0
  case exit3
  case exitAtOnce
  case threadExit
  case outOfMemory
  case raise
  case ownThread
  case detachedTask
  case deinitialiser
  /// No way to die: it is in work for a while.
  case linger
  case lingerLong

  private struct Thrown: Error {}

  private final class Fuse {
    deinit { fatalError("a crash in deinit, as ordered") }
  }

  func happen() async {
    switch self {
    case .crash: fatalError("a crash, as ordered")
    case .outOfBounds: print([1, 2, 3][Int(getpid())])
    case .unwrapNil: print(Self.nothing()!)
    case .overflow: print(Int.max - Int(getpid()) + 2 * Int(getpid()))
    case .forceTry: try! Self.fail()
    case .stackOverflow: print(Self.descend(1))
    case .badPointer: print(UnsafePointer<Int>(bitPattern: 0xdead_0000)!.pointee)
    case .doubleFree: Self.freeTwice()
    case .abort: Glibc.abort()
    case .exit0: Glibc.exit(0)
    case .exit3: Glibc.exit(3)
    case .exitAtOnce: _exit(0)
    case .threadExit: Self.endThread()
    case .outOfMemory: Self.exhaustMemory()
    case .raise: Glibc.raise(SIGSEGV)
    case .ownThread: Self.crashOnAnotherThread()
    case .detachedTask: await Task.detached { print(Self.nothing()!) }.value
    case .deinitialiser: _ = Fuse()
    case .lingerLong: try? await Task.sleep(for: .seconds(12))  // cancelled: over sooner
    case .linger: try? await Task.sleep(for: .milliseconds(1_500))  // cancelled: over sooner
    }
  }

  /// Not by its own name, by which the compiler would know that nothing comes after it.
  private static func endThread() {
    typealias Exit = @convention(c) (UnsafeMutableRawPointer?) -> Void
    guard let symbol = dlsym(nil, "pthread_exit") else { return }
    unsafeBitCast(symbol, to: Exit.self)(nil)
  }

  private static func nothing() -> Int? { getpid() == 0 ? 1 : nil }

  private static func fail() throws { throw Thrown() }

  /// Until the stack has no more.
  @inline(never)
  private static func descend(_ depth: Int) -> Int {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { room in
      room.initialize(repeating: depth)
      return depth == 0 ? 0 : descend(depth &+ 1) &+ room[depth & 63]
    }
  }

  private static func freeTwice() {
    // By its address, or the compiler would find that the memory is not needed at all.
    typealias Free = @convention(c) (UnsafeMutableRawPointer?) -> Void
    guard let symbol = dlsym(nil, "free") else { return }
    let free = unsafeBitCast(symbol, to: Free.self)
    let memory = malloc(32)
    free(memory)
    free(memory)
  }

  /// The system gives no more than this process may have: what an agent then does with nothing is its end.
  private static func exhaustMemory() {
    var limit = rlimit(rlim_cur: 1 << 30, rlim_max: 1 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    var all: [UnsafeMutablePointer<UInt8>] = []
    while true {
      let more = UnsafeMutablePointer<UInt8>.allocate(capacity: 64 << 20)
      more[0] = 1
      all.append(more)
    }
  }

  private static func crashHere() -> UnsafeMutableRawPointer? {
    print(nothing()!)
    return nil
  }

  private static func crashOnAnotherThread() {
    var thread = pthread_t()
    pthread_create(&thread, nil, { _ in WayToDie.crashHere() }, nil)
    pthread_join(thread, nil)
  }
}
