/// From where on something is found.
enum DoctorLimits {
  /// Names of one kind that are looked at, and calls that look for them: of a million keys.
  static let names = 5000
  static let searchPages = 1000
  /// Keys asked about at once.
  static let concurrentQuestions = 16

  /// Of memory, connections, descriptors.
  static let fullShare = 0.9
  static let freeBytes = 128 << 20
  /// Before 6.2 there is no XAUTOCLAIM, and no range without its first.
  static let oldestVersion = [6, 2]
  static let clockSkew = 1.0

  /// What a host holds open beside its connections and libraries: pipes, logs, records, listeners.
  static let baseDescriptors = 128
  /// Readers of the agents of one library, and its files.
  static let descriptorsForEachLibrary = 16

  /// Of the generations at which a worker is replaced.
  static let generationShare = 0.75
  /// Of the age at which a message is refused.
  static let waitingShare = 0.5
  static let overdue = 60.0
  static let deadLetters = 1000
  static let waitingMessages = 100_000
  static let lastingResults = 1000
  /// Leases after which what the dead held has been taken over, where somebody does: one to lapse, one for the rest.
  static let takeoverLeases = 3.0
}
