import AgentPlugins
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

/// Keeps workers alive, and the private Redis where there is one: a plain loop over `poll`.
///
/// It does what `SupervisionState` says and tells it what happened, nothing else. Run it on the process'
/// first thread before there is a second one: its signals are blocked for that thread, and the children's
/// parent-death signal is tied to it.
package final class Supervisor {
  /// Reports whose functions are being named at once; those beyond stay without.
  private static let maximumSymbolicating = 4

  private let configuration: SupervisorConfiguration
  private let reports: CrashReports
  private let logger: Logger
  private var state: SupervisionState
  private var workers: [WorkerProcess] = []
  private var histories: [WorkerPlaceName: WorkerHistory] = [:]
  private let spares: SpareWorkers
  private let notifier: ServiceNotifier?
  private let logs: LogOutput?
  private var redis: ChildProcess?
  private var symbolicating: [ChildProcess] = []
  /// Reports whose functions get their names when a worker is ready: a process that starts beside the successor would
  /// take from it.
  private var unnamed: [String] = []
  private var events: [SupervisionEvent] = []

  /// `logs`: what USR1 makes anew; the workers' see by themselves what was moved away.
  package init(
    configuration: SupervisorConfiguration, notifier: ServiceNotifier? = nil, logs: LogOutput? = nil,
    logger: Logger
  ) {
    self.configuration = configuration
    self.logs = logs
    self.notifier = notifier
    self.logger = logger
    spares = SpareWorkers(configuration.worker, logger: logger)
    reports = CrashReports(dataDirectory: configuration.dataDirectory)
    state = SupervisionState(limits: configuration.limits, ownsRedis: configuration.privateRedis != nil)
  }

  /// Runs to the end and returns the exit code. Where the loop itself fails, the children end with this
  /// process: workers by their life lines, the server by its trampoline's guard.
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
      for worker in workers { readStatus(of: worker) }
      while let signal = try signals.next() {
        switch signal {
        case SIGCHLD: reapChildren()
        case SIGUSR1: logs?.reopen()
        default: feed(.signal(signal))
        }
      }
      feed(.timer)
      let now = MonotonicClock.now()
      spares.timer(now: now)
      notifier?.timer(now: now, isServing: isServing)
      if state.stage == .stopping {
        spares.end()
        notifier?.stops()
      }
    }
  }

  private func wait(signals: Int32) throws(SystemCallError) {
    var waiting = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    for worker in workers where worker.statusIsOpen {
      waiting.append(pollfd(fd: worker.statusDescriptor, events: Int16(POLLIN), revents: 0))
    }
    let timeout = MonotonicClock.pollTimeout(
      until: [state.nextDeadline, spares.due, notifier?.due].compactMap(\.self).min(),
      now: MonotonicClock.now())
    guard poll(&waiting, nfds_t(waiting.count), timeout) >= 0 || errno == EINTR else {
      throw SystemCallError("poll", "signals and the workers' status")
    }
  }

  /// Whether a worker takes messages at the main place.
  private var isServing: Bool { state.places[.main]?.isServing == true }

  private func readStatus(of worker: WorkerProcess) {
    guard worker.statusIsOpen else { return }
    for line in worker.readStatus() {
      switch line {
      case .known(.ready):
        feed(.worker(worker.place, .ready(worker.incarnation)))
        spares.workerIsReady(now: MonotonicClock.now())
        if worker.place == .main { notifier?.workerIsReady(now: MonotonicClock.now()) }
        for report in unnamed { symbolicate(report) }
        unnamed = []
      case .known(.replace(let reason)):
        feed(.worker(worker.place, .asksForReplacement(worker.incarnation, reason: reason)))
      case .known(.places(let names)) where worker.place == .main:
        feed(.places(names, by: worker.incarnation))
      case .known(.alive):
        if worker.place == .main, isServing { notifier?.workerIsAlive(now: MonotonicClock.now()) }
      case .known(.suspects): feed(.suspects(at: worker.place, by: worker.incarnation))
      case .known(.cleared): feed(.cleared(worker.place, by: worker.incarnation))
      case .known(.places):
        logger.debug("worker \(worker.incarnation) named places; only a main worker does")
      case .unknown(let text):
        logger.debug("the status pipe of worker \(worker.incarnation) said: \(LogText.escaped(text))")
      case .tooLong:
        logger.debug("the status pipe of worker \(worker.incarnation) said a line beyond its limit")
      }
    }
  }

  /// All children by one way, the strangers included that process 1 of a container inherits: `waitpid(-1)`
  /// beside a wait for each would race for the same deaths. One SIGCHLD can stand for many of them.
  private func reapChildren() {
    while let (pid, exit) = ChildProcess.reap() {
      if let index = workers.firstIndex(where: { $0.child.pid == pid }) {
        let worker = workers[index]
        readStatus(of: worker)
        workers.removeAll { $0 === worker }
        for other in workers { other.sayWorkerEnded() }
        let report = reports.report(of: worker.incarnation, exit)
        if let report { histories[worker.place, default: WorkerHistory()].died(report) }
        feed(
          .worker(
            worker.place,
            .exited(worker.incarnation, exit, isExplained: report?.isExplained ?? false)))
        // After the successor has been started: nothing waits for a report.
        if let report {
          let written = reports.write(report)
          logger.error("\(written.line)")
          if let path = written.path { unnamed = unnamed.suffix(Self.maximumSymbolicating - 1) + [path] }
        }
      } else if spares.ended(pid) {
        logger.debug("the spare worker ended, \(exit)")
      } else if pid == redis?.pid {
        redis = nil
        feed(.redisExited(exit, lastLines: configuration.privateRedis?.lastLogLines() ?? ""))
      } else if let index = symbolicating.firstIndex(where: { $0.pid == pid }) {
        symbolicating.remove(at: index)
        if exit != .exited(code: 0) { logger.debug("the functions of a report stay without names: \(exit)") }
      } else {
        logger.debug("reaped process \(pid), \(exit)")
      }
    }
  }

  /// In a process of its own, which ends by itself.
  private func symbolicate(_ report: String) {
    guard symbolicating.count < Self.maximumSymbolicating else { return }
    let launch = ChildProcess.Launch(
      executable: configuration.worker.executable,
      arguments: ["symbolicate", report, configuration.dataDirectory + "/libraries"],
      environment: configuration.worker.environment, passing: [])
    do throws(SystemCallError) {
      symbolicating.append(try ChildProcess.spawn(launch))
    } catch {
      logger.debug("the functions of \(report) stay without names: \(error)")
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
    case .startWorker(let place): startWorker(at: place)
    case .signalWorker(_, let incarnation, let signal):
      let worker = workers.first { $0.incarnation == incarnation }
      // Also to those that have been replaced and still finish what they hold.
      if state.stage == .stopping { for worker in workers { worker.sayHostEnds() } }
      send(signal, to: worker?.child)
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

  private func startWorker(at place: WorkerPlaceName) {
    let incarnation = Incarnation.random()
    do throws(SystemCallError) {
      workers.append(
        try WorkerProcess(
          configuration.worker, incarnation: incarnation, place: place,
          history: histories[place, default: WorkerHistory()], spare: place.isProbation ? nil : spares.take())
      )
      feed(.worker(place, .started(incarnation)))
    } catch {
      feed(.worker(place, .notStarted(reason: error.description)))
    }
  }

  private func send(_ signal: Int32, to child: ChildProcess?) {
    do throws(SystemCallError) { try child?.send(signal) } catch { logger.error("\(error)") }
  }
}
