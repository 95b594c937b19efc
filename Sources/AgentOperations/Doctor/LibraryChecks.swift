import AgentStreams

extension Check {
  static let libraries: [Check] = [
    .system("refused-libraries") { system, _ in
      each(system.snapshot) { worker, library in
        guard let refusal = library.refusal else { return nil }
        return Finding(
          .problem, [library.file, worker.host],
          found: "refused at \(refusal.step): expected \(refusal.expected), found \(refusal.found)"
            + (library.generation > 0 ? "; the one before runs" : ""),
          fix: refusal.advice)
      }
    },
    .system("waiting-libraries") { system, _ in
      each(system.snapshot) { worker, library in
        guard library.outcome == .waiting else { return nil }
        return Finding(
          .problem, [library.file, worker.host],
          found: "it can't be loaded beside what its worker has mapped, and waits for a new worker",
          fix: "`agenthost worker replace`, where none comes by itself; the host's log says why")
      }
    },
    .system("denied-services") { system, _ in
      each(system.snapshot) { worker, library in
        guard !library.deniedServices.isEmpty else { return nil }
        return Finding(
          .advice, [library.file, worker.host],
          found: "its agents ask for services that it is not granted: "
            + library.deniedServices.joined(separator: " "),
          fix: "name them under `grants` beside the library, if they are to have them")
      }
    },
    .system("quarantined-code") { system, _ in
      system.snapshot.desired.quarantined.sorted { $0.key < $1.key }.map { hash, quarantine in
        Finding(
          .problem, [String(hash.prefix(12)), quarantine.file],
          found: "no host loads this code: \(quarantine.reason)",
          fix: "correct the library; or `agenthost plugin quarantine lift \(hash.prefix(12))`")
      }
    },
  ]

  /// Of what each worker says of its libraries; two hosts with one trouble are two findings.
  private static func each(
    _ snapshot: SystemSnapshot, _ find: (WorkerStatus, LibraryStatus) -> Finding?
  ) -> [Finding] {
    snapshot.workers.filter { !$0.isOnProbation }.flatMap { worker in
      worker.libraries.compactMap { find(worker, $0) }
    }
  }
}
