// swift-tools-version: 6.2
import PackageDescription

let strict: [CSetting] = [
  .define("_GNU_SOURCE"),
  .unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"]),
]

let project = "\(Context.packageDirectory)/../.."

let package = Package(
  name: "Benchmarks",
  products: [
    .executable(name: "floor", targets: ["Floor"]),
    .executable(name: "load", targets: ["Load"]),
    .library(name: "DemoC", type: .dynamic, targets: ["DemoC"]),
  ],
  targets: [
    .target(name: "Wire", cSettings: strict, linkerSettings: [.linkedLibrary("hiredis")]),
    .executableTarget(
      name: "Floor", dependencies: ["Wire"], cSettings: strict,
      linkerSettings: [.linkedLibrary("pthread")]),
    .executableTarget(name: "Load", dependencies: ["Wire"], cSettings: strict),
    .target(
      name: "DemoC",
      cSettings: strict + [
        .unsafeFlags(["-fvisibility=hidden", "-I", "\(project)/Sources/CAgentABI/include"])
      ],
      linkerSettings: [
        .unsafeFlags([
          "-Xlinker", "--version-script=\(project)/Sources/AgentSDK/exports.map", "-use-ld=lld",
          "-Xlinker", "-z", "-Xlinker", "nodelete",
        ])
      ]),
  ],
  cLanguageStandard: .gnu11
)
