// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "table-booking",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: "../skein")],
    targets: [
        .target(
            name: "TableBooking",
            dependencies: [
                .product(name: "Skein", package: "skein"), .product(name: "SkeinMacros", package: "skein"),
            ]),
        .executableTarget(name: "table-booking", dependencies: ["TableBooking"]),
        .testTarget(
            name: "TableBookingTests",
            dependencies: ["TableBooking", .product(name: "SkeinTesting", package: "skein")]),
    ]
)
