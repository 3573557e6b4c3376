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
        .executable(name: "secr-chat", targets: ["secr-chat"]),
        .executable(name: "secr-relay", targets: ["secr-relay"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // 0: C, no Swift
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CFUSE", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CCurl"),
        .target(name: "CExif"),
        .target(name: "COpenSSL"),
        .target(name: "CQPDF"),
        .target(name: "CSecrShims"),
        .target(name: "CSystemd"),
        .target(name: "CTurboJPEG"),

        // 1: mechanisms
        .target(name: "SecrBytes", swiftSettings: settings),
        .target(name: "SecrCompression", dependencies: ["CZlib", "SecrBytes"], swiftSettings: settings),
        .target(
            name: "SecrSystem",
            dependencies: [
                "SecrBytes", "CSecrShims", "CSystemd", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        .target(name: "SecrHTTP", dependencies: ["CCurl", "SecrSystem"], swiftSettings: settings),

        .target(name: "SecrCrypto", dependencies: ["COpenSSL", "CSodium"], swiftSettings: settings),

        // 2: formats
        .target(
            name: "SecrScrub", dependencies: ["SecrBytes", "SecrCompression", "CExif", "CQPDF", "CTurboJPEG"],
            swiftSettings: settings),

        .target(
            name: "SecrReceipt", dependencies: ["SecrBytes", "SecrCompression", "SecrCrypto"], swiftSettings: settings),

        .target(
            name: "SecrMLS", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),

        .target(
            name: "SecrStream", dependencies: ["SecrSystem", "SecrCrypto"], swiftSettings: settings),

        .target(
            name: "SecrS3",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrHTTP", "SecrCrypto",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .target(name: "SecrWire", dependencies: ["SecrCrypto"], swiftSettings: settings),

        // 3: systems
        .target(
            name: "SecrScrubFiles",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrCrypto", "SecrReceipt", "SecrScrub",
                .product(name: "SystemPackage", package: "swift-system"),
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

        .target(
            name: "SecrRelay",
            dependencies: [
                "CPQ", "SecrBytes", "SecrCrypto", "SecrS3", "SecrSystem", "SecrWire",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "SecrRelayClient", dependencies: ["SecrBytes", "SecrCrypto", "SecrHTTP", "SecrWire"],
            swiftSettings: settings),

        .target(
            name: "SecrMessenger",
            dependencies: [
                "SecrBytes", "SecrCrypto", "SecrHTTP", "SecrMLS", "SecrRelayClient", "SecrScrub", "SecrStream",
                "SecrVault",
                "SecrWire",
            ],
            swiftSettings: settings
        ),

        // 4: people
        .target(
            name: "SecrCLI",
            dependencies: ["SecrSystem", "SecrCrypto", .product(name: "SystemPackage", package: "swift-system")],
            swiftSettings: settings
        ),
        .target(name: "SecrQR", dependencies: ["CQREncode"], swiftSettings: settings),
        .target(
            name: "SecrVaultCLI",
            dependencies: [
                "SecrCLI", "SecrCrypto", "SecrSystem", "SecrVault",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "secr-vault",
            dependencies: [
                "SecrCLI", "SecrCrypto", "SecrScrub", "SecrScrubFiles", "SecrStream", "SecrSystem", "SecrVault",
                "SecrVaultCLI", "SecrVaultFUSE", .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Units"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "secr-chat",
            dependencies: [
                "SecrBytes", "SecrCLI", "SecrCrypto", "SecrHTTP", "SecrMessenger", "SecrQR", "SecrRelayClient",
                "SecrSystem",
                "SecrVault", "SecrVaultCLI", "SecrWire", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "secr-relay",
            dependencies: [
                "SecrBytes", "SecrCLI", "SecrHTTP", "SecrRelay", "SecrS3", "SecrSystem", "SecrWire",
                .product(name: "SystemPackage", package: "swift-system"),
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
            exclude: ["Units"],
            swiftSettings: settings
        ),

        // Tests
        .executableTarget(
            name: "relay-load",
            dependencies: ["SecrCrypto", "SecrHTTP", "SecrRelayClient", "SecrSystem", "SecrWire"],
            path: "Tests/Benchmarks/RelayLoad"),
        .executableTarget(
            name: "mls-benchmark", dependencies: ["SecrMLS"], path: "Tests/Benchmarks/MLS",
            exclude: ["build_peer.sh", "peer.cpp"]),
        .executableTarget(name: "screen-probe", dependencies: ["SecrCLI", "SecrSystem"], path: "Tests/ScreenProbe"),
        .executableTarget(
            name: "sandbox-probe",
            dependencies: [
                "SecrScrub", "SecrScrubFiles", "SecrSystem", .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/SandboxProbe"),
        .target(name: "SecrTestSupport", path: "Tests/SecrTestSupport", exclude: ["s3_server.py"]),
        .testTarget(
            name: "HouseTests",
            dependencies: ["SecrTestSupport", "secr-chat", "secr-relay", "secr-scrub", "secr-vault"]),
        .testTarget(name: "SecrBytesTests", dependencies: ["SecrBytes", "SecrTestSupport"]),
        .testTarget(
            name: "SecrSystemTests",
            dependencies: [
                "SecrBytes", "SecrSystem", "SecrTestSupport", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "SecrHTTPTests", dependencies: ["SecrHTTP", "SecrTestSupport"], exclude: ["server.py"]),
        .testTarget(name: "SecrCryptoTests", dependencies: ["SecrCrypto", "SecrTestSupport"]),
        .testTarget(
            name: "SecrStreamTests", dependencies: ["SecrCrypto", "SecrStream", "SecrSystem", "SecrTestSupport"]),
        .testTarget(
            name: "SecrWireTests", dependencies: ["SecrCrypto", "SecrTestSupport", "SecrWire"],
            exclude: ["message_vectors.py", "relay_vectors.py"]),
        .testTarget(
            name: "SecrRelayTests",
            dependencies: [
                "SecrCrypto", "SecrHTTP", "SecrRelay", "SecrRelayClient", "SecrS3", "SecrSystem", "SecrTestSupport",
                "SecrWire",
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        .testTarget(
            name: "SecrS3Tests",
            dependencies: [
                "SecrCrypto", "SecrHTTP", "SecrS3", "SecrTestSupport",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["install_moto.sh", "scripted.py"]),
        .testTarget(
            name: "SecrMessengerTests",
            dependencies: [
                "SecrBytes", "SecrCrypto", "SecrHTTP", "SecrMLS", "SecrMessenger", "SecrRelay", "SecrRelayClient",
                "SecrScrub", "SecrStream", "SecrSystem", "SecrTestSupport", "SecrVault", "SecrWire",
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
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
            name: "SecrReceiptTests",
            dependencies: ["SecrBytes", "SecrCrypto", "SecrReceipt", "SecrScrub", "SecrTestSupport"]),
        .testTarget(
            name: "SecrScrubFilesTests",
            dependencies: [
                "SecrBytes", "SecrReceipt", "SecrScrub", "SecrScrubFiles", "SecrSystem", "SecrTestSupport",
                "sandbox-probe",
                "secr-scrub",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "SecrCLITests",
            dependencies: ["SecrCLI", "SecrSystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .testTarget(
            name: "SecrVaultCLITests",
            dependencies: [
                "SecrCLI", "SecrTestSupport", "SecrVault", "SecrVaultCLI",
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "SecrQRTests", dependencies: ["SecrQR", "SecrTestSupport"]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["SecrMLS", "SecrTestSupport", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "SecrCrypto", "SecrHTTP", "SecrRelayClient", "SecrSystem", "SecrTestSupport", "SecrWire",
                "screen-probe", "secr-chat", "secr-relay", "secr-scrub", "secr-vault",
            ],
            exclude: [
                "screen.py", "terminal.py", "crash.py", "crowd.py", "measure.py", "programs.sh", "socks.py",
                "without.py",
            ]),
        .testTarget(
            name: "InteropTests", dependencies: ["SecrTestSupport", "secr-scrub", "secr-vault"],
            exclude: ["gainmap_reader.py", "receipt_reader.py", "stream_reader.py", "vault_reader.py"]),
    ]
)
