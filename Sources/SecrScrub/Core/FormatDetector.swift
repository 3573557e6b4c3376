internal import SecrBytes

/// Recognises formats by content.
enum FormatDetector {
    /// How many bytes from the start are enough.
    static let prefixLength = 1_024

    static func detect(_ prefix: [UInt8]) -> DetectedFormat {
        if prefix.isEmpty { return .empty }
        // Decoders skip what stands between the start and the next marker, so a third byte decides nothing.
        if prefix.starts(with: [0xFF, 0xD8]) { return .handled(.jpeg) }
        if prefix.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .handled(.png) }
        if prefix.starts(with: [0x8B, 0x4A, 0x4E, 0x47]) { return .known("JNG picture") }
        if prefix.starts(with: [0x8A, 0x4D, 0x4E, 0x47]) { return .known("MNG animation") }
        if prefix.hasPrefix("GIF8") { return .known("GIF picture") }
        if prefix.hasPrefix("RIFF"), prefix.dropFirst(8).hasPrefix("WEBP") { return .known("WebP picture") }
        if prefix.hasPrefix("RIFF"), prefix.dropFirst(8).hasPrefix("AVI ") { return .known("AVI video") }
        if isTIFF(prefix) { return .known("TIFF picture or raw photo") }
        if prefix.starts(with: [0xFF, 0x0A]) || prefix.dropFirst(4).hasPrefix("JXL ") {
            return .known("JPEG XL picture")
        }
        if prefix.dropFirst(4).hasPrefix("jP  ") || prefix.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) {
            return .known("JPEG 2000 picture")
        }
        if prefix.dropFirst(4).hasPrefix("ftyp") {
            return isoBaseMedia(prefix)
        }
        if ["moov", "mdat", "wide", "skip", "free", "pnot"].contains(where: { prefix.dropFirst(4).hasPrefix($0) }) {
            return .handled(.mp4)
        }
        if prefix.hasPrefix("BM") { return .known("BMP picture") }
        if prefix.hasPrefix("8BPS") { return .known("Photoshop document") }
        if prefix.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .known("Matroska or WebM video") }
        if prefix.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return .known("ZIP archive or office document") }
        return isPDF(prefix) ? .handled(.pdf) : .unknown
    }

    /// Readers look for the header in the first kilobyte, and many do without it.
    private static func isPDF(_ prefix: [UInt8]) -> Bool {
        ["%PDF", " 0 obj"].contains { word in
            prefix.indices.contains { prefix[$0...].starts(with: Array(word.utf8)) }
        }
    }

    private static func isTIFF(_ prefix: [UInt8]) -> Bool {
        [[0x49, 0x49, 0x2A, 0], [0x4D, 0x4D, 0, 0x2A], [0x49, 0x49, 0x2B, 0], [0x4D, 0x4D, 0, 0x2B]]
            .contains { prefix.starts(with: $0) }
    }

    /// Brands of files with a list of pictures, and of those that are sequences, with such a list or without.
    private static let pictures = [
        "heic", "heix", "heim", "heis", "mif1", "mif2", "mif3", "avif", "avci", "jpeg", "unif", "1pic", "miaf", "j2ki",
        "vvic",
    ]
    private static let sequences = ["msf1", "hevc", "hevx", "avis", "avcs"]

    private static func isoBaseMedia(_ prefix: [UInt8]) -> DetectedFormat {
        let size = prefix.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let brands = stride(from: 8, to: min(size, prefix.count) - 3, by: 4).map {
            String(decoding: prefix[$0..<$0 + 4], as: UTF8.self)
        }
        guard let major = brands.first else { return .unknown }
        if pictures.contains(major) { return .handled(.heif) }
        if sequences.contains(major) {
            // The one that says only how strictly the file follows rules does not tell them apart.
            let isListed = brands.dropFirst(2).contains { pictures.contains($0) && $0 != "miaf" }
            return .handled(isListed ? .heif : .mp4)
        }
        return major == "crx " ? .known("Canon raw photo") : .handled(.mp4)
    }
}
