internal import SecrBytes

/// User data of MPEG-1 and MPEG-2 video (ISO/IEC 13818-2, 6.2.2.2.2).
enum MPEG2UserData {
    /// What of it is shown, or says how to show or decode the picture; the rest can be anything.
    static func essence(_ content: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(content)
        func byte(_ place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }
        // Captions of ATSC, of SCTE 20 and of DVDs.
        if bytes.hasPrefix(RegisteredUserData.captions), RegisteredUserData.captionTypes.contains(byte(4)) {
            return bytes
        }
        if byte(0) == 0x03, byte(1) & 0x7F == 0x01 { return bytes }
        if bytes.starts(with: [0x43, 0x43, 0x01, 0xF8]) { return bytes }
        // Which part of the picture is in use (ETSI TS 101 154, B.3): flags; two bytes by the first, one by the second.
        if bytes.hasPrefix(RegisteredUserData.activeFormat) {
            return Array(bytes.prefix(5 + (byte(4) & 0x80 != 0 ? 2 : 0) + (byte(4) & 0x40 != 0 ? 1 : 0)))
        }
        // How two pictures are packed in one (ISO/IEC 13818-2, Amendment 4).
        if bytes.hasPrefix("JP3D"), byte(4) == 3 { return Array(bytes.prefix(8)) }
        return encoder(bytes)
    }

    private static let encoderName: StaticString = "\0TMPGEXS"
    /// How far from the start it is looked for.
    private static let encoderPlaces = 20

    /// An encoder of more exact pictures; ffmpeg decodes them as such where it reads this name, between zeros.
    private static func encoder(_ bytes: [UInt8]) -> [UInt8] {
        let name = Array(encoderName.description.utf8)
        guard let place = bytes.firstOffset(of: name), place < encoderPlaces else { return [] }
        let end = place + name.count
        // At the end it is followed by a start code, or zeros.
        if end == bytes.count { return place == 0 ? name : name + [0] }
        return bytes[end] == 0 ? name + [0] : []
    }
}
