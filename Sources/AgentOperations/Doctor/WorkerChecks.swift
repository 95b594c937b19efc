import AgentRuntime
import AgentStreams

extension Check {
  static let workers: [Check] =
    [
      .system("no-worker") { system, _ in
        system.snapshot.workers.isEmpty
          ? [
            Finding(
              .problem, found: "no worker lives: nothing is worked on", fix: "start a host: `agenthost run`")
          ]
          : []
      },
      .system("silent-workers") { system, _ in
        let silent = system.snapshot.hosts.flatMap(\.silentWorkers)
        guard !silent.isEmpty else { return [] }
        return [
          Finding(
            .problem, silent.map(title),
            found: "not heard of for longer than two signs of life: stopped, starved, or cut off from Redis",
            fix: "see their hosts' logs, and whether these machines reach Redis")
        ]
      },
      .system("ghost-workers") { system, examination in
        ghosts(system.snapshot, examination.machine, Keys(prefix: examination.settings.keyPrefix))
      },
      .system("places-without-worker") { system, _ in
        system.snapshot.hosts.filter { !$0.placesWithoutWorker.isEmpty }.map { host in
          Finding(
            .problem, host.placesWithoutWorker.map { "\(host.name) (\($0))" },
            found: "there is to be a worker, and none is: it does not start, or dies at once",
            fix: "see that host's log; `agenthost plugin validate` tries a library by itself")
        }
      },
      .system("worker-deaths") { system, _ in
        system.snapshot.workers.filter { $0.deaths > 0 }.map { worker in
          Finding(
            .advice, [title(worker)],
            found: "\(FigureText.count(worker.deaths, "worker")) died there since the host began; the last: "
              + (worker.lastDeath.isEmpty ? "not known how" : worker.lastDeath),
            fix:
              "see crashes/ in the host's data folder; correct the agent, or isolate its library by `isolate: true` "
              + "beside it")
        }
      },
    ] + figures

  private static let figures: [Check] = [
    .system("mixed-versions") { system, _ in
      let versions = Set(system.snapshot.workers.map(\.version)).sorted()
      guard versions.count > 1 else { return [] }
      return [
        Finding(
          .advice, versions, found: "workers of several versions of agenthost live",
          fix: "bring all hosts to one version")
      ]
    },
    .system("past-generations") { system, examination in
      let limit = examination.settings.maxGenerations
      let many = system.snapshot.workers.filter {
        $0.pastGenerations > 0
          && Double($0.pastGenerations) >= Double(limit) * DoctorLimits.generationShare
      }
      guard !many.isEmpty else { return [] }
      return [
        Finding(
          .advice, many.map(title),
          found:
            "up to \(many.map(\.pastGenerations).max() ?? 0) generations of code that serve no more are kept in "
            + "memory there; at \(limit) a worker is replaced by itself",
          fix: "`agenthost worker replace`, when it suits")
      ]
    },
    .system("worker-descriptors") { system, examination in
      system.snapshot.workers.filter { $0.host == examination.machine.hostName }.compactMap { worker in
        guard let process = examination.machine.processes[worker.processID], process.descriptorLimit > 0,
          Double(process.openDescriptors) >= Double(process.descriptorLimit) * DoctorLimits.fullShare
        else { return nil }
        return Finding(
          .problem, [title(worker)],
          found:
            "it has \(process.openDescriptors) files and connections open, of \(process.descriptorLimit)",
          fix: "ulimit -n 65536 before `agenthost run`, or LimitNOFILE=65536 in its unit; see which by ls -l "
            + "/proc/\(worker.processID)/fd")
      }
    },
    .system("agents-missing") { system, _ in
      system.snapshot.desired.instances.sorted { $0.key < $1.key }.compactMap { role, wanted in
        let other = system.snapshot.workers.filter { worker in
          !worker.isOnProbation && worker.roles.contains(role)
            && worker.agents.count { $0.role == role } != wanted
        }
        guard !other.isEmpty else { return nil }
        return Finding(
          .problem, [role] + other.map(title),
          found:
            "each worker that serves the role is to have \(FigureText.count(wanted, "agent")) of it, and these "
            + "have another number",
          fix: "see their hosts' logs for why; `agenthost agent scale` says another number")
      }
    },
  ]

  /// A process of this machine that is gone, whose record goes on, or a record that nobody's end removes.
  static func ghosts(_ snapshot: SystemSnapshot, _ machine: MachineReading, _ keys: Keys) -> [Finding] {
    let lasting = snapshot.workers.filter { $0.silence == nil }
    // In another container of the same name a process is not seen; its signs of life are.
    let gone = snapshot.workers.filter { worker in
      worker.host == machine.hostName && machine.processes[worker.processID]?.isThere == false
        && (worker.silence ?? 0) > HostStatus.longSilence
    }
    var found: [Finding] = []
    if !lasting.isEmpty {
      found.append(
        Finding(
          .problem, lasting.map(title),
          found: "their records never go by themselves, so they live for ever: no worker has written them",
          fix: "redis-cli DEL " + lasting.map { "'\(keys.host($0.incarnation))'" }.joined(separator: " ")))
    }
    if !gone.isEmpty {
      found.append(
        Finding(
          .problem, gone.map(title), found: "they say that they live, and their processes are gone",
          fix: "their records go within \(HostPresence.timeToLive); where no host follows: `agenthost run`"))
    }
    return found
  }

  /// For people and programs: which worker.
  private static func title(_ worker: WorkerStatus) -> String {
    "\(worker.host) (\(worker.placeName), process \(worker.processID))"
  }
}
