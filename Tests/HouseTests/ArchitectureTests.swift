import Foundation
import SecrTestSupport
import Testing

/// The house as Package.swift declares it and as the sources use it.
@Suite struct ArchitectureTests {
    /// Lowest first; a module may depend on lower layers only, or on what stands before it in its own.
    static let layers = [
        [
            "CCurl", "CExif", "CFUSE", "COpenSSL", "CPQ", "CQPDF", "CQREncode", "CTurboJPEG", "CZlib", "CSodium",
            "CSecrShims", "CSystemd",
        ],
        ["SecrBytes", "SecrCompression", "SecrSystem", "SecrHTTP", "SecrCrypto"],
        ["SecrScrub", "SecrReceipt", "SecrMLS", "SecrStream", "SecrS3", "SecrWire"],
        ["SecrScrubFiles", "SecrVault", "SecrVaultFUSE", "SecrRelay", "SecrRelayClient", "SecrMessenger"],
        ["SecrCLI", "SecrQR", "SecrVaultCLI", "secr-scrub", "secr-vault", "secr-chat", "secr-relay"],
    ]

    /// Part of the toolchain, open to everybody.
    static let platform: Set<String> = ["Dispatch", "Glibc", "Synchronization"]
    /// It is large and slow to start; GRDB brings it along.
    static let usersOfFoundation: Set<String> = ["SecrVault", "SecrRelay"]
    /// The small part of it; swift-crypto's HPKE takes nothing but its `Data`.
    static let usersOfFoundationEssentials: Set<String> = ["SecrMLS"]
    /// Each C library is imported by exactly one module.
    static let soleImporters = [
        "CCurl": "SecrHTTP", "CPQ": "SecrRelay", "CQREncode": "SecrQR",
        "CExif": "SecrScrub", "CFUSE": "SecrVaultFUSE", "CQPDF": "SecrScrub", "CTurboJPEG": "SecrScrub",
        "CZlib": "SecrCompression",
        "COpenSSL": "SecrCrypto", "CSodium": "SecrCrypto",
        "CSecrShims": "SecrSystem", "CSystemd": "SecrSystem",
    ]

    /// Target to what it declares, read from the manifest.
    static let declared: [String: Set<String>] = {
        guard let manifest = try? Repository.text("Package.swift") else { return [:] }
        var targets: [String: Set<String>] = [:]
        for block in manifest.split(separator: #/\.(?:target|executableTarget|systemLibrary|testTarget)\(/#).dropFirst()
        {
            let strings = block.matches(of: #/"([^"]+)"/#).map { String($0.1) }
            guard let name = strings.first else { continue }
            let body = block.contains("dependencies:") ? block.components(separatedBy: "dependencies:")[1] : ""
            let list = ["exclude:", "swiftSettings:", "linkerSettings:"].reduce(body) {
                $0.components(separatedBy: $1)[0]
            }
            targets[name] = Set(list.matches(of: #/"([^"]+)"/#).map { String($0.1) }).subtracting([
                "swift-system", "GRDB.swift", "swift-crypto", "hummingbird", "swift-nio", "swift-nio-extras",
                "swift-nio-ssl", "swift-http-types", "swift-log", "swift-service-lifecycle",
            ])
        }
        return targets
    }()

    static var modules: [String] { layers.flatMap(\.self) }

    @Test func everyFolderOfSourcesIsAModuleWithAPlace() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.file("Sources").path).sorted()
        #expect(folders == Self.modules.sorted())
    }

    @Test(arguments: modules) func arrowsPointDown(module: String) throws {
        let place = try #require(Self.modules.firstIndex(of: module))
        for dependency in try #require(Self.declared[module]) where Self.modules.contains(dependency) {
            let other = try #require(Self.modules.firstIndex(of: dependency))
            #expect(other < place, "\(module) must not depend on \(dependency)")
        }
    }

    @Test(arguments: modules) func importsAreDeclaredAndUsed(module: String) throws {
        let declared = try #require(Self.declared[module])
        var imported: Set<String> = []
        for file in Repository.files(below: "Sources/\(module)", suffix: ".swift") {
            let names = try Repository.text(file).matches(of: #/(?m)^(?:@\w+ )?(?:\w+ )?import (\w+)/#).map {
                String($0.1)
            }
            imported.formUnion(names)
        }
        let open = Self.platform.union(Self.usersOfFoundation.contains(module) ? ["Foundation"] : [])
            .union(Self.usersOfFoundationEssentials.contains(module) ? ["FoundationEssentials"] : [])
        #expect(imported.subtracting(declared).subtracting(open) == [])
        #expect(declared.subtracting(imported) == [], "declared, but not imported")
    }

    @Test(arguments: soleImporters) func eachCLibraryHasOneImporter(library: String, importer: String) throws {
        let importers = Self.declared.filter { $0.value.contains(library) }.map(\.key)
        #expect(importers == [importer])
    }

    @Test func sourcesStayShort() throws {
        for file in Repository.files(below: "Sources") where file.hasSuffix(".swift") || file.hasSuffix(".c") {
            let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 400, "\(file) has \(lines) lines")
        }
    }

    @Test(arguments: modules.filter { $0.hasPrefix("Secr") })
    func everyModuleHasADocumentationPage(module: String) throws {
        let page = try Repository.text("Sources/\(module)/Documentation.docc/\(module).md")
        #expect(page.hasPrefix("# ``\(module)``"))
    }

    @Test func unsafeCodeSaysWhyItIsSafe() throws {
        for file in Repository.files(below: "Sources", suffix: ".swift") {
            let text = try Repository.text(file)
            guard text.contains(#/\bwithUnsafe|fromOpaque|UnsafeBufferPointer\(start/#) else { continue }
            #expect(text.contains("Safe:"), "\(file) uses memory directly without a reason")
        }
    }
}
