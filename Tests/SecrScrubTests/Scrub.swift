import SecrBytes
import SecrScrub
import SecrTestSupport

/// Scrubs a picture in memory, contract included.
func scrub(_ bytes: [UInt8], _ scrubber: Scrubber = Scrubber()) throws(ScrubError) -> [UInt8] {
    let source = MemorySource(bytes)
    let prepared = try scrubber.prepare(source)
    guard let output = try? prepared.plan.bytes(from: source) else { throw ScrubError(.unreadable, "memory") }
    try prepared.verify(MemorySource(output))
    return output
}

extension Fixture {
    /// Places of the output where a changed bit would not be noticed.
    func unnoticedChanges(_ scrubber: Scrubber = Scrubber()) throws -> [Int] {
        let source = MemorySource(try bytes)
        let prepared = try scrubber.prepare(source)
        let good = try prepared.plan.bytes(from: source)
        try prepared.verify(MemorySource(good))
        return good.indices.filter { index in
            var bad = good
            bad[index] ^= 0x01
            return (try? prepared.verify(MemorySource(bad))) != nil
        }
    }

    func scrubbed(_ scrubber: Scrubber = Scrubber()) throws -> [UInt8] { try scrub(bytes, scrubber) }
}

extension [UInt8] {
    /// The forms in which a canary can be carried through.
    func contains(canary token: [UInt8]) -> Bool {
        let hexadecimal = token.flatMap { byte -> [UInt8] in
            let digits = String(byte, radix: 16)
            return Array((digits.count < 2 ? "0" + digits : digits).utf8)
        }
        let little = token.flatMap { byte -> [UInt8] in [byte, 0] }
        let big = token.flatMap { byte -> [UInt8] in [0, byte] }
        return [token, hexadecimal, little, big].contains { firstOffset(of: $0) != nil }
    }
}
