import AgentPlugins
import Testing

@testable import AgentRuntime

@Suite struct ProbeProgressTests {
  private static let refusal = LibraryError(
    file: "b.so", step: .descriptor, expected: "a \"role\"", found: "\u{1}", advice: "correct it")

  @Test func `Each line is read as it was written`() {
    for line in [ProbeLine.begins(0, .load), .passed(3, roles: ["a", "b"]), .refused(1, Self.refusal)] {
      #expect(ProbeLine(line.text) == line)
    }
    for other in ["", "{}", "text of a library's own", #"{"library":"x"}"#, #"{"library":1.5}"#] {
      #expect(ProbeLine(other) == nil)
    }
  }

  @Test func `Whoever was in work, or would have been next, is blamed for the end`() {
    var progress = ProbeProgress(files: ["a.so", "b.so", "c.so"])
    #expect(progress.blamed(for: .hung(seconds: 5))?.index == 0)
    _ = progress.take(.begins(0, .load))
    _ = progress.take(.begins(0, .create))
    let error = progress.blamed(for: .exit(.signaled(signal: 11, dumpedCore: false)))?.error
    #expect(error?.file == "a.so" && error?.step == .create)
    #expect(error?.found == "the end of the process by it: killed by SIGSEGV")
    _ = progress.take(.passed(0, roles: []))
    #expect(progress.blamed(for: .exit(.exited(code: 0)))?.index == 1)
    _ = progress.take(.refused(1, Self.refusal))
    _ = progress.take(.begins(2, .load))
    #expect(progress.blamed(for: .hung(seconds: 5))?.error.found == "no end of it")
    _ = progress.take(.passed(2, roles: []))
    #expect(progress.isDone && progress.blamed(for: .exit(.exited(code: 0))) == nil)
    #expect(progress.results[0] == .success([]) && progress.results[1] == .failure(Self.refusal))
  }

  @Test func `A start that takes its time is no library's fault`() {
    var progress = ProbeProgress(files: ["a.so", "b.so"])
    #expect(progress.patience(5) == StepLimit.own)
    #expect(progress.patience(60) == 60)
    let error = progress.blamed(for: .hung(seconds: 30))?.error
    #expect(error?.expected == "a process that tries the library")
    #expect(error?.found == "none that had begun within 30.0 s")
    _ = progress.take(.begins(0, .load))
    #expect(progress.patience(5) == 5)
    #expect(progress.blamed(for: .hung(seconds: 5))?.error.found == "no end of it")
    _ = progress.take(.passed(0, roles: []))
    #expect(progress.patience(5) == 5)
  }

  @Test func `What is said of a library that there is not changes nothing`() {
    var progress = ProbeProgress(files: ["a.so"])
    let lines = [ProbeLine.passed(1, roles: []), .begins(-1, .load), .refused(7, Self.refusal)]
    for line in lines {
      let isTaken = progress.take(line)
      #expect(!isTaken)
    }
    #expect(progress.results.isEmpty && progress.blamed(for: .hung(seconds: 1))?.index == 0)
  }
}
