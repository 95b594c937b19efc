import Testing

@testable import AgentStreams

struct KeyTableTests {
  @Test(arguments: [3, 8, 9, 40])
  func `What many writes go to has one number, however many there are`(count: Int) {
    var table = KeyTable()
    let names = (0..<count).map { "stream:role:\($0)" }
    var numbers: [String: Int] = [:]
    for name in names + names.shuffled() + names.reversed() {
      let number = table.add(name)
      #expect(numbers.updateValue(number, forKey: name) ?? number == number)
      #expect(table.names[number - 1] == name)
    }
    #expect(table.names == names)
  }

  @Test func `Names that Swift takes for equal are two keys`() {
    var table = KeyTable()
    let names = ["\u{E9}", "e\u{301}", "\u{212B}", "A\u{30A}"]
    #expect(names.map { table.add($0) } == [1, 2, 3, 4])
    #expect(names.map { table.add($0) } == [1, 2, 3, 4])
  }

  @Test func `What hardly comes twice is added each time`() {
    var table = KeyTable()
    #expect(table.add("stream:a") == 1)
    #expect([table.append("result:x"), table.append("result:x"), table.add("stream:a")] == [2, 3, 1])
    #expect(table.names == ["stream:a", "result:x", "result:x"])
  }
}
