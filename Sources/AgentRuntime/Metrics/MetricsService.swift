import AgentPlugins
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RedisClient
import ServiceLifecycle

/// Answers monitors over HTTP, on a socket that listens already. One request a connection.
@IOActor
final class MetricsService: Service {
  private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
  private typealias Server = NIOAsyncChannel<Connection, Never>

  /// Connections at once; those beyond are closed.
  private static let maximumConnections = 32
  /// For a request to come, and its answer to go.
  private nonisolated static let limit = TimeAmount.seconds(10)
  /// A worker that takes the place of another begins to answer when its agents are loaded, but no later than this: until
  /// then the other answers, or nobody can.
  private static let longestStart = TimeAmount.seconds(5)

  private let descriptor: Int32
  private let pages: MetricsPages
  private let logger: Logger
  private var open: [ObjectIdentifier: any Channel] = [:]
  private var isEnding = false

  /// Takes over a listening socket.
  init(descriptor: Int32, pages: MetricsPages, logger: Logger) {
    self.descriptor = descriptor
    self.pages = pages
    self.logger = logger
  }

  /// Ends with the host alone: without metrics it serves all the same.
  func run() async throws {
    await HostEnd.cancels { await self.pages.waitUntilLoaded(within: Self.longestStart) }
    let server: Server
    do {
      server = try await listen()
    } catch {
      logger.error("no metrics are served: \(error)")
      return await HostEnd().wait()
    }
    await withDiscardingTaskGroup { group in
      group.addTask {
        await HostEnd().wait()
        await self.end(server)
      }
      do {
        try await serve(server)
      } catch {
        if !isEnding { logger.error("no more metrics are served: \(error)") }
      }
    }
  }

  /// What is not answered by now is asked again of the worker that takes this one's place. By closing, since a connection
  /// that a cancelled task leaves behind is one that nobody ends.
  private func end(_ server: Server) {
    isEnding = true
    server.channel.close(promise: nil)
    for channel in open.values { channel.close(promise: nil) }
    pages.end()
  }

  private func listen() async throws -> Server {
    try await ServerBootstrap(group: IOActor.eventLoop).bind(descriptor) { channel in
      channel.eventLoop.makeCompletedFuture {
        // From the connection's beginning, however slowly something comes.
        let timer = channel.eventLoop.scheduleTask(in: Self.limit) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
        return try Connection(wrappingChannelSynchronously: channel)
      }
    }
  }

  private func serve(_ server: Server) async throws {
    try await server.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections {
          let channel = connection.channel
          guard !isEnding, open.count < Self.maximumConnections else {
            channel.close(promise: nil)
            continue
          }
          open[ObjectIdentifier(channel)] = channel
          group.addTask {
            await self.answer(connection)
            await self.ended(channel)
          }
        }
      }
    }
  }

  private func ended(_ channel: any Channel) { open[ObjectIdentifier(channel)] = nil }

  private func answer(_ connection: Connection) async {
    do {
      try await connection.executeThenClose { requests, responses in
        for try await case .head(let request) in requests {
          let (head, body) = await response(to: request)
          try await responses.write(.head(head))
          if request.method != .HEAD {
            try await responses.write(.body(.byteBuffer(ByteBuffer(string: body))))
          }
          try await responses.write(.end(nil))
          return
        }
      }
    } catch {
      logger.debug("a monitor was not answered: \(LogText.escaped("\(error)"))")
    }
  }

  private func response(to request: HTTPRequestHead) async -> (HTTPResponseHead, String) {
    var status = HTTPResponseStatus.ok
    var page = MetricsPages.Page(text: "")
    if request.method != .GET, request.method != .HEAD {
      (status, page.text) = (.methodNotAllowed, "GET or HEAD\n")
    } else if let found = await pages.page(String(request.uri.prefix { $0 != "?" })) {
      page = found
      if !found.isGood { status = .serviceUnavailable }
    } else {
      (status, page.text) = (.notFound, "there are /metrics, /healthz and /readyz\n")
    }
    let headers: HTTPHeaders = [
      "content-type": page.type, "content-length": String(page.text.utf8.count), "connection": "close",
    ]
    return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), page.text)
  }
}
