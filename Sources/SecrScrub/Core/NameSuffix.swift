extension FileFormat {
    /// Bytes of the beginning of a file by which ``suffix(_:instead:)`` decides.
    public static let prefixLength = 64

    /// How the name of a file of this format ends, without the dot, as its content says.
    ///
    /// - Parameters:
    ///   - prefix: the first bytes of the file.
    ///   - current: how its name ends now, in lower case; kept where the content fits several names.
    public func suffix(_ prefix: [UInt8], instead current: String?) -> String {
        switch self {
        case .jpeg, .png, .pdf: extensions[0]
        case .heif: Self.suffix(prefix, Self.pictures) ?? Self.common(current, of: ["heic", "heif", "avif"]) ?? "heif"
        case .mp4:
            Self.suffix(prefix, Self.videos)
                ?? Self.common(current, of: ["mp4", "m4v", "m4a", "m4b", "3gp", "3g2", "mov", "heics", "avifs"])
                ?? "mp4"
        }
    }

    /// What the beginning of a brand says of a file (ISO/IEC 14496-12, 4.3).
    private static let pictures = [("avi", "avif"), ("avci", "avci"), ("hei", "heic"), ("hev", "heic")]
    private static let videos = [
        ("qt", "mov"), ("M4A", "m4a"), ("M4B", "m4b"), ("M4V", "m4v"), ("3gp", "3gp"), ("3g2", "3g2"),
    ]

    private static func suffix(_ prefix: [UInt8], _ table: [(brand: String, suffix: String)]) -> String? {
        let brand = prefix.dropFirst(8).prefix(4)
        return table.first { brand.starts(with: $0.brand.utf8) }?.suffix
    }

    private static func common(_ suffix: String?, of list: [String]) -> String? {
        suffix.flatMap { list.contains($0) ? $0 : nil }
    }
}
