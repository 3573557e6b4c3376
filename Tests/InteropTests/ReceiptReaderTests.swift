import SecrTestSupport
import Testing

/// The reader that was written from secr-receipt(5) alone verifies what `secr-scrub` writes.
@Suite(
    .enabled(
        if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0,
        "the reader needs python3-cryptography"))
struct ReceiptReaderTests {
    private static let reader = Repository.file("Tests/InteropTests/receipt_reader.py").path

    @Test(
        arguments: [
            "everything.jpg", "progressive-420-restart.jpg", "three-scans.jpg", "adobe-cmyk.jpg", "orientation-6.jpg",
            "dnl-height.jpg", "gainmap-both.jpg", "animation-parts.png", "adam7-rgba-16.png", "surplus-lines.png",
            "exif.png", "everything.heic", "fragments.mp4",
        ], ["default", "strict", "obfuscate"])
    func agrees(fixture: String, policy: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named(fixture).bytes, to: "in")
        let scrub = try Run.scrub(["--policy", policy, "--receipt", "r", "-o", "out", "in"], in: folder.path)
        #expect(scrub.status == 0 || scrub.status == 3, "\(scrub.errors)")
        let run = try Run.program("python3", ["-B", Self.reader, "in", "out", "r"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        var input = try folder.bytes("in")
        input[input.count - 3] ^= 1
        try folder.write(input, to: "in")
        #expect(try Run.program("python3", ["-B", Self.reader, "in", "out", "r"], in: folder.path).status == 1)
    }
}
