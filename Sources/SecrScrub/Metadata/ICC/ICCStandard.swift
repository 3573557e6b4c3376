internal import Glibc
internal import SecrBytes

/// The colour spaces that so many pictures have that saying so tells nothing.
///
/// A profile that means the same, whoever wrote it, is replaced by ours; see ``profile``.
enum ICCStandard: String, Sendable, CaseIterable {
    case sRGB = "sRGB"
    case displayP3 = "Display P3"
    case adobeRGB = "Adobe RGB (1998)"
    case greySRGB = "Gray with the curve of sRGB"
    case grey22 = "Gray, gamma 2.2"
    case grey18 = "Gray, gamma 1.8"

    var name: String { rawValue }

    /// Nobody sees a difference of 1; a little of the 0.5 that is promised is left for how others compute.
    static let tolerance = 0.4

    /// The standard that `profile` means; `nil` where it means none.
    init?(_ profile: ICCProfile) {
        guard profile.header.intent != Self.absoluteIntent, let model = ICCColorModel(profile) else { return nil }
        let match = Self.allCases.first { standard in
            Self.models[standard].map { model.isClose(to: $0, tolerance: Self.tolerance) } ?? false
        }
        guard let match else { return nil }
        self = match
    }

    /// Shows white as the white of a medium, which is not compared.
    private static let absoluteIntent = 3

    private static let models: [ICCStandard: ICCColorModel] = allCases.reduce(into: [:]) {
        $0[$1] = ICCColorModel(ICCProfile(header: $1.header, tags: $1.tags))
    }

    /// Version 2.4, which every reader knows.
    var header: ICCProfile.Header {
        ICCProfile.Header(
            version: 0x0240_0000, deviceClass: "mntr", colorSpace: colorants == nil ? "GRAY" : "RGB ",
            connectionSpace: "XYZ ", intent: 0)
    }

    var tags: [ICCProfile.Tag] {
        var tags = [ICCProfile.Tag(signature: "wtpt", data: Self.point([0xF6D6, 0x10000, 0xD32D]))]
        guard let colorants else { return tags + [ICCProfile.Tag(signature: "kTRC", data: curve)] }
        for (name, values) in zip(["rXYZ", "gXYZ", "bXYZ"] as [FourCC], colorants) {
            tags.append(ICCProfile.Tag(signature: name, data: Self.point(values)))
        }
        for name in ["rTRC", "gTRC", "bTRC"] as [FourCC] { tags.append(ICCProfile.Tag(signature: name, data: curve)) }
        return tags
    }

    /// Red, green and blue at full strength, adapted to D50, as `s15Fixed16Number`.
    private var colorants: [[Int]]? {
        switch self {
        case .sRGB: [[0x6FA2, 0x38F5, 0x0390], [0x6299, 0xB785, 0x18DA], [0x24A0, 0x0F84, 0xB6CF]]
        case .displayP3: [[0x83DF, 0x3DBF, 0xFFFF_FFBB], [0x4ABF, 0xB137, 0x0AB9], [0x2838, 0x110B, 0xC8B9]]
        case .adobeRGB: [[0x9C18, 0x4FA5, 0x04FC], [0x348D, 0xA02C, 0x0F95], [0x2631, 0x102F, 0xBE9C]]
        case .greySRGB, .grey22, .grey18: nil
        }
    }

    private var curve: [UInt8] {
        switch self {
        case .sRGB, .displayP3, .greySRGB: Self.curve(Self.sRGBSamples)
        case .adobeRGB: Self.curve([0x0233])
        case .grey22: Self.curve([0x0233])
        case .grey18: Self.curve([0x01CD])
        }
    }

    /// A sample for each number of eight bits (IEC 61966-2-1), so that these come out exactly.
    private static let sRGBSamples = (0...255).map { number in
        let x = Double(number) / 255
        return Int((65_535 * (x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4))).rounded())
    }

    private static func point(_ values: [Int]) -> [UInt8] {
        var bytes: [UInt8] = Array("XYZ ".utf8) + [0, 0, 0, 0]
        for value in values { bytes.appendBigEndian32(value) }
        return bytes
    }

    private static func curve(_ samples: [Int]) -> [UInt8] {
        var bytes: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0]
        bytes.appendBigEndian32(samples.count)
        for sample in samples { bytes.appendBigEndian16(sample) }
        return bytes
    }
}
