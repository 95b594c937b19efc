import Glibc

/// Who owns a file or a folder, and who may write to it.
struct FileStatus: Sendable, Equatable {
  /// Why it could be somebody else's work.
  struct Problem {
    let expected: String
    let found: String
    /// What is to be done, as a command but for the path.
    let command: String

    func advice(_ path: String) -> String { "\(command) \(path), when you know what it is" }
  }

  let owner: uid_t
  let mode: mode_t

  init(owner: uid_t, mode: mode_t) {
    self.owner = owner
    self.mode = mode
  }

  init(_ status: stat) {
    self.init(owner: status.st_uid, mode: status.st_mode)
  }

  /// Nil where it is not there.
  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  var problem: Problem? { ownerProblem ?? (isWritableByOthers ? writingProblem : nil) }

  /// In a folder with the sticky bit only owners replace their files.
  var folderProblem: Problem? {
    ownerProblem ?? (isWritableByOthers && mode & S_ISVTX == 0 ? writingProblem : nil)
  }

  private var isWritableByOthers: Bool { mode & (S_IWGRP | S_IWOTH) != 0 }

  private var writingProblem: Problem {
    let who = mode & S_IWOTH != 0 ? "everybody" : "its group"
    return Problem(
      expected: "nobody but its owner to be able to write it",
      found: "mode \(String(mode & 0o7777, radix: 8)), by which \(who) can", command: "chmod go-w")
  }

  private var ownerProblem: Problem? {
    guard owner != 0, owner != geteuid() else { return nil }
    return Problem(
      expected: "an owner that is root or user \(geteuid())", found: "user \(owner)",
      command: "chown \(geteuid())")
  }
}
