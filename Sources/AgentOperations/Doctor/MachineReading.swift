/// What this machine is like, for a host that runs here.
package struct MachineReading: Sendable, Equatable {
  /// As workers of this machine say it.
  package var hostName = ""
  /// Files and connections that a process may have open.
  package var descriptors = Int.max
  /// Nil: none is known, or none is needed.
  package var dataFolder: FolderReading?
  package var logFolder: FolderReading?
  package var agentsFolder: FolderReading?
  /// Libraries of the agents' folder, each with why it is not let in.
  package var libraries: [LibraryReading] = []
  /// Workers that say they are of this machine, by their process.
  package var processes: [Int: ProcessReading] = [:]

  package init() {}
}

/// A folder that a host uses.
package struct FolderReading: Sendable, Equatable {
  package var path: String
  /// Whether it is there.
  package var exists = true
  /// Why it can't be used as it has to be; nil: it can.
  package var problem: String?
  /// Who else can write to it; nil: nobody.
  package var strangers: String?
  /// What the disk has left; nil: not known.
  package var freeBytes: Int?

  package init(path: String) {
    self.path = path
  }
}

package struct LibraryReading: Sendable, Equatable {
  package var file: String
  /// Why it is not let in; nil: it is.
  package var problem: String?
  package var advice = ""

  package init(file: String) {
    self.file = file
  }
}

/// A process as the system knows it.
package struct ProcessReading: Sendable, Equatable {
  package var isThere: Bool
  /// What it has open, and may have; 0: not ours to know.
  package var openDescriptors = 0
  package var descriptorLimit = 0

  package init(isThere: Bool) {
    self.isThere = isThere
  }
}
