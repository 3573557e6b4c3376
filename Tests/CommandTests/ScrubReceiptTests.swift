import Foundation
import SecrTestSupport
import Testing

/// Receipts as people meet them.
@Suite struct ScrubReceiptTests {
    private func folder(_ fixture: String, _ name: String) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named(fixture).bytes, to: name)
        return folder
    }

    private func verify(_ folder: TemporaryFolder, _ options: [String] = [], _ input: String = "a.jpg") throws -> Run {
        try Run.scrub(["verify"] + options + [input, "b", "r"], in: folder.path)
    }

    @Test(
        arguments: [
            ("gainmap-iso.jpg", [String]()), ("everything.jpg", ["--policy", "strict"]),
            ("exif-gps.jpg", ["--policy", "obfuscate"]), ("everything.jpg", ["--verify", "decode"]),
            ("animation-tail.png", []), ("everything.heic", []), ("everything.heic", ["--policy", "strict"]),
            ("alpha.avif", []), ("stream-several.mp4", []), ("stream-avc.mov", ["--policy", "strict"]),
            ("fragments.mp4", ["--faststart"]), ("sequence.heic", []),
        ])
    func whatIsMadeIsVerified(fixture: String, options: [String]) throws {
        let folder = try folder(fixture, "a.jpg")
        let scrub = try Run.scrub(options + ["--receipt", "r", "-o", "b", "a.jpg"], in: folder.path)
        #expect(scrub.status == 0 || scrub.status == 3, "\(scrub.errors)")
        let run = try verify(folder)
        #expect(run.status == 0 && run.text == "b: verified\n" && run.errors == "", "\(run.errors)")
        #expect(try verify(folder, ["--json"]).text == #"{"type":"receipt","verified":true}"# + "\n")
    }

    @Test func itSaysWhatWasDoneAndNotWhatItWas() throws {
        let folder = try folder("everything.jpg", "secret name.jpg")
        let run = try Run.scrub(["--keep", "icc", "--receipt", "r", "secret name.jpg"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        let receipt = try folder.bytes("r")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(receipt)) as? [String: Any])
        #expect(object["format"] as? String == "secr-receipt" && object["version"] as? Int == 1)
        #expect(object["policy"] as? [String] == ["policy = default", "keep = icc"])
        #expect(object["kind"] as? String == "jpeg")
        let words = (object["removed"] as? [[Any]])?.compactMap { $0.last as? String } ?? []
        #expect(Set(words).isSuperset(of: ["exif", "xmp", "iptc", "comment", "trailer"]), "\(words)")
        let text = String(decoding: receipt, as: UTF8.self)
        #expect(!text.contains("secret"))
        for token in Fixture.named("everything.jpg").drop ?? [] {
            #expect(!text.contains(String(decoding: token.bytes, as: UTF8.self)))
        }
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("r").path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }

    @Test func whateverWasChangedIsTold() throws {
        let folder = try folder("everything.jpg", "a.jpg")
        #expect(try Run.scrub(["--receipt", "r", "-o", "b", "a.jpg"], in: folder.path).status == 0)
        let (input, output, receipt) = (try folder.bytes("a.jpg"), try folder.bytes("b"), try folder.bytes("r"))
        let text = String(decoding: receipt, as: UTF8.self)
        let place = try #require(input.firstRange(of: Array("Exif".utf8))).lowerBound + 40
        var (removed, shown, written) = (input, input, output)
        removed[place] ^= 1
        shown[shown.count / 2] ^= 1
        written[written.count / 2] ^= 1
        let cases: [(name: String, bytes: [UInt8], differs: String)] = [
            ("a.jpg", removed, "input"), ("a.jpg", shown, "input"), ("b", written, "output"),
            ("a.jpg", input + [0], "input"), ("r", Array(receipt.dropLast()), "receipt"),
            ("r", Array(text.replacing("\"exif\"", with: "\"icc\"").utf8), "ranges"),
            ("r", Array(text.replacing("\"tool\": \"", with: "\"tool\": \"1").utf8), "input"),
            ("r", [0x7B], "receipt"), ("r", [], "receipt"),
        ]
        for (name, bytes, differs) in cases {
            let before = try folder.bytes(name)
            try folder.write(bytes, to: name)
            let run = try verify(folder, ["--json"])
            #expect(run.status == 13, "\(name), \(differs): \(run.text)\(run.errors)")
            #expect(run.text.contains("\"verified\":false,\"differs\":\"\(differs)\""), "\(run.text)")
            let told = differs == "input" ? "a.jpg" : differs == "output" ? "b" : "r"
            #expect(run.errors.hasPrefix("secr-scrub: error: '\(told)': \(differs): "), "\(run.errors)")
            try folder.write(before, to: name)
        }
        #expect(try verify(folder, ["-q"]).text == "")
    }

    @Test func ofALaterVersionNothingIsSaid() throws {
        let folder = try folder("comment.jpg", "a.jpg")
        #expect(try Run.scrub(["--receipt", "r", "-o", "b", "a.jpg"], in: folder.path).status == 0)
        let text = String(decoding: try folder.bytes("r"), as: UTF8.self)
        try folder.write(Array(text.replacing("\"version\": 1", with: "\"version\": 2").utf8), to: "r")
        let run = try verify(folder)
        #expect(run.status == 1 && run.errors.contains("version 2"), "\(run.errors)")
        #expect(try verify(folder, [], "missing").status == 1)
    }

    /// What was made by any version that was in use.
    @Test(arguments: [
        ("comment.jpg", "jpeg"), ("animation-tail.png", "png"), ("everything.heic", "heif"), ("stream-avc.mp4", "mp4"),
    ])
    func receiptsOfVersion1AreVerified(fixture: String, kind: String) throws {
        let fixtures = Repository.file("Fixtures/receipts").path
        let arguments = [Fixture.named(fixture).url.path, "\(fixtures)/\(kind).output", "\(fixtures)/\(kind).receipt"]
        let run = try Run.scrub(["verify"] + arguments)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func whatMakesNoSenseIsNotBegun() throws {
        let folder = try folder("comment.jpg", "a.jpg")
        try folder.write(Fixture.named("grey.jpg").bytes, to: "c.jpg")
        let senseless = [
            ["a.jpg", "c.jpg"], ["-r", "a.jpg"], ["-n", "a.jpg"], ["--in-place", "a.jpg"], ["-"], ["-o", "-", "a.jpg"],
            ["--bake-orientation", "a.jpg"], ["--drop-hidden", "a.jpg"], ["--rename", "hash", "a.jpg"],
            ["--resume", "a.jpg"], ["--watch", "."],
        ]
        for arguments in senseless {
            let run = try Run.scrub(["--receipt", "r"] + arguments, in: folder.path)
            #expect(run.status == 64, "\(arguments): \(run.errors)")
        }
        #expect(try Run.scrub(["--receipt", "-", "a.jpg"], in: folder.path).status == 64)
        for operands in [["a.jpg"], ["a.jpg", "c.jpg"], ["-", "a.jpg", "c.jpg"]] {
            #expect(try Run.scrub(["verify"] + operands, in: folder.path).status == 64)
        }
        #expect(try folder.names == ["a.jpg", "c.jpg"])
    }

    /// Neither output nor receipt.
    @Test func whereThereCanBeNoReceiptThereIsNoOutput() throws {
        let folder = try folder("comment.jpg", "a.jpg")
        try folder.write(Fixture.pdf[0].bytes, to: "a.pdf")
        try folder.write([1], to: "there")
        #expect(try Run.scrub(["-o", "b.scrubbed.jpg", "a.jpg"], in: folder.path).status == 0)
        for (arguments, reason) in [
            (["--receipt", "r", "a.pdf"], "no receipts for a PDF document"),
            (["--receipt", "r", "b.scrubbed.jpg"], "nothing to make a receipt for"),
            (["--receipt", "there", "a.jpg"], "the receipt exists already"),
            (["--receipt", "no/folder", "a.jpg"], "no such file"),
            (["--receipt", "a.jpg", "-f", "a.jpg"], "input and receipt are the same file"),
            (["--receipt", "./b", "-o", "b", "-f", "a.jpg"], "output and receipt are the same file"),
        ] {
            let run = try Run.scrub(arguments, in: folder.path)
            #expect(run.status == 1 && run.errors.contains(reason), "\(arguments): \(run.errors)")
        }
        #expect(try folder.names == ["a.jpg", "a.pdf", "b.scrubbed.jpg", "there"])
    }

    @Test func outputAndReceiptAreReplacedTogether() throws {
        let folder = try folder("comment.jpg", "a.jpg")
        try folder.write([1], to: "out/r")
        try folder.write([2], to: "b")
        let run = try Run.scrub(["--receipt", "out/r", "-f", "-o", "b", "a.jpg"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try Run.scrub(["verify", "a.jpg", "b", "out/r"], in: folder.path).status == 0)
        #expect(try folder.names == ["a.jpg", "b", "out"])
    }
}
