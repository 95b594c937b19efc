import AgentStreams
import Logging
import NIOCore
import RedisClient
import StrictJSON

/// Sends requests to agents and waits for their results.
///
/// One client serves any number of requests at once, from any thread: all of them wait on one
/// connection and one result list. It works between the beginning and the end of `run()`, or of
/// ``withClient(_:_:)``, which runs it.
///
/// ```swift
/// let answer = try await AgentClient.withClient(.init(redisURL: "redis://127.0.0.1:6379/0")) { client in
///   try await client.processRequest(conversationID: "conv_123", text: "Hello, world!")
/// }
/// ```
public final class AgentClient: Sendable {
  /// How a client finds its server, and how long it waits.
  public struct Configuration: Sendable {
    /// `redis://[user[:password]@]host[:port][/database]`, the same with `rediss://` for TLS, or
    /// `unix:///path/to.sock`.
    public var redisURL: String
    /// A file that holds the password alone, instead of one in the URL; read at every new connection.
    public var passwordFile: String?
    /// A file with the authorities that are trusted for `rediss://`, in PEM; nil: the system's.
    public var tlsAuthorities: String?
    /// A file with a certificate of ours in PEM, for a server that asks for one.
    public var tlsCertificate: String?
    /// A file with the key of `tlsCertificate`.
    public var tlsKey: String?
    /// The name that the server's certificate must be for, instead of the URL's.
    public var tlsServerName: String?
    /// `AGENTHOST_KEY_PREFIX`: goes before every key; the same as the hosts'.
    public var keyPrefix: String
    /// Who sends, as `sender_agent_id` of the requests.
    public var name: String
    /// For one answer of the server.
    public var commandTimeout: Duration
    /// For one attempt to connect.
    public var connectTimeout: Duration

    /// Names a server; everything else has a default.
    public init(
      redisURL: String, keyPrefix: String = "", name: String = "client",
      commandTimeout: Duration = .seconds(5),
      connectTimeout: Duration = .seconds(5)
    ) {
      self.redisURL = redisURL
      self.keyPrefix = keyPrefix
      self.name = name
      self.commandTimeout = commandTimeout
      self.connectTimeout = connectTimeout
    }
  }

  private let configuration: Configuration
  private let keys: Keys
  private let client: RedisClient
  private let inbox: ResultInbox

  /// Makes a client; nothing is connected before `run()`.
  ///
  /// - Throws: ``AgentClientError`` when the URL can't be used.
  public init(_ configuration: Configuration) async throws(AgentClientError) {
    self.configuration = configuration
    keys = Keys(prefix: configuration.keyPrefix)
    let address: RedisAddress
    do throws(RedisError) {
      address = try RedisAddress(url: configuration.redisURL)
    } catch {
      throw AgentClientError(.configuration, error.description)
    }
    guard address.password == nil || configuration.passwordFile == nil else {
      throw AgentClientError(.configuration, "the URL holds a password, and a file with one is named too")
    }
    var settings = RedisConnectionSettings(
      address: address, connectTimeout: TimeAmount(configuration.connectTimeout),
      commandTimeout: TimeAmount(configuration.commandTimeout), name: "agenthost/\(configuration.name)")
    settings.passwordFile = configuration.passwordFile
    settings.tls = RedisTLS(
      authorities: configuration.tlsAuthorities, certificate: configuration.tlsCertificate,
      key: configuration.tlsKey, serverName: configuration.tlsServerName)
    let logger = Logger(label: "agenthost.client")
    client = await RedisClient(settings: settings, logger: logger)
    inbox = await ResultInbox(client: client, keys: keys)
  }

  /// Makes a client, runs it while `body` works, and ends it.
  ///
  /// - Throws: what `body` throws, and ``AgentClientError`` when the server can't be reached.
  public static func withClient<Value: Sendable>(
    _ configuration: Configuration, _ body: @escaping @Sendable (AgentClient) async throws -> Value
  ) async throws -> Value {
    let client = try await AgentClient(configuration)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        try await client.run()
        return nil
      }
      group.addTask { try await body(client) }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw AgentClientError(.notRunning, "the client ended before its work")
    }
  }

  /// Receives results until the task is cancelled, then closes the connections and ends the requests that
  /// still wait. A server that goes away is waited for.
  ///
  /// - Throws: ``AgentClientError`` when the server can't be reached at the start.
  public func run() async throws {
    do throws(RedisError) {
      try await client.connect()
    } catch {
      throw AgentClientError(.unreachable, error.description)
    }
    await withDiscardingTaskGroup { group in
      group.addTask { [client] in await HealthCheck(client: client, warnsOfLoss: false).run() }
      await inbox.run()
      await client.close()
      group.cancelAll()
    }
  }

  /// The specification's `process_request`: gives `text` to the role `manager`, and returns the answer:
  /// `payload.summary.response`, else the clarifying question, else `payload.text`.
  ///
  /// - Parameters:
  ///   - conversationID: ties the messages of a conversation together; no control characters, no braces.
  ///   - options: how urgent it is, whether it waits, until when it is of use.
  ///   - timeout: how long to wait for the result.
  /// - Throws: ``AgentClientError``, also when the result carries errors.
  public func processRequest(
    conversationID: String, text: String, options: RequestOptions = RequestOptions(),
    timeout: Duration = .seconds(60)
  ) async throws(AgentClientError) -> String {
    let result = try await request(
      conversationID: conversationID, text: text, options: options, timeout: timeout)
    if let error = result.errors.first {
      let more = result.errors.count > 1 ? " (and \(result.errors.count - 1) more)" : ""
      throw AgentClientError(.failed, "\(error.code): \(error.message)\(more)")
    }
    guard let answer = result.answer else {
      throw AgentClientError(.failed, "the result holds no text: neither summary, nor a question, nor text")
    }
    return answer
  }

  /// Gives `text` to `role`, and returns the whole result, errors in it or not.
  ///
  /// - Throws: ``AgentClientError`` when no result came.
  public func request(
    conversationID: String, text: String, role: String = "manager",
    options: RequestOptions = RequestOptions(), timeout: Duration = .seconds(60)
  ) async throws(AgentClientError) -> AgentResult {
    try await request(
      conversationID: conversationID, payload: Self.payload(of: text), role: role, options: options,
      timeout: timeout)
  }

  /// Gives `payload`, one JSON object in UTF-8, to `role`, and returns the whole result.
  ///
  /// - Throws: ``AgentClientError`` when no result came.
  public func request(
    conversationID: String, payload: [UInt8], role: String, options: RequestOptions = RequestOptions(),
    timeout: Duration = .seconds(60)
  ) async throws(AgentClientError) -> AgentResult {
    let request = try Request(
      conversationID: conversationID, payload: payload, role: role, sender: configuration.name,
      resultList: inbox.listName, options: options)
    return try await inbox.send(request, timeout: timeout)
  }

  /// Gives `payload`, one JSON object in UTF-8, to `role`, and does not wait: the result goes to the list
  /// `result:{message_id}`, where anybody may take it until its time to live has passed.
  ///
  /// - Throws: ``AgentClientError`` when the request could not be given to its role.
  public func send(
    conversationID: String, payload: [UInt8], role: String, options: RequestOptions = RequestOptions()
  ) async throws(AgentClientError) -> SentRequest {
    let request = try Request(
      conversationID: conversationID, payload: payload, role: role, sender: configuration.name,
      resultList: nil, options: options)
    return try await request.send(client, keys: keys)
  }

  /// Gives `text` to `role`, and does not wait.
  ///
  /// - Throws: ``AgentClientError`` when the request could not be given to its role.
  public func send(
    conversationID: String, text: String, role: String = "manager", options: RequestOptions = RequestOptions()
  ) async throws(AgentClientError) -> SentRequest {
    try await send(
      conversationID: conversationID, payload: Self.payload(of: text), role: role, options: options)
  }

  /// Has a request cancelled that has not ended: what is queued of it is dropped at its next step, work on it ends,
  /// and whoever sent it gets an error with the code `agenthost.cancelled`. Returns what has become of it:
  /// `cancelling`, unless it had ended or been cancelled before.
  ///
  /// - Throws: ``AgentClientError`` when the server can't be reached.
  public func cancel(messageID: String) async throws(AgentClientError) -> RequestOutcome {
    do throws(RedisError) {
      let state = try await Cancellations.cancel(messageID, client, keys: keys)
      return state.flatMap { RequestOutcome(rawValue: $0.rawValue) } ?? .cancelling
    } catch {
      throw AgentClientError(.unreachable, error.description)
    }
  }

  private static func payload(of text: String) -> [UInt8] {
    let payload = JSONValue.object([
      .init("text", .string(text)), .init("stage", .string("start")), .init("errors", .array([])),
    ])
    var bytes: [UInt8] = []
    payload.write(into: &bytes)
    return bytes
  }
}
