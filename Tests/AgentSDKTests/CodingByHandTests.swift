import Foundation
import SeededGenerator
import StrictJSON
import Testing

@testable import AgentSDK

/// Types that read and write themselves in all the ways that the protocols allow.
@Suite("Codable types that do it by hand")
struct CodingByHandTests {
  private enum Key: String, CodingKey { case a, b, c, name }

  private func text(_ value: some Encodable) throws -> String {
    String(decoding: try PayloadCoding.encode(value), as: UTF8.self)
  }

  @Test("containers within each other, kept and written to in any order")
  func nested() throws {
    struct Value: Encodable {
      func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        var inner = object.nestedContainer(keyedBy: Key.self, forKey: .a)
        var list = object.nestedUnkeyedContainer(forKey: .b)
        try object.encode(1, forKey: .c)
        try inner.encode("late", forKey: .name)
        try list.encode(1)
        var deep = list.nestedContainer(keyedBy: Key.self)
        var deeper = list.nestedUnkeyedContainer()
        try list.encodeNil()
        try deeper.encode(true)
        try deep.encode([2.5], forKey: .a)
        #expect(list.count == 4)
      }
    }
    #expect(try text(Value()) == #"{"a":{"name":"late"},"b":[1,{"a":[2.5]},[true],null],"c":1}"#)
  }

  @Test("a class and its superclass, in a member of its own and in the same object")
  func classes() throws {
    class Base: Codable {
      var name = "base"
      init() {}
    }
    final class Own: Base {
      var a = 1
      override init() { super.init() }
      required init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        a = try object.decode(Int.self, forKey: .a)
        try super.init(from: try object.superDecoder())
      }
      override func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(a, forKey: .a)
        try super.encode(to: object.superEncoder())
      }
    }
    final class Shared: Base {
      override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var object = encoder.container(keyedBy: Key.self)
        try object.encode("shared", forKey: .name)
        try object.encode(2, forKey: .a)
      }
    }
    #expect(try text(Own()) == #"{"a":1,"super":{"name":"base"}}"#)
    #expect(try PayloadCoding.decode(Own.self, from: #"{"super":{"name":"x"},"a":7}"#).name == "x")
    #expect(try text(Shared()) == #"{"name":"shared","a":2}"#)
    #expect(throws: DecodingError.self) { try PayloadCoding.decode(Own.self, from: #"{"a":7}"#) }
  }

  @Test("a key that is written again has its last value, among few and among many")
  func again() throws {
    struct Value: Encodable {
      let count: Int
      func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: AnyKey.self)
        for round in 0..<2 {
          for index in 0..<count {
            try object.encode(index * 10 + round, forKey: .init(stringValue: "k\(index)"))
          }
        }
        var last = object.nestedUnkeyedContainer(forKey: .init(stringValue: "k0"))
        try last.encode("x")
      }
    }
    #expect(try text(Value(count: 3)) == #"{"k1":11,"k2":21,"k0":["x"]}"#)
    let many = try PayloadCoding.encode(Value(count: 40))
    let read = try JSONSerialization.jsonObject(with: Data(many)) as? [String: Any]
    #expect(read?.count == 40 && read?["k39"] as? Int == 391)
    #expect(many.count { $0 == UInt8(ascii: ":") } == 40)
  }

  @Test("a container that is asked for again is the same again")
  func sameContainer() throws {
    struct Value: Encodable {
      func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        var first = object.nestedContainer(keyedBy: Key.self, forKey: .a)
        try first.encode(1, forKey: .b)
        var list = object.nestedUnkeyedContainer(forKey: .c)
        try list.encode(1)
        var again = object.nestedContainer(keyedBy: Key.self, forKey: .a)
        try again.encode(2, forKey: .name)
        var more = object.nestedUnkeyedContainer(forKey: .c)
        try more.encode(2)
      }
    }
    #expect(try text(Value()) == #"{"a":{"b":1,"name":2},"c":[1,2]}"#)
  }

  @Test("a type that is known only while the program runs is read as itself")
  func dynamicType() throws {
    class Base: Decodable { required init(from decoder: any Decoder) throws {} }
    final class Derived: Base {}
    let type: Base.Type = Derived.self
    #expect(try PayloadCoding.decode(type, from: "{}") is Derived)
  }

  @Test("what is two things at once, or comes twice, is an error")
  func impossible() {
    struct TwoKinds: Encodable {
      func encode(to encoder: any Encoder) throws {
        _ = encoder.unkeyedContainer()
        _ = encoder.container(keyedBy: Key.self)
      }
    }
    struct Twice: Encodable {
      func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(1)
        try value.encode(2)
      }
    }
    struct Inside: Encodable {
      func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        let inner = object.superEncoder(forKey: .a)
        _ = inner.unkeyedContainer()
        _ = inner.container(keyedBy: Key.self)
      }
    }
    #expect(throws: EncodingError.self) { try PayloadCoding.encode(TwoKinds()) }
    #expect(throws: EncodingError.self) { try PayloadCoding.encode(Twice()) }
    #expect(throws: EncodingError.self) { try PayloadCoding.encode(Inside()) }
  }

  @Test("what is no object is no payload", arguments: [[1], []])
  func notAnObject(value: [Int]) {
    #expect(throws: PayloadError.notAnObject(type: "Array<Int>")) { try PayloadCoding.encode(value) }
    #expect(throws: PayloadError.self) { try PayloadCoding.encode("text") }
  }

  @Test("an array is passed over element by element, and an error leaves the element where it was")
  func arrays() throws {
    struct Value: Decodable {
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        #expect(list.count == 6)
        #expect(throws: DecodingError.self) { try list.decode(String.self) }
        #expect(try list.decode(Int8.self) == 1)
        #expect(try !list.decodeNil())
        #expect(try list.nestedContainer(keyedBy: Key.self).allKeys == [.a, .c])
        #expect(try list.decodeNil())
        var inner = try list.nestedUnkeyedContainer()
        #expect(try inner.decode(Bool.self) && inner.isAtEnd)
        #expect(try [Double](from: try list.superDecoder()) == [0.5])
        #expect(list.currentIndex == 5)
        #expect(try list.decodeIfPresent(String.self) == nil)
        #expect(list.isAtEnd)
        #expect(throws: DecodingError.self) { try list.decode(Int.self) }
        #expect(throws: DecodingError.self) { try list.decodeNil() }
      }
    }
    let json = #" [ 1 , {"a":{},"unknown":[1,[2]],"c":1,"a":2} , null,[true],[0.5], null ] "#
    _ = try PayloadCoding.decode(Value.self, from: json)
  }

  @Test("errors say where, and what was there")
  func errors() throws {
    struct Inner: Decodable { var number: Int }
    struct Value: Decodable { var list: [Inner] }
    func path(_ json: String) -> (String, String)? {
      let error = #expect(throws: DecodingError.self) {
        try PayloadCoding.decode(Value.self, from: json)
      }
      let context: DecodingError.Context? =
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
          .dataCorrupted(let context):
          context
        default: nil
        }
      return context.map { context in
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
        return (path.joined(separator: "."), context.debugDescription)
      }
    }
    #expect(
      try #require(path(#"{"list":[{"number":1},{"number":"x"}]}"#)) == (
        "list.1.number", "Expected Int, and found a string."
      ))
    #expect(try #require(path(#"{"list":[{}]}"#)) == ("list.0", #"There is no key "number"."#))
    #expect(try #require(path(#"{"list":null}"#)).0 == "list")
    #expect(try #require(path(#"{"list":[{"number":1}],}"#)).1.contains("byte 23"))
    #expect(try #require(path("[]")) == ("", "Expected Dictionary<String, Any>, and found an array."))
  }

  /// Tries one type after the other, as those do that hold anything.
  private struct Anything: Decodable {
    var number: Int

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if (try? value.decode(Bool.self)) != nil { throw CancellationError() }
      number = try value.decode(Int.self)
    }
  }

  /// Of this thread.
  private static func processorSeconds(_ body: () throws -> Void) throws -> Double {
    func now() -> Double {
      var clock = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &clock)
      return Double(clock.tv_sec) + Double(clock.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
  }

  @Test("to be wrong about each of many elements takes no longer for the last than for the first")
  func wrongAgainAndAgain() throws {
    func seconds(_ count: Int) throws -> Double {
      let numbers = (0..<count).map { $0 % 10 }
      let json = "[" + numbers.map(String.init).joined(separator: ",") + "]"
      return try Self.processorSeconds {
        let (read, decimals) = (
          try PayloadCoding.decode([Anything].self, from: json),
          try PayloadCoding.decode([Decimal].self, from: json)
        )
        #expect(read.map(\.number) == numbers && decimals.count == count)
      }
    }
    let few = try seconds(4_000)
    // Eight times as many: were all gone through for each, it would be more than sixty times as long.
    let many = try seconds(32_000)
    #expect(many < few * 24)
  }

  @Test("the way to a value is found, in whatever order it is asked for")
  func paths() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SeededGenerator(seed: seed)
    let list = "[" + (0..<70).map { "[\($0),{\"k\($0)\":[]}]" }.joined(separator: ",") + "]"
    let members = (0..<50).map { "\"m\($0)\":[{\"a\":\(list)},null]" }.joined(separator: ",")
    let document = try Array("{\(members)}".utf8).withUnsafeBytes { try JSONDocument($0) }
    var expected: [Int: String] = [:]
    func note(_ index: Int, _ path: String) {
      expected[index] = path
      let token = document.tokens[index]
      var child = index + 1
      for number in 0..<Int(token.count) {
        if token.kind == .object {
          note(child + 1, path + "." + (document.string(at: child) ?? ""))
          child += 1
        } else {
          note(child, path + ".\(number)")
        }
        child = Int(document.tokens[child].next)
      }
    }
    note(0, "")
    for index in expected.keys.sorted().shuffled(using: &random).prefix(5_000) {
      let keys = document.path(to: index).keys.map { $0.intValue.map(String.init) ?? $0.stringValue }
      #expect(keys.map { "." + $0 }.joined() == expected[index], "token \(index), seed \(seed)")
    }
  }

  @Test("half a surrogate pair is no text: refused where it is read")
  func surrogates() throws {
    #expect(throws: DecodingError.self) {
      try PayloadCoding.decode([String: String].self, from: #"{"a":"\ud800"}"#)
    }
    #expect(throws: DecodingError.self) {
      try PayloadCoding.decode([String: Int].self, from: #"{"\udc00":1}"#)
    }
    let read = try PayloadCoding.decode([String: String].self, from: #"{"\u0061":"\ud83d\ude00\u00e9"}"#)
    #expect(read == ["a": "😀é"])
  }

  @Test("Foundation's types are written as its own coder writes them, and nothing else is read as one")
  func foreign() throws {
    struct Value: Codable, Equatable {
      var data = Data([0, 255, 16, 1])
      var url = URL(string: "a/b?c=é")!
      var amount = Decimal(string: "-0.00125")!
      var optional: Data?
    }
    #expect(try text(Value()) == #"{"data":"AP8QAQ==","url":"a/b?c=%C3%A9","amount":-0.00125}"#)
    #expect(try PayloadCoding.decode(Value.self, from: text(Value())) == Value())
    for wrong in ["AP8QAQ=", "AP8QAR==", "AP8Q AQ==", "AP8QA===", "=", "é===", "AP8QAQ==AP8Q"] {
      #expect(throws: DecodingError.self, "\(wrong)") {
        try PayloadCoding.decode([Data].self, from: "[\"\(wrong)\"]")
      }
    }
    #expect(throws: DecodingError.self) { try PayloadCoding.decode([Decimal].self, from: "[\"1\"]") }
    #expect(throws: DecodingError.self) { try PayloadCoding.decode([Decimal].self, from: "[1e500]") }
    #expect(throws: EncodingError.self) {
      try PayloadCoding.encode(["url": URL(string: "b", relativeTo: URL(string: "http://a/"))!])
    }
    for text in ["0", "123456789012345678901234567890123456789", "-1.5e10", "1e-100"] {
      let read = try PayloadCoding.decode([Decimal].self, from: "[\(text)]")
      #expect(read == [try #require(Decimal(string: text))], "\(text)")
    }
  }

  @Test("deep nesting is an error and not a crash")
  func deep() {
    final class Nest: Decodable { var inner: Nest? }
    let text = String(repeating: #"{"inner":"#, count: 100_000)
    #expect(throws: DecodingError.self) { try PayloadCoding.decode(Nest.self, from: text) }
  }
}
