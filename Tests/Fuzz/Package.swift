// swift-tools-version: 6.2
// Fuzzing of what secr-scrub reads: `make fuzz` builds and runs this, nothing else does.
//
// A package of its own, because every module in it is built with the instruments of libFuzzer. It can't depend on the
// package above, which has programs as products and no libraries; its folders of sources are links to the same folders
// there, and what is internal to them can be called from here.
import PackageDescription

let instruments = ["-sanitize=fuzzer,address", "-enable-testing"]

let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(instruments),
]
let instrumentsOfC: [CSetting] = [.unsafeFlags(["-fsanitize=fuzzer-no-link,address"])]

let package = Package(
    name: "secr-fuzz",
    targets: [
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CExif", cSettings: instrumentsOfC),
        .target(name: "CTurboJPEG", cSettings: instrumentsOfC),
        .target(name: "CQPDF", cSettings: instrumentsOfC),
        .target(name: "CFuzzer"),
        .target(name: "COpenSSL", cSettings: instrumentsOfC),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .target(name: "SecrBytes", swiftSettings: settings),
        .target(name: "SecrCompression", dependencies: ["CZlib", "SecrBytes"], swiftSettings: settings),
        .target(
            name: "SecrScrub", dependencies: ["SecrBytes", "SecrCompression", "CExif", "CQPDF", "CTurboJPEG"],
            swiftSettings: settings),
        .target(name: "SecrCrypto", dependencies: ["COpenSSL", "CSodium"], swiftSettings: settings),
        .target(
            name: "SecrReceipt", dependencies: ["SecrBytes", "SecrCompression", "SecrCrypto"], swiftSettings: settings),
        .executableTarget(
            name: "secr-fuzz", dependencies: ["CFuzzer", "SecrBytes", "SecrReceipt", "SecrScrub"],
            swiftSettings: settings,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ]
)
