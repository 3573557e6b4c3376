import Foundation
import SecrTestSupport
import Testing

/// `passwd`, `slot`, `export` and `import`. Each opening by passphrase takes most of a second, so there are few.
@Suite struct VaultKeyTests {
    @Test func passphrasesCanBeChanged() throws {
        let here = try SampleVault(ofItsOwn: true)
        try here.write("xyzzy\n", to: "new")
        try here.quietly("passwd", "vault", "--passphrase-file", "passphrase", "--new-passphrase-file", "new")
        try here.quietly("ls", "vault")
        try here.quietly("lock", "vault")
        try here.fails(12, "'vault': wrong passphrase or key\n", "ls", "vault", "--passphrase-file", "passphrase")
        try here.quietly("ls", "vault", "--passphrase-file", "new")
        try here.fails(
            12, "'vault': wrong passphrase or key\n", "passwd", "vault", "--passphrase-file", "passphrase",
            "--new-passphrase-file", "new")
        // To a key file; and the new one is never the old one by accident.
        try here.folder.write((0..<64).map { UInt8($0) }, to: "key")
        try here.quietly("passwd", "vault", "--passphrase-file", "new", "--new-key-file", "key")
        try here.quietly("ls", "vault", "--key-file", "key")
        try here.fails(12, "'vault': wrong passphrase or key\n", "ls", "vault", "--passphrase-file", "new")
        #expect(!FileManager.default.fileExists(atPath: here.folder.file("vault/slots.new").path))
    }

    @Test func waysInComeAndGo() throws {
        let here = try SampleVault(ofItsOwn: true)
        let first = try here.quietly("slot", "ls", "vault")
        #expect(first.contains(#/^ ?\d+  \d{4}-\d\d-\d\d \d\d:\d\d  passphrase\n$/#))
        let number = try #require(first.split(separator: " ").first.map(String.init))
        try here.fails(1, "'vault': that is the last way into this vault\n", "slot", "rm", "vault", number)
        try here.write("another\n", to: "second")
        try here.quietly("slot", "add", "vault", "--new-passphrase-file", "second", "--label", "a\u{1B}[31mb")
        let listed = try here.quietly("slot", "ls", "vault", "--json").split(separator: "\n")
        #expect(listed.count == 2)
        let added = try #require(listed.first { $0.contains(#"a\u001b[31mb"#) })
        let second = try #require(added.firstMatch(of: #/"number":(\d+)/#).map { String($0.1) })
        try here.quietly("slot", "rm", "vault", number)
        try here.fails(
            10, "'vault': no slot \(number)\nsecr-vault: hint: 'slot ls' lists them\n", "slot", "rm", "vault", number)
        try here.fails(10, "'vault': no slot 4711\n", "slot", "rm", "vault", "4711")
        try here.fails(1, "'vault': that is the last way into this vault\n", "slot", "rm", "vault", second)
        try here.quietly("lock", "vault")
        try here.fails(12, "'vault': wrong passphrase or key\n", "ls", "vault", "--passphrase-file", "passphrase")
        try here.quietly("ls", "vault", "--passphrase-file", "second")
        for arguments in [
            ["ls"], ["vault"], ["frob", "vault"], ["rm", "vault"], ["rm", "vault", "x"], ["ls", "vault", "1"],
            ["rm", "vault", "1", "2"],
        ] {
            #expect(try here.vault(["slot"] + arguments).status == 64, "\(arguments)")
        }
    }

    @Test func recoveryWordsOpenHoweverTheyAreTyped() throws {
        let here = try SampleVault(ofItsOwn: true)
        let words = try here.quietly("slot", "add", "vault", "--recovery", "--label", "paper")
        #expect(words.contains(#/^([a-z]{5}-){9}[a-z]{5}\n$/#))
        #expect(try here.quietly("slot", "ls", "vault").contains("recovery words: paper\n"))
        try here.quietly("lock", "vault")
        for typed in [words, words.uppercased().replacing("-", with: "  ")] {
            try here.write(typed, to: "words")
            try here.quietly("ls", "vault", "--passphrase-file", "words")
        }
        // A wrong letter is noticed at once, without a key derivation; a wrong word as well.
        let other = words.hasPrefix("b") ? "d" : "b"
        try here.write(other + words.dropFirst(), to: "words")
        try here.fails(
            12, "these are recovery words, but a letter is wrong\n", "ls", "vault", "--passphrase-file", "words")
        let swapped = [1, 0] + Array(2..<10)
        let list = words.trimmingCharacters(in: .newlines).split(separator: "-")
        try here.write(swapped.map { String(list[$0]) }.joined(separator: "-"), to: "words")
        let run = try here.vault(["ls", "vault", "--passphrase-file", "words"])
        #expect(list[0] == list[1] || run.status == 12)
    }

    @Test func recoveryKitsBringBackWhatWasLost() throws {
        let here = try SampleVault()
        try here.quietly("mkdir", "vault", "x")
        try here.quietly("export", "vault", "kit")
        #expect(try here.mode("kit") == 0o600)
        #expect(try here.vault(["export", "vault", "-"]).output == here.folder.bytes("kit"))
        try here.fails(
            1, "'kit': is there already\nsecr-vault: hint: --force overwrites it\n", "export", "vault", "kit")
        try here.quietly("export", "vault", "kit", "--force")
        for target in ["/dev/null", "."] {
            let run = try here.vault(["export", "vault", target, "--force"])
            #expect(
                run.status == 1 && run.errors == "secr-vault: error: '\(target)': can't overwrite: not a regular file\n"
            )
        }
        let (marker, slots) = (try here.folder.bytes("vault/secr-vault"), try here.folder.bytes("vault/slots"))
        func isWhole() throws -> Bool {
            let (newMarker, newSlots) = (
                try here.folder.bytes("vault/secr-vault"), try here.folder.bytes("vault/slots")
            )
            return try newMarker == marker && newSlots == slots && here.quietly("ls", "vault") == "x\n"
        }
        for lost in ["secr-vault", "slots"] {
            try FileManager.default.removeItem(at: here.folder.file("vault/\(lost)"))
            let without = try here.vault(["ls", "vault"] + SampleVault.pass)
            #expect(
                lost == "slots" || without.status == 13 && without.errors.contains("'import' puts a recovery kit back"),
                "\(without.errors)")
            try here.quietly("import", "vault", "kit")
            #expect(try isWhole())
        }
        try here.fails(
            1, "'vault/slots': is there already\nsecr-vault: hint: --force puts that of the kit", "import", "vault",
            "kit")
        try here.quietly("import", "vault", "kit", "--force")
        #expect(try isWhole())
        try here.folder.write(Array(marker.prefix(10)), to: "vault/secr-vault")
        try here.quietly("import", "vault", "kit")
        #expect(try isWhole())
        try here.fails(13, "'passphrase': is no recovery kit\n", "import", "vault", "passphrase")
        try here.fails(10, "'nothing': can't open", "import", "vault", "nothing")
        try here.fails(10, "'nowhere': can't open", "import", "nowhere", "kit")
        // Newer slots than the kit's stay where only the marker was lost.
        try FileManager.default.removeItem(at: here.folder.file("vault/secr-vault"))
        var newer = slots
        newer[slots.count - 1] ^= 1
        try here.folder.write(newer, to: "vault/slots")
        try here.quietly("import", "vault", "kit")
        #expect(try here.folder.bytes("vault/slots") == newer)
    }

    @Test func kitsOfOtherVaultsAreRefused() throws {
        let (here, other) = (try SampleVault(), try SampleVault(ofItsOwn: true))
        try other.quietly("export", "vault", "kit")
        try other.quietly("lock", "vault")
        let kit = other.folder.file("kit").path
        for options in [[], ["--force"]] {
            let run = try here.vault(["import", "vault", kit] + options)
            #expect(run.status == 1 && run.errors == "secr-vault: error: 'vault': the kit belongs to another vault\n")
        }
        try here.quietly("ls", "vault")
    }
}
