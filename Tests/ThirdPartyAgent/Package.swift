// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Translation",
  products: [.library(name: "TranslationAgent", type: .dynamic, targets: ["TranslationAgent"])],
  dependencies: [.package(name: "agenthost", path: "../..")],
  targets: [
    .target(
      name: "TranslationAgent", dependencies: [.product(name: "AgentSDK", package: "agenthost")],
      swiftSettings: [.treatAllWarnings(as: .error)])
  ]
)
