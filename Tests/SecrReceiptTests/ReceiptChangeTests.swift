import SecrReceipt
import SecrTestSupport
import Testing

/// Whatever was changed, and wherever, it is noticed.
@Suite struct ReceiptChangeTests {
    /// A small file of each format, of which much goes.
    private static let files = ["comment.jpg", "text.png", "exif.heic", "stream-avc.mp4"]

    @Test(arguments: files) func everyChangedByteIsNoticed(file: String) throws {
        let scrubbed = try #require(try Scrubbed(Fixture.named(file).bytes))
        let receipt = try scrubbed.receipt()
        try scrubbed.verify(receipt)
        for place in scrubbed.input.indices {
            var other = scrubbed
            other.input[place] ^= 1 << UInt8(place % 8)
            #expect(throws: ReceiptError.self, "byte \(place) of the input") { try other.verify(receipt) }
        }
        for place in scrubbed.output.indices {
            var other = scrubbed
            other.output[place] ^= 1 << UInt8(place % 8)
            let error = #expect(throws: ReceiptError.self, "byte \(place) of the output") { try other.verify(receipt) }
            #expect(error?.code == .output)
        }
        for place in receipt.indices {
            for change: UInt8 in [1 << UInt8(place % 8), 0x20] {
                var other = receipt
                other[place] ^= change
                #expect(throws: ReceiptError.self, "byte \(place) of the receipt") { try scrubbed.verify(other) }
            }
        }
    }

    @Test(arguments: files) func everyCutAndEveryAdditionIsNoticed(file: String) throws {
        let scrubbed = try #require(try Scrubbed(Fixture.named(file).bytes))
        let receipt = try scrubbed.receipt()
        for place in receipt.indices {
            #expect(throws: ReceiptError.self) { try scrubbed.verify(Array(receipt.prefix(place))) }
        }
        #expect(throws: ReceiptError.self) { try scrubbed.verify(receipt + [0x0A]) }
        for place in [0, 1, scrubbed.input.count / 2, scrubbed.input.count] {
            var other = scrubbed
            other.input.insert(0, at: place)
            #expect(throws: ReceiptError.self) { try other.verify(receipt) }
        }
    }

    /// Two receipts of the same files have nothing in common by which what was removed could be guessed in advance.
    @Test func noTwoReceiptsAreTheSame() throws {
        let scrubbed = try #require(try Scrubbed(Fixture.named("comment.jpg").bytes))
        let texts = try (0..<2).map { _ in
            String(decoding: try scrubbed.receipt(), as: UTF8.self).split(separator: "\n").suffix(3)
        }
        #expect(texts[0] != texts[1])
    }
}
