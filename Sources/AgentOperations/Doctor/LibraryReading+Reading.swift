import AgentPlugins
import AgentRuntime

extension LibraryReading {
  /// As the host would see them, up to where it would run their code.
  static func all(in folder: String, _ settings: Settings) -> [LibraryReading] {
    let found: [FoundLibrary]
    let trust: TrustPolicy
    do throws(LibraryError) {
      found = try PluginFolder(
        path: folder, trustsAll: settings.pluginTrust == SettingsTable.trustAll
      ).libraries()
      trust = try settings.trustPolicy()
    } catch {
      // Of a folder that can't be read there is a finding of its own; of keys, here.
      return error.file == folder ? [] : [LibraryReading(error)]
    }
    return found.map { library in
      do throws(LibraryError) {
        guard try library.settings.get().isEnabled else { return LibraryReading(file: library.file) }
        _ = try LibraryFacts(of: library.file, trust: trust)
        return LibraryReading(file: library.file)
      } catch {
        return LibraryReading(error)
      }
    }
  }

  private init(_ error: LibraryError) {
    self.init(file: error.file)
    problem = "refused at \(error.step.rawValue): expected \(error.expected), found \(error.found)"
    advice = error.advice
  }
}
