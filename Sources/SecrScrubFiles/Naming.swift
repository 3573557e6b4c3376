internal import SecrBytes
internal import SecrCrypto
internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// What outputs are called.
public enum Naming: String, Sendable, CaseIterable {
    /// As their inputs are.
    case none
    /// By a digest of the output, which says nothing but what the output says itself.
    case hash
    /// By the day on which the picture was taken.
    case date
}

extension Naming {
    /// Digits of a digest in a name.
    private static let digits = 16

    /// The name that an output should have, and a warning where it is not the one that was asked for.
    func wish(
        for input: Input, _ destination: Destination, _ prepared: PreparedScrub, _ opened: OpenInput,
        _ scrubber: Scrubber
    ) throws -> (NameWish, warning: String?) {
        let output = PlannedSource(prepared.plan, of: opened.source)
        let prefix = try ByteWindow.prefix(of: output, FileFormat.prefixLength)
        let suffix = prepared.format.suffix(prefix, instead: input.path?.extension?.lowercased())
        var wish = NameWish(
            folder: destination.outputFolder(for: input), stem: "",
            ending: (destination == .beside ? ".\(OutputName.mark)" : "") + ".\(suffix)")
        let name = FilePath(root: nil, input.path?.lastComponent.map { [$0] } ?? []).rawBytes
        if self == .date {
            let taken = try scrubber.inspect(opened.source, detail: .values).dayTaken
            // A file that has its name from an earlier run says nothing else about its day any more.
            if let day = taken ?? (destination == .inPlace ? wish.day(in: name) : nil) {
                wish.stem = day
                return (wish, nil)
            }
        }
        wish.stem = try Self.digest(of: output)
        let isWarned = self == .date && !wish.includes(input)
        return (wish, isWarned ? "the day is not known, so it is named by its content" : nil)
    }

    /// The first digits of BLAKE2b of 32 bytes, as `b2sum -l 256` prints it.
    private static func digest(of source: some ByteSource) throws -> String {
        var hasher = BLAKE2b()
        var window = ByteWindow(source)
        try unsafe window.forEachPiece(in: 0..<source.size) { piece in
            // Safe: the hasher only reads, while the piece is there.
            unsafe hasher.add(RawSpan(_unsafeBytes: piece))
        }
        return String(Hexadecimal.text(hasher.finish()).prefix(digits))
    }
}

extension ByteWindow {
    fileprivate static func prefix(of source: some ByteSource, _ count: Int) throws -> [UInt8] {
        var window = ByteWindow(source, capacity: count)
        return try window.bytes(in: 0..<min(source.size, count))
    }
}
