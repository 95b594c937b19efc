import AgentPlugins
import AgentStreams
import Glibc
import Logging
import RedisClient

/// Brings libraries in: reading, loading and making agents, on a thread of its own, since all of it
/// may block, and runs code of the library's.
@IOActor
final class PluginLoader {
  /// How long an agent's `start` may take.
  private static let startLimit = 30.0

  /// Microseconds between two looks whether a call has returned.
  private nonisolated static let returnCheck: UInt32 = 1_000

  private let store: LibraryStore
  private let prober: Prober
  private let versions: NotedVersions
  private let limit: StepLimit
  private let dispatcher: Dispatcher
  private let session: HostSession
  private let record: CrashRecord
  private let logger: Logger
  private var thread = PluginThreads(name: "loader", maximum: 1)
  /// Waits for files of our own.
  private let waiting = PluginThreads(name: "waiting", maximum: 1)
  /// Waits for processes that try libraries: who waits for a file does not wait for them.
  private let probing = PluginThreads(name: "probing", maximum: 1)
  /// Hashes of what was mapped here, or may have been: it stays for as long as the process lives.
  private var mapped: Set<String> = []
  /// Written and read on the loader's thread: who looks at the folder meanwhile does so behind it.
  private let ahead = LibrariesReadAhead.Slot()
  /// By file: read ahead, and not asked for yet by the look that goes on.
  private var readImages: [String: LibraryImage] = [:]
  /// Whose `start` has not completed: never freed under it.
  private var starting: [AgentInstance] = []

  init(
    store: LibraryStore, prober: Prober, versions: NotedVersions, limit: StepLimit,
    dispatcher: Dispatcher, session: HostSession, record: CrashRecord, logger: Logger
  ) {
    self.session = session
    self.store = store
    self.prober = prober
    self.versions = versions
    self.limit = limit
    self.record = record
    self.dispatcher = dispatcher
    self.logger = logger
  }

  /// For the first look.
  func readAhead(_ folder: PluginFolder) async {
    let (store, ahead) = (store, ahead)
    let isRead: Void? = await thread.run(within: limit.seconds(for: .read)) {
      ahead.put(.read(folder, store))
    }
    if isRead == nil { abandonThread() }
  }

  func libraries(in folder: PluginFolder) async throws(LibraryError) -> [FoundLibrary] {
    let ahead = ahead
    let (libraries, images) = try await step(.read, of: folder.path) { () throws(LibraryError) in
      (try folder.libraries(), ahead.take()?.images(in: folder) ?? [:])
    }
    readImages = images
    return libraries
  }

  func fingerprint(of folder: PluginFolder) async -> [String] {
    await waiting.run { folder.fingerprint() }
  }

  func image(of file: String) async throws(LibraryError) -> LibraryImage {
    if let image = readImages.removeValue(forKey: file) { return image }
    let store = store
    return try await step(.read, of: file) { () throws(LibraryError) in try store.image(of: file) }
  }

  /// Why libraries are refused whose code does not even do in a process of its own; nil: it does. Ends with the task.
  func probe(_ subjects: [ProbeSubject]) async -> [LibraryError?] {
    if subjects.isEmpty { return [] }
    let stop: ProbeStop
    do throws(SystemCallError) { stop = try ProbeStop() } catch {
      return subjects.map { ProbeProgress.error(of: $0.image.file, at: .load, .unheard(error)) }
    }
    let prober = prober
    return await withTaskCancellationHandler {
      // No limit: each step of it has one, and whoever exceeds that is killed.
      await probing.run { prober.probe(subjects, stop: stop) }
    } onCancel: {
      stop.stop()
    }
  }

  /// Keeps what rollbacks go back to.
  func note(_ images: [LibraryImage], as kind: NotedVersions.Kind) async {
    let (versions, logger) = (versions, logger)
    await waiting.run {
      for image in images {
        do {
          try versions.note(image, as: kind)
        } catch {
          logger.warning("a rollback of \(image.file) would not know that this is the \(kind) one: \(error)")
        }
      }
    }
  }

  /// Says which private copies are in use here, and removes those that nobody has used for long; what a rollback goes back
  /// to stays. False where somebody is about to use one.
  func removeUnused() async -> Bool {
    let (store, prober, versions, mapped, logger) = (store, prober, versions, mapped, logger)
    return await waiting.run {
      store.use(mapped)
      do {
        guard let copies = try store.removeUnused(sparing: versions.hashes()) else { return false }
        let verdicts = try prober.removeUnused()
        if copies + verdicts > 0 {
          logger.info("removed \(copies) copies of libraries and \(verdicts) verdicts on them, long unused")
        }
      } catch {
        logger.warning("copies of libraries that nobody uses could not be removed: \(error)")
      }
      return true
    }
  }

  func load(_ image: LibraryImage) async throws(LibraryError) -> AgentLibrary {
    let record = record
    mapped.insert(image.hash)
    return try await step(.load, of: image.file) { () throws(LibraryError) in
      try AgentLibrary(image: image, record: record)
    }
  }

  /// One started agent for each of the library's descriptors, or none: what was made of a library that
  /// fails half way is destroyed. `settings` are an operator's; `generation` is how often the library has come, for logs.
  func makeAgents(
    _ descriptors: [AgentDescriptor], of library: AgentLibrary, settings: AgentSettings, generation: Int
  ) async throws(LibraryError) -> [AgentInstance] {
    var instances: [AgentInstance] = []
    do throws(LibraryError) {
      for descriptor in descriptors {
        let instance = try await create(
          descriptor, of: library, settings: settings, logger: logger(of: descriptor, library, generation))
        do throws(LibraryError) {
          try await start(instance)
        } catch {
          await destroy(instance)
          instance.end()
          throw error
        }
        instances.append(instance)
      }
      return instances
    } catch {
      for instance in instances { await end(instance) }
      library.retireIfUnused()
      throw error
    }
  }

  private func create(
    _ descriptor: AgentDescriptor, of library: AgentLibrary, settings: AgentSettings, logger: Logger
  ) async throws(LibraryError) -> AgentInstance {
    let (calls, session) = (dispatcher.calls, session)
    return try await step(.create, of: library.file) { () throws(LibraryError) in
      try AgentInstance.create(
        descriptor, of: library, settings: settings, session: session, calls: calls, logger: logger)
    }
  }

  /// For what an agent says, and the host says of it.
  private func logger(of descriptor: AgentDescriptor, _ library: AgentLibrary, _ generation: Int) -> Logger {
    var logger = Logger(label: LogLimit.agents)
    logger.logLevel = self.logger.logLevel
    for (name, value) in descriptor.logNames(in: library) { logger[metadataKey: name] = value }
    logger[metadataKey: "generation"] = "\(generation)"
    return logger
  }

  private func start(_ instance: AgentInstance) async throws(LibraryError) {
    let result = await dispatcher.lifecycle(within: Self.startLimit, endsWithTask: true) {
      instance.start($0)
    }
    let found: String
    switch result {
    case .actions: return
    case .failure(let text): found = text
    case nil:
      found = "no completion"
      starting.append(instance)
    }
    throw LibraryError(
      file: instance.library.file, step: .start,
      expected: "\(instance.descriptor.name) to start within \(Self.startLimit) s", found: found,
      advice: "see that what the agent needs at its start is there")
  }

  /// An agent that was made and started in vain.
  func end(_ instance: AgentInstance) async {
    let result = await dispatcher.lifecycle(within: limit.seconds, endsWithTask: true) { instance.stop($0) }
    if result != nil {
      await destroy(instance)
    } else if !Task.isCancelled {
      logger.error(
        "\(instance.descriptor.name) did not stop within \(limit.seconds) s, and stays in memory",
        metadata: instance.logNames)
    }
    instance.end()
  }

  /// Frees an agent that nobody uses any more, on a thread of its own: a library that hangs in it costs that one, and
  /// keeps no other from being freed. Waits for at most `seconds`, where that is less than a step may take.
  func destroy(_ instance: AgentInstance, within seconds: Double = .infinity) async {
    if Task.isCancelled { return }  // the process ends, and the agent with it
    if starting.contains(where: { $0 === instance }) {
      return logger.error(
        "\(instance.descriptor.name) still starts, and stays in memory",
        metadata: instance.logNames)
    }
    let limit = (min(seconds, limit.seconds) * 100).rounded(.up) / 100
    let thread = PluginThreads(name: "freeing", maximum: 1)
    let isFreed = await thread.run(within: limit) { Self.destroy(instance, within: limit) }
    thread.retire()
    switch isFreed {
    case true: return
    case false:
      logger.error(
        "\(instance.descriptor.name) has a call that does not return, and stays in memory",
        metadata: instance.logNames)
    case nil where Task.isCancelled: return
    case nil:
      logger.error(
        "\(instance.descriptor.name) was not destroyed within \(limit) s, and stays in memory",
        metadata: instance.logNames)
    }
  }

  /// A call that has completed may yet have to return. False where it does not.
  private nonisolated static func destroy(_ instance: AgentInstance, within seconds: Double) -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !instance.destroy() {
      guard .now < deadline else { return false }
      usleep(returnCheck)
    }
    return true
  }

  private func step<Value: Sendable>(
    _ step: LibraryError.Step, of file: String, _ body: @escaping @Sendable () throws(LibraryError) -> Value
  ) async throws(LibraryError) -> Value {
    try checkEnd(step, of: file)
    let result: Result<Value, LibraryError>? = await thread.run(within: limit.seconds(for: step)) {
      Result { () throws(LibraryError) in try body() }
    }
    guard let result else {
      abandonThread()
      try checkEnd(step, of: file)
      throw limit.exceeded(step, of: file)
    }
    return try result.get()
  }

  private func checkEnd(_ step: LibraryError.Step, of file: String) throws(LibraryError) {
    guard Task.isCancelled else { return }
    throw LibraryError(
      file: file, step: step, expected: "a host that goes on", found: "its end", advice: "start the host")
  }

  /// The thread is lost in somebody's code; the next library gets another.
  private func abandonThread() {
    thread.retire()
    thread = PluginThreads(name: "loader", maximum: 1)
  }
}
