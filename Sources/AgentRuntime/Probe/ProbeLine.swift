import AgentPlugins
import StrictJSON

/// What a process that tries libraries says, a line each: JSON, by the index of the library.
enum ProbeLine: Equatable {
  case begins(Int, LibraryError.Step)
  /// Also what roles it has agents for.
  case passed(Int, roles: [String])
  case refused(Int, LibraryError)

  init?(_ line: String) {
    var line = line
    guard let value = line.withUTF8({ try? JSONValue.parse(UnsafeRawBufferPointer($0), maximumDepth: 4) }),
      let index = value["library"]?.double.flatMap({ Int(exactly: $0) })
    else {
      return nil  // no line of ours
    }
    guard let step = value["step"]?.string.flatMap(LibraryError.Step.init) else {
      self = .passed(index, roles: value["roles"]?.elements?.compactMap(\.string) ?? [])
      return
    }
    guard let file = value["file"]?.string, let expected = value["expected"]?.string,
      let found = value["found"]?.string, let advice = value["advice"]?.string
    else {
      self = .begins(index, step)
      return
    }
    self = .refused(
      index, LibraryError(file: file, step: step, expected: expected, found: found, advice: advice))
  }

  var text: String {
    var members: [JSONValue.Member]
    switch self {
    case .passed(let index, let roles):
      members = [.init("library", .number(index)), .init("roles", .array(roles.map { .string($0) }))]
    case .begins(let index, let step):
      members = [.init("library", .number(index)), .init("step", .string(step.rawValue))]
    case .refused(let index, let error):
      members = [
        .init("library", .number(index)), .init("step", .string(error.step.rawValue)),
        .init("file", .string(error.file)), .init("expected", .string(error.expected)),
        .init("found", .string(error.found)), .init("advice", .string(error.advice)),
      ]
    }
    var bytes: [UInt8] = []
    JSONValue.object(members).write(into: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
