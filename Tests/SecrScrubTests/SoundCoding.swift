import SecrBytes
import SecrScrub

/// Codings of sound whose samples can be cleaned.
enum SoundCoding: Sendable {
    case aac, opus

    /// - Parameter configuration: what a file has to set up a decoder. `nil` for kinds of samples nobody can look into.
    func cleaner(configuration: [UInt8]) -> (any SampleCleaner)? {
        switch self {
        case .aac: AACCleaner(configuration: configuration, limits: Limits())
        case .opus: OpusCleaner(configuration: configuration, limits: Limits())
        }
    }

    /// What became of one sample.
    struct Cleaned: Sendable, Equatable {
        var bytes: [UInt8]
        var ranges: [Range<Int>]
        var parts: [String]
        var texts: [String]
        /// Whether nothing in it was left unread.
        var isWhole: Bool
    }

    /// Cleans one sample by itself.
    func cleaned(_ sample: Range<Int>, in bytes: [UInt8], configuration: [UInt8]) throws -> Cleaned? {
        guard var cleaner = cleaner(configuration: configuration) else { return nil }
        var (window, found) = (ByteWindow(MemorySource(bytes)), CodedFindings(limits: Limits()))
        var isWhole = true
        do { try cleaner.clean(sample, &window, &found) } catch is ParseError { isWhole = false }
        var cleaned = bytes
        for change in found.changes { cleaned.replaceSubrange(change.range, with: change.bytes) }
        return Cleaned(
            bytes: cleaned, ranges: found.changes.map(\.range), parts: found.summaries.map(\.part.name),
            texts: found.summaries.compactMap(\.text), isWhole: isWhole && found.unread.isEmpty)
    }
}
