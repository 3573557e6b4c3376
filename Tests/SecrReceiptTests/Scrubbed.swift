import SecrBytes
import SecrCrypto
import SecrReceipt
import SecrScrub
import Testing

/// An input and what became of it.
struct Scrubbed {
    var input: [UInt8]
    var output: [UInt8]
    let format: ReceiptFormat
    let copies: [Receipt.Copy]
    let policy: Policy

    /// Guessing costs nothing here.
    private static let work = Argon2id.Parameters(unchecked: 8, passes: 1)

    /// `nil` where it can't be scrubbed by this policy, or is a document.
    init?(_ input: [UInt8], _ policy: Policy = Policy()) throws {
        guard let scrub = try? Scrubber(policy: policy).prepare(MemorySource(input)) else { return nil }
        self.input = input
        self.policy = policy
        output = try scrub.plan.bytes(from: MemorySource(input))
        guard let format = ReceiptFormat(rawValue: scrub.format.rawValue) else { return nil }
        self.format = format
        var (copies, end) = ([Receipt.Copy](), 0)
        for piece in scrub.plan.pieces {
            if case .copy(let range) = piece {
                copies.append(Receipt.Copy(input: range.lowerBound, output: end, count: range.count))
            }
            end += piece.count
        }
        self.copies = copies
    }

    var terms: Receipt.Terms {
        Receipt.Terms(
            tool: "1.2.3", policy: PolicyFile(policy).text.split(separator: "\n").map(String.init), options: [])
    }

    func receipt() throws -> [UInt8] {
        try Receipt(
            of: MemorySource(input), MemorySource(output), format, copies: copies, terms: terms, work: Self.work
        ).text
    }

    @discardableResult func verify(_ receipt: [UInt8]) throws -> Receipt {
        try Receipt.verify(receipt, MemorySource(input), MemorySource(output), work: Self.work)
    }
}
