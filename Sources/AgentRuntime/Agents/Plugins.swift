import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// The libraries that are loaded and the agents made of them, kept equal to the agents' folder.
///
/// Only those of this worker's place count. A library that can't be loaded changes nothing: what ran before it goes on.
@IOActor
final class Plugins {
  /// Between two looks where the first one failed as a whole.
  private static let retryInterval = Duration.seconds(1)

  private let folder: PluginFolder
  private let loader: PluginLoader
  private let registry: AgentRegistry
  private let exchange: LibraryExchange
  private let retirement: Retirement
  private let logger: Logger
  private(set) var loaded: [String: LoadedLibrary] = [:]
  private(set) var code = CodeGenerations()
  private var structs = MappedStructs()
  /// How often each library has been brought in.
  private var generations: [String: Int] = [:]
  /// How often a library was refused, by the step at which it was.
  private(set) var refusalCounts: [String: Int] = [:]
  /// Generations of code that may be past before this worker is to be replaced.
  private let maximumGenerations: Int
  private var hasAsked = false
  /// Called once, with the reason.
  var askForReplacement: @IOActor (String) -> Void = { _ in }
  let quarantine: QuarantineCheck
  private var places: LibraryPlaces
  /// Called after each look with the isolated places that the folder asks for.
  var placesSeen: @IOActor ([String]) -> Void = { _ in }
  /// How many agents of a role operators want, where they say so for all hosts.
  var instances: [String: Int] = [:]
  private var areOtherNumbersWanted = false
  /// What the desired state said last; a look is for that.
  var desiredVersion = 0
  /// The desired state for which all is done here.
  private(set) var lookedVersion = -1
  /// Called after each look.
  var looked: @IOActor () -> Void = {}
  private(set) var lastReport = ReloadReport()
  /// Libraries that are refused only since they could not be given their numbers of agents.
  private var short: Set<String> = []
  /// The isolated places that the last look has asked for.
  private(set) var isolatedPlaces: [String] = []
  private var wanted: LookRequest?
  /// The first look, too, is one, until what it has found is read for.
  private var isReloading = true

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
    quarantine = QuarantineCheck(logger: logger)
    exchange = LibraryExchange(loader: loader, registry: registry, retirement: retirement)
    self.logger = logger
  }

  /// What `reload` is to look at, beside what was asked for before.
  func want(_ request: LookRequest) {
    wanted = wanted?.union(request) ?? request
  }

  /// `reload` is to see to it that each role has as many agents as is wanted now.
  func wantOtherNumbers() {
    areOtherNumbersWanted = true
  }

  /// The first look, for which nothing is read yet; what is wanted meanwhile is looked at before it is over.
  func firstLook() async throws {
    let first = try await look(.all)
    logger.notice("agents: \(first)")
    while let request = wanted.take() {
      let report = try await look(request)
      logger.notice("reload: \(report)")
    }
  }

  /// What the first look has found is read for: what was wanted meanwhile is seen to.
  func begin() async {
    isReloading = false
    await noteRunning()
    await reload()
  }

  /// Looks at what is wanted of the folder and makes what runs equal to it. What is wanted meanwhile is one more look.
  func reload() async {
    if isReloading { return }
    isReloading = true
    defer { isReloading = false }
    while true {
      if let request = wanted.take() {
        guard await reload(request) else { return }
      } else if areOtherNumbersWanted {
        await changeNumbers()
      } else {
        return settle()
      }
    }
  }

  /// All is done that was wanted, and what operators have said since asks for nothing here.
  private func settle() {
    guard lookedVersion != desiredVersion else { return }
    lookedVersion = desiredVersion
    looked()
  }

  /// Whether to go on.
  private func reload(_ request: LookRequest) async -> Bool {
    do {
      let report = try await look(request)
      await registry.startReading()
      await noteRunning()
      logger.notice("reload: \(report)")
      checkGenerations()
      return true
    } catch {
      if Task.isCancelled { return false }  // the host ends
      logger.error("reload: \(error); trying again")
      want(request)
      // Cancelled: the host ends.
      return (try? await IOActor.sleep(for: Self.retryInterval)) != nil
    }
  }

  private func noteRunning() async {
    await loader.note(loaded.values.map(\.image), as: .running)
  }

  /// Without a look at the folder.
  private func changeNumbers() async {
    areOtherNumbersWanted = false
    let version = desiredVersion
    var report = ReloadReport()
    await changeNumbers(into: &report, beside: lastReport)
    await registry.startReading()
    if !report.outcomes.isEmpty { logger.notice("agents: \(report)") }
    lastReport = report.following(
      lastReport, for: .named(Set(report.outcomes.keys.map(LibraryStatus.name(ofFile:)))))
    lookedVersion = version
    looked()
  }

  private func checkGenerations() {
    guard !hasAsked, code.past >= maximumGenerations else { return }
    hasAsked = true
    askForReplacement("\(code.past) generations of code are loaded that serve no more")
  }

  /// One look; for what is new nothing is read yet. Two at once would each undo what the other has seen.
  private func look(_ request: LookRequest) async throws -> ReloadReport {
    let version = desiredVersion
    if request == .all { await quarantine.begin() }
    let found = places.look(at: try await loader.libraries(in: folder))
    let report = await follow(found, request)
    // Cut off, it says nothing of the folder.
    try Task.checkCancellation()
    if request == .all { await quarantine.end() }
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
      refuse(error.file, error, in: &report)
    }
    var candidates: [LibraryCandidate] = []
    for (file, settings) in look.here where request.isFor(file) {
      if let candidate = await candidate(file, settings, into: &report) { candidates.append(candidate) }
    }
    let probed = Array(
      zip(candidates, await loader.probe(candidates.map { ProbeSubject($0.image, $0.settings.agents) })))
    // What is to be there, if nothing else speaks against it.
    var layouts = loaded.mapValues(\.image.importedStructs)
    for (candidate, refusal) in probed where refusal == nil {
      layouts[candidate.image.file] = candidate.image.importedStructs
    }
    var incoming: [IncomingLibrary] = []
    for (candidate, refusal) in probed {
      if let next = await load(candidate, refusal: refusal, beside: layouts, into: &report) {
        incoming.append(next)
      }
    }
    await make(await prepare(incoming, into: &report), into: &report)
    await unloadQuarantined()
    short = short.filter { !request.isFor($0) }
    await changeNumbers(into: &report, beside: report.following(lastReport, for: request))
    return report
  }

  /// What must not run, and has not been replaced: another file in its place may be refused.
  private func unloadQuarantined() async {
    for (file, current) in loaded {
      guard await quarantine.forbids(current) else { continue }
      logger.error("\(file): hash \(current.library.hash.prefix(12)) is quarantined, and ends")
      await unload(file)
    }
  }

  /// Gives each role as many agents as are wanted, where the code and what is said of it stay. Of files that are refused in
  /// `known`, or wait, that is still to be said.
  private func changeNumbers(into report: inout ReloadReport, beside known: ReloadReport) async {
    var numbers = ReloadReport()
    var changes: [LibraryChange] = []
    for (file, current) in loaded.sorted(by: { $0.key < $1.key }) {
      do {
        let descriptors = try current.settings.descriptors(of: current.library)
        let plan = InstancePlan(descriptors, served: current.served) { count(of: $0, current.settings) }
        if plan.isFulfilled {
          if short.contains(file) { numbers.note(file, .unchanged) }
          continue
        }
        changes.append(
          try await exchange.prepare(
            current.library, current.settings, image: current.image, beside: current,
            generation: current.generation
          ) { count(of: $0, current.settings) })
      } catch {
        refuse(file, error, in: &numbers)
      }
    }
    await make(changes, into: &numbers)
    numbers.leaveOut(known.unsettled.subtracting(short))
    short = short.subtracting(numbers.outcomes.keys).union(numbers.refusals.keys)
    report.add(numbers)
  }

  /// How many agents are to serve a role.
  private func count(of role: String, _ settings: LibrarySettings) -> Int {
    // Anybody may have written it.
    min(max(instances[role] ?? settings.instances, 1), LibrarySettings.maximumInstances)
  }

  /// What is to be loaded of a file; nil: it is refused, or runs already.
  private func candidate(
    _ file: String, _ settings: LibrarySettings, into report: inout ReloadReport
  ) async -> LibraryCandidate? {
    do {
      let image = try await loader.image(of: file)
      try await quarantine.check(image, running: loaded[file]) { await unload(file) }
      if let current = loaded[file], current.library.hash == image.hash,
        current.settings.differOnlyInNumber(from: settings)
      {
        loaded[file]?.settings = settings
        report.note(file, .unchanged)
        return nil
      }
      return LibraryCandidate(image: image, settings: settings)
    } catch {
      refuse(file, error, in: &report)
      return nil
    }
  }

  /// Nil: it is refused, or waits. `layouts` are those of C structs that each library of the folder is to have.
  private func load(
    _ candidate: LibraryCandidate, refusal: LibraryError?, beside layouts: MappedStructs.Layouts,
    into report: inout ReloadReport
  ) async -> IncomingLibrary? {
    do {
      if let refusal { throw refusal }
      if let conflict = structs.conflict(with: candidate.image) {
        try wait(for: candidate.image, conflict, beside: layouts, into: &report)
        return nil
      }
      let library = try await library(candidate.image)
      let roles = try candidate.settings.descriptors(of: library).map(\.role)
      return IncomingLibrary(library: library, candidate: candidate, roles: Set(roles))
    } catch {
      refuse(candidate.image.file, error, in: &report)
      return nil
    }
  }

  /// Makes the agents that are to be.
  private func prepare(_ incoming: [IncomingLibrary], into report: inout ReloadReport) async
    -> [LibraryChange]
  {
    let conflicts = conflicts(of: incoming)
    var changes: [LibraryChange] = []
    for next in incoming {
      do {
        if let conflict = conflicts[next.file] { throw conflict }
        let (image, settings) = (next.candidate.image, next.candidate.settings)
        changes.append(
          try await exchange.prepare(
            next.library, settings, image: image, beside: loaded[next.file],
            generation: generations[next.file] ?? 0
          ) { count(of: $0, settings) })
      } catch {
        refuse(next.file, error, in: &report)
      }
    }
    return changes
  }

  /// What can be made of the changes is made. Where one can't be, its roles are not free for another.
  private func make(_ changes: [LibraryChange], into report: inout ReloadReport) async {
    let joined = zip(changes, await exchange.join(changes))
    let conflicts = conflicts(of: joined.filter { $1 == nil }.map(\.0))
    for (change, error) in joined {
      if let error: any Error = error ?? conflicts[change.file] {
        await exchange.abandon(change)
        refuse(change.file, error, in: &report)
      } else {
        report.note(change.file, loaded[change.file] == nil ? .new : .changed)
        await make(change)
      }
    }
  }

  private func conflicts(of claims: [any RoleClaim]) -> [String: LibraryError] {
    let serving = loaded.mapValues { Set($0.agents.map(\.identity.role)) }
    let found = RoleClaims.conflicts(claims.map { ($0.file, $0.roles) }, serving: serving)
    return Dictionary(uniqueKeysWithValues: found.map { ($0, RoleClaims.refusal(of: $0, $1)) })
  }

  private func make(_ change: LibraryChange) async {
    let (file, library) = (change.file, change.library)
    let before = loaded[file]
    let replaced = before?.library
    if replaced !== library { generations[file, default: 0] += 1 }
    let agents = await exchange.make(change)
    loaded[file] = LoadedLibrary(
      library: library, settings: change.settings, image: change.image,
      generation: generations[file] ?? 0, agents: agents)
    if let before, before.image.hash != change.image.hash { await loader.note([before.image], as: .previous) }
    for agent in agents where replaced !== library || change.added.contains(where: { $0 === agent }) {
      logger.info(
        "\(agent.instance.descriptor.name) serves \(agent.identity.role) as \(agent.identity.agentID)",
        metadata: ["file": "\(file)", "hash": "\(library.hash.prefix(12))"])
    }
  }

  /// What may not be mapped beside what is: a new worker has not mapped what is past. What is not past is there too.
  private func wait(
    for image: LibraryImage, _ conflict: MappedStructs.Conflict, beside layouts: MappedStructs.Layouts,
    into report: inout ReloadReport
  ) throws(LibraryError) {
    if let refusal = MappedStructs.refusal(of: image, conflict, beside: layouts) { throw refusal }
    report.note(image.file, .waiting)
    askForReplacement("\(image.file) has the C struct \(conflict.name) with another layout than is loaded")
  }

  private func refuse(_ file: String, _ error: any Error, in report: inout ReloadReport) {
    if Task.isCancelled { return }  // the host ends, which is no library's fault
    let refusal = LibraryExchange.refusal(of: file, error)
    refusalCounts[refusal.step.rawValue, default: 0] += 1
    logger.error("\(refusal)")
    report.refuse(file, refusal)
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

  private func unload(_ file: String) async {
    guard let removed = loaded.removeValue(forKey: file) else { return }
    code.removed(file)
    for agent in removed.agents { await exchange.remove(agent) }
  }

  /// At the end of the host: stops all agents at once, and then the observers, each within `seconds`.
  func stopAll(within seconds: Double) async {
    await quarantine.roles?.want([:])
    let agents = loaded.values.flatMap(\.agents)
    loaded = [:]
    await retirement.end(agents, within: seconds)
  }
}
