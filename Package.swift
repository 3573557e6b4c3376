// swift-tools-version: 6.2
// The layers of the house, lowest first. Arrows point down only; Tests/HouseTests checks this file against the imports.
import PackageDescription

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "secr",
    products: [
        .executable(name: "secr-scrub", targets: ["secr-scrub"]),
        .executable(name: "secr-vault", targets: ["secr-vault"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    ],
    targets: [
        // 0: C, no Swift
        .systemLibrary(name: "CExif", pkgConfig: "libexif", providers: [.apt(["libexif-dev"])]),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CFUSE", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CTurboJPEG",
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("turbojpeg")]
        ),
        .target(name: "COpenSSL"),
        .target(name: "CQPDF"),
        .target(name: "CSecrShims"),
        .target(name: "CSystemd"),

        // 1: mechanisms
        .target(name: "SecrBytes", swiftSettings: settings),
        .target(
            name: "SecrSystem",
            dependencies: [
                "SecrBytes", "CSecrShims", "CSystemd", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        .target(name: "SecrCrypto", dependencies: ["COpenSSL", "CSodium"], swiftSettings: settings),

        // 2: formats
        .target(
            name: "SecrScrub", dependencies: ["SecrBytes", "CExif", "CQPDF", "CTurboJPEG", "CZlib"],
            swiftSettings: settings),

        .target(
            name: "SecrMLS", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),

        .target(
            name: "SecrStream", dependencies: ["SecrSystem", "SecrCrypto"], swiftSettings: settings),

        // 3: systems
        .target(
            name: "SecrScrubFiles",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrScrub", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "SecrVault",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrCrypto", "SecrStream", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "SecrVaultFUSE",
            dependencies: [
                "CFUSE", "SecrSystem", "SecrVault", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        // 4: people
        .target(
            name: "SecrCLI",
            dependencies: ["SecrSystem", "SecrCrypto", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "secr-vault",
            dependencies: [
                "SecrCLI", "SecrCrypto", "SecrScrub", "SecrScrubFiles", "SecrStream", "SecrSystem", "SecrVault",
                "SecrVaultFUSE", .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Units"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "secr-scrub",
            dependencies: [
                "SecrCLI", "SecrCrypto", "SecrScrub", "SecrScrubFiles", "SecrSystem",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        // Tests
        .executableTarget(
            name: "mls-benchmark", dependencies: ["SecrMLS"], path: "Tests/Benchmarks/MLS",
            exclude: ["build_peer.sh", "peer.cpp"]),
        .target(name: "SecrTestSupport", path: "Tests/SecrTestSupport"),
        .testTarget(name: "HouseTests", dependencies: ["SecrTestSupport", "secr-scrub", "secr-vault"]),
        .testTarget(name: "SecrBytesTests", dependencies: ["SecrBytes", "SecrTestSupport"]),
        .testTarget(
            name: "SecrSystemTests",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrTestSupport", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "SecrCryptoTests", dependencies: ["SecrCrypto", "SecrTestSupport"]),
        .testTarget(
            name: "SecrStreamTests", dependencies: ["SecrCrypto", "SecrStream", "SecrSystem", "SecrTestSupport"]),
        .testTarget(name: "SecrMLSTests", dependencies: ["SecrMLS", "SecrTestSupport"]),
        .testTarget(
            name: "SecrVaultTests",
            dependencies: [
                "SecrCrypto", "SecrStream", "SecrSystem", "SecrVault", "SecrTestSupport", "secr-vault",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "SecrScrubTests", dependencies: ["SecrBytes", "SecrScrub", "SecrTestSupport"]),
        .testTarget(
            name: "SecrScrubFilesTests",
            dependencies: [
                "SecrScrub", "SecrScrubFiles", "SecrSystem", "SecrTestSupport", "secr-scrub",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "SecrCLITests",
            dependencies: ["SecrCLI", "SecrSystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["SecrMLS", "SecrTestSupport", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(
            name: "CommandTests", dependencies: ["SecrTestSupport", "secr-scrub", "secr-vault"],
            exclude: ["terminal.py", "crash.py", "measure.py", "programs.sh", "without_keyring.py"]),
        .testTarget(
            name: "InteropTests", dependencies: ["SecrTestSupport", "secr-scrub", "secr-vault"],
            exclude: ["gainmap_reader.py", "stream_reader.py", "vault_reader.py"]),
    ]
)
