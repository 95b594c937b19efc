/// The reports, as the specification lays them out.
extension Statistics {
  private static let rule = String(repeating: "=", count: 80)
  private static let widths = [20, 12, 12, 12, 8, 10]

  /// Every `interval` seconds.
  package func report(now: Double, interval: Double) -> String {
    (lines(now: now, interval: interval, atEnd: false) + [Self.rule]).joined(separator: "\n") + "\n"
  }

  /// When the session ends: the same, and a summary.
  package func finalReport(now: Double, interval: Double) -> String {
    (lines(now: now, interval: interval, atEnd: true) + [""] + summary(now: now) + [Self.rule])
      .joined(separator: "\n") + "\n"
  }

  private func lines(now: Double, interval: Double, atEnd: Bool) -> [String] {
    let listed = listed(now: now, atEnd: atEnd)
    return [
      Self.rule, "COMPREHENSIVE AGENT PERFORMANCE STATISTICS", Self.rule, "",
      "System Uptime: \(uptime(now).fixed(1))s | Report Interval: \(interval.fixed(1))s",
      "Active Agents: \(listed.count)", "",
    ] + runs + [""] + envelopes + [""] + registry(listed, now: now)
  }

  private func uptime(_ now: Double) -> Double { max(0, now - began) }

  private var runs: [String] {
    let byRole = byRole.mapValues(\.runs)
    let total = byRole.values.reduce(0) { $0.addingClamped($1) }
    let before = reported.runs.values.reduce(0) { $0.addingClamped($1) }
    return [
      "RUN STATISTICS:", "   Total Runs: \(total) | Since Last Report: \(total - before)",
      "   By Role (Total | Since Last):",
    ]
      + byRole.sorted { $0.key < $1.key }.map { role, runs in
        "      \(role): \(runs) | \(runs - reported.runs[role, default: 0])"
      }
  }

  private var envelopes: [String] {
    let all = total.envelopes
    func average(_ sum: Double, _ count: Int) -> Double { count == 0 ? 0 : sum / Double(count) }
    func recent(_ value: (EnvelopeFigures.Finished) -> Double) -> Double {
      average(all.recent.map(value).reduce(0, +), all.recent.count)
    }
    let age = (average(all.age, all.count).fixed(2), recent(\.age).fixed(2))
    let processing = (average(all.processing, all.count).fixed(2), recent(\.processing).fixed(2))
    let steps = (average(Double(all.steps), all.count).fixed(1), recent { Double($0.steps) }.fixed(1))
    return [
      "ENVELOPE METRICS:",
      "   Total Envelopes: \(all.count) | Since Last Report: \(all.count - reported.envelopes)",
      "   Average Envelope Age: \(age.0)s | Recent (last 10): \(age.1)s",
      "   Average Processing Time: \(processing.0)s | Recent: \(processing.1)s",
      "   Average Process Count: \(steps.0) steps | Recent: \(steps.1) steps",
    ]
  }

  private func registry(_ listed: [(id: String, agent: Agent)], now: Double) -> [String] {
    let titles = ["Agent ID", "Role", "Status", "Last Update", "Runs", "Avg Time"]
    let rows = listed.map { id, agent in
      let figures = agent.figures
      let average = figures.runs == 0 ? 0 : figures.runSeconds / Double(figures.runs)
      return Self.row(
        [
          id, agent.role, agent.hasEnded ? "stopped" : agent.isBusy ? "busy" : "idle",
          "\(max(0, now - agent.heard).fixed(1))s ago", "\(figures.runs)",
        ]) + " \(average.fixed(3))s"
    }
    return [
      "AGENT REGISTRY:", Self.row(titles), Self.row(Self.widths.map { String(repeating: "-", count: $0) }),
    ] + rows
  }

  private static func row(_ cells: [String]) -> String {
    "   "
      + zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: max(0, width - cell.count))
      }.joined(separator: " ")
  }

  private func summary(now: Double) -> [String] {
    let agents = listed(now: now, atEnd: true).count
    let available = uptime(now) * Double(agents)
    let share = available == 0 ? 0 : total.runSeconds / available * 100
    return [
      "SESSION SUMMARY:", "   Total Uptime: \(uptime(now).fixed(1))s",
      "   By Role (Runs | Errors | Error Rate):",
    ]
      + byRole.sorted { $0.key < $1.key }.map { role, figures in
        let rate = figures.runs == 0 ? 0 : Double(figures.errors) / Double(figures.runs) * 100
        return "      \(role): \(figures.runs) | \(figures.errors) | \(rate.fixed(1))%"
      } + ["   System Efficiency: \(share.fixed(1))% (busy time / (uptime x agents))"]
  }
}

extension Double {
  /// With so many decimals, of which there are at least one.
  func fixed(_ decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    let scaled = (abs(self) * scale).rounded(.toNearestOrEven)
    // Further on there are no decimals to be seen.
    guard scaled < 1e18 else { return "\(self)" }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = self < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
  }
}
