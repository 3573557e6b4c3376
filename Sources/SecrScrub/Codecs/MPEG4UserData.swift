/// User data of MPEG-4 part 2 video (ISO/IEC 14496-2, 6.2.2): texts of encoders.
///
/// Decoders know the mistakes of some, and the arithmetic of Xvid, and take them into account.
enum MPEG4UserData {
    /// The shortest text that makes them decode as they do now.
    static func essence(_ content: ArraySlice<UInt8>) -> [UInt8] {
        // As much as ffmpeg reads.
        let text = Array(content.prefix(255).prefix { $0 != 0 })
        if text == ffmpeg { return content.count > text.count ? text + [0] : text }
        return divX(text) ?? oldFFmpeg(text) ?? lavc(text) ?? xvid(text) ?? []
    }

    /// As a whole text it stands for the first versions.
    private static let ffmpeg = Array("ffmpeg".utf8)

    private static func xvid(_ text: [UInt8]) -> [UInt8]? {
        var scan = TextScan(text)
        guard scan.take("XviD"), let build = scan.number(), build.value >= 0 else { return nil }
        return Array("XviD".utf8) + build.digits
    }

    /// A version, a build, and a letter that says how pictures are packed.
    private static func divX(_ text: [UInt8]) -> [UInt8]? {
        for word in ["Build", "b"] as [StaticString] {
            var scan = TextScan(text)
            guard scan.take("DivX"), let version = scan.number(), version.value >= 0 else { return nil }
            guard scan.take(word), let build = scan.number() else { continue }
            let isPacked = scan.take("p")
            // Decoders take any below zero for one they do not know.
            let digits = build.value < 0 ? Array("-1".utf8) : build.digits
            return Array("DivX".utf8) + version.digits + word.description.utf8 + digits
                + (isPacked ? [UInt8(ascii: "p")] : [])
        }
        return nil
    }

    /// Two old ways to give the build of libavcodec, written in the shorter one.
    private static func oldFFmpeg(_ text: [UInt8]) -> [UInt8]? {
        guard let build = shortBuild(text) ?? longBuild(text) else { return nil }
        return isToBeKnown(build.value) ? Array("FFmpegb".utf8) + build.digits : nil
    }

    private static func shortBuild(_ text: [UInt8]) -> TextScan.Number? {
        var scan = TextScan(text)
        guard scan.take("FFmpe"), scan.skip(to: UInt8(ascii: "b")) > 0, scan.take("b") else { return nil }
        return scan.number()
    }

    private static func longBuild(_ text: [UInt8]) -> TextScan.Number? {
        var scan = TextScan(text)
        guard scan.take("FFmpeg"), scan.takeSpaced("v"), scan.number() != nil, scan.take("."), scan.number() != nil,
            scan.take("."), scan.number() != nil, scan.takeSpaced("/"), scan.takeSpaced("libavcodec"),
            scan.takeSpaced("build:")
        else { return nil }
        return scan.number()
    }

    private static func lavc(_ text: [UInt8]) -> [UInt8]? {
        var scan = TextScan(text)
        guard scan.take("Lavc"), let major = scan.number(), scan.take("."), let minor = scan.number(), scan.take("."),
            let micro = scan.number()
        else { return nil }
        let parts = [major, minor, micro]
        // Decoders differ in what they make of parts that need more than a byte.
        let builds = [Int.max, 0xFF].map { mask in parts.reduce(0) { $0 << 8 + $1.value & mask } }
        guard parts.allSatisfy({ $0.value >= 0 }), builds.contains(where: isToBeKnown) else { return nil }
        return Array("Lavc".utf8) + parts.map(\.digits).joined(separator: [UInt8(ascii: ".")])
    }

    /// Whether ffmpeg makes up for mistakes of a build: of old ones, and of some of its own (by their last part).
    private static func isToBeKnown(_ build: Int) -> Bool {
        (0...4_712).contains(build)
            || build & 0xFF >= 100 && (3_621_477..<3_752_552).contains(build)
                && !(3_752_037...3_752_191).contains(build)
    }
}
