import Foundation
import SecrTestSupport
import Testing

/// The examples of secr-vault(1) and the README, typed one after the other into a terminal.
@Suite(.enabled(if: ["python3", "bash"].allSatisfy(Run.isInstalled))) struct ExampleTests {
    static let passphrase = "correct horse"

    /// What stands behind the prompts of the page's examples, without the marks of mdoc.
    static let ofThePage: [String] = {
        guard let page = try? Repository.text("man/secr-vault.1"),
            let section = page.split(separator: ".Sh EXAMPLES\n").last?.split(separator: "\n.Sh ").first
        else { return [] }
        var text = String(section)
        for (mark, meaning) in [("\\-", "-"), ("\\(aq", "'"), ("\\(dq", "\""), ("\\&", "")] {
            text = text.replacingOccurrences(of: mark, with: meaning)
        }
        return text.matches(of: #/(?m)^(?:\.Dl )?\$ (.*(?:\n  .*)*)/#).map { String($0.1) }
    }()

    /// The lines of the README's blocks that name the tool, up to those that need what only a server has.
    static let ofTheReadme: [String] = {
        guard let readme = try? Repository.text("README.md") else { return [] }
        let blocks = readme.matches(of: #/```sh\n([^`]*)```/#).map { String($0.1) }
        let typed = blocks.filter { Machine.canMount || !$0.contains("secr-vault mount") }
        return typed.filter { $0.contains("secr-vault") && !$0.contains("/run/secrets") }
            .flatMap { $0.split(separator: "\n").map(String.init) }
    }()

    private func play(_ examples: [String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write(Array("Dear Ana\n".utf8), to: "letter.txt")
        try folder.write([1, 2, 3], to: "photos/a.jpg")
        try folder.write(Fixture.named("holiday.jpg").bytes, to: "holiday.jpg")
        try folder.write([UInt8](repeating: 7, count: 2_100_000), to: "film.mp4")
        try folder.write(Array(Self.passphrase.utf8), to: "passphrase")
        // A password manager, as far as the example goes.
        try folder.write(
            Array("#!/bin/sh\n[ \"$*\" = 'show letter' ] && echo '\(Self.passphrase)'\n".utf8), to: "bin/pass")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("bin/secr-vault").path, withDestinationPath: Run.vault)
        let player = Repository.file("Tests/CommandTests/terminal.py").path
        for example in examples {
            let steps = ["Passphrase: ", "Once more: "].map { "reply:\($0)=\(Self.passphrase)\\n" }
            let run = try Run.program(
                "python3", [player] + steps + ["--", "bash", "-c", example], in: folder.path,
                environment: [
                    "PATH": "\(folder.path)/bin:\(ProcessInfo.processInfo.environment["PATH"] ?? "")",
                    "HOME": folder.path, "XDG_STATE_HOME": "", "XDG_RUNTIME_DIR": "",
                ])
            #expect(run.status == 0 && run.text.contains("\"status\": 0,"), "\(example): \(run.text)\(run.errors)")
            if example.contains("-o - letter") { #expect(run.text.contains("Dear Ana")) }
            if example.contains("tar -t") { #expect(run.text.contains("photos/a.jpg")) }
        }
        return folder
    }

    @Test func thoseOfThePageWork() throws {
        #expect(Self.ofThePage.count >= 9)
        let folder = try play(["chmod +x bin/pass"] + Self.ofThePage)
        for copy in ["again.txt", "copy.txt"] { #expect(try folder.bytes(copy) == folder.bytes("letter.txt")) }
        #expect(try folder.bytes("both.secr")[9] == 3)
    }

    @Test func thoseOfTheReadmeWork() throws {
        #expect(Self.ofTheReadme.count >= 5)
        let folder = try play(Self.ofTheReadme)
        #expect(try folder.bytes("again.txt") == folder.bytes("letter.txt"))
    }
}
