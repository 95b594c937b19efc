import Testing

@testable import AgentOperations

@Suite struct TextTests {
  @Test func `Text breaks at spaces, and within a word only where it must`() {
    #expect(Paragraph.lines("one two three", first: "- ", rest: "  ", width: 9) == ["- one two", "  three"])
    #expect(Paragraph.lines("abcdefghij k", width: 4) == ["abcd", "efgh", "ij k"])
    #expect(Paragraph.lines("", first: "x") == ["x"])
    #expect(Paragraph.lines("a", first: "long beginning", width: 4).last?.hasSuffix("a") == true)
  }

  @Test func `Wide characters take two columns, and are never cut in half`() {
    #expect(DisplayWidth.of("ab") == 2 && DisplayWidth.of("漢字") == 4 && DisplayWidth.of("é") == 1)
    #expect(DisplayWidth.cut("漢字漢字", to: 6) == "漢字…")
    #expect(DisplayWidth.cut("abc", to: 3) == "abc" && DisplayWidth.cut("abcd", to: 3) == "ab…")
    #expect(DisplayWidth.cut("abc", to: 1) == "…" && DisplayWidth.cut("abc", to: 0) == "")
    #expect(
      DisplayWidth.padded("漢", to: 4) == "漢  " && DisplayWidth.padded("7", to: 3, before: true) == "  7")
  }

  @Test func `Of a table that is too wide the widest text gives way`() {
    var table = ColumnTable([.text("name"), .number("n"), .text("other")])
    table.add([String(repeating: "a", count: 40), "12", "short"])
    #expect(table.lines().map { DisplayWidth.of($0) } == [51, 51])
    let lines = table.lines(width: 30)
    #expect(lines == ["name                  n  other", "aaaaaaaaaaaaaaaaaa…  12  short"])
    #expect(
      table.lines(width: 30, keepsNames: true)
        == [
          "name                  n  other", String(repeating: "a", count: 30), "aaaaaaaaaa",
          "                     12  short",
        ])
    for width in 1...60 { #expect(table.lines(width: width).allSatisfy { DisplayWidth.of($0) <= width }) }
  }

  @Test func `Figures are short`() {
    #expect(
      [0.04, 9.96, 75, 3700, 90_000, -1].map(FigureText.age) == [
        "0.0s", "10.0s", "1m 15s", "1h 1m", "1d 1h", "-",
      ])
    #expect(FigureText.age(nil) == "-" && FigureText.age(.infinity) == "-" && FigureText.age(.nan) == "-")
    #expect(
      [0, 0.34, 9.94, 9.96, 87.4, 999.4, 1234, 12_345, 999_600, 3.4e6, 1e15].map(FigureText.short)
        == ["0", "0.3", "9.9", "10", "87", "999", "1.2k", "12k", "1.0M", "3.4M", ">999G"])
    #expect(FigureText.short(nil) == "-" && FigureText.short(.nan) == "-")
    #expect(
      [0.00008, 0.0123, 0.9999, 3.44, 75].map(FigureText.duration) == [
        "0.08ms", "12ms", "1.0s", "3.4s", "1m 15s",
      ])
    #expect(
      [12, 2048, 5_000_000, Int.max].map(FigureText.bytes).prefix(3) == ["12 B", "2.0 KiB", "4.8 MiB"])
    #expect([0, 7, 999, 1234, -5].map { FigureText.count($0) } == ["0", "7", "999", "1.2k", "-"])
    #expect(FigureText.count(1, "host") == "1 host" && FigureText.count(0, "host") == "0 hosts")
  }
}
