import Foundation

/// Prometheus' programs, from the folder that `AGENTHOST_PROMETHEUS` names, or by PATH.
enum Prometheus {
  static func program(_ name: String) -> String {
    ProcessInfo.processInfo.environment["AGENTHOST_PROMETHEUS"].map { "\($0)/\(name)" } ?? name
  }

  static func configuration(scraping address: String) -> String {
    """
    global: {scrape_interval: 1s}
    scrape_configs:
      - job_name: agenthost
        static_configs: [{targets: ['\(address)']}]

    """
  }
}
