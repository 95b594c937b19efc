import NIOCore
import SeededGenerator

@testable import RedisClient

/// A reply as a test makes it, and as it reads one back.
indirect enum ReplyTree: Equatable {
  case status(String)
  case error(String)
  case integer(Int)
  case string([UInt8])
  case null
  case array([ReplyTree])

  init(_ value: RedisValue) {
    if value.isNull {
      self = .null
    } else if let integer = value.integer {
      self = .integer(integer)
    } else if let text = value.errorText {
      self = .error(text)
    } else if let elements = value.elements {
      self = .array(elements.map(ReplyTree.init))
    } else {
      // A status and a string are read in the same way.
      self = .string(value.bytes.map { Array($0.readableBytesView) } ?? [])
    }
  }

  /// As the server sends it.
  var encoded: [UInt8] {
    switch self {
    case .status(let text): Array("+\(text)\r\n".utf8)
    case .error(let text): Array("-\(text)\r\n".utf8)
    case .integer(let number): Array(":\(number)\r\n".utf8)
    case .string(let bytes): Array("$\(bytes.count)\r\n".utf8) + bytes + Array("\r\n".utf8)
    case .null: Array("$-1\r\n".utf8)
    case .array(let elements):
      elements.reduce(into: Array("*\(elements.count)\r\n".utf8)) { $0 += $1.encoded }
    }
  }

  /// What reading gives: a status is a string then.
  var asRead: ReplyTree {
    switch self {
    case .status(let text): .string(Array(text.utf8))
    case .array(let elements): .array(elements.map(\.asRead))
    default: self
    }
  }

  static func random(depth: Int, using generator: inout SeededGenerator) -> ReplyTree {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &generator) {
    case 0: .status("OK")
    case 1: .error("WRONGTYPE a key of another kind")
    case 2: .integer(Int.random(in: .min ... .max, using: &generator))
    case 3: .null
    case 4: .string([])
    case 5:
      .string(
        (0..<Int.random(in: 1...40, using: &generator)).map { _ in .random(in: 0...255, using: &generator) })
    default:
      .array(
        (0..<Int.random(in: 0...5, using: &generator)).map { _ in .random(depth: depth - 1, using: &generator)
        })
    }
  }
}

/// Feeds `pieces` one by one; the replies, and the error that ended it.
func read(
  _ pieces: [ArraySlice<UInt8>], limits: RedisReplyLimits = RedisReplyLimits()
) -> (replies: [RedisReply], error: RedisError?) {
  let reader = ReplyReader(limits: limits)
  var replies: [RedisReply] = []
  do throws(RedisError) {
    for piece in pieces { try reader.feed(ByteBuffer(bytes: piece)) { replies.append($0) } }
  } catch {
    return (replies, error)
  }
  return (replies, nil)
}

func read(_ text: String, limits: RedisReplyLimits = RedisReplyLimits()) -> (
  replies: [RedisReply], error: RedisError?
) {
  read([Array(text.utf8)[...]], limits: limits)
}
