extension Check {
  static let folders: [Check] = [
    .local("data-folder") { examination in
      broken(
        examination.machine.dataFolder, severity: .problem,
        fix: "let the host's user write there, or set AGENTHOST_DATA_DIR to a folder where it may")
    },
    .local("log-folder") { examination in
      broken(
        examination.machine.logFolder, severity: .advice,
        fix: "let the host's user write there, or set LOG_DIR to a folder where it may")
    },
    .local("disk-space") { examination in
      let folders = [examination.machine.dataFolder, examination.machine.logFolder].compactMap { $0 }
      return folders.compactMap { folder in
        guard let free = folder.freeBytes, free < DoctorLimits.freeBytes else { return nil }
        return Finding(
          .problem, [folder.path], found: "the disk has \(FigureText.bytes(free)) left for the host's user",
          fix: "make room there: at least \(FigureText.bytes(DoctorLimits.freeBytes))")
      }
    },
    .local("agents-folder") { examination in
      let folder = examination.machine.agentsFolder
      let strangers = folder?.strangers.map { who in
        Finding(
          .problem, [folder?.path ?? ""], found: "code for a host to run lies there: \(who)",
          fix: "chown and chmod go-w the folder, when you know what is in it")
      }
      return broken(
        folder, severity: .problem,
        fix: "make it readable for the host's user, or name another by AGENTHOST_AGENTS_DIR")
        + (strangers.map { [$0] } ?? [])
    },
    .local("library-files") { examination in
      examination.machine.libraries.compactMap { library in
        library.problem.map { Finding(.problem, [library.file], found: $0, fix: library.advice) }
      }
    },
  ]

  private static func broken(_ folder: FolderReading?, severity: Finding.Severity, fix: String) -> [Finding] {
    guard let folder, let problem = folder.problem else { return [] }
    return [Finding(severity, [folder.path], found: problem, fix: fix)]
  }
}
