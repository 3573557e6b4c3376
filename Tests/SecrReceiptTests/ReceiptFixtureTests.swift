import Foundation
import SecrBytes
import SecrCrypto
import SecrReceipt
import SecrScrub
import SecrTestSupport
import Testing

/// Receipts of all fixtures, and of real files.
@Suite struct ReceiptFixtureTests {
    @Test(arguments: Fixture.accepted.filter { $0.format != .pdf }, Policy.Profile.allCases)
    func aReceiptIsMadeAndVerified(fixture: Fixture, profile: Policy.Profile) throws {
        let policy = Policy(profile: profile)
        guard let scrubbed = try Scrubbed(fixture.bytes, policy) else { return }
        let receipt = try scrubbed.receipt()
        #expect(throws: Never.self) { try scrubbed.verify(receipt) }
    }
}
