import AgentSDK
import CShapeOne

/// One of several builds of the same module: what is called the same in all of them differs in layout, and every part
/// says which build it is of. An answer that is put together from two builds is an error.
struct ShapeAgent: Agent {
  static let role = "uppercase"

  static let build = 1

  func process(_ message: Message, context: AgentContext) async throws -> Reply {
    let text = try message.decode(Text.self)
    let shape = Shape(build: Self.build, label: "one")
    let boxed: [any Part] = [shape, Held(shape), Imported()]
    let builds = Set(boxed.map(\.build) + [try text.build(through: shape), Self.build])
    guard builds == [Self.build] else { throw Mixed(builds: builds.sorted()) }
    return try .result(Answer(text: text.text.uppercased(), build: Self.build))
  }
}

protocol Part: Sendable {
  var build: Int { get }
}

struct Mixed: Error {
  let builds: [Int]
}

struct Answer: Codable {
  let text: String
  let build: Int
}

struct Text: Codable {
  let text: String

  /// By way of what is written and read again.
  func build(through shape: Shape) throws -> Int { shape.copy().build }
}

struct Shape: Part, Codable, Hashable {
  var build = 0
  var label = ""

  func copy() -> Shape { [self].reversed()[0] }
}

final class Held: Part {
  private let shape: Shape

  init(_ shape: Shape) { self.shape = shape }

  var build: Int { shape.build }
}

/// What C and Swift both know of, boxed: by metadata that is the same for the whole process.
struct Imported: Part {
  var build: Int {
    var shape = author_shape()
    shape.build = Int32(ShapeAgent.build)
    shape.weight = 0.5
    let shapes: [Any] = [[shape, shape]]
    guard let same = shapes.first as? [author_shape], same.count == 2, same[1].weight == 0.5 else {
      return -1
    }
    return Int(same[1].build)
  }
}
