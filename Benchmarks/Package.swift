// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "skein-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "skein", path: "..")],
    targets: [
        .executableTarget(
            name: "ThreeSteps",
            dependencies: [.product(name: "Skein", package: "skein")],
            swiftSettings: [
                .swiftLanguageMode(.v6), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ]
        )
    ]
)
