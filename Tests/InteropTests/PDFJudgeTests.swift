import Foundation
import SecrTestSupport
import Testing

/// What qpdf, poppler and exiftool say of the outputs.
@Suite(.enabled(if: Run.isInstalled("qpdf"))) struct PDFJudgeTests {
    private func scrubbed(_ fixture: Fixture, in folder: TemporaryFolder, _ options: [String] = []) throws {
        try folder.write(fixture.bytes, to: "in.pdf")
        let run = try Run.scrub(["-q", "-f", "-o", "out.pdf"] + options + ["in.pdf"], in: folder.path)
        #expect([0, 3].contains(run.status), "\(run.errors)")
    }

    /// Everything that is packed in the output, unpacked, and the output itself.
    private func expanded(in folder: TemporaryFolder) throws -> [UInt8] {
        let run = try Run.program(
            "qpdf", ["--qdf", "--object-streams=disable", "out.pdf", "expanded.pdf"], in: folder.path)
        #expect(run.status == 0, "\(run.errors)")
        return try ["expanded.pdf", "out.pdf"].flatMap {
            Array(try Data(contentsOf: URL(filePath: folder.path + "/" + $0)))
        }
    }

    @Test(arguments: Fixture.pdf) func canariesAreGoneOrThere(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try scrubbed(fixture, in: folder)
        let bytes = try expanded(in: folder)
        for token in fixture.drop ?? [] {
            #expect(bytes.firstRange(of: token.bytes) == nil, "\(token.row): survives")
        }
        for token in fixture.keep ?? [] { #expect(bytes.firstRange(of: token.bytes) != nil, "\(token.row): lost") }
    }

    /// The same after another program has written them in another form.
    @Test(
        arguments: Fixture.pdf,
        [
            ["--object-streams=generate"], ["--linearize"], ["--encrypt", "", "owner", "256", "--"],
            ["--allow-weak-crypto", "--encrypt", "", "owner", "128", "--"],
        ])
    func canariesAreGoneInOtherForms(fixture: Fixture, form: [String]) throws {
        let folder = try TemporaryFolder()
        try folder.write(fixture.bytes, to: "plain.pdf")
        _ = try Run.program("qpdf", form + ["plain.pdf", "form.pdf"], in: folder.path)
        let run = try Run.scrub(["-q", "-f", "-o", "out.pdf", "form.pdf"], in: folder.path)
        #expect([0, 3].contains(run.status), "\(run.errors)")
        let bytes = try expanded(in: folder)
        for token in fixture.drop ?? [] {
            #expect(bytes.firstRange(of: token.bytes) == nil, "\(token.row): survives")
        }
    }

    @Test(arguments: Fixture.pdf) func qpdfFindsNothingWrong(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try scrubbed(fixture, in: folder)
        let run = try Run.program("qpdf", ["--check", "out.pdf"], in: folder.path)
        #expect(run.status == 0, "\(run.text) \(run.errors)")
    }

    @Test(.enabled(if: Run.isInstalled("pdftoppm")), arguments: Fixture.pdf)
    func popplerShowsTheSame(fixture: Fixture) throws {
        let folder = try TemporaryFolder()
        try scrubbed(fixture, in: folder)
        for command in Self.commands {
            let seen = try Self.seen(command, in: folder)
            #expect(!seen[0].isEmpty && seen[0] == seen[1], "\(command[0])")
        }
    }

    /// Pixels of the first pages, and words.
    private static let commands = [["pdftoppm", "-r", "40", "-l", "2"], ["pdftotext", "-layout"]]

    private static func seen(_ command: [String], in folder: TemporaryFolder) throws -> [[UInt8]] {
        try ["in.pdf", "out.pdf"].map { file in
            let target = command[0] == "pdftotext" ? ["-"] : []
            return try Run.program(command[0], Array(command.dropFirst()) + [file] + target, in: folder.path).output
        }
    }

    /// Comments are gone, and what only looks like one is still there and looks the same.
    @Test(.enabled(if: Run.isInstalled("pdftoppm"))) func strictTakesCommentsOnly() throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.named("remarks.pdf")
        try scrubbed(fixture, in: folder, ["--policy", "strict"])
        let bytes = try expanded(in: folder)
        for comment in ["CNRY-remark-of-a-program", "CNRY-second-remark", "CNRY-remark-in-a-form"] {
            #expect(try fixture.bytes.firstRange(of: Array(comment.utf8)) != nil)
            #expect(bytes.firstRange(of: Array(comment.utf8)) == nil)
        }
        for token in fixture.keep ?? [] { #expect(bytes.firstRange(of: token.bytes) != nil, "\(token.row): lost") }
        for command in Self.commands {
            let seen = try Self.seen(command, in: folder)
            #expect(seen[0] == seen[1], "\(command[0])")
        }
    }

    /// A document that is laid out to be shown while it arrives has two ends, and one version.
    @Test func linearizedDocumentsHaveNoEarlierVersion() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("information.pdf").bytes, to: "in.pdf")
        _ = try Run.program("qpdf", ["--linearize", "in.pdf", "line.pdf"], in: folder.path)
        let shown = try Run.scrub(["show", "line.pdf"], in: folder.path).text
        #expect(shown.contains("author") && !shown.contains("version"))
    }

    @Test(.enabled(if: Run.isInstalled("exiftool")), arguments: ["information.pdf", "revisions.pdf", "metadata.pdf"])
    func nothingCanBeRestored(file: String) throws {
        let folder = try TemporaryFolder()
        try scrubbed(Fixture.named(file), in: folder)
        let run = try Run.program(
            "exiftool", ["-PDF-update:all=", "-o", "restored.pdf", "out.pdf"], in: folder.path)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/restored.pdf"), "\(run.text)")
    }

    static let corpus: [String] = {
        guard let folder = ProcessInfo.processInfo.environment["SECR_CORPUS"] else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/pdf")) ?? []
        return names.filter { $0.hasSuffix(".pdf") }.sorted().map { folder + "/pdf/" + $0 }
    }()

    /// Real documents: those that are scrubbed look the same and are sound.
    @Test(.enabled(if: !corpus.isEmpty && Run.isInstalled("pdftoppm"))) func realDocumentsLookTheSame() throws {
        var scrubbed = 0
        for path in Self.corpus {
            let folder = try TemporaryFolder()
            try FileManager.default.copyItem(atPath: path, toPath: folder.path + "/in.pdf")
            let run = try Run.scrub(["-q", "-o", "out.pdf", "in.pdf"], in: folder.path)
            guard [0, 3].contains(run.status) else {
                #expect([1, 12].contains(run.status) && !run.errors.isEmpty, "\(path): \(run.errors)")
                continue
            }
            scrubbed += 1
            for command in Self.commands {
                let seen = try Self.seen(command, in: folder)
                #expect(seen[0] == seen[1], "\(path): \(command[0])")
            }
        }
        #expect(scrubbed * 100 >= Self.corpus.count * 85)
    }
}
