import AgentPlugins
import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import RedisClient
import ServiceLifecycle

/// Answers monitors over HTTP, on a socket that listens already. One request a connection.
final class MetricsService: Service {
  private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  /// Connections at once; those beyond are closed.
  private static let maximumConnections = 32
  /// For a request to come, and its answer to go.
  private static let limit = TimeAmount.seconds(10)

  private let descriptor: Int32
  private let pages: MetricsPages
  private let logger: Logger

  /// Takes over a listening socket.
  init(descriptor: Int32, pages: MetricsPages, logger: Logger) {
    self.descriptor = descriptor
    self.pages = pages
    self.logger = logger
  }

  func run() async throws {
    await HostEnd.cancels {
      do {
        try await self.serve()
      } catch {
        if !Task.isCancelled { self.logger.error("no more metrics are served: \(error)") }
      }
    }
  }

  private func serve() async throws {
    let server = try await ServerBootstrap(group: IOActor.eventLoop).bind(descriptor) { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleStateHandler(allTimeout: Self.limit))
        try pipeline.addHandler(ClosesWhenIdle())
        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
        return try Connection(wrappingChannelSynchronously: channel)
      }
    }
    try await server.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        let open = OpenConnections()
        for try await connection in connections {
          guard await open.begin(Self.maximumConnections) else {
            connection.channel.close(promise: nil)
            continue
          }
          group.addTask {
            await self.answer(connection)
            await open.end()
          }
        }
      }
    }
  }

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

@IOActor
private final class OpenConnections {
  private var count = 0

  nonisolated init() {}

  func begin(_ most: Int) -> Bool {
    guard count < most else { return false }
    count += 1
    return true
  }

  func end() { count -= 1 }
}

private final class ClosesWhenIdle: ChannelInboundHandler, Sendable {
  typealias InboundIn = NIOAny

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
