import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the end of a handshake, and keeps the first error: it says more than the end of the connection,
/// which follows it.
final class TLSHandshake: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let name: String
  private let finished: EventLoopPromise<TLSFailure?>

  init(on eventLoop: any EventLoop, expecting name: String) {
    self.name = name
    finished = eventLoop.makePromise()
  }

  /// What went wrong; nil where nothing did.
  @IOActor
  func outcome(within limit: TimeAmount) async -> TLSFailure? {
    let finished = finished
    let timer = finished.futureResult.eventLoop.scheduleTask(in: limit) {
      // The first outcome counts.
      finished.succeed(.noAnswer(within: limit))
    }
    defer { timer.cancel() }
    do {
      return try await finished.futureResult.get()
    } catch {
      return TLSFailure("TLS failed: \(error)")
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { finished.succeed(nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let failure = TLSFailure(error, expecting: name, channel: context.channel)
    finished.succeed(failure)
    context.fireErrorCaught(failure)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finished.succeed(.closedDuringHandshake)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    finished.succeed(.closedDuringHandshake)
  }
}
