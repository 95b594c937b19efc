package import Logging

/// What swift-log hands all lines of a host's process to.
package struct HostLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level
  private let label: String
  private let output: LogOutput

  package init(label: String, level: Logger.Level, output: LogOutput) {
    self.label = label
    logLevel = level
    self.output = output
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    let own = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
    output.write(event, label: label, metadata: own)
  }
}
