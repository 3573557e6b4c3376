internal import SecrBytes

/// What a `colr` box says, of a picture or of a video (ISO/IEC 14496-12, 12.1.5).
enum ColorInformation {
    /// Numbers of standards: the content as it is written.
    case codes([UInt8])
    /// A colour profile, and the content as it is written.
    case profile(FoundProfile, [UInt8])
    /// A kind that no standard knows.
    case unknown

    init(_ content: ByteReader, limits: Limits) throws(ParseError) {
        let kind = try content.fourCC(at: 0)
        switch kind {
        case "nclx":
            let codes = try content.slice(at: 4, count: 6)
            // The range stands in the first bit of the last byte, which QuickTime leaves out.
            let range = content.count > 10 ? try content.uint8(at: 10) & 0x80 : 0
            self = .codes(kind.bytes + codes + [UInt8(range)])
        case "nclc": self = .codes(kind.bytes + (try content.slice(at: 4, count: 6)))
        case "prof", "rICC":
            let bytes = Array(try content.slice(at: 4, count: content.count - 4))
            // Readers take an empty one for none.
            if bytes.isEmpty {
                self = .profile(nil, [])
                return
            }
            do throws(ParseError) {
                let profile = try EmbeddedProfile(bytes, limits: limits)
                self = .profile(.success(profile), kind.bytes + profile.normalForm)
            } catch {
                let place = content.base + 4 + error.offset
                self = .profile(.failure(ParseError(error.code, at: place, error.context)), [])
            }
        default: self = .unknown
        }
    }
}
