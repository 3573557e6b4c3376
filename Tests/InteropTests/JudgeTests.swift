import Foundation
import SecrTestSupport
import Testing

/// What other people's programs say of the outputs.
@Suite(.enabled(if: ["exiftool", "djpeg", "ffmpeg", "transicc"].allSatisfy(Run.isInstalled)))
struct JudgeTests {
    /// Tags that say how to decode or show a picture, and nothing else.
    static let structural: Set<String> = [
        "ExifToolVersion", "FileType", "FileTypeExtension", "MIMEType", "ExifByteOrder", "ImageWidth", "ImageHeight",
        "EncodingProcess", "BitsPerSample", "ColorComponents", "YCbCrSubSampling", "JFIFVersion", "ResolutionUnit",
        "XResolution", "YResolution", "DCTEncodeVersion", "APP14Flags0", "APP14Flags1", "ColorTransform", "Orientation",
        "ColorSpace", "InteropIndex", "Gamma", "ImageSize", "Megapixels",
        // PNG
        "BitDepth", "ColorType", "Compression", "Filter", "Interlace", "Palette", "Transparency", "SRGBRendering",
        "SignificantBits", "WhitePointX", "WhitePointY", "RedX", "RedY", "GreenX", "GreenY", "BlueX", "BlueY",
        "AnimationFrames", "AnimationPlays", "PixelsPerUnitX", "PixelsPerUnitY", "PixelUnits", "cICP", "mDCV", "cLLI",
        "ProfileName", "ColorPrimaries", "TransferCharacteristics", "MatrixCoefficients", "VideoFullRangeFlag",
        // Gain maps
        "MPFVersion", "NumberOfImages", "AuxiliaryImageType", "HDRGainMapVersion", "HDRGainMapHeadroom", "Version",
        "GainMapMin", "GainMapMax", "OffsetSDR", "OffsetHDR", "HDRCapacityMin", "HDRCapacityMax", "BaseRenditionIsHDR",
        "DirectoryItemMime", "DirectoryItemSemantic", "DirectoryItemLength",
        // HEIF
        "MajorBrand", "MinorVersion", "CompatibleBrands", "HandlerType", "PrimaryItemReference", "MetaImageSize",
        "MediaData", "MediaDataSize", "MediaDataOffset", "ImageSpatialExtent", "ImagePixelDepth", "ColorProfiles",
        "Rotation", "CleanAperture", "PixelAspectRatio", "HEVCConfigurationVersion", "GeneralProfileSpace",
        "GeneralTierFlag", "GeneralProfileIDC", "GenProfileCompatibilityFlags", "ConstraintIndicatorFlags",
        "GeneralLevelIDC", "MinSpatialSegmentationIDC", "ParallelismType", "ChromaFormat", "BitDepthLuma",
        "BitDepthChroma", "AverageFrameRate", "ConstantFrameRate", "NumTemporalLayers", "TemporalIDNested",
        "AV1ConfigurationVersion", "SeqProfile", "SeqLevelIdx0", "SeqTier0", "HighBitDepth", "TwelveBit",
        "ChromaSamplePosition", "InitialDelaySamples",
    ]
    /// Bytes of HEIF's tables, which exiftool only shows as bytes: parameter sets, and these boxes.
    static let tables =
        [
            "QuickTime_HEVCConfig_0x", "QuickTime_AV1Config_0x", "QuickTime_ColorRep_0x",
        ]
        + [
            "a1op", "a1lx", "amve", "avcC", "cclv", "clli", "cmex", "cmin", "cmpC", "cmpd", "grpl", "icef", "imir",
            "mdcv",
            "prem", "uncC", "lsel",
        ].map { "Unknown_" + $0 }
    static let groups: Set<String> = [
        "System", "ICC_Profile", "ICC-header", "Composite", "MPImage1", "MPImage2",
        // Of the gain map
        "ICC_Profile2", "ICC-header2",
    ]
    /// What exiftool remarks on, and rightly: a block of ISO 21496-1, which it does not know, and the place of a chunk.
    static let remarks = ["[minor] Unknown APP2 segment", "[minor] Text/EXIF chunk(s) found after PNG IDAT"]

    /// All fixtures but videos, sequences and documents.
    static let pictures = Fixture.accepted.filter {
        $0.tracks == nil && !$0.file.hasPrefix("sequence") && $0.format != .pdf
    }

    /// These, scrubbed in one call.
    private func scrubbed() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for fixture in Self.pictures { try folder.write(fixture.bytes, to: "in/" + fixture.file) }
        #expect(try Run.scrub(["-q", "-r", "--output-dir", "out", "in"], in: folder.path).status == 0)
        return folder
    }

    /// What exiftool reads, by file and tag.
    private func tags(_ arguments: [String], in folder: TemporaryFolder) throws -> [String: [String: Any]] {
        let json = try Run.program(
            "exiftool", ["-j", "-G1", "-a", "-u", "-U", "-ee3", "-r"] + arguments, in: folder.path)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
        return rows.reduce(into: [:]) {
            $0[($1["SourceFile"] as? String)?.split(separator: "/").last.map(String.init) ?? ""] = $1
        }
    }

    @Test func exiftoolSeesNothingLeft() throws {
        let rows = try tags(["out"], in: scrubbed())
        #expect(rows.count == Self.pictures.count)
        for (file, row) in rows {
            for (name, value) in row where name.contains(":") {
                let parts = name.split(separator: ":").map(String.init)
                if Self.groups.contains(parts[0]) { continue }
                if parts[1] == "Warning", Self.remarks.contains(where: { "\(value)".hasPrefix($0) }) { continue }
                if Self.tables.contains(where: parts[1].hasPrefix) { continue }
                // The picture itself, where it is a JPEG picture in a HEIF file.
                if name == "File:PreviewImage" && file.hasPrefix("jpeg") && file.hasSuffix(".heif") { continue }
                #expect(Self.structural.contains(parts[1]), "\(file): \(name) = \(value)")
            }
        }
    }

    /// Viewers of bright pictures find the same numbers as before.
    @Test func exiftoolReadsTheSameOfGainMaps() throws {
        let folder = try scrubbed()
        let groups = ["-XMP-hdrgm:all", "-XMP-HDRGainMap:HDRGainMapHeadroom", "-XMP-apdi:AuxiliaryImageType"]
        let (before, after) = (try tags(groups + ["in"], in: folder), try tags(groups + ["out"], in: folder))
        for fixture in Fixture.jpeg where fixture.gainMapKept == true && !fixture.file.hasPrefix("gainmap-apple") {
            let read = [before, after].map { rows in
                rows[fixture.file]?.filter { $0.key != "SourceFile" }
                    .mapValues { value in Double("\(value)").map { "\($0)" } ?? "\(value)" } ?? [:]
            }
            #expect(read[0] == read[1], "\(fixture)")
        }
        #expect(after["gainmap-apple.jpg"]?.count == 3)
    }

    /// By a reader of our own that follows the rules of libultrahdr. Apple's numbers are rewritten as its later systems do.
    @Test(
        .enabled(if: Run.isInstalled("python3")),
        arguments: Fixture.jpeg.filter { $0.gainMapKept == true && !$0.file.hasPrefix("gainmap-apple") })
    func viewersReadTheSameOfGainMaps(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try folder.write(fixture.bytes, to: "in.jpg")
        #expect(try Run.scrub(["-q", "-o", "out.jpg", "in.jpg"], in: folder.path).status == 0)
        let reader = Repository.file("Tests/InteropTests/gainmap_reader.py").path
        let read = try ["in.jpg", "out.jpg"].map { try Run.program("python3", [reader, $0], in: folder.path) }
        #expect(read[0].status == 0 && read[1].status == 0, "\(read[0].errors)\(read[1].errors)")
        #expect(read[0].text == read[1].text)
    }

    @Test(arguments: Fixture.jpeg.filter { $0.decodable }) func djpegSeesTheSamePicture(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try folder.write(fixture.bytes, to: "in.jpg")
        #expect(try Run.scrub(["-q", "-o", "out.jpg", "in.jpg"], in: folder.path).status == 0)
        let before = try Run.program("djpeg", ["-pnm", "in.jpg"], in: folder.path)
        let after = try Run.program("djpeg", ["-pnm", "out.jpg"], in: folder.path)
        #expect(!before.output.isEmpty && before.output == after.output)
    }

    /// All frames, with their times. In front of the frames of `everything.png` stands so much that ffmpeg takes the original
    /// for a still.
    @Test func ffmpegSeesTheSamePictures() throws {
        let folder = try scrubbed()
        for fixture in Fixture.png where fixture.decodable && fixture.file != "everything.png" {
            let frames = try ["in", "out"].map { side in
                let run = try Run.program(
                    "ffmpeg", ["-v", "quiet", "-i", "\(side)/\(fixture.file)", "-f", "framemd5", "-"], in: folder.path)
                return run.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            }
            #expect(!frames[0].isEmpty && frames[0] == frames[1], "\(fixture)")
        }
    }

    /// Colours through the profile before and after, by Little CMS.
    @Test(arguments: Fixture.accepted.filter { $0.icc == true }) func profilesMeanTheSame(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        let file = "x.\(fixture.pathExtension)"
        try folder.write(fixture.bytes, to: file)
        #expect(try Run.scrub(["-q", "-o", "out-\(file)", file], in: folder.path).status == 0)
        let channels = ["RGB ": 3, "GRAY": 1, "CMYK": 4]
        var results: [[Double]] = []
        for side in [file, "out-\(file)"] {
            let profile = try Run.program("exiftool", ["-b", "-ICC_Profile", side], in: folder.path).output
            try folder.write(profile, to: "profile.icc")
            let count = try #require(channels[String(decoding: profile[16..<20], as: UTF8.self)])
            let colours = (0..<60).map { row in
                (0..<count).map { String((row * (17 + 30 * $0)) % 256) }.joined(separator: "\n")
            }
            let run = try Run.program(
                "transicc", ["-i", "profile.icc", "-o", "*Lab4", "-t", "1", "-n"],
                input: Array(colours.joined(separator: "\n").utf8),
                in: folder.path)
            results.append(run.text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) })
        }
        #expect(results[0].count >= 180 && results[0].count == results[1].count)
        for index in stride(from: 0, to: min(results[0].count, results[1].count) - 2, by: 3) {
            let distance = (0..<3).reduce(0) { $0 + pow(results[0][index + $1] - results[1][index + $1], 2) }
                .squareRoot()
            #expect(distance <= 0.5)
        }
    }

    /// Turned by us, or by jpegtran: the same pixels.
    @Test(
        .enabled(if: Run.isInstalled("jpegtran")),
        arguments: [
            (2, "-flip horizontal"), (3, "-rotate 180"), (4, "-flip vertical"), (5, "-transpose"), (6, "-rotate 90"),
            (7, "-transverse"), (8, "-rotate 270"),
        ])
    func turnsLikeJpegtran(orientation: Int, operation: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("orientation-\(orientation).jpg").bytes, to: "in.jpg")
        let run = try Run.scrub(["-q", "--bake-orientation", "-o", "out.jpg", "in.jpg"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        let same = try Run.shell(
            "jpegtran -perfect \(operation) in.jpg | djpeg -pnm > a; djpeg -pnm out.jpg | cmp - a", in: folder.path)
        #expect(same.status == 0)
    }

    @Test func refusesToTurnWhatWouldLoseAnEdge() throws {
        let folder = try TemporaryFolder()
        let script = """
            printf 'P5\\n13 11\\n255\\n' > g.pgm; head -c 143 /dev/urandom >> g.pgm; cjpeg g.pgm > g.jpg
            exiftool -q -overwrite_original -n -Orientation=6 g.jpg; "$TOOL" --bake-orientation g.jpg
            """
        let run = try Run.shell(script, in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == 1)
        #expect(run.errors.contains("can't be turned without loss"))
        #expect(try !folder.names.contains("g.scrubbed.jpg"))
    }
}

/// Real pictures, where they are at hand.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SECR_CORPUS"] != nil, "SECR_CORPUS is not set"))
struct CorpusTests {
    static let files: [URL] = {
        guard let corpus = ProcessInfo.processInfo.environment["SECR_CORPUS"] else { return [] }
        return ["jpg", "png", "heic", "avif"].flatMap { name in
            let folder = URL(filePath: corpus).appending(path: name)
            return (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        }.sorted { $0.path < $1.path }
    }()

    @Test(arguments: files) func isScrubbedOrRefused(file: URL) throws {
        let folder = try TemporaryFolder()
        let run = try Run.scrub(["-o", "out.jpg", file.path], in: folder.path)
        #expect(run.status == 0 || (run.status == 1 && !run.errors.isEmpty))
        if run.status == 1 {
            #expect(try folder.names == [])
            return
        }
        #expect(try Run.scrub(["check", "out.jpg"], in: folder.path).status == 0)
        let again = try Run.scrub(["-q", "-o", "again.jpg", "out.jpg"], in: folder.path)
        #expect(again.status == 0)
        #expect(try folder.bytes("again.jpg") == folder.bytes("out.jpg"))
        #expect(try Run.scrub(["show", file.path], in: folder.path).status == 0)
    }
}
