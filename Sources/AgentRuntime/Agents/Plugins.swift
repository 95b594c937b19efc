import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// The libraries that are loaded and the agents made of them, kept equal to the agents' folder.
///
/// Only those of this worker's place count. A library that can't be loaded changes nothing: what ran before it goes on.
@IOActor
final class Plugins {
  private struct Loaded {
    let library: AgentLibrary
    /// An operator's.
    let settings: LibrarySettings
    let importedStructs: [String: String]
    /// How often the library has been brought in here.
    let generation: Int
    var agents: [ServedAgent]
  }

  /// A library that is not loaded as it lies there.
  private struct Candidate {
    let image: LibraryImage
    let settings: LibrarySettings
  }

  /// Between two looks where the first one failed as a whole.
  private static let retryInterval = Duration.seconds(1)

  private let folder: PluginFolder
  private let loader: PluginLoader
  private let registry: AgentRegistry
  private let retirement: Retirement
  private let logger: Logger
  private var loaded: [String: Loaded] = [:]
  private var code = CodeGenerations()
  private var structs = MappedStructs()
  /// How often each library has been brought in.
  private var generations: [String: Int] = [:]
  /// Generations of code that may be past before this worker is to be replaced.
  private let maximumGenerations: Int
  private var hasAsked = false
  /// Called once, with the reason.
  var askForReplacement: @IOActor (String) -> Void = { _ in }
  /// Code that must not run, by its hash; what runs already is taken out by the next look.
  var quarantined: [String: Quarantine] = [:]
  /// Called when this worker knows more of such code than is said of it: the roles that it served here.
  var quarantineLearnt: @IOActor (_ hash: String, Quarantine) async -> Void = { _, _ in }
  /// Where messages of such code are not to wait for it.
  var quarantinedRoles: QuarantinedRoles?
  /// By role: what the look that goes on has refused.
  private var refusedCode: [String: QuarantinedCode] = [:]
  private var places: LibraryPlaces
  /// Called after each look with the isolated places that the folder asks for.
  var placesSeen: @IOActor ([String]) -> Void = { _ in }
  /// What the desired state said last; a look is for that.
  var desiredVersion = 0
  /// The desired state that the last look was for.
  private(set) var lookedVersion = -1
  /// Called after each look.
  var looked: @IOActor () -> Void = {}
  private var lastReport = ReloadReport()
  /// The isolated places that the last look has asked for.
  private(set) var isolatedPlaces: [String] = []
  private var wanted: LookRequest?
  private var isReloading = false

  init(
    folder: PluginFolder, loader: PluginLoader, registry: AgentRegistry, retirement: Retirement,
    maximumGenerations: Int, logger: Logger
  ) {
    self.folder = folder
    self.maximumGenerations = maximumGenerations
    places = LibraryPlaces(place: folder.place)
    self.loader = loader
    self.registry = registry
    self.retirement = retirement
    self.logger = logger
  }

  /// What `reload` is to look at, beside what was asked for before.
  func want(_ request: LookRequest) {
    wanted = wanted?.union(request) ?? request
  }

  /// Names of the files that serve a role.
  func names(serving role: String) -> Set<String> {
    Set(
      loaded.filter { $0.value.agents.contains { $0.identity.role == role } }.keys
        .map(LibraryStatus.name(ofFile:)))
  }

  /// Looks at what is wanted of the folder and makes what runs equal to it. What is wanted meanwhile is one more look.
  func reload() async {
    if isReloading { return }
    isReloading = true
    defer { isReloading = false }
    while let request = wanted.take() {
      do {
        let report = try await look(request)
        await registry.startReading()
        logger.notice("reload: \(report)")
        checkGenerations()
      } catch {
        logger.error("reload: \(error); trying again")
        want(request)
        // Cancelled: the host ends.
        guard (try? await IOActor.sleep(for: Self.retryInterval)) != nil else { return }
      }
    }
  }

  /// How it stands about each library.
  var statuses: [LibraryStatus] {
    lastReport.outcomes.sorted { $0.key < $1.key }.map { file, outcome in
      var status = LibraryStatus(file: file, outcome: outcome)
      if let current = loaded[file] {
        status.generation = current.generation
        status.hash = current.library.hash
        status.toolchain = current.library.toolchain
        status.roles = current.agents.map(\.identity.role).sorted()
      }
      status.refusal = lastReport.refusals[file].map {
        LibraryStatus.Refusal(
          step: $0.step.rawValue, expected: $0.expected, found: LogText.escaped($0.found), advice: $0.advice)
      }
      return status
    }
  }

  private func checkGenerations() {
    guard !hasAsked, code.past >= maximumGenerations else { return }
    hasAsked = true
    askForReplacement("\(code.past) generations of code are loaded that serve no more")
  }

  /// One look; for what is new nothing is read yet.
  func look(_ request: LookRequest) async throws -> ReloadReport {
    let version = desiredVersion
    if request == .all {
      refusedCode = [:]
      // Before any code that was let in again is loaded.
      await quarantinedRoles?.keep { quarantined[$0.hash] != nil }
    }
    let found = places.look(at: try await loader.libraries(in: folder))
    let report = await follow(found, request)
    if request == .all { await quarantinedRoles?.want(refusedCode) }
    isolatedPlaces = folder.place == nil ? found.places : []
    placesSeen(found.places)
    lastReport = report.following(lastReport, for: request)
    lookedVersion = version
    looked()
    return report
  }

  private func follow(_ look: LibraryPlaces.Look, _ request: LookRequest) async -> ReloadReport {
    var report = ReloadReport()
    // First what is gone: a library that has another name now must find its roles free.
    for file in loaded.keys.sorted() where request.isFor(file) && !look.stays(file) {
      await unload(file)
      if !look.disabled.contains(file) { report.note(file, .removed) }
    }
    for file in look.disabled where request.isFor(file) { report.note(file, .disabled) }
    for error in look.refused where request.isFor(error.file) {
      logger.error("\(error)")
      report.refuse(error.file, error)
    }
    var candidates: [Candidate] = []
    for (file, settings) in look.here where request.isFor(file) {
      if let candidate = await candidate(file, settings, into: &report) { candidates.append(candidate) }
    }
    for (candidate, refusal) in zip(
      candidates,
      await loader.probe(candidates.map { ProbeSubject($0.image, configuration: $0.settings.configuration) }))
    {
      await load(candidate, refusal: refusal, into: &report)
    }
    return report
  }

  /// What is to be loaded of a file; nil: it is refused, or runs already.
  private func candidate(
    _ file: String, _ settings: LibrarySettings, into report: inout ReloadReport
  ) async -> Candidate? {
    do {
      let image = try await loader.image(of: file)
      try await checkQuarantine(of: image)
      if let current = loaded[file], current.library.hash == image.hash,
        current.settings == settings
      {
        report.note(file, .unchanged)
        return nil
      }
      return Candidate(image: image, settings: settings)
    } catch {
      refuse(file, error, in: &report)
      return nil
    }
  }

  private func load(
    _ candidate: Candidate, refusal: LibraryError?, into report: inout ReloadReport
  ) async {
    let file = candidate.image.file
    do {
      if let refusal { throw refusal }
      if let conflict = structs.conflict(with: candidate.image) {
        return try wait(for: candidate.image, conflict, into: &report)
      }
      let isNew = loaded[file] == nil
      try await replace(file, with: candidate.image, candidate.settings)
      report.note(file, isNew ? .new : .changed)
    } catch {
      refuse(file, error, in: &report)
    }
  }

  /// What may not be mapped beside what is: a new worker has not mapped what is past. What is not past is there too.
  private func wait(
    for image: LibraryImage, _ conflict: MappedStructs.Conflict, into report: inout ReloadReport
  ) throws(LibraryError) {
    let others = loaded.filter { $0.key != image.file }
    if let other = others.first(where: {
      $0.value.importedStructs[conflict.name].map { $0 != conflict.layout } ?? false
    }) {
      throw LibraryError(
        file: image.file, step: .load,
        expected: "the C struct \(conflict.name) as \(other.key) has it: \(conflict.mapped)",
        found: conflict.layout,
        advice: "give it another name, or give one of the two a worker of its own: isolate: true")
    }
    report.note(image.file, .waiting)
    askForReplacement("\(image.file) has the C struct \(conflict.name) with another layout than is loaded")
  }

  private func refuse(_ file: String, _ error: any Error, in report: inout ReloadReport) {
    let refusal =
      error as? LibraryError
      ?? LibraryError(
        file: file, step: .start, expected: "its streams in Redis", found: "\(error)",
        advice: "see that Redis is there, and reload")
    logger.error("\(refusal)")
    report.refuse(file, refusal)
  }

  private func checkQuarantine(of image: LibraryImage) async throws(LibraryError) {
    guard var quarantine = quarantined[image.hash] else { return }
    if let current = loaded[image.file], current.library.hash == image.hash {
      await unload(image.file)
      if quarantine.roles.isEmpty {
        quarantine.roles = current.agents.map(\.identity.role)
        await quarantineLearnt(image.hash, quarantine)
      }
    }
    if quarantinedRoles != nil, quarantine.roles.isEmpty {
      logger.warning(
        """
        \(image.file): which roles the quarantined code serves is not known, so their messages wait; \
        agenthost plugin quarantine add --role says it
        """)
    }
    // Anybody may have written them.
    for role in quarantine.roles where Address.isUsable(role) {
      refusedCode[role] = QuarantinedCode(hash: image.hash, reason: quarantine.reason)
    }
    throw LibraryError(
      file: image.file, step: .quarantine, expected: "code that may run",
      found: "hash \(image.hash.prefix(12)), which is quarantined: \(quarantine.reason)",
      advice: "mend it, or let it in again by `agenthost plugin quarantine lift \(image.hash.prefix(12))`")
  }

  /// What runs the library's code, and can fail, comes before anything is changed. Where the number of slots changes, the
  /// agents before have gone when the new ones' streams are made.
  private func replace(_ file: String, with image: LibraryImage, _ settings: LibrarySettings) async throws {
    let library = try await library(image)
    let descriptors = try settings.descriptors(of: library)
    try checkRoles(descriptors, of: library)
    let instances = try await loader.makeAgents(
      descriptors, of: library, configuration: settings.configuration)
    // An agent's slots are made once: with another number of them it is another agent.
    let replaced = loaded[file]?.library.hash
    if let current = loaded[file], current.settings.concurrency != settings.concurrency {
      loaded[file] = nil
      for agent in current.agents { await remove(agent) }
    }
    var remaining = loaded[file]?.agents ?? []
    var agents = try await addNewRoles(of: instances, beside: remaining)
    for instance in instances {
      guard let index = remaining.firstIndex(where: { $0.identity.role == instance.descriptor.role }) else {
        continue
      }
      let agent = remaining.remove(at: index)
      retirement.retire(agent.replaceInstance(with: instance))
      agents.append(agent)
    }
    generations[file, default: 0] += 1
    loaded[file] = Loaded(
      library: library, settings: settings, importedStructs: image.importedStructs,
      generation: generations[file] ?? 0, agents: agents)
    for agent in remaining { await remove(agent) }
    if let replaced, replaced != library.hash { await loader.notePrevious(replaced, of: file) }
    for agent in agents {
      logger.info(
        "\(agent.instance.descriptor.name) serves \(agent.identity.role) as \(agent.identity.agentID)",
        metadata: ["file": "\(file)", "hash": "\(library.hash.prefix(12))"])
    }
  }

  /// Code that is loaded already is not loaded again: where only its settings have changed.
  private func library(_ image: LibraryImage) async throws(LibraryError) -> AgentLibrary {
    if let current = loaded[image.file]?.library, current.hash == image.hash {
      return AgentLibrary(again: current)
    }
    let library = try await loader.load(image)
    structs.map(image)
    code.loaded(library.hash, of: image.file)
    return library
  }

  /// Gives each role that the library did not serve before an agent; all or none.
  private func addNewRoles(
    of instances: [AgentInstance], beside served: [ServedAgent]
  ) async throws(RedisError) -> [ServedAgent] {
    var added: [ServedAgent] = []
    do throws(RedisError) {
      for instance in instances
      where !served.contains(where: { $0.identity.role == instance.descriptor.role }) {
        added.append(try await registry.add(instance))
      }
      return added
    } catch {
      for agent in added { await registry.remove(agent) }
      for instance in instances {
        await loader.destroy(instance)
        instance.library.threads.retire()
      }
      throw error
    }
  }

  /// One role is served by one library of a host: whose code a message meets must not be chance.
  private func checkRoles(
    _ descriptors: [AgentDescriptor], of library: AgentLibrary
  ) throws(LibraryError) {
    for descriptor in descriptors {
      guard let other = registry.agent(of: descriptor.role)?.instance.library, other.file != library.file
      else {
        continue
      }
      throw LibraryError(
        file: library.file, step: .descriptor, expected: "a role that no other library serves",
        found: "role \"\(descriptor.role)\", which \(other.file) serves",
        advice: "remove one of the two, or give one another role")
    }
  }

  private func unload(_ file: String) async {
    guard let removed = loaded.removeValue(forKey: file) else { return }
    code.removed(file)
    for agent in removed.agents { await remove(agent) }
  }

  private func remove(_ agent: ServedAgent) async {
    await registry.remove(agent)
    retirement.retire(agent)
  }

  /// At the end of the host: stops every agent, all at once, each within `seconds`.
  func stopAll(within seconds: Double) async {
    await quarantinedRoles?.want([:])
    let agents = loaded.values.flatMap(\.agents)
    loaded = [:]
    await withDiscardingTaskGroup { group in
      for agent in agents { group.addTask { await self.retirement.end(agent, within: seconds) } }
    }
  }
}
