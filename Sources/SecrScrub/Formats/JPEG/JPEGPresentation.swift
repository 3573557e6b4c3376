internal import SecrBytes

/// The segments at the head of an output that decide how the picture is shown, each in its only form.
struct JPEGPresentation: Equatable, Sendable {
    var jfif: JFIFHeader?
    var exif = MinimalExif()
    /// A whole profile.
    var icc: [UInt8]?
    var adobe: AdobeMarker?

    /// What `policy` keeps of a document's. Parts that are copied as they are don't count.
    init(_ document: JPEGDocument, policy: Policy, allowList: AllowList) {
        func rebuilds(_ kind: JPEGNodeKind) -> Bool { allowList.rule(for: kind, policy: policy) == .rebuilt }
        if rebuilds(.jfif) {
            jfif = document.jfif
            if policy.profile == .strict { jfif?.makeSquare() }
        }
        if rebuilds(.adobe) { adobe = document.adobe }
        if rebuilds(.exif), let block = document.exifBlock {
            exif = MinimalExif(block)
            if policy.drops(.orientation) { exif.orientation = 1 }
            // A profile says it better, and readers that know both prefer it.
            if policy.drops(.colorSpace) || document.keepsProfile(policy) { exif.color = nil }
        }
        if rebuilds(.iccProfile), document.keepsProfile(policy), case .success(let profile) = document.icc {
            icc = profile.normalForm
        }
    }

    /// The segments, in the order that readers expect: JFIF first, Exif second.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let jfif { bytes += Self.segment(0xE0, jfif.payload) }
        if let payload = exif.payload { bytes += Self.segment(0xE1, payload) }
        if let icc { bytes += Self.iccSegments(icc) }
        if let adobe { bytes += Self.segment(0xEE, adobe.payload) }
        return bytes
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
