import SecrCrypto
import SecrWire
import Testing

/// Who signed what, and that it is good for nothing else.
@Suite struct SignatureTests {
    /// Every bit of a frame is under the signature or is the signature.
    @Test(arguments: Samples.kinds) func everyBitIsBound(request: Request) throws {
        let command = Samples.command(request)
        let frame = Samples.frame(command)
        var parsedOnly = 0
        for bit in 0..<512 * 8 {
            let changed = frame.flipping(bit)
            guard let parsed = try? Command(parsing: changed) else { continue }
            parsedOnly += 1
            if parsed.isAuthentic(in: changed) { Issue.record("bit \(bit) can be changed") }
            // The original command has nothing to do with what is before the signature in other bytes.
            if command.isAuthentic(in: changed) != (bit < 448 * 8) { Issue.record("bit \(bit): another signature") }
        }
        // All of the signature, day, nonce and keys at least.
        #expect(parsedOnly >= (64 + 84) * 8)
    }

    @Test(arguments: Samples.kinds) func theOtherKeySignsNothing(request: Request) throws {
        var frame = Samples.frame(Samples.command(request))
        let message = Array("secr command 1\0\0".utf8) + frame.prefix(448)
        let (right, wrong) =
            request.isWriters
            ? (Keys.writer().signature(for: message), Keys.reader().signature(for: message))
            : (Keys.reader().signature(for: message), Keys.writer().signature(for: message))
        #expect(Array(frame.suffix(64)) == right)
        frame.replaceSubrange(448..<512, with: wrong)
        #expect(try !Command(parsing: frame).isAuthentic(in: frame))
    }

    @Test func writersPutAndStoreAndReadersDoTheRest() {
        #expect(
            Samples.kinds.map(\.isWriters) == [false, true, false, false, false, true, false, false])
    }

    /// The same bytes, signed for something else or for nothing in particular.
    @Test(arguments: ["", "secr command 1", "secr command 2\0\0", "secr box 1\0\0\0\0\0\0", "secr blob 1\0\0\0\0\0"])
    func whatIsSignedForSomethingElseIsNoCommand(domain: String) throws {
        let command = Samples.command(.drop)
        var frame = Samples.frame(command)
        frame.replaceSubrange(
            448..<512, with: Keys.reader().signature(for: Array(domain.utf8) + frame.prefix(448)))
        #expect(!command.isAuthentic(in: frame))
    }

    /// Signatures that fit more than one message, and keys for which nobody has to sign.
    @Test func degenerateKeysAndSignaturesAreRefused() throws {
        let identity = [0x01] + [UInt8](repeating: 0, count: 31)
        let zero = [UInt8](repeating: 0, count: 32)
        let address = Address(.box(days: 21, cells: 256), readKey: identity, writeKey: Keys.box.writeKey)
        let command = Command(.drop, at: address, day: Samples.day, nonce: Samples.nonce)
        let forged = written(command) + identity + zero
        #expect(try Command(parsing: forged) == command)
        #expect(!command.isAuthentic(in: forged))

        // S plus the order of the group.
        let honest = Samples.command(.drop)
        let frame = Samples.frame(honest)
        let order = Array(hexadecimal("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed").reversed())
        var (sum, carry) = (Array(frame.suffix(32)), 0)
        for place in sum.indices {
            let digit = Int(sum[place]) + Int(order[place]) + carry
            (sum[place], carry) = (UInt8(digit & 0xFF), digit >> 8)
        }
        #expect(carry == 0 && honest.isAuthentic(in: frame) && !honest.isAuthentic(in: frame.dropLast(32) + sum))
    }

    @Test func lessThanAFrameIsNotAuthentic() {
        let command = Samples.command(.drop)
        let frame = Samples.frame(command)
        for count in 0..<512 where command.isAuthentic(in: Array(frame.prefix(count))) { Issue.record("\(count)") }
        #expect(command.isAuthentic(in: frame))
    }
}
