/// What kind of device a picture was taken with. Of the names of makers and models nothing else is ever said.
enum DeviceKind: String, Sendable, CaseIterable {
    case phone, tablet, camera, drone, scanner
    case actionCamera = "action camera"

    /// Words of names that tell; the first that fits counts.
    private static let words: [(kind: DeviceKind, words: [String])] = [
        (.scanner, ["scanjet", "canoscan", "scansnap", "perfection", "scanner"]),
        (.actionCamera, ["gopro", "insta360", "osmo", "yi action", "action camera"]),
        (.tablet, ["ipad", "sm-t", "sm-x", "galaxy tab", "pixel tablet", "mediapad", "matepad"]),
        (.drone, ["dji", "mavic", "phantom", "parrot", "autel", "skydio", "yuneec", "anafi"]),
        (.phone, ["iphone", "xperia", "pixel", "galaxy", "redmi", "lumia", "moto "]),
        (
            .camera,
            [
                "canon", "nikon", "fujifilm", "olympus", "om digital", "panasonic", "leica", "pentax", "ricoh", "sony",
                "hasselblad", "sigma", "kodak", "casio", "minolta", "phase one", "samsung techwin", "samsung nx",
                "konica", "polaroid", "epson", "rollei", "vivitar", "sanyo",
            ]
        ),
        (
            .phone,
            [
                "apple", "google", "samsung", "huawei", "honor", "xiaomi", "oneplus", "oppo", "vivo", "realme",
                "motorola", "nokia", "hmd", "lge", "lg electronics", "htc", "fairphone", "blackberry", "zte", "nothing",
                "asus", "lenovo", "wiko", "tecno", "infinix", "alcatel", "tcl", "meizu", "research in motion",
            ]
        ),
    ]

    /// `nil` where the names don't tell.
    init?(maker: String?, model: String?) {
        let name = [maker, model].compactMap(\.self).joined(separator: " ").lowercased()
        guard
            let kind = DeviceKind(rawValue: name)
                ?? Self.words.first(where: { entry in entry.words.contains { name.contains($0) } })?.kind
        else { return nil }
        self = kind
    }
}
