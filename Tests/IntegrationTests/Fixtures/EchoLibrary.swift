import Foundation
import TestLibrary

/// Builds of the repository's C agent with changes to its text.
enum EchoLibrary {
  static func compile(_ changes: [(String, String)], flags: [String] = []) throws -> [UInt8] {
    var source = try String(
      contentsOfFile: BuildFolder.sourceRoot + "/Plugins/EchoC/EchoC.c", encoding: .utf8)
    for (old, new) in changes {
      guard source.contains(old) else { throw FixtureFailure("EchoC.c has no \(old)") }
      source = source.replacingOccurrences(of: old, with: new)
    }
    return try TestLibrary.compile(source, flags: ["-shared", "-fPIC", "-fvisibility=hidden"] + flags)
  }

  static func role(_ role: String) -> (String, String) { ("TEXT(\"echo\")", "TEXT(\"\(role)\")") }

  /// Has a constructor of the library run `code`.
  static func constructor(_ code: String) -> (String, String) {
    ("AGENTHOST_NOTE;", "AGENTHOST_NOTE;\n__attribute__((constructor)) static void first(void) { \(code) }\n")
  }

  /// Has the agent answer with `text`.
  static func answer(_ text: String) -> (String, String) {
    (
      ".payload_mode = AGENTHOST_PAYLOAD_KEEP}",
      ".payload_mode = AGENTHOST_PAYLOAD_MERGE, .payload = TEXT(\"{\\\"text\\\":\\\"\(text)\\\"}\")}"
    )
  }

  /// Has `destroy` run `code` first.
  static func destroy(_ code: String) -> (String, String) {
    ("{ free((void *)agent); }", "{ \(code) free((void *)agent); }")
  }

  /// Has the `start` that comes as the `number`th in a process fail. Agents know whether they have been started, and
  /// not been stopped.
  static func startFails(_ number: Int) -> (String, String) {
    (
      "host->complete(host, token, NULL, 0);",
      """
      static int starts; int isStart = agent->context == NULL;
      if (isStart && ++starts == \(number)) {
        const agenthost_text_v1 why = TEXT("no luck");
        host->fail(host, token, why);
        return;
      }
      ((agenthost_agent_v1 *)agent)->context = isStart ? (void *)agent : NULL;
      host->complete(host, token, NULL, 0);
      """
    )
  }

  /// For ``startFails(_:)``, in `destroy`.
  static func ifStarted(_ code: String) -> String {
    "extern int creat(const char *, unsigned); if (agent->context != NULL) { \(code) }"
  }

  /// Has `start` and `stop` return a moment after they have completed.
  static var slowReturn: (String, String) {
    (
      "host->complete(host, token, NULL, 0);",
      "host->complete(host, token, NULL, 0); extern int usleep(unsigned); usleep(200000);"
    )
  }
}
