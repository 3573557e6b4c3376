import Foundation
import SecrReceipt
import SecrScrub
import SecrTestSupport
import Testing

/// Receipts of all fixtures, and of real files.
@Suite struct ReceiptFixtureTests {
    private static let policies = [
        Policy(), Policy(profile: .strict), Policy(profile: .obfuscate), Policy(facts: [.date, .author]),
        Policy(keep: [.exif, .xmp, .icc, .comment, .vendor, .auxiliary, .iptc, .time, .c2pa]),
        Policy(drop: [.orientation, .icc, .gainMap, .colorSpace]), Policy(tolerate: [.truncated]),
    ]

    @Test(arguments: Fixture.accepted.filter { $0.format != .pdf })
    func aReceiptIsMadeAndVerified(fixture: Fixture) throws {
        for policy in Self.policies {
            guard let scrubbed = try Scrubbed(fixture.bytes, policy) else { continue }
            do {
                try scrubbed.verify(scrubbed.receipt())
            } catch {
                Issue.record("\(PolicyFile(policy).text): \(error)")
            }
        }
    }
}

/// What is damaged or hostile, and can be scrubbed all the same, has a receipt that is right, or none.
@Suite struct HostileReceiptTests {
    @Test(arguments: Fixture.hostile.filter { $0.format != .pdf }) func thereIsAnErrorAtWorst(fixture: Fixture) throws {
        for policy in [Policy(), Policy(profile: .strict, tolerate: [.truncated])] {
            guard let scrubbed = try Scrubbed(fixture.bytes, policy), let receipt = try? scrubbed.receipt() else {
                continue
            }
            #expect(throws: Never.self) { try scrubbed.verify(receipt) }
        }
    }
}

/// A number of entries for which there is no room is no reason to make room.
@Suite struct CountingTests {
    @Test func aTableThatEndsEarlyIsAnError() throws {
        var scrubbed = try #require(try Scrubbed(Fixture.named("stss.mp4").bytes))
        let receipt = try scrubbed.receipt()
        let place = try #require(scrubbed.input.firstOffset(of: Array("stss".utf8))) + 8
        scrubbed.input.replaceSubrange(place..<place + 4, with: [0xFF, 0xFF, 0xFF, 0xFF])
        let error = #expect(throws: ReceiptError.self) { try scrubbed.verify(receipt) }
        #expect(error?.code == .input)
        #expect(error?.reason == "a table that ends early", "\(error?.reason ?? "")")
    }
}

/// The bar: every file that can be scrubbed has a receipt, and it is verified.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SECR_CORPUS"] != nil, "SECR_CORPUS is not set"))
struct ReceiptCorpusTests {
    private static let files: [String] = {
        guard let corpus = ProcessInfo.processInfo.environment["SECR_CORPUS"] else { return [] }
        return (try? FileManager.default.subpathsOfDirectory(atPath: corpus))?.sorted().map { corpus + "/" + $0 } ?? []
    }()

    @Test(arguments: [Policy.Profile.default, .strict]) func everyFileThatIsScrubbedHasOne(profile: Policy.Profile)
        throws
    {
        var counts: [ReceiptFormat: Int] = [:]
        for file in Self.files where !file.hasSuffix(".pdf") {
            guard let bytes = FileManager.default.contents(atPath: file),
                let scrubbed = try Scrubbed([UInt8](bytes), Policy(profile: profile))
            else { continue }
            do {
                try scrubbed.verify(scrubbed.receipt())
                counts[scrubbed.format, default: 0] += 1
            } catch {
                Issue.record("\(file): \(error)")
            }
        }
        print("receipts by \(profile.rawValue): \(counts)")
        #expect(counts.count == ReceiptFormat.allCases.count)
    }
}
