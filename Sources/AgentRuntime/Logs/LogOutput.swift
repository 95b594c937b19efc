import AgentStreams
import Glibc
import Logging
import Synchronization

/// Where a process writes its log: standard error, and the files.
package final class LogOutput: Sendable {
  package enum Format: Sendable {
    case text, json
  }

  private let standardError: Format
  private let files: (format: Format, all: LogFile?, info: LogFile?)
  private let limit = Mutex(LogLimit())

  /// `all` gets every line, `info` those from info on.
  init(standardError: Format, files: Format, all: LogFile?, info: LogFile?) {
    self.standardError = standardError
    self.files = (files, all, info)
  }

  /// Makes the files anew where they have been moved away.
  package func reopen() {
    for file in [files.all, files.info] {
      // Where that can't be, the next line tries again.
      try? file?.open()
    }
  }

  func write(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
    let message = event.message.description
    let leftOut: Int
    switch decision(on: message, event, label, metadata) {
    case .leaveOut: return
    case .write(let count): leftOut = count
    }
    var metadata = metadata
    if leftOut > 0 { metadata["left_out"] = "\(leftOut)" }
    write(
      LogLine(
        time: WallClock.now(), level: event.level, message: message, metadata: metadata, source: event.source)
    )
  }

  private func decision(
    on message: String, _ event: LogEvent, _ label: String, _ metadata: Logger.Metadata
  ) -> LogLimit.Decision {
    let now = MonotonicClock.now()
    return limit.withLock { limit in
      if label == LogLimit.agents {
        return limit.agentLine("\(metadata["role"] ?? "") \(metadata["agent"] ?? "")", now: now)
      }
      return limit.line(message, event.level, at: "\(event.file):\(event.line)", now: now)
    }
  }

  private func write(_ line: LogLine) {
    let text = standardError == .text || files.format == .text ? line.text : ""
    let json = standardError == .json || files.format == .json ? line.json : ""
    Self.writeStandardError(standardError == .text ? text : json)
    let record = files.format == .text ? text : json
    files.all?.append(record)
    if line.level >= .info { files.info?.append(record) }
  }

  private static func writeStandardError(_ line: String) {
    var line = line
    line.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        // SAFETY: the bytes are there until the call returns, and `written` is less than their number.
        let count = Glibc.write(
          STDERR_FILENO, UnsafeRawBufferPointer(bytes).baseAddress?.advanced(by: written),
          bytes.count - written)
        if count < 0, errno == EINTR { continue }
        // Nobody reads it: the line is lost, and nothing else.
        guard count > 0 else { return }
        written += count
      }
    }
  }
}
