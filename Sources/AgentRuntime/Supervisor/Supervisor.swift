import Glibc
package import Logging

/// What a supervisor looks after.
package struct SupervisorConfiguration {
  package let worker: WorkerLaunch
  package let limits: SupervisionLimits
  /// Nil when Redis is somebody else's.
  package let privateRedis: PrivateRedis?
  /// Where workers keep their records; an absolute path.
  package let dataDirectory: String

  package init(
    worker: WorkerLaunch, limits: SupervisionLimits, privateRedis: PrivateRedis?, dataDirectory: String
  ) {
    self.dataDirectory = dataDirectory
    self.worker = worker
    self.limits = limits
    self.privateRedis = privateRedis
  }
}

/// Keeps a worker alive, and the private Redis where there is one: a plain loop over `poll`.
///
/// It does what `SupervisionState` says and tells it what happened, nothing else. Run it on the process'
/// first thread before there is a second one: its signals are blocked for that thread, and the children's
/// parent-death signal is tied to it.
package final class Supervisor {
  private let configuration: SupervisorConfiguration
  private let reports: CrashReports
  private let logger: Logger
  private var state: SupervisionState
  private var worker: WorkerProcess?
  private var redis: ChildProcess?
  private var events: [SupervisionEvent] = []

  package init(configuration: SupervisorConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    reports = CrashReports(dataDirectory: configuration.dataDirectory)
    state = SupervisionState(limits: configuration.limits, ownsRedis: configuration.privateRedis != nil)
  }

  /// Runs to the end and returns the exit code. Where the loop itself fails, the children end with this
  /// process: the worker by its life line, the server by its trampoline's guard.
  package func run() -> Int32 {
    do throws(SystemCallError) {
      return try loop(signals: SignalQueue())
    } catch {
      logger.critical("the supervisor cannot go on, and ends with its children: \(error)")
      return SupervisorExitCode.failed
    }
  }

  private func loop(signals: SignalQueue) throws(SystemCallError) -> Int32 {
    feed(.begin)
    while true {
      if case .finished(let exitCode) = state.stage { return exitCode }
      try wait(signals: signals.descriptor.number)
      // Before the signals: a worker that was ready and then died was ready first.
      readWorkerStatus()
      while let signal = try signals.next() {
        if signal == SIGCHLD { reapChildren() } else { feed(.signal(signal)) }
      }
      feed(.timer)
    }
  }

  private func wait(signals: Int32) throws(SystemCallError) {
    var waiting = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    if let worker, worker.statusIsOpen {
      waiting.append(pollfd(fd: worker.statusDescriptor, events: Int16(POLLIN), revents: 0))
    }
    let timeout = MonotonicClock.pollTimeout(until: state.nextDeadline, now: MonotonicClock.now())
    guard poll(&waiting, nfds_t(waiting.count), timeout) >= 0 || errno == EINTR else {
      throw SystemCallError("poll", "signals and the worker's status")
    }
  }

  private func readWorkerStatus() {
    guard let worker, worker.statusIsOpen else { return }
    for line in worker.readStatus() {
      switch line {
      case .ready: feed(.workerReady)
      case .unknown(let text): logger.debug("the worker's status pipe said: \(text)")
      case .tooLong: logger.debug("the worker's status pipe said a line beyond its limit")
      }
    }
  }

  /// All children by one way, the strangers included that process 1 of a container inherits: `waitpid(-1)`
  /// beside a wait for each would race for the same deaths. One SIGCHLD can stand for many of them.
  private func reapChildren() {
    while let (pid, exit) = ChildProcess.reap() {
      if pid == worker?.child.pid {
        readWorkerStatus()
        let report = worker.flatMap { reports.report(of: $0.incarnation, exit) }
        worker = nil
        feed(.workerExited(exit))
        // After the successor has been started: nothing waits for a report.
        if let report { logger.error("\(reports.write(report))") }
      } else if pid == redis?.pid {
        redis = nil
        feed(.redisExited(exit, lastLines: configuration.privateRedis?.lastLogLines() ?? ""))
      } else {
        logger.debug("reaped process \(pid), \(exit)")
      }
    }
  }

  /// What an action leads to at once (a child that could not be started) is handled after it, in turn.
  private func feed(_ event: SupervisionEvent) {
    events.append(event)
    guard events.count == 1 else { return }
    while let next = events.first {
      for action in state.handle(next, now: MonotonicClock.now()) { perform(action) }
      events.removeFirst()
    }
  }

  private func perform(_ action: SupervisionAction) {
    switch action {
    case .startRedis: startRedis()
    case .probeRedis: if configuration.privateRedis?.answers() == true { feed(.redisAnswered) }
    case .signalRedis(let signal): send(signal, to: redis)
    case .startWorker: startWorker()
    case .signalWorker(let signal): send(signal, to: worker?.child)
    case .log(let level, let message): logger.log(level: level, "\(message)")
    case .finish: break
    }
  }

  private func startRedis() {
    do throws(SystemCallError) {
      redis = try configuration.privateRedis?.start()
    } catch {
      feed(.redisExited(.notStarted(reason: error.description), lastLines: ""))
    }
  }

  private func startWorker() {
    let incarnation = Incarnation.random()
    do throws(SystemCallError) {
      worker = try WorkerProcess(configuration.worker, incarnation: incarnation)
      feed(.workerStarted(incarnation))
    } catch {
      feed(.workerExited(.notStarted(reason: error.description)))
    }
  }

  private func send(_ signal: Int32, to child: ChildProcess?) {
    do throws(SystemCallError) { try child?.send(signal) } catch { logger.error("\(error)") }
  }
}
