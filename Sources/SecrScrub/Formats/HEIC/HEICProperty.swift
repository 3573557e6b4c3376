internal import SecrBytes

/// A property of items (ISO/IEC 23008-12, 6.5), and what of it reaches an output.
struct HEICProperty: Sendable {
    enum Outcome: Sendable {
        /// The whole box in the form in which it is written.
        case kept([UInt8])
        /// A colour profile, which a policy can drop, and the box in which it is written.
        case profile(FoundProfile, [UInt8])
        /// Not needed to see the picture.
        case dropped
        /// Needed, and not understood.
        case failed(ParseError)
    }

    var type: FourCC
    var range: Range<Int>
    /// The whole box as it was found.
    var bytes: [UInt8]
    /// Where in the range what it is about ends.
    var end: Int
    var outcome: Outcome
    /// Whether less is written than what it is about, or something else.
    var isReduced = false
    /// What it is called, and of which kind.
    var label: String
    var kind: HEICNodeKind
    /// Of `auxC`: what the item is to the one it belongs to.
    var auxiliaryType: String?

    init(_ box: Box, _ window: inout ByteWindow, limits: Limits) throws {
        type = box.type
        (range, end) = (box.range, box.range.upperBound)
        (kind, label) = Self.name(box.type)
        outcome = .dropped
        bytes = try window.bytes(in: box.range)
        guard Self.isKnown(box.type) else { return }
        let content = ByteReader(Array(bytes.suffix(box.content.count)), base: box.content.lowerBound)
        do throws(ParseError) {
            if type == "colr" {
                outcome = try Self.color(content, limits: limits)
                switch outcome {
                case .profile: (kind, label) = (.iccProfile, "colour profile")
                case .dropped: (kind, label) = (.unknownProperty, "colours of an unknown kind")
                // QuickTime's form is one byte shorter.
                case .kept(let box): end = min(range.upperBound, range.lowerBound + box.count)
                case .failed: break
                }
            } else if type == "auxC" {
                auxiliaryType = try Self.name(content, from: FullBoxHead.size)
                let written = Self.full(Array((auxiliaryType ?? "").utf8) + [0])
                outcome = .kept(Self.box(type, written))
                end = box.content.lowerBound + written.count
            } else if let (essence, used) = try HEICPropertyRules.essence(of: type, content) {
                outcome = .kept(Self.box(type, essence))
                end = box.content.lowerBound + used
            }
        } catch {
            outcome = .failed(error)
        }
        if case .kept(let box) = outcome {
            isReduced = !box.dropFirst(Box.headerSize).elementsEqual(content.bytes.prefix(end - content.base))
        }
    }

    static func box(_ type: FourCC, _ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBox(type, content)
        return bytes
    }

    private static func full(_ content: [UInt8]) -> [UInt8] { [UInt8].fullBoxHead() + content }

    /// The name of a kind, which ends with NUL: `urn:`, and then letters, digits and few others.
    private static func name(_ content: ByteReader, from start: Int) throws(ParseError) -> String {
        let bytes = try content.slice(at: start, count: content.count - start).prefix { $0 != 0 }
        guard bytes.hasPrefix("urn:"), bytes.count <= 128, start + bytes.count < content.count,
            bytes.allSatisfy({ (0x2D...0x3A).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
        else { throw ParseError(.malformed, at: content.base, "an auxiliary picture of a kind without a name") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func color(_ content: ByteReader, limits: Limits) throws(ParseError) -> Outcome {
        switch try ColorInformation(content, limits: limits) {
        case .codes(let content): .kept(box("colr", content))
        case .profile(let found, let content): .profile(found, content.isEmpty ? [] : box("colr", content))
        case .unknown: .dropped
        }
    }

    private static func isKnown(_ type: FourCC) -> Bool {
        type == "colr" || type == "auxC" || HEICPropertyRules.types.contains(type)
    }

    private static func name(_ type: FourCC) -> (HEICNodeKind, String) {
        switch type {
        case "irot", "imir": (.orientation, "orientation")
        case "udes": (.textProperty, "description")
        case "altt": (.textProperty, "alternative text")
        case "crtt": (.timeProperty, "time of creation")
        case "mdft": (.timeProperty, "time of the last change")
        case "itai", "taic": (.timeProperty, "clock time")
        case "aebr", "wbbr", "fobr", "afbr", "dobr": (.unknownProperty, "bracketing")
        case "uuid": (.unknownProperty, "a maker's property")
        case let type where isKnown(type): (.property, "property \(type)")
        default: (.unknownProperty, "property \(type)")
        }
    }
}
