internal import SecrBytes

/// The segments at the head of an output that decide how the picture is shown, each in its only form.
struct JPEGPresentation: Equatable, Sendable {
    var jfif: JFIFHeader?
    var exif = MinimalExif()
    /// A whole profile.
    var icc: [UInt8]?
    var adobe: AdobeMarker?
    /// What has to be said about a gain map: XMP, the block of ISO 21496-1, and where its picture is.
    var packet: [UInt8]?
    var gainMapBlock: [UInt8]?
    var index: JPEGMultiPictureIndex?

    /// What `policy` keeps of a document's. Parts that are copied as they are don't count.
    ///
    /// - Parameter statement: what the picture says of itself.
    init(_ document: JPEGDocument, policy: Policy, allowList: AllowList, statement: Statement) {
        func rebuilds(_ kind: JPEGNodeKind) -> Bool { allowList.rule(for: kind, policy: policy) == .rebuilt }
        if rebuilds(.jfif) {
            jfif = document.jfif
            if policy.profile == .strict { jfif?.makeSquare() }
        }
        if rebuilds(.adobe) { adobe = document.adobe }
        if let own = document.ownParameters {
            packet = own.packet
            gainMapBlock = own.iso?.block
        }
        // A gain map lies as its picture does, and says nothing of its own.
        if rebuilds(.exif), document.ownParameters == nil {
            if let block = document.exifBlock { exif = MinimalExif(block) }
            if policy.drops(.orientation) { exif.orientation = 1 }
            // A profile says it better, and readers that know both prefer it.
            if policy.drops(.colorSpace) || document.icc.isKept(policy) { exif.color = nil }
            exif.statement = statement
        }
        if rebuilds(.iccProfile), document.icc.isKept(policy), case .success(let profile) = document.icc {
            icc = profile.normalForm
        }
    }

    /// The segments, in the order that readers expect: JFIF first, Exif second.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let jfif { bytes += Self.segment(0xE0, jfif.payload) }
        if let payload = exif.payload { bytes += Self.segment(0xE1, payload) }
        if let xmpPayload { bytes += Self.segment(0xE1, xmpPayload) }
        if let icc { bytes += Self.iccSegments(icc) }
        if let gainMapPayload { bytes += Self.segment(0xE2, gainMapPayload) }
        if let adobe { bytes += Self.segment(0xEE, adobe.payload) }
        if let index { bytes += Self.segment(0xE2, index.payload) }
        return bytes
    }

    var xmpPayload: [UInt8]? { packet.map { Array(JPEGApplicationSegment.xmpSignature.description.utf8) + $0 } }
    var gainMapPayload: [UInt8]? { gainMapBlock.map { Array(ISOGainMap.signature.description.utf8) + $0 } }

    /// Adds what belongs to a gain map whose own file has `length` bytes; `measure` tells the size of the picture with a
    /// head like this one.
    mutating func add(_ parameters: GainMapParameters, length: Int, measure: (JPEGPresentation) -> Int) {
        packet = parameters.basePacket(length: length)
        gainMapBlock = parameters.iso == nil ? nil : ISOGainMap.baseBlock
        // The index comes last; two bytes begin the picture. Its own length does not depend on what it says.
        let place = 2 + bytes.count
        index = JPEGMultiPictureIndex(first: .zero, second: .zero, place: place)
        index = JPEGMultiPictureIndex(first: measure(self), second: length, place: place)
    }

    static func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, marker]
        bytes.appendBigEndian16(payload.count + 2)
        return bytes + payload
    }

    private static func iccSegments(_ profile: [UInt8]) -> [UInt8] {
        let room = 65_535 - 2 - 14
        let count = (profile.count + room - 1) / room
        return (0..<count).flatMap { index in
            let part = profile[index * room..<min(profile.count, (index + 1) * room)]
            return segment(0xE2, Array("ICC_PROFILE".utf8) + [0, UInt8(index + 1), UInt8(count)] + part)
        }
    }
}
