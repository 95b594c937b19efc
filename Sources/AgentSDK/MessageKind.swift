/// What a message is for.
public struct MessageKind: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The kind as it stands in the message.
  public var rawValue: String

  /// A kind by its name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Work to do.
  public static let task = MessageKind(rawValue: "task")
  /// An answer to work, also one that carries errors.
  public static let result = MessageKind(rawValue: "result")
  /// A command.
  public static let control = MessageKind(rawValue: "control")
  /// News on the state of something.
  public static let status = MessageKind(rawValue: "status")

  /// The name.
  public var description: String { rawValue }
}
