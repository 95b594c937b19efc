import AgentPlugins
import AgentStreams
import Logging
import RedisClient

/// What a look at the agents' folder has changed.
package struct ReloadReport: Sendable, Equatable, CustomStringConvertible {
  package var added: [String] = []
  package var changed: [String] = []
  package var removed: [String] = []
  package var unchanged: [String] = []
  package var refused: [String] = []
  package var disabled: [String] = []

  package var description: String {
    [
      ("new", added), ("changed", changed), ("removed", removed), ("unchanged", unchanged),
      ("refused", refused), ("disabled", disabled),
    ]
    .map { "\($0.0) \($0.1.count)" + ($0.1.isEmpty ? "" : " (\($0.1.joined(separator: ", ")))") }
    .joined(separator: ", ")
  }
}

/// The libraries that are loaded and the agents made of them, kept equal to the agents' folder.
///
/// Only those of this worker's place count. A library that can't be loaded changes nothing: what ran before it goes on.
@IOActor
final class Plugins {
  private struct Loaded {
    let library: AgentLibrary
    /// An operator's.
    let settings: LibrarySettings
    var agents: [ServedAgent]
  }

  private let folder: PluginFolder
  private let loader: PluginLoader
  private let registry: AgentRegistry
  private let retirement: Retirement
  private let logger: Logger
  private var loaded: [String: Loaded] = [:]
  private var code = CodeGenerations()
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
  private var reloading = false
  private var reloadAgain = false

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

  /// Whether an agent of this host has the role.
  func serves(_ role: String) -> Bool { registry.agent(of: role) != nil }

  /// Looks at the folder and makes what runs equal to it. Requests that come meanwhile are one more look.
  func reload() async {
    guard !reloading else {
      reloadAgain = true
      return
    }
    reloading = true
    defer { reloading = false }
    repeat {
      reloadAgain = false
      do {
        let report = try await reloadOnce()
        await registry.startReading()
        logger.notice("reload: \(report)")
        checkGenerations()
      } catch {
        logger.error("reload: \(error)")
      }
    } while reloadAgain
  }

  private func checkGenerations() {
    guard !hasAsked, code.past >= maximumGenerations else { return }
    hasAsked = true
    askForReplacement("\(code.past) generations of code are loaded that serve no more")
  }

  /// One look; for what is new nothing is read yet.
  func reloadOnce() async throws -> ReloadReport {
    var report = ReloadReport()
    refusedCode = [:]
    // Before any code that was let in again is loaded.
    await quarantinedRoles?.keep { quarantined[$0.hash] != nil }
    let look = places.look(at: try await loader.libraries(in: folder))
    // First what is gone: a library that has another name now must find its roles free.
    for file in loaded.keys.sorted() where !look.stays(file) {
      await unload(file)
      if !look.disabled.contains(file) { report.removed.append(file) }
    }
    report.disabled = look.disabled
    for error in look.refused {
      logger.error("\(error)")
      report.refused.append(error.file)
    }
    for (file, settings) in look.here { await load(file, settings, into: &report) }
    await quarantinedRoles?.want(refusedCode)
    placesSeen(look.places)
    return report
  }

  private func load(_ file: String, _ settings: LibrarySettings, into report: inout ReloadReport) async {
    do {
      let image = try await loader.image(of: file)
      try await checkQuarantine(of: image)
      if let current = loaded[file], current.library.hash == image.hash,
        current.settings == settings
      {
        report.unchanged.append(file)
        return
      }
      let isNew = loaded[file] == nil
      try await replace(file, with: image, settings)
      if isNew { report.added.append(file) } else { report.changed.append(file) }
    } catch {
      logger.error("\(error)")
      report.refused.append(file)
    }
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

  /// Everything that can fail comes before anything is changed.
  private func replace(_ file: String, with image: LibraryImage, _ settings: LibrarySettings) async throws {
    let library = try await library(image)
    let descriptors = try settings.descriptors(of: library)
    try checkRoles(descriptors, of: library)
    let instances = try await loader.makeAgents(
      descriptors, of: library, configuration: settings.configuration)
    // An agent's slots are made once: with another number of them it is another agent.
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
    loaded[file] = Loaded(library: library, settings: settings, agents: agents)
    for agent in remaining { await remove(agent) }
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
