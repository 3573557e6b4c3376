package import SecrBytes

/// Cleans AAC of texts of an encoder and of other data (ISO/IEC 14496-3, 4.4.2.1), as far as they stand in front of the
/// sound: where that ends, only who decodes it knows.
package struct AACCleaner: SampleCleaner {
    private let limits: Limits
    /// Main, LC, SSR, LTP.
    private static let objectTypes = 1...4

    /// Behind the sound of a frame there can be more, which only who decodes it finds.
    package let leavesRemains = true

    /// - Parameter configuration: the AudioSpecificConfig. `nil` for what is built in another way.
    package init?(configuration: [UInt8], limits: Limits) {
        self.limits = limits
        guard let found = try? AudioConfiguration(configuration), Self.objectTypes.contains(found.objectType) else {
            return nil
        }
    }

    package mutating func clean(_ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws {
        // Mostly, it begins with sound.
        guard !sample.isEmpty, AACBlock.mayHold(try window.byte(at: sample.lowerBound)) else { return }
        guard sample.count <= limits.codedPartBytes else {
            throw ParseError(.limit, at: sample.lowerBound, "a frame of sound that is too large")
        }
        var block = AACBlock(try window.bytes(in: sample))
        var failure: ParseError?
        do { try block.clean() } catch { failure = error }
        try block.report(at: sample.lowerBound, &found)
        guard var failure else { return }
        failure.offset += sample.lowerBound
        throw failure
    }
}
