internal import SecrBytes

/// One range of a file, and what it is.
package struct Part: Sendable, Equatable {
    package var kind: PartClass
    package var range: Range<Int>

    package init(_ kind: PartClass, _ range: Range<Int>) {
        (self.kind, self.range) = (kind, range)
    }
}

/// What a range of a file is, in the words of receipts (secr-receipt(5)).
package enum PartClass: String, Sendable, CaseIterable {
    // What shows something.
    case framing, header, table, color, density, coded
    /// Of a picture behind the first one.
    case picture
    // What says how to show it. Such parts are written anew.
    case exif, icc, xmp, mpf
    case gainMap = "gain-map"
    // What shows nothing.
    case iptc, comment, time, c2pa, vendor, auxiliary, thumbnail
    case timedMetadata = "timed-metadata"
    case trailer, free, unknown

    /// What may be in an output.
    enum Role {
        /// Always.
        case shown
        /// What the scrubber wrote itself, and nothing of the input.
        case presentation
        /// Only what a policy keeps.
        case metadata
    }

    var role: Role {
        switch self {
        case .framing, .header, .table, .color, .density, .coded, .picture: .shown
        case .exif, .icc, .xmp, .mpf, .gainMap: .presentation
        case .iptc, .comment, .time, .c2pa, .vendor, .auxiliary, .thumbnail, .timedMetadata, .trailer, .free, .unknown:
            .metadata
        }
    }
}

/// The parts of a file as they are found: in order, and without gaps.
struct PartList {
    private(set) var parts: [Part] = []
    private var end = 0

    /// Adds what goes from the last part to `end`. Neighbours of one class are one part, and where there are too many, what
    /// follows is not told apart.
    mutating func add(_ kind: PartClass, to end: Int) {
        guard end > self.end else { return }
        let kind = parts.count < Limits().videoNodes ? kind : .unknown
        if let last = parts.last, last.kind == kind {
            parts[parts.count - 1].range = last.range.lowerBound..<end
        } else {
            parts.append(Part(kind, self.end..<end))
        }
        self.end = end
    }

    mutating func add(_ kind: PartClass, _ range: Range<Int>) {
        add(.unknown, to: range.lowerBound)
        add(kind, to: range.upperBound)
    }
}
