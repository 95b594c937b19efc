import AgentPlugins
import AgentStreams
import CProcess
import Glibc
import Logging

/// Tries libraries, in a process whose end matters to nobody: maps each, asks what it can make, makes one agent of
/// every kind and frees it. None is started where nobody asked for that, since what a `start` does outside must be done
/// once.
package enum Probe {
  /// The descriptor on which it is said how far it has come.
  package static let report: Int32 = 3
  /// The one that holds what is to be tried.
  private static let list: Int32 = 4
  /// Microseconds between two looks whether a call has returned.
  private static let returnCheck: UInt32 = 1_000

  /// Tries them one after the other; with `conformance` each agent is started, given messages, and stopped, too.
  package static func run(conformance: Bool) {
    // Whoever waits for us is gone: nobody would end what hangs.
    _ = process_set_parent_death_signal(SIGKILL)
    var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)
    guard let subjects = ProbeSubject.all(reading: OwnedDescriptor(list).content()) else {
      _exit(EXIT_FAILURE)
    }
    for (index, subject) in subjects.enumerated() {
      do throws(LibraryError) {
        let roles = try attempt(subject, conformance: conformance) { say(.begins(index, $0)) }
        say(.passed(index, roles: roles))
      } catch {
        say(.refused(index, error))
      }
    }
    // Not `exit`: what libraries have left to be done at the end is of no interest.
    _exit(0)
  }

  private static func attempt(
    _ subject: ProbeSubject, conformance: Bool, begins: (LibraryError.Step) -> Void
  ) throws(LibraryError) -> [String] {
    begins(.load)
    let library = try AgentLibrary(image: subject.image, begins: begins)
    let check: Conformance
    do throws(SystemCallError) { check = try Conformance() } catch {
      throw LibraryError(
        file: subject.image.file, step: .create, expected: "a pipe", found: "\(error)", advice: "try again")
    }
    let logger = Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() }
    let session = HostSession(id: "probe", began: WallClock.now())
    for descriptor in library.descriptors {
      begins(.create)
      let instance = try AgentInstance.create(
        descriptor, of: library, settings: subject.settings, session: session, calls: check.table,
        logger: logger)
      if conformance { try check.check(instance, begins: begins) }
      begins(.destroy)
      // A call that has completed may yet have to return; who waits for the probe limits the step.
      while !instance.destroy() { usleep(returnCheck) }
    }
    return library.descriptors.map(\.role)
  }

  private static func say(_ line: ProbeLine) {
    let text = line.text + "\n"
    _ = text.withCString { write(report, $0, strlen($0)) }
  }
}
