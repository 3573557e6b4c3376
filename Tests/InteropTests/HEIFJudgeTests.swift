import Foundation
import SecrTestSupport
import Testing

/// What readers of HEIF say of the outputs: the same pictures as before.
@Suite(.enabled(if: Run.isInstalled("ffmpeg"))) struct HEIFJudgeTests {
    /// Checksums of all pictures that a program makes of a file, in order.
    private func pictures(_ command: [String], of file: String, to name: String, in folder: TemporaryFolder) throws
        -> [String]
    {
        let run = try Run.program(command[0], Array(command.dropFirst()) + [file, "\(name).png"], in: folder.path)
        guard run.status == 0 else { return [] }
        let made = try folder.names.filter { $0.hasPrefix(name) && $0.hasSuffix(".png") }
        return try made.sorted { ($0.count, $0) < ($1.count, $1) }.map { picture in
            let frames = try Run.program(
                "ffmpeg", ["-v", "quiet", "-i", picture, "-f", "framemd5", "-"], in: folder.path)
            return frames.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.joined(separator: "\n")
        }
    }

    private func expectSamePictures(_ command: [String], _ fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        let file = "in.\(fixture.pathExtension)"
        try folder.write(fixture.bytes, to: file)
        let before = try pictures(command, of: file, to: "before", in: folder)
        #expect(!before.isEmpty)
        // libpng does not write every profile.
        if before.contains("") { try Test.cancel("the original can't be compared by way of PNG") }
        for (profile, name) in [("default", "after"), ("strict", "strict")] {
            let output = "\(name).\(fixture.pathExtension)"
            let run = try Run.scrub(["-q", "--policy", profile, "-o", output, file], in: folder.path)
            #expect(run.status == 0, "\(run.errors)")
            let after = try pictures(command, of: output, to: name, in: folder)
            if profile == "default" {
                #expect(after == before)
            } else {
                #expect(after.count == 1 && before.contains(after[0]))
            }
        }
    }

    @Test(
        .enabled(if: Run.isInstalled("heif-convert"), "libheif is not installed"),
        arguments: Fixture.heif.filter { $0.libheif == true })
    func libheifSeesTheSamePictures(fixture: Fixture) throws {
        try expectSamePictures(["heif-convert"], fixture)
    }

    @Test(
        .enabled(if: Run.isInstalled("avifdec"), "libavif is not installed"),
        arguments: Fixture.heif.filter { $0.libavif == true })
    func libavifSeesTheSamePicture(fixture: Fixture) throws {
        try expectSamePictures(["avifdec"], fixture)
    }
}
