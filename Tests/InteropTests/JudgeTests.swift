import Foundation
import SecrTestSupport
import Testing

/// What other people's programs say of the outputs.
@Suite(.enabled(if: Run.isInstalled("exiftool") && Run.isInstalled("djpeg")))
struct JudgeTests {
    /// Tags that say how to decode or show a picture, and nothing else.
    static let structural: Set<String> = [
        "ExifToolVersion", "FileType", "FileTypeExtension", "MIMEType", "ExifByteOrder", "ImageWidth", "ImageHeight",
        "EncodingProcess", "BitsPerSample", "ColorComponents", "YCbCrSubSampling", "JFIFVersion", "ResolutionUnit",
        "XResolution", "YResolution", "DCTEncodeVersion", "APP14Flags0", "APP14Flags1", "ColorTransform", "Orientation",
        "ColorSpace", "InteropIndex", "Gamma", "ImageSize", "Megapixels",
    ]

    @Test func exiftoolSeesNothingLeft() throws {
        let folder = try TemporaryFolder()
        for fixture in Fixture.accepted {
            try folder.write(fixture.bytes, to: "in/" + fixture.file.replacing("/", with: "_"))
        }
        let run = try Run.scrub(["-q", "-r", "--output-dir", "out", "in"], in: folder.path)
        #expect(run.status == 0)
        let json = try Run.program("exiftool", ["-j", "-G1", "-a", "-u", "-U", "-ee3", "-r", "out"], in: folder.path)
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
        #expect(rows.count == Fixture.accepted.count)
        for row in rows {
            for (name, value) in row where name.contains(":") {
                let parts = name.split(separator: ":")
                if ["System", "ICC_Profile", "ICC-header", "Composite"].contains(parts[0]) { continue }
                #expect(Self.structural.contains(String(parts[1])), "\(row["SourceFile"] ?? ""): \(name) = \(value)")
            }
        }
    }

    @Test(arguments: Fixture.accepted.filter { $0.decodable }) func djpegSeesTheSamePicture(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try folder.write(fixture.bytes, to: "in.jpg")
        #expect(try Run.scrub(["-q", "-o", "out.jpg", "in.jpg"], in: folder.path).status == 0)
        let before = try Run.program("djpeg", ["-pnm", "in.jpg"], in: folder.path)
        let after = try Run.program("djpeg", ["-pnm", "out.jpg"], in: folder.path)
        #expect(!before.output.isEmpty && before.output == after.output)
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
        let folder = URL(filePath: corpus).appending(path: "jpg")
        return ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
            .sorted { $0.path < $1.path }
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
