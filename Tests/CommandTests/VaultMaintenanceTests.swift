import Foundation
import SecrTestSupport
import Testing

/// `verify`, `repair`, `gc`, `compact`, `audit` and `trust`.
@Suite struct VaultMaintenanceTests {
    let here: SampleVault

    /// A file of an object of its own, and two that share one with it or lie in the index.
    init() throws {
        here = try SampleVault()
        let made = try here.shell(
            "head -c 300000 /dev/urandom > large; echo small > small; sv put vault large; sv put vault small; sv cp vault large copy"
        )
        try #require(made.status == 0 && made.errors == "", "\(made.errors)")
    }

    /// The object that holds `large`.
    func largest() throws -> URL {
        let sizes = try here.objects().map { path in
            (path, try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0)
        }
        return URL(filePath: try #require(sizes.max { $0.1 < $1.1 }).0)
    }

    func damage(_ file: URL, at place: Int) throws {
        var bytes = Array(try Data(contentsOf: file))
        bytes[place] ^= 1
        try Data(bytes).write(to: file)
    }

    @Test func nothingWrong() throws {
        for level in ["index", "presence", "full"] {
            let run = try here.vault(["verify", "vault", "--level", level])
            #expect(run.status == 0 && run.output.isEmpty)
            #expect(run.errors.contains(#/^3 files, \d+ objects, .*B at .*B/s: nothing wrong\n$/#), "\(run.errors)")
        }
        #expect(
            try here.quietly("verify", "vault", "--json").contains(
                #/^{"type":"summary","files":3,"objects":\d+,"bytes":\d+,"problems":0}\n$/#))
        #expect(try here.vault(["repair", "vault"]).errors == "nothing is lost\n")
        try here.fails(64, "--level does not take 'all'", "verify", "vault", "--level", "all")
    }

    @Test func damageIsFoundAndNamed() throws {
        try damage(largest(), at: 100_000)
        #expect(try here.vault(["verify", "vault", "--level", "presence"]).status == 0)
        let run = try here.vault(["verify", "vault"])
        #expect(run.status == 13 && run.errors.hasSuffix(": 1 problem\n"))
        #expect(run.text.contains(#/^/large: object \d+ is damaged\n/copy: object \d+ is damaged\n$/#), "\(run.text)")
        let json = try here.vault(["verify", "vault", "--json"])
        #expect(json.status == 13 && json.text.contains(#""kind":"damaged""#) && json.text.contains(#""problems":1}"#))
        // Nothing appears of it, and the rest is as it was.
        try here.fails(
            13, "'/large': its contents are damaged\nsecr-vault: hint: ", "get", "vault", "large", "-o", "out")
        #expect(try !here.folder.names.contains("out"))
        let cat = try here.vault(["cat", "vault", "copy", "small"])
        #expect(cat.status == 13 && cat.text.hasSuffix("small\n"))
        #expect(try here.folder.bytes("large").starts(with: cat.output.dropLast(6)))
        // What is before the damage can be had.
        #expect(
            try here.vault(["cat", "vault", "large", "--range", "0-9"]).output
                == Array(here.folder.bytes("large").prefix(10)))
        let repair = try here.vault(["repair", "vault"])
        #expect(repair.status == 3 && repair.text.contains("/large: object"))
        #expect(try here.vault(["repair", "vault", "--drop-lost"]).status == 3)
        #expect(try here.quietly("ls", "vault") == "small\n")
        #expect(try here.vault(["verify", "vault"]).status == 0)
    }

    @Test func missingObjectsAreFoundAndNamed() throws {
        try FileManager.default.removeItem(at: largest())
        #expect(try here.vault(["verify", "vault", "--level", "index"]).status == 0)
        let run = try here.vault(["verify", "vault", "--level", "presence"])
        #expect(
            run.status == 13 && run.text.contains(#/^/large: object \d+ is missing\n/copy: object \d+ is missing\n$/#),
            "\(run.text)")
        try here.fails(13, "'/large': its contents are damaged", "get", "vault", "large", "-o", "out")
    }

    @Test func deletedSpaceComesBack() throws {
        func isThere() -> Bool { FileManager.default.fileExists(atPath: object.path) }
        let object = try largest()
        try here.quietly("rm", "vault", "large")
        #expect(
            try here.vault(["gc", "vault", "--now"]).errors == "0 objects cleared away, 0 B\n", "the copy needs it")
        try here.quietly("rm", "vault", "copy")
        #expect(try here.quietly("df", "vault").contains("deleted   1 objects"))
        #expect(try here.vault(["gc", "vault"]).errors == "0 objects cleared away, 0 B\n", "somebody may be reading")
        #expect(isThere())
        let run = try here.vault(["gc", "vault", "--now"])
        #expect(
            run.status == 0
                && run.errors.contains(#/^1 objects cleared away, 29\d KiB|1 objects cleared away, 3\d\d KiB/#),
            "\(run.errors)")
        #expect(!isThere())
        #expect(
            try here.quietly("gc", "vault", "--json") == #"{"type":"gc","freed":0,"orphans":0,"unknown":0,"bytes":0}"#
                + "\n")
    }

    /// What this part of a vault can't explain may belong to another one.
    @Test func unknownObjectsAreClaimedOnlyWithAWarning() throws {
        let name = try #require(try here.objects().first)
        let length = name.split(separator: "/").last!.count
        let path = "vault/o/00/" + String(repeating: "0", count: length)
        try here.folder.write([UInt8](repeating: 1, count: 4_096), to: path)
        #expect(try here.vault(["gc", "vault", "--now"]).errors == "0 objects cleared away, 0 B\n")
        let run = try here.vault(["gc", "vault", "--now", "--claim-unknown"])
        #expect(
            run.errors.hasPrefix(
                "secr-vault: warning: objects that other passphrases of this vault need, if there are any, are deleted, too\n"
            ))
        #expect(run.errors.hasSuffix("1 objects cleared away, 4.00 KiB\n"), "\(run.errors)")
        #expect(try here.vault(["verify", "vault"]).status == 0)
    }

    @Test func whatIsMostlyDeadIsMoved() throws {
        let run = try here.shell(
            """
            mkdir many; i=0; while [ $i -lt 40 ]; do head -c 50000 /dev/urandom > many/$i; i=$((i+1)); done; sv put vault -rq many
            cp many/0 many/1 .; rm many/0 many/1; for name in many/*; do echo $name; done | xargs "$TOOL" rm vault
            sv compact vault --json; sv gc vault --now -q
            sv get vault many/0 many/1 --output-dir back; cmp 0 back/0 && cmp 1 back/1 && sv verify vault -q; echo $?
            """)
        #expect(run.text.contains(#/^{"type":"compact","objects":[1-9]\d*,"moved":\d+}\n/#), "\(run.text)")
        #expect(run.text.hasSuffix("0\n") && run.errors == "", "\(run.text) \(run.errors)")
    }

    @Test func auditsNeedNoKey() throws {
        try here.write("stray", to: "vault/notes.txt")
        let run = try Run.vault(
            ["audit", "vault"], in: here.folder.path,
            environment: ["XDG_STATE_HOME": "/nonexistent", "XDG_RUNTIME_DIR": "/nonexistent"])
        #expect(run.status == 0 && run.errors == "")
        #expect(
            run.text.contains("256 MiB and ") && run.text.contains("notes.txt") && run.text.contains(" x 4.00 KiB\n"))
        #expect(!run.text.contains("large") && !run.text.contains("small"))
        let objects = try here.objects()
        #expect(run.text.contains("how much there is: \(objects.count) objects, "))
        let json = try here.quietly("audit", "vault", "--json")
        #expect(json.contains("\"objects\":\(objects.count),") && json.contains(#""foreign":[{"text":"notes.txt"}]"#))
    }

    @Test func anOlderVaultIsNoticed() throws {
        let run = try here.shell("cp -a vault older; sv mkdir vault new; mv vault newer; mv older vault")
        #expect(run.status == 0)
        let older =
            #"older than what this device has seen: change \d+, and now \d+\nsecr-vault: hint: if you put an older copy back yourself, 'secr-vault trust --accept-restore' accepts it\n"#
        for arguments in [["ls", "vault"], ["mkdir", "vault", "x"], ["trust", "vault"], ["verify", "vault"]] {
            let run = try here.vault(arguments)
            #expect(run.status == 13 && run.output.isEmpty)
            #expect(try run.errors.contains(Regex("^secr-vault: error: 'vault': " + older)), "\(run.errors)")
        }
        #expect(
            try here.quietly("trust", "vault", "--accept-restore").contains(#/^vault: accepted, now at change \d+\n$/#))
        #expect(try here.quietly("ls", "vault") == "copy\nlarge\nsmall\n")
        #expect(
            try here.quietly("trust", "vault").contains(
                #/^vault: goes on from what this device has seen, now at change \d+\n$/#))
    }

    @Test func whatIsNoVaultIsToldFromADamagedOne() throws {
        try FileManager.default.createDirectory(at: here.folder.file("folder"), withIntermediateDirectories: false)
        let missing = "there is no vault\nsecr-vault: hint: 'secr-vault init' makes one\n"
        for path in ["nothing", "folder", "small"] {
            for command in [
                ["ls", path], ["audit", path], ["unlock", path], ["verify", path], ["export", path, "x"],
                ["lock", path],
            ] {
                let run = try here.vault(command)
                #expect(
                    run.status == 10 && run.errors == "secr-vault: error: '\(path)': \(missing)",
                    "\(command): \(run.errors)")
            }
        }
        let marker = try here.folder.bytes("vault/secr-vault")
        var flipped = marker
        flipped[9] ^= 255
        var greedy = marker
        for place in 9..<marker.count where place < 13 { greedy[place] = 255 }
        for bytes in [
            [], Array("hello".utf8), Array(marker.dropLast()), marker + [0], [UInt8](repeating: 0, count: marker.count),
            flipped, greedy,
        ] {
            try here.folder.write(bytes, to: "vault/secr-vault")
            let run = try here.vault(["ls", "vault"])
            #expect(
                [12, 13].contains(run.status) || run.errors.contains("later version"), "\(bytes.count): \(run.errors)")
            #expect(run.errors.hasPrefix("secr-vault: error: 'vault': "), "\(run.errors)")
            #expect(!run.errors.contains("init"), "\(run.errors)")
        }
        try FileManager.default.removeItem(at: here.folder.file("vault/secr-vault"))
        try here.fails(13, "'vault': the file secr-vault is missing\nsecr-vault: hint: 'import'", "ls", "vault")
    }
}
