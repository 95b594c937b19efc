import AgentRuntime

extension Check {
  static let settings: [Check] = [
    .local("settings-refused") { examination in
      examination.settingProblems.map { problem in
        Finding(
          .problem, found: problem, fix: "correct it; `agenthost config show` says what is set, and where")
      }
    },
    .local("settings-contradict") { examination in
      contradictions(examination.settings).map { found, fix in Finding(.problem, found: found, fix: fix) }
    },
    .local("file-limit") { examination in
      let needed =
        examination.settings.redisMaxConnections + DoctorLimits.baseDescriptors
        + DoctorLimits.descriptorsForEachLibrary * examination.machine.libraries.count
      guard examination.machine.descriptors < needed else { return [] }
      return [
        Finding(
          .problem,
          found:
            "a process may have \(examination.machine.descriptors) files and connections open here; a host "
            + "with these settings and libraries may need \(needed)",
          fix: "ulimit -n 65536 before `agenthost run`, or LimitNOFILE=65536 in its unit")
      ]
    },
  ]

  /// Settings that can be used, but not with each other. A lease that is shorter than a task's time is none of them: it
  /// is renewed for as long as the work goes on.
  static func contradictions(_ settings: Settings) -> [(found: String, fix: String)] {
    var found: [(String, String)] = []
    if settings.lease < 2 * settings.redisSocketTimeout {
      found.append(
        (
          "AGENTHOST_LEASE is \(settings.lease) s, and a command may take REDIS_SOCKET_TIMEOUT, "
            + "\(settings.redisSocketTimeout) s: a lease is renewed at half of its length, so one slow answer "
            + "loses it, and its message is worked on twice",
          "AGENTHOST_LEASE=\(2 * settings.redisSocketTimeout) or more, or a shorter REDIS_SOCKET_TIMEOUT"
        ))
    }
    if settings.foreignLease < settings.lease {
      found.append(
        (
          "AGENTHOST_FOREIGN_LEASE is \(settings.foreignLease) s, and AGENTHOST_LEASE, \(settings.lease) s, counts "
            + "instead: the shorter of the two has no effect",
          "AGENTHOST_FOREIGN_LEASE=\(max(settings.lease, settings.taskTimeout)) or more"
        ))
    }
    if max(settings.lease, settings.foreignLease) < settings.taskTimeout {
      found.append(
        (
          "AGENTHOST_FOREIGN_LEASE is shorter than AGENTHOST_TASK_TIMEOUT, \(settings.taskTimeout) s: consumers "
            + "that are not agenthost's renew nothing, so messages are taken from them while they work",
          "AGENTHOST_FOREIGN_LEASE=\(settings.taskTimeout) or more"
        ))
    }
    if settings.taskTimeout > settings.maxTaskTimeout {
      found.append(
        (
          "AGENTHOST_TASK_TIMEOUT is \(settings.taskTimeout) s, and AGENTHOST_MAX_TASK_TIMEOUT "
            + "\(settings.maxTaskTimeout) s: a message that says nothing gets more time than one may ask for",
          "AGENTHOST_MAX_TASK_TIMEOUT=\(settings.taskTimeout) or more"
        ))
    }
    return found + limits(settings)
  }

  private static func limits(_ settings: Settings) -> [(found: String, fix: String)] {
    var found: [(String, String)] = []
    for (name, value) in [
      ("MAX_ENVELOPE_AGE", settings.maxEnvelopeAge),
      ("MAX_TOTAL_PROCESSING_TIME", settings.maxTotalProcessingTime),
    ] where value == 0 {
      found.append(
        ("\(name) is 0: every message has reached that, and is refused", "unset \(name), or raise it"))
    }
    if settings.maxTotalProcessingTime > 0, settings.taskTimeout > settings.maxTotalProcessingTime {
      found.append(
        (
          "AGENTHOST_TASK_TIMEOUT is longer than MAX_TOTAL_PROCESSING_TIME, \(settings.maxTotalProcessingTime) s: "
            + "a message that uses its time in one step is refused at the next",
          "MAX_TOTAL_PROCESSING_TIME=\(settings.taskTimeout) or more, or a shorter AGENTHOST_TASK_TIMEOUT"
        ))
    }
    if Double(settings.requestTimeToLive) < settings.maxEnvelopeAge {
      found.append(
        (
          "AGENTHOST_REQUEST_TTL is \(settings.requestTimeToLive) s, and a message may live for MAX_ENVELOPE_AGE, "
            + "\(settings.maxEnvelopeAge) s: how its request ended is forgotten before, and it may end twice",
          "AGENTHOST_REQUEST_TTL=\(Int(min(settings.maxEnvelopeAge.rounded(.up), 2e9))) or more"
        ))
    }
    return found
  }
}
