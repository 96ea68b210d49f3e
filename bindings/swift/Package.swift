// swift-tools-version: 6.0
import PackageDescription

// The folder of the built library: scripts/test-swift names it.
let library = Context.environment["PAYTAIPEI_LIBRARY"] ?? Context.packageDirectory + "/../../target/debug"

let package = Package(
    name: "PayTaipei",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [
        .library(name: "PayTaipeiKit", targets: ["PayTaipeiKit"]),
        // The sandbox and a key vault in memory, for the tests of whoever builds on the kit.
        .library(name: "PayTaipeiTesting", targets: ["PayTaipeiTesting"]),
    ],
    targets: [
        // The library's C interface and the Swift over it, both made by scripts/bindings. uniffi writes for language mode 5.
        .systemLibrary(name: "paytaipei_ffiFFI"),
        .target(
            name: "PayTaipeiFFI",
            dependencies: ["paytaipei_ffiFFI"],
            swiftSettings: [.swiftLanguageMode(.v5)],
            linkerSettings: [
                .linkedLibrary("paytaipei_ffi"),
                .unsafeFlags(["-L", library, "-Xlinker", "-rpath", "-Xlinker", library]),
            ]
        ),
        // What apps import. Language mode 6: what crosses threads is checked by the compiler.
        .target(name: "PayTaipeiKit", dependencies: ["PayTaipeiFFI"], swiftSettings: [.swiftLanguageMode(.v6)]),
        .target(
            name: "PayTaipeiTesting", dependencies: ["PayTaipeiKit", "CSoftVault"], path: "Tests/PayTaipeiTesting",
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
        .target(name: "CSoftVault", path: "Tests/CSoftVault", linkerSettings: [.linkedLibrary("crypto")]),
        .testTarget(
            name: "PayTaipeiKitTests",
            dependencies: ["PayTaipeiKit", "PayTaipeiFFI", "PayTaipeiTesting", "CSoftVault"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
    ]
)
