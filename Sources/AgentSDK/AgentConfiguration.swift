/// What the host's operator says to an agent: `config` in the file beside its library.
///
/// ```swift
/// struct GreetingAgent: Agent {
///   struct Configuration: Decodable { var greeting: String }
///   let greeting: String
///
///   init(configuration: AgentConfiguration) throws {
///     greeting = try configuration.decode(Configuration.self).greeting
///   }
/// }
/// ```
public struct AgentConfiguration: Sendable, Equatable {
  /// One JSON object; `{}` where the operator says nothing.
  public let json: String

  /// A configuration of the given JSON object; in use, the host makes them.
  public init(json: String = "{}") {
    self.json = json
  }

  /// The configuration read as `type`. An error names the key that is wrong. Keys that the type does not name are
  /// ignored.
  public func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do {
      return try PayloadCoding.decode(type, from: json)
    } catch let error as DecodingError {
      throw AgentConfigurationError(error)
    }
  }
}

/// Why a configuration is of no use to an agent.
public struct AgentConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The keys that lead to what is wrong, joined by points; empty for the whole.
  public let key: String
  /// What is wrong, for people.
  public let problem: String

  /// An error of an agent's own: a value that can be read, and not be used.
  public init(key: String = "", problem: String) {
    self.key = key
    self.problem = problem
  }

  init(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context): self.init(context.codingPath + [key], "is missing")
    case .valueNotFound(let type, let context): self.init(context.codingPath, "is null, and not \(type)")
    case .typeMismatch(let type, let context): self.init(context.codingPath, "is no \(type)")
    case .dataCorrupted(let context): self.init(context.codingPath, context.debugDescription)
    @unknown default: self.init(problem: String(describing: error))
    }
  }

  private init(_ path: [any CodingKey], _ problem: String) {
    self.init(
      key: path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "."),
      problem: problem)
  }

  /// The key, and what is wrong with it.
  public var description: String { key.isEmpty ? problem : "config key \"\(key)\" \(problem)" }
}
