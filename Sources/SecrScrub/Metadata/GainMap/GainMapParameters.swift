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
    /// The text, where it is a number and nothing else.
    static func text(_ text: String) -> String? {
        text.count <= 24 && text.wholeMatch(of: #/[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?/#) != nil ? text : nil
    }
}
