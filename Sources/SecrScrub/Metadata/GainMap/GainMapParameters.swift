internal import SecrBytes

/// What a renderer needs to turn a picture and its gain map into a bright one, in each of the ways in which files say it.
///
/// Nothing is copied: each is read, checked and written anew.
struct GainMapParameters: Sendable, Equatable {
    var iso: ISOGainMap?
    var adobe: AdobeGainMap?
    var apple: AppleGainMap?

    /// `nil` where no renderer could use the map.
    init?(iso: ISOGainMap?, adobe: AdobeGainMap?, apple: AppleGainMap?) {
        if iso == nil && adobe == nil && apple == nil { return nil }
        self.iso = iso
        self.adobe = adobe
        self.apple = apple
    }

    /// The packet in the map.
    var packet: [UInt8]? {
        if adobe == nil && apple == nil { return nil }
        let parts = [adobe?.properties, apple?.properties].compactMap(\.self)
        return XMPWriter.packet(
            parts.flatMap(\.namespaces), attributes: parts.map(\.attributes).joined(),
            content: parts.map(\.content).joined())
    }

    /// The packet in the picture to which the map belongs; `length` is that of the map's file.
    func basePacket(length: Int) -> [UInt8]? { adobe == nil ? nil : AdobeGainMap.basePacket(length: length) }

    /// Parts of a packet.
    struct Properties {
        var namespaces: [(String, String)]
        var attributes: String
        var content: String
    }
}

/// Decimal numbers as programs write them into XMP.
enum XMPNumber {
    /// The number with six places, as most programs write it, however it was written; `nil` where it is none.
    static func normalized(_ text: String) -> String? {
        guard let number = self.text(text).flatMap(Double.init), abs(number) < 1_000_000 else { return nil }
        let millionths = Int((abs(number) * 1_000_000).rounded())
        let fraction = String(millionths % 1_000_000)
        let sign = number < 0 && millionths > 0 ? "-" : ""
        return "\(sign)\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    }

    /// The text, where it is a number and nothing else: sign, digits, a point and more of them, an exponent.
    private static func text(_ text: String) -> String? {
        var rest = Array(text.utf8)[...]
        guard rest.count <= 24 else { return nil }
        dropSign(&rest)
        guard dropDigits(&rest) else { return nil }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard dropDigits(&rest) else { return nil }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            dropSign(&rest)
            guard rest.count <= 3, dropDigits(&rest) else { return nil }
        }
        return rest.isEmpty ? text : nil
    }

    private static func dropSign(_ rest: inout ArraySlice<UInt8>) {
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    }

    /// Whether there was at least one.
    private static func dropDigits(_ rest: inout ArraySlice<UInt8>) -> Bool {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        return !digits.isEmpty
    }
}
