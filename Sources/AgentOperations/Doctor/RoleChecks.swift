import AgentRuntime
import AgentStreams

extension Check {
  static let roles: [Check] =
    [
      .system("search-incomplete") { system, _ in
        system.isComplete
          ? []
          : [
            Finding(
              .advice,
              found:
                "there are more keys than are looked at here: roles, streams and lists may be missing in this",
              fix: "give agenthost a database of its own, or AGENTHOST_KEY_PREFIX")
          ]
      },
      .system("broken-keys") { system, _ in
        found(
          .problem, system.snapshot.roles.filter(\.isBroken).map(\.role),
          "one of their keys holds something else than messages",
          fix: "see which by redis-cli TYPE, and remove it: somebody else uses these names")
      },
      .system("unserved-roles") { system, examination in
        let unserved = system.snapshot.roles.filter { role in
          role.waiting > 0 && !role.isServed(in: system, examination) && !role.isPaused
        }
        return found(
          .problem, unserved.map(\.role),
          "nobody has agents for what waits: \(FigureText.count(total(unserved.map(\.waiting)), "message"))",
          fix: "run a host with libraries that serve these roles; `agenthost plugin ls` says which are loaded"
        )
      },
      .system("late-messages") { system, examination in
        let limit = examination.settings.maxEnvelopeAge
        let late = system.snapshot.roles.filter { role in
          role.isServed(in: system, examination) && !role.isPaused
            && (system.snapshot.oldestWait(of: role) ?? 0) > limit * DoctorLimits.waitingShare
        }
        let longest = late.compactMap(system.snapshot.oldestWait(of:)).max()
        return found(
          .problem, late.map(\.role),
          "messages wait for up to \(FigureText.age(longest)), and are refused at MAX_ENVELOPE_AGE, "
            + "\(FigureText.age(limit))",
          fix:
            "more agents (`agenthost agent scale ROLE N`, or another host), or faster ones; see `agenthost top`"
        )
      },
      .system("paused-roles") { system, _ in
        found(
          .advice, system.snapshot.desired.pausedRoles.sorted(),
          "they are paused: nothing new is taken for them",
          fix: "`agenthost role resume ROLE`, when they are to go on")
      },
    ] + streams

  private static let streams: [Check] = [
    .system("overdue-messages") { system, _ in
      let overdue = system.snapshot.roles.filter { role in
        role.firstDue.map { system.snapshot.time - $0 > DoctorLimits.overdue } ?? false
      }
      return found(
        .problem, overdue.map(\.role),
        "delayed messages are due for longer than \(FigureText.age(DoctorLimits.overdue)), and nobody moves them",
        fix: "run a host that serves these roles: only such a one moves what is due")
    },
    .system("dead-letters") { system, _ in
      let many = system.snapshot.roles.filter { $0.deadLetters > DoctorLimits.deadLetters }
      return found(
        .advice, many.map(\.role),
        "\(total(many.map(\.deadLetters))) dead letters are kept; more than \(DoctorLimits.deadLetters) for a role",
        fix: "`agenthost dlq ls --role ROLE` says why; `dlq replay` sends them again, `dlq rm` removes them")
    },
    .system("long-streams") { system, _ in
      let long = system.snapshot.roles.filter { $0.waiting > DoctorLimits.waitingMessages }
      return found(
        .advice, long.map(\.role),
        "\(total(long.map(\.waiting))) messages wait; more than \(DoctorLimits.waitingMessages) for a role",
        fix: "more agents, or less work; see `agenthost top`")
    },
    .system("long-results") { system, _ in
      let long = system.lastingResults.filter { $0.value > DoctorLimits.lastingResults }
      return found(
        .advice, long.keys.sorted(),
        "lists of results that nobody reads, and that never go: up to \(long.values.max() ?? 0) results",
        fix: "read them, or redis-cli DEL them; a list of one request's own goes by itself")
    },
  ]

  /// One finding about all subjects; none where there is none.
  private static func found(
    _ severity: Finding.Severity, _ subjects: [String], _ found: String, fix: String
  ) -> [Finding] {
    subjects.isEmpty ? [] : [Finding(severity, subjects, found: found, fix: fix)]
  }

  private static func total(_ counts: [Int]) -> Int {
    counts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
  }
}

extension RoleStatus {
  /// By an agent of a living worker, or by somebody else's consumer that was heard of within its lease.
  func isServed(in system: SystemReading, _ examination: Examination) -> Bool {
    let consumers = system.roleGroups[role, default: []].flatMap(\.consumers)
    return agents > 0
      || consumers.contains {
        ConsumerName($0.name) == nil && $0.idle <= examination.settings.foreignLease
      }
  }
}
