import Foundation
import Testing

/// Bytes that are no envelope, and what a host is to make of them.
struct BadEnvelope: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// What the reason has to say.
  let reason: String
  /// Whether a result list can still be read from it, so that the caller hears of it.
  let reachesTheCaller: Bool
  let bytes: Data
  let resultList: String

  /// `bytes` are made for a result list, in quotes.
  private init(
    _ name: String, _ reason: String, reachesTheCaller: Bool = false, _ bytes: (_ list: String) -> Data
  ) {
    testDescription = name
    self.reason = reason
    self.reachesTheCaller = reachesTheCaller
    resultList = "result:bad:\(UInt64.random(in: .min ... .max))"
    self.bytes = bytes("\"\(resultList)\"")
  }

  /// An envelope that is right but for some members, given as JSON text; an empty one is left out.
  private static func envelope(_ list: String, _ changes: [String: String]) -> Data {
    let right = [
      "conversation_id": #""bad""#, "message_id": #""bad:1""#, "result_list": list,
      "payload": #"{"text":"x"}"#,
    ]
    let members = right.merging(changes) { $1 }.filter { !$1.isEmpty }
    let order = ["conversation_id", "message_id", "result_list"]
    let names = order.filter { members[$0] != nil } + members.keys.filter { !order.contains($0) }.sorted()
    return Data("{\(names.map { "\"\($0)\":\(members[$0, default: ""])" }.joined(separator: ","))}".utf8)
  }

  static let notJSON: [BadEnvelope] = [
    .init("an empty value", "byte 0: the text ends") { _ in Data() },
    .init("a word", "byte 0: ") { _ in Data("hello".utf8) },
    .init("an array", "JSON, but not an object") { _ in Data("[]".utf8) },
    .init("a byte order mark", "byte 0: ") { Data("\u{FEFF}".utf8) + envelope($0, [:]) },
    .init("half an envelope", "the text ends where", reachesTheCaller: true) {
      envelope($0, [:]).dropLast(4)
    },
    .init("text after the end", "more text after the end", reachesTheCaller: true) {
      envelope($0, [:]) + Data("x".utf8)
    },
    .init("NaN", "NaN is not JSON", reachesTheCaller: true) { envelope($0, ["payload": #"{"n":NaN}"#]) },
    .init("-Infinity", "-Infinity is not JSON", reachesTheCaller: true) {
      envelope($0, ["total_processing_time": "-Infinity"])
    },
    .init("a megabyte of [", "nesting deeper than 128") { _ in
      Data(repeating: UInt8(ascii: "["), count: 1_000_000)
    },
    .init("a megabyte of [ in the payload", "nesting deeper than 128", reachesTheCaller: true) {
      envelope($0, ["payload": #"{"a":\#(String(repeating: "[", count: 1_000_000))"#])
    },
    .init("a payload over the limit", "more than the limit of 1048576", reachesTheCaller: true) {
      envelope($0, ["payload": #"{"text":"\#(String(repeating: "x", count: 1 << 20))"}"#])
    },
    .init("bytes that are no UTF-8", "not valid UTF-8", reachesTheCaller: true) {
      envelope($0, [:]).dropLast(3) + Data([0xC3, 0x28]) + Data(#""}}"#.utf8)
    },
    .init("a raw control character in a string", "control character", reachesTheCaller: true) {
      envelope($0, ["payload": "{\"text\":\"a\u{1}b\"}"])
    },
  ]

  static let wrongFields: [BadEnvelope] =
    ["conversation_id", "message_id", "payload"].map { field in
      .init("no \(field)", "the envelope has no \(field)", reachesTheCaller: true) {
        envelope($0, [field: ""])
      }
    }
    + [
      ("conversation_id", "5"), ("conversation_id", "null"), ("message_id", "[]"), ("target_role", "7"),
      ("target_agent_id", "{}"), ("target_list", "true"), ("sender_role", "1"), ("sender_agent_id", "[]"),
      ("kind", "false"), ("payload", #""text""#), ("payload", "null"), ("payload", "[]"),
      ("update_ts", #""soon""#), ("ts", "{}"), ("trace", "{}"), ("process_count", "-1"),
      ("process_count", "1.5"), ("process_count", #""3""#), ("total_processing_time", "[]"),
      ("create_ts", "1e999"), ("reply_role", "1"), ("reply_list", "[1]"),
    ].map { field, value in
      .init("\(field) as \(value)", "\(field) is ", reachesTheCaller: true) { envelope($0, [field: value]) }
    }

  static let wrongNames: [BadEnvelope] =
    [
      (#""a\u0000b""#, "holds a control character"), (#""a\nb""#, "holds a control character"),
      (#""a\u0085b""#, "holds a control character"), (#""{a}b""#, "holds a brace"), (#""""#, "is empty"),
      (#""\ud800""#, "holds half of a surrogate pair"),
      ("\"\(String(repeating: "a", count: 513))\"", "is longer than 512 bytes"),
    ].flatMap { name, reason in
      ["conversation_id", "message_id"].map { field in
        .init("\(field) as \(name.prefix(12))", "\(field) \(reason)", reachesTheCaller: true) {
          envelope($0, [field: name])
        }
      }
    }
    + [
      ("5", "result_list is a number"),
      (#""stream:role:victim""#, #"result_list must be "result:" and a name"#),
      (#""result:""#, #"result_list must be "result:" and a name"#),
      (#""result:a{b}""#, "result_list holds a brace"), (#""result:a\rb""#, "result_list holds a control"),
    ].map { list, reason in
      .init("result_list as \(list)", reason) { _ in envelope(list, [:]) }
    }
}
