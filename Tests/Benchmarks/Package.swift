// swift-tools-version: 6.2
import PackageDescription

let strict: [CSetting] = [
  .define("_GNU_SOURCE"),
  .unsafeFlags(["-O2", "-Wall", "-Wextra", "-Werror"]),
]

let package = Package(
  name: "Benchmarks",
  products: [
    .executable(name: "floor", targets: ["Floor"]),
    .executable(name: "load", targets: ["Load"]),
  ],
  targets: [
    .target(name: "Wire", cSettings: strict, linkerSettings: [.linkedLibrary("hiredis")]),
    .executableTarget(
      name: "Floor", dependencies: ["Wire"], cSettings: strict,
      linkerSettings: [.linkedLibrary("pthread")]),
    .executableTarget(name: "Load", dependencies: ["Wire"], cSettings: strict),
  ],
  cLanguageStandard: .gnu11
)
