// swift-tools-version: 6.0
import PackageDescription

// Not in a folder of the name `swift`: that is what the package of bindings/swift is known by. The folder of both libraries: scripts/bench names it, as bindings/swift knows it too.
let library = Context.environment["PAYTAIPEI_LIBRARY"] ?? Context.packageDirectory + "/../../../target/release"

let package = Package(
    name: "PayTaipeiBench",
    platforms: [.macOS(.v13)],
    dependencies: [.package(name: "PayTaipei", path: "../../../bindings/swift")],
    targets: [
        // Made by scripts/bench from the bare library.
        .systemLibrary(name: "bare_echoFFI", path: "generated/bare_echoFFI"),
        .target(
            name: "BareEcho",
            dependencies: ["bare_echoFFI"],
            path: "generated/BareEcho",
            swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: [
                .linkedLibrary("bare_echo"),
                .unsafeFlags(["-L", library, "-Xlinker", "-rpath", "-Xlinker", library]),
            ]
        ),
        .executableTarget(
            name: "bench", dependencies: ["BareEcho", .product(name: "PayTaipeiKit", package: "PayTaipei")]),
        .executableTarget(name: "cold-ours", dependencies: [.product(name: "PayTaipeiKit", package: "PayTaipei")]),
        .executableTarget(name: "cold-bare", dependencies: ["BareEcho"]),
    ]
)
