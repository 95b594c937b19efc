import AgentPlugins
package import AgentRuntime
package import AgentStreams
import Glibc

/// What of this machine is to be read.
package struct MachineSubjects: Sendable {
  package var dataFolder: String?
  package var logFolder: String
  /// Nil: none is to be looked at.
  package var agentsFolder: String?

  /// The default agents' folder is of interest only where it is there: a host can be told another.
  package init(settings: Settings, dataFolder: String?, namesAgentsFolder: Bool) {
    self.dataFolder = dataFolder
    logFolder = settings.logDirectory
    let isThere = access(settings.agentsDirectory, F_OK) == 0
    agentsFolder = namesAgentsFolder || isThere ? settings.agentsDirectory : nil
  }
}

extension MachineReading {
  /// Reads, and changes nothing.
  package static func read(_ subjects: MachineSubjects, settings: Settings) -> MachineReading {
    var reading = MachineReading()
    reading.hostName = HostIdentity.current(incarnation: "").hostName
    reading.descriptors = descriptorLimit()
    reading.dataFolder = subjects.dataFolder.map { FolderReading.writable($0) }
    reading.logFolder = FolderReading.writable(subjects.logFolder)
    guard let path = subjects.agentsFolder else { return reading }
    reading.agentsFolder = FolderReading.readable(path)
    if settings.pluginTrust == SettingsTable.trustOwners {
      reading.agentsFolder?.strangers = PluginFolder(path: path).strangers
    }
    reading.libraries = LibraryReading.all(in: path, settings)
    return reading
  }

  /// The processes of workers that say they are of this machine.
  package mutating func readProcesses(of workers: [WorkerStatus]) {
    for worker in workers where worker.host == hostName && worker.processID > 0 {
      processes[worker.processID] = ProcessReading.read(worker.processID)
    }
  }

  private static func descriptorLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
    return Int(clamping: limit.rlim_cur)
  }
}
