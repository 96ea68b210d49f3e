// swift-tools-version: 6.0
import PackageDescription

let kit = Target.Dependency.product(name: "PayTaipeiKit", package: "PayTaipei")
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
    name: "PayTaipeiApp",
    defaultLocalization: "zh-Hant",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "Presentation", targets: ["Presentation"]),
        .library(name: "Ports", targets: ["Ports"]),
        .library(name: "Screens", targets: ["Screens"]),
    ],
    dependencies: [.package(name: "PayTaipei", path: "../bindings/swift")],
    targets: [
        // Each target in its own folder, as Xcode shows it.
        // Places, states and words: no picture of them, so that it runs where no Apple system is.
        .target(name: "Presentation", dependencies: [kit], path: "Presentation", swiftSettings: strict),
        // What Apple's systems do for the core. Each file is empty where its framework is missing.
        .target(name: "Ports", dependencies: ["Presentation", kit], path: "Ports", swiftSettings: strict),
        // SwiftUI: empty without it.
        .target(name: "Screens", dependencies: ["Presentation", kit], path: "Screens", swiftSettings: strict),
        .testTarget(
            name: "PresentationTests",
            dependencies: ["Presentation", "Ports", kit, .product(name: "PayTaipeiTesting", package: "PayTaipei")],
            path: "Tests/PresentationTests",
            swiftSettings: strict
        ),
    ]
)
