import Foundation
import SecrTestSupport
import Testing

/// Documents that open with a password, as qpdf makes them and reads them.
@Suite(.enabled(if: Run.isInstalled("qpdf"))) struct PDFPasswordTests {
    @Test(arguments: [["256"], ["128", "--use-aes=y"], ["128", "--use-aes=n"], ["40"]])
    func passwordsOpenDocuments(strength: [String]) throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.named("information.pdf")
        try folder.write(fixture.bytes, to: "plain.pdf")
        try folder.write(Array("geheim\n".utf8), to: "password")
        try folder.write(Array("other\n".utf8), to: "wrong")
        let arguments =
            ["--allow-weak-crypto", "--encrypt", "geheim", "owner"] + strength + ["--", "plain.pdf", "in.pdf"]
        _ = try Run.program("qpdf", arguments, in: folder.path)
        let refused = try Run.scrub(["-o", "out.pdf", "in.pdf"], in: folder.path)
        #expect(refused.status == 12 && refused.errors.contains("opens with a password"))
        let wrong = try Run.scrub(["-o", "out.pdf", "--password-file", "wrong", "in.pdf"], in: folder.path)
        #expect(wrong.status == 12 && wrong.errors.contains("another password"))
        let run = try Run.scrub(
            ["-o", "out.pdf", "--password-file", "password", "in.pdf"], in: folder.path)
        #expect(run.status == 0 && run.text.contains("without protection"))
        _ = try Run.program(
            "qpdf", ["--qdf", "--object-streams=disable", "out.pdf", "expanded.pdf"], in: folder.path)
        let bytes = try folder.bytes("expanded.pdf") + folder.bytes("out.pdf")
        for token in fixture.drop ?? [] { #expect(bytes.firstRange(of: token.bytes) == nil, "\(token.row)") }
        for token in fixture.keep ?? [] { #expect(bytes.firstRange(of: token.bytes) != nil, "\(token.row)") }
    }

    /// What is encrypted again opens with its password only, is sound, and decrypts to what an open output would be.
    @Test(arguments: ["information.pdf", "plain.pdf", "claim.pdf", "inline.pdf"], ["40", "256"])
    func passwordsAreKeptOnRequest(file: String, strength: String) throws {
        let folder = try TemporaryFolder()
        let fixture = Fixture.named(file)
        try folder.write(fixture.bytes, to: "plain.pdf")
        try folder.write(Array("schlüssel\n".utf8), to: "password")
        let password = ["--password-file", "password"]
        _ = try Run.program(
            "qpdf",
            ["--allow-weak-crypto", "--encrypt", "schlüssel", "owner", strength, "--", "plain.pdf", "in.pdf"],
            in: folder.path)
        let run = try Run.scrub(password + ["--keep-password", "-o", "out.pdf", "in.pdf"], in: folder.path)
        #expect(run.status == 0 && !run.text.contains("without protection"), "\(run.errors)")
        #expect(try Run.program("qpdf", ["--requires-password", "out.pdf"], in: folder.path).status == 0)
        let opened = try Run.program(
            "qpdf", ["--password=schlüssel", "--decrypt", "--check", "out.pdf"], in: folder.path)
        #expect(opened.status == 0, "\(opened.text)\(opened.errors)")
        #expect(opened.text.contains("AESv3"))
        let bytes = try folder.bytes("out.pdf")
        for token in fixture.keep ?? [] { #expect(bytes.firstRange(of: token.bytes) == nil, "\(token.row)") }

        // Again, and without protection, it says the same.
        let check = ["check", "--keep-password"] + password
        #expect(try Run.scrub(check + ["out.pdf"], in: folder.path).text.contains("out.pdf: clean"))
        #expect(try Run.scrub(check + ["in.pdf"], in: folder.path).status == 3)
        _ = try Run.scrub(password + ["-o", "open.pdf", "in.pdf"], in: folder.path)
        _ = try Run.scrub(password + ["-o", "opened.pdf", "out.pdf"], in: folder.path)
        // An older document is laid out in an older way.
        if strength == "256" { #expect(try folder.bytes("open.pdf") == folder.bytes("opened.pdf")) }
    }

    /// Two outputs of one document have nothing in common, and a byte more is seen.
    @Test func whatIsEncryptedAgainIsRandomAndWhole() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("information.pdf").bytes, to: "plain.pdf")
        try folder.write(Array("geheim\n".utf8), to: "password")
        _ = try Run.program(
            "qpdf", ["--encrypt", "geheim", "geheim", "256", "--", "plain.pdf", "in.pdf"], in: folder.path)
        let options = ["--password-file", "password", "--keep-password"]
        for name in ["a.pdf", "b.pdf"] {
            #expect(try Run.scrub(options + ["-o", name, "in.pdf"], in: folder.path).status == 0)
        }
        let (first, second) = (try folder.bytes("a.pdf"), try folder.bytes("b.pdf"))
        let identifier = { (bytes: [UInt8]) in
            bytes.firstRange(of: Array("/ID [<".utf8)).map { bytes[$0.upperBound...].prefix(65) }
        }
        #expect(identifier(first) != nil && identifier(first) != identifier(second))
        var marked = first
        let end = try #require(marked.firstRange(of: Array("startxref\n".utf8)))
        marked[end.upperBound - 1] = 13
        try folder.write(marked, to: "marked.pdf")
        let check = try Run.scrub(["check"] + options + ["marked.pdf"], in: folder.path)
        #expect(check.status == 3 && check.text.contains("not clean"), "\(check.text)")
    }

    /// Older documents spell letters in another way than the terminal does.
    @Test(arguments: ["40", "256"]) func passwordsMayHaveAnyLetter(strength: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("plain.pdf").bytes, to: "plain.pdf")
        try folder.write(Array("schlüssel".utf8), to: "password")
        let mode = strength == "40" ? ["--allow-weak-crypto"] : []
        let made = try Run.program(
            "qpdf", mode + ["--encrypt", "schlüssel", "owner", strength, "--", "plain.pdf", "in.pdf"], in: folder.path)
        #expect(made.status == 0, "\(made.errors)")
        #expect(try Run.scrub(["--password-file", "password", "in.pdf"], in: folder.path).status == 0)
    }

    @Test(.enabled(if: Run.isInstalled("python3"))) func passwordsAreAskedForWhereSomebodyIsThere() throws {
        let folder = try TemporaryFolder()
        try folder.write(Fixture.named("information.pdf").bytes, to: "plain.pdf")
        let arguments = ["--encrypt", "geheim", "owner", "256", "--", "plain.pdf", "in.pdf"]
        _ = try Run.program("qpdf", arguments, in: folder.path)
        let player = Repository.file("Tests/CommandTests/terminal.py").path
        let typed = ["expect:Password for 'in.pdf': ", "type:wrong\\n", "expect:in.pdf': ", "type:geheim\\n"]
        for command in [["-o", "out.pdf"], ["show"]] {
            let run = try Run.program(
                "python3", [player] + typed + ["--", Run.scrubber] + command + ["in.pdf"], in: folder.path)
            #expect(run.text.contains("\"status\": 0"), "\(run.text) \(run.errors)")
            #expect(!run.text.contains("geheim"))
        }
        #expect(try Run.program("qpdf", ["--check", "out.pdf"], in: folder.path).status == 0)
    }
}
