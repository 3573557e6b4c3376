import Foundation
import SecrTestSupport
import Testing

/// The reader that was written from secr-vault-format(5) alone opens vaults after all kinds of work, and finds in them what
/// was put there.
@Suite(
    .serialized,
    .enabled(
        if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0,
        "the reader needs python3-cryptography"))
struct VaultReaderTests {
    static let reader = Repository.file("Tests/InteropTests/vault_reader.py").path
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 5) }, to: "key")
        try folder.write(Array("correct horse".utf8), to: "pass")
        try folder.write(Array("battery staple".utf8), to: "other")
    }

    private func shell(_ script: String, at location: SourceLocation = #_sourceLocation) throws {
        let run = try Run.shell(
            "set -eu\n" + script, in: folder.path, ["TOOL": Run.vault, "XDG_STATE_HOME": folder.file("state").path])
        try #require(run.status == 0, "\(run.errors)\n\(run.text)", sourceLocation: location)
    }

    private func reader(_ arguments: [String]) throws -> Run {
        try Run.program("python3", ["-B", Self.reader] + arguments, in: folder.path)
    }

    /// What `check` says of the vault, as a device that has seen it.
    private func check(
        _ credential: [String] = ["--passphrase", "pass"], at location: SourceLocation = #_sourceLocation
    ) throws -> [String: Int] {
        let run = try reader(["check", "vault", "--state", "state/secr"] + credential)
        try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
        return try JSONDecoder().decode([String: Int].self, from: Data(run.output))
    }

    /// What the reader takes out is what `want` has, with dates and modes.
    private func expectSame(
        _ credential: [String] = ["--passphrase", "pass"], at location: SourceLocation = #_sourceLocation
    ) throws {
        let run = try reader(["extract", "vault", "out"] + credential)
        try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
        let script = """
            diff -r --no-dereference want out
            for side in want out; do
                (cd $side && find . ! -name . ! -type d -printf '%P\\0%y %m %Ts %s %l\\0' | sort -z) > $side.list
            done
            cmp want.list out.list
            rm -r out
            """
        let compared = try Run.shell("set -e\n" + script, in: folder.path)
        #expect(compared.status == 0, "\(compared.text)\(compared.errors)", sourceLocation: location)
    }

    @Test func afterAllKindsOfWork() throws {
        try shell(
            """
            "$TOOL" init vault --passphrase-file pass -q
            "$TOOL" unlock vault --passphrase-file pass
            mkdir -p want/empty want/deep/er want/many
            printf 'hello' > want/hello
            : > want/nothing
            ln -s hello want/link; ln -s /nowhere/at/all want/deep/dangling
            printf x > "want/$(printf 'new\\nline')"; printf y > "want/ - leading"; printf z > want/-dash
            printf ä > "want/$(printf 'not\\377utf8')"; printf l > want/$(printf '%0255d' 7)
            head -c 2048 /dev/urandom > want/largest-in-index; head -c 2049 /dev/urandom > want/smallest-outside
            head -c 73400321 /dev/urandom > want/large
            for i in $(seq 120); do head -c $((i * 531)) /dev/urandom > want/many/$i; done
            mkdir want/small; (cd want/small && head -c 3000000 /dev/urandom | split -b 1500 -a 4)
            chmod 600 want/hello; chmod 755 want/nothing; touch -d 1999-12-31T23:59:59.5 want/hello
            (cd want && "$TOOL" put -q -r ../vault -- *)
            """)
        try expectSame()
        var state = try check()
        #expect(state["unknown"] == 0 && state["checkpoint"]! >= 1)
        // More than 64 changes, so that checkpoints and several levels of pages come to be.
        try shell(
            """
            cd want
            for i in $(seq 75); do printf "$i" > deep/n$i; "$TOOL" put -q ../vault --to deep deep/n$i; done
            printf again > hello; "$TOOL" put -q -f ../vault hello
            head -c 5000000 /dev/urandom > large; "$TOOL" put -q -f ../vault large
            rm many/7 many/120; "$TOOL" rm -q ../vault many/7 many/120
            mv many/8 moved; "$TOOL" mv -q ../vault many/8 moved
            cp -p many/9 copied; "$TOOL" cp -q ../vault many/9 copied
            mv many deep/er/; "$TOOL" mv -q ../vault many deep/er/many
            """)
        try expectSame()
        state = try check()
        #expect(
            state["checkpoint"]! > 1 && state["levels"]! > 1 && state["freed"]! > 0 && state["unknown"] == 0, "\(state)"
        )
        try shell(
            """
            "$TOOL" rm -q -r vault deep/er/many; rm -r want/deep/er/many
            "$TOOL" compact -q vault; "$TOOL" gc -q vault; "$TOOL" gc -q vault
            "$TOOL" verify -q vault
            "$TOOL" slot add -q vault --label disk --new-key-file key
            "$TOOL" slot add -q vault --recovery > words
            "$TOOL" slot add -q vault --new-passphrase-file other --new-key-file key
            "$TOOL" passwd -q vault --passphrase-file pass --new-passphrase-file other
            "$TOOL" lock vault
            """)
        try expectSame(["--passphrase", "other"])
        #expect(try check(["--key-file", "key"])["kind"] == 2)
        #expect(try check(["--passphrase", "other"])["kind"] == 1)
        #expect(try check(["--passphrase", "other", "--key-file", "key"])["kind"] == 3)
        let words = try folder.bytes("words").filter { $0 != 0x0A }
        try folder.write(words, to: "words")
        #expect(try check(["--passphrase", "words"])["kind"] == 4)
        #expect(try reader(["check", "vault", "--passphrase", "pass"]).errors == "refused: wrong passphrase or key\n")
    }

    /// The reader is strict as well: what it accepts in the test above means something.
    @Test func whatIsChangedIsRefused() throws {
        try shell(
            """
            "$TOOL" init vault --key-file key -q
            head -c 9000 /dev/urandom > file
            "$TOOL" put -q vault file --key-file key
            cp -a vault older; "$TOOL" put -q vault pass --key-file key
            """)
        #expect(try check(["--key-file", "key"])["tail"] == 3)
        let objects = try FileManager.default.subpathsOfDirectory(atPath: folder.file("vault/o").path).filter {
            $0.count > 2
        }
        var refused = 0
        for object in objects {
            let bytes = try folder.bytes("vault/o/" + object)
            var changed = bytes
            changed[bytes.count / 3] ^= 4
            try folder.write(changed, to: "vault/o/" + object)
            refused += try reader(["list", "vault", "--key-file", "key"]).status == 0 ? 0 : 1
            try folder.write(bytes, to: "vault/o/" + object)
        }
        #expect(refused == objects.count - 2, "all but the mark and the record that the checkpoint ends with")
        try shell("rm -r vault; mv older vault")
        let run = try reader(["list", "vault", "--key-file", "key", "--state", "state/secr"])
        #expect(run.status == 1 && run.errors.contains("has seen another record"), "\(run.errors)")
    }

    @Test func theExamplesOfThePageAreItsOwn() throws {
        let page = try Repository.text("man/secr-vault-format.5")
        let run = try reader(["vectors"])
        #expect(run.status == 0, "\(run.errors)")
        for section in run.text.split(separator: ".Ss ") {
            let lines = section.split(separator: "\n", maxSplits: 1)
            let examples = page.split(separator: ".Ss \(lines[0])\n").last ?? ""
            #expect(examples.contains("indent\n\(lines[1].trimmingSuffix { $0 == "\n" })\n.Ed"), "\(lines[0])")
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while isUnwanted: (Character) -> Bool) -> Substring {
        var rest = self
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return rest
    }
}
