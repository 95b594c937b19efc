import Testing

@testable import AgentOperations

@Suite struct TopViewTests {
  private static func view(after text: String) -> TopView {
    var view = TopView()
    for key in TopKey.all(in: Array(text.utf8)) { view.press(key) }
    return view
  }

  @Test func `Bytes of a terminal become keys`() {
    #expect(
      TopKey.all(in: Array("sé\r\u{7f}\u{3}".utf8)) == [
        .character("s"), .character("é"), .enter, .backspace, .interrupt,
      ])
    #expect(TopKey.all(in: Array("\u{1b}[A\u{1b}[15~\u{1b}OPq".utf8)) == [.character("q")])
    #expect(
      TopKey.all(in: [0x1B]) == [.escape] && TopKey.all(in: [0x1B, 0x5B]) == [] && TopKey.all(in: []) == [])
    #expect(TopKey.all(in: [0xFF, 0x71]).last == .character("q"))
  }

  @Test func `s goes through all columns and begins again`() {
    var view = TopView(column: .role)
    var seen: [TopColumn] = []
    for _ in TopColumn.allCases {
      seen.append(view.column)
      view.press(.character("s"))
    }
    #expect(seen == TopColumn.allCases && view.column == .role)
  }

  @Test func `Other keys`() {
    #expect(Self.view(after: "r").isReversed && !Self.view(after: "rr").isReversed)
    #expect(
      Self.view(after: "p").isPaused && Self.view(after: " ").isPaused && !Self.view(after: "p ").isPaused)
    #expect(
      Self.view(after: "q").hasEnded && Self.view(after: "\u{3}").hasEnded && !Self.view(after: "x").hasEnded)
  }

  @Test func `A filter is typed, and its letters are no keys meanwhile`() {
    var view = Self.view(after: "/sqp")
    #expect(view.filter == "sqp" && view.isFilterOpen && !view.hasEnded && !view.isPaused)
    view.press(.backspace)
    view.press(.enter)
    #expect(view.filter == "sq" && !view.isFilterOpen)
    view.press(.character("q"))
    #expect(view.hasEnded)
    #expect(Self.view(after: "/ab\u{1b}") == TopView() && Self.view(after: "/ab\r\u{1b}").filter == "")
    #expect(Self.view(after: "/\u{7f}\u{7f}").filter == "" && Self.view(after: "/x\u{3}").hasEnded)
    #expect(Self.view(after: "/" + String(repeating: "x", count: 500)).filter.count == 128)
  }
}
