import Glibc

/// What this process takes of the machine; nil where the system does not say.
struct ProcessFigures: Sendable, Equatable {
  private(set) var processorSeconds: Double?
  private(set) var residentBytes: Double?
  private(set) var virtualBytes: Double?
  private(set) var threads: Double?
  private(set) var openDescriptors: Double?
  private(set) var maximumDescriptors: Double?

  static func read() -> ProcessFigures {
    var figures = ProcessFigures()
    figures.readStat()
    figures.openDescriptors = descriptors()
    var limit = rlimit()
    if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      figures.maximumDescriptors = Double(limit.rlim_cur)
    }
    return figures
  }

  /// The kernel's numbers behind the name, which may hold anything and ends with the last parenthesis.
  private mutating func readStat() {
    guard let text = Self.content("/proc/self/stat"), let end = text.lastIndex(of: ")") else { return }
    let fields = text[text.index(after: end)...].split(separator: " ").map { Double($0) }
    guard fields.count > 21 else { return }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    if let user = fields[11], let system = fields[12], ticks > 0 {
      processorSeconds = (user + system) / ticks
    }
    threads = fields[17]
    virtualBytes = fields[20]
    residentBytes = fields[21].map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
  }

  private static func descriptors() -> Double? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // The folder itself, and two that lead nowhere.
    return Double(max(0, count - 3))
  }

  private static func content(_ path: String) -> String? {
    let number = open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    defer { close(number) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(number, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
