import DequeModule
import Glibc
import NIOCore

/// Commands out, replies in, matched by their order. All on the event loop.
@IOActor
final class RedisChannelHandler {
  typealias Completion = @IOActor (Result<RedisReply, RedisError>) -> Void

  private struct Pending {
    let deadline: NIODeadline
    let timeout: TimeAmount
    let byteCount: Int
    let completion: Completion
  }

  private enum State {
    case open
    case closed(RedisError)
  }

  private let channel: any Channel
  private let reader: ReplyReader
  private var pending: Deque<Pending> = []
  private var state = State.open
  private var flushScheduled = false
  private var timer: Scheduled<Void>?
  /// Takes what the server sends unasked: the messages of a subscription.
  var receivePush: (@IOActor (RedisReply) -> Void)?
  private var receiveClose: (@IOActor (RedisError) -> Void)?

  init(channel: any Channel, limits: RedisReplyLimits) {
    self.channel = channel
    reader = ReplyReader(limits: limits)
  }

  var isOpen: Bool { if case .open = state { true } else { false } }

  var pendingCount: Int { pending.count }

  /// Bytes of commands that are not answered yet.
  private(set) var bytesInFlight = 0

  /// Writes an encoded command; commands of one turn of the loop leave in one system call.
  func send(_ command: ByteBuffer, timeout: TimeAmount, completion: @escaping Completion) {
    if case .closed(let error) = state { return completion(.failure(error)) }
    let byteCount = command.readableBytes
    bytesInFlight += byteCount
    pending.append(
      Pending(deadline: .now() + timeout, timeout: timeout, byteCount: byteCount, completion: completion))
    channel.write(command, promise: nil)
    scheduleFlush()
    if timer == nil { armTimer() }
  }

  /// Writes a command whose answer comes as a push.
  func sendUnanswered(_ command: consuming RedisCommand) {
    guard isOpen else { return }
    channel.write(command.encode(), promise: nil)
    scheduleFlush()
  }

  func close(_ error: RedisError) {
    guard case .open = state else { return }
    state = .closed(error)
    timer?.cancel()
    timer = nil
    channel.close(promise: nil)
    let waiting = pending
    pending = []
    bytesInFlight = 0
    for entry in waiting { entry.completion(.failure(error)) }
    receiveClose?(error)
    receiveClose = nil
    receivePush = nil
  }

  func onClose(_ receive: @escaping @IOActor (RedisError) -> Void) {
    if case .closed(let error) = state { return receive(error) }
    receiveClose = receive
  }

  func received(_ buffer: ByteBuffer) {
    guard isOpen else { return }
    do throws(RedisError) {
      try reader.feed(buffer) { reply in self.matched(reply) }
    } catch {
      close(error)
    }
  }

  private func matched(_ reply: RedisReply) {
    if let entry = pending.popFirst() {
      bytesInFlight -= entry.byteCount
      entry.completion(.success(reply))
    } else if let receivePush {
      receivePush(reply)
    } else {
      close(.protocolViolation(reply.root.errorText ?? "a reply that nobody asked for"))
    }
  }

  private func scheduleFlush() {
    guard !flushScheduled else { return }
    flushScheduled = true
    IOActor.eventLoop.execute {
      IOActor.assumeIsolated {
        self.flushScheduled = false
        self.channel.flush()
      }
    }
  }

  /// One timer for the oldest command: answers come in order, so the first is the first to be late
  /// unless a later one allows less; a blocking command has its connection to itself.
  private func armTimer() {
    guard let first = pending.first else {
      timer = nil
      return
    }
    timer = IOActor.eventLoop.scheduleTask(deadline: first.deadline) {
      IOActor.assumeIsolated { self.timerFired() }
    }
  }

  private func timerFired() {
    guard isOpen, let first = pending.first, first.deadline <= .now() else { return armTimer() }
    close(.timedOut(seconds: Double(first.timeout.nanoseconds) / 1e9))
  }
}

/// What the channel calls; everything it is told it passes on.
final class RedisInboundAdapter: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let handler: RedisChannelHandler

  init(_ handler: RedisChannelHandler) {
    self.handler = handler
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    IOActor.assumeIsolated { [handler] in handler.received(buffer) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    IOActor.assumeIsolated { [handler] in handler.close(.connectionLost(why: "the server closed it")) }
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let why = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? String(describing: error)
    IOActor.assumeIsolated { [handler] in handler.close(.connectionLost(why: why)) }
  }
}
