import NIOCore
import SeededGenerator
import Testing

@testable import RedisClient

@Suite struct RedisCommandTests {
  private func encoded(_ command: consuming RedisCommand) -> [UInt8] {
    Array(command.encode().readableBytesView)
  }

  @Test func `Every kind of argument is written with its length in bytes`() {
    var command = RedisCommand("SET", "ключ", "")
    command.append(-12)
    command.append("EX" as StaticString)
    command.append(ByteBuffer(string: "buffer"))
    let expected = "*6\r\n$3\r\nSET\r\n$8\r\nключ\r\n$0\r\n\r\n$3\r\n-12\r\n$2\r\nEX\r\n$6\r\nbuffer\r\n"
    #expect(String(decoding: encoded(command), as: UTF8.self) == expected)
  }

  @Test func `Bytes that are no text go through as they are`() {
    let bytes: [UInt8] = [0, 0xFF, 0x0D, 0x0A, 0x2A, 0x80]
    var command = RedisCommand("ECHO")
    command.append(bytes)
    #expect(encoded(command) == Array("*2\r\n$4\r\nECHO\r\n$6\r\n".utf8) + bytes + Array("\r\n".utf8))
  }

  @Test func `A slice of a buffer is written without what lies around it`() throws {
    let slice = try #require(ByteBuffer(string: "abcdef").getSlice(at: 2, length: 2))
    var command = RedisCommand("ECHO")
    command.append(slice)
    #expect(encoded(command) == Array("*2\r\n$4\r\nECHO\r\n$2\r\ncd\r\n".utf8))
  }

  @Test(arguments: [0, 1, 8, 9, 98, 99, 998, 9_998, 99_998])
  func `The number of arguments is right at every count of digits`(arguments: Int) {
    var command = RedisCommand("DEL")
    for _ in 0..<arguments { command.append("k") }
    let header = Array("*\(arguments + 1)\r\n$3\r\nDEL\r\n".utf8)
    let bytes = encoded(command)
    #expect(bytes.starts(with: header))
    #expect(bytes.count == header.count + arguments * 7)
  }

  @Test func `A large argument is whole`() {
    let large = [UInt8](repeating: 0x78, count: 5 << 20)
    var command = RedisCommand("ECHO")
    command.append(large)
    let before = command.byteCount
    let bytes = encoded(command)
    #expect(bytes.starts(with: Array("*2\r\n$4\r\nECHO\r\n$5242880\r\n".utf8)))
    #expect(bytes.count == before + 4)
    #expect(bytes.suffix(5) == Array("xxx\r\n".utf8))
  }

  @Test func `What is encoded reads back as the same arguments`() {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<200 {
      let arguments = (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        (0..<Int.random(in: 0...300, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator)
        }
      }
      var command = RedisCommand("NAME")
      for argument in arguments { command.append(argument) }
      let replies = read([encoded(command)[...]]).replies
      #expect(replies.count == 1)
      let expected = ReplyTree.array([.string(Array("NAME".utf8))] + arguments.map(ReplyTree.string))
      #expect(replies.first.map { ReplyTree($0.root) } == expected)
    }
  }

  @Test func `Several arguments in one call are those that are appended one by one`() {
    var numbers: [Int] = [0, .min, .max, -1]
    var power = 1
    while power < .max / 10 {
      numbers += [power - 1, power, power + 1]
      power *= 10
    }
    for number in numbers {
      let bytes = [UInt8](repeating: 0x2A, count: abs(number % 1500))
      var (one, many) = (RedisCommand("X"), RedisCommand("X"))
      one.append(number)
      one.append("é")
      one.append("F" as StaticString)
      one.append(bytes)
      many.append(arguments: 4, bytes: 2 + 1 + bytes.count) { arguments in
        arguments.append(number)
        arguments.append("é")
        arguments.append("F" as StaticString)
        arguments.append(bytes)
      }
      let text =
        "*5\r\n$1\r\nX\r\n$\("\(number)".utf8.count)\r\n\(number)\r\n$2\r\né\r\n$1\r\nF\r\n$\(bytes.count)\r\n"
      let expected = Array(text.utf8) + bytes + Array("\r\n".utf8)
      #expect(encoded(one) == expected && encoded(many) == expected, "\(number)")
    }
  }
}
