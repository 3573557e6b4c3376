package import SecrBytes

/// Looks through samples of one coding for what nobody needs to decode them, and says what to write over it.
///
/// What it makes of a sample has the same size, decodes to the same, and would be found clean.
package protocol SampleCleaner {
    /// Whether there are places in samples of this coding that nobody can look into but a decoder.
    var leavesRemains: Bool { get }
    /// Whether it reads samples to their end, not only the heads of their parts.
    var readsWholeSamples: Bool { get }

    /// Looks through one sample; they come in the order of decoding.
    ///
    /// - Throws: `ParseError` where the rest of the sample makes no sense; what was found in front of that holds.
    mutating func clean(_ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws
}

extension SampleCleaner {
    package var leavesRemains: Bool { false }
    package var readsWholeSamples: Bool { false }
}
