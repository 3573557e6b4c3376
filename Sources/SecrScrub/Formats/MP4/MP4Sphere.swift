internal import SecrBytes

/// How a picture wraps around the viewer, in the words of XML in which Spherical Video V1 says it
/// (github.com/google/spatial-media).
enum MP4Sphere {
    private static let identifier: [UInt8] = [
        0xFF, 0xCC, 0x82, 0x63, 0xF8, 0x55, 0x4A, 0x93, 0x88, 0x14, 0x58, 0x7A, 0x02, 0x52, 0x1F, 0xDD,
    ]
    /// What players read, in the order in which it is written. The program that stitched it, how many cameras there were and
    /// when it was filmed are not among it.
    private static let keys = [
        "Spherical", "Stitched", "ProjectionType", "StereoMode", "InitialViewHeadingDegrees", "InitialViewPitchDegrees",
        "InitialViewRollDegrees", "FullPanoWidthPixels", "FullPanoHeightPixels", "CroppedAreaImageWidthPixels",
        "CroppedAreaImageHeightPixels", "CroppedAreaLeftPixels", "CroppedAreaTopPixels",
    ]
    private static let longestValue = 20

    static func isSphere(_ box: Box) -> Bool { box.identifier == identifier }

    /// The whole box with nothing else in it; `nil` where it does not say that the picture is a sphere.
    static func written(_ content: [UInt8]) -> [UInt8]? {
        let values = keys.map { ($0, value(of: $0, in: content)) }
        guard values[0].1 == "true", values[2].1 != nil else { return nil }
        let lines = values.compactMap { key, value in value.map { "<GSpherical:\(key)>\($0)</GSpherical:\(key)>" } }
        // ffmpeg ignores what does not name one.
        let program = "<GSpherical:StitchingSoftware></GSpherical:StitchingSoftware>"
        let xml =
            #"<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" "#
            + #"xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">"# + program
            + lines.joined()
            + "</rdf:SphericalVideo>"
        var written: [UInt8] = []
        written.appendBox("uuid", identifier + Array(xml.utf8))
        return written
    }

    /// A word or a number.
    private static func value(of key: String, in content: [UInt8]) -> String? {
        let tag = Array("<GSpherical:\(key)>".utf8)
        guard let start = content.firstOffset(of: tag) else { return nil }
        let value = content[(start + tag.count)...].prefix(longestValue + 1).prefix { $0 != 0x3C }
        let isPlain = value.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x2E
        }
        return isPlain && !value.isEmpty && value.count <= longestValue ? String(decoding: value, as: UTF8.self) : nil
    }
}
