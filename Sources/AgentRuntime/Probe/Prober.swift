package import AgentPlugins
import SystemPackage

/// Has libraries tried in processes of their own before any of their code runs here. Blocks its thread.
package struct Prober: Sendable {
  private let verdicts: ProbeVerdicts
  private let limit: Double
  private let environment: [String: String]

  /// `verdicts`: where it is kept what has passed. `limit`: seconds that one step may take.
  package init(
    verdicts: ProbeVerdicts, limit: Double, environment: [String: String]
  ) {
    self.verdicts = verdicts
    self.limit = limit
    self.environment = environment
  }

  /// Removes what is kept of libraries that nobody has asked for in a long time. Returns how many files.
  func removeUnused() throws(Errno) -> Int { try verdicts.removeUnused() }

  /// Tries one library on all that can be tried, whatever was kept. Returns its roles.
  package func conformance(of subject: ProbeSubject) throws(LibraryError) -> [String] {
    let (progress, end) = attempt([subject], conformance: true, stop: nil)
    guard let result = progress.results[0] else {
      throw progress.blamed(for: end)?.error
        ?? LibraryError(
          file: subject.image.file, step: .load, expected: "a process that tries the library", found: "none",
          advice: "try again")
    }
    return try result.get()
  }

  /// Why each of `subjects` is refused; nil: it has passed, now or before. After `stop` none is tried any more.
  package func probe(_ subjects: [ProbeSubject], stop: ProbeStop? = nil) -> [LibraryError?] {
    var results: [LibraryError?] = subjects.map { _ in nil }
    var waiting = subjects.indices.filter { !verdicts.hasPassed(subjects[$0]) }
    // All in one process at first. One that ends it is tried alone before it is blamed, unless it was the first.
    var alone: Int?
    while !waiting.isEmpty {
      let batch = alone.map { [$0] } ?? waiting
      alone = nil
      let (progress, end) = attempt(batch.map { subjects[$0] }, conformance: false, stop: stop)
      for (index, result) in progress.results {
        if case .failure(let error) = result { results[batch[index]] = error }
      }
      var settled = Set(progress.results.keys.map { batch[$0] })
      if end == .stopped {
        for index in waiting where !settled.contains(index) {
          results[index] = ProbeProgress.error(of: subjects[index].image.file, at: .load, end)
        }
        return results
      }
      if !progress.isDone, let (index, error) = progress.blamed(for: end) {
        let culprit = batch[index]
        if index == 0 {
          results[culprit] = error
          settled.insert(culprit)
        } else {
          alone = culprit
        }
      }
      // Whoever ends the process in another way may have said anything before.
      if end == .exit(.exited(code: 0)) {
        for index in settled where results[index] == nil { verdicts.keep(subjects[index]) }
      }
      waiting.removeAll { settled.contains($0) }
    }
    return results
  }

  private func attempt(
    _ subjects: [ProbeSubject], conformance: Bool, stop: ProbeStop?
  ) -> (progress: ProbeProgress, end: ProbeProgress.End) {
    var progress = ProbeProgress(files: subjects.map(\.image.file))
    do throws(SystemCallError) {
      let end = try ProbeProcess(subjects, conformance: conformance, environment: environment).run(
        &progress, limit: limit, stop: stop)
      return (progress, end)
    } catch {
      return (progress, .unheard(error))
    }
  }
}
