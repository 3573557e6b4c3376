import Foundation
import SecrTestSupport
import Testing

/// The built command, as a shell sees it.
@Suite struct ScrubCommandTests {
    let folder: TemporaryFolder
    let dirty: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        dirty = try Fixture.named("everything.jpg").bytes
        try folder.write(dirty, to: "photo.jpg")
    }

    private func scrub(_ arguments: String..., input: [UInt8] = []) throws -> Run {
        try Run.scrub(arguments, input: input, in: folder.path)
    }

    @Test func tellsWhatItDid() throws {
        let run = try scrub("photo.jpg")
        #expect(run.status == 0)
        #expect(run.errors == "")
        let lines = run.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("photo.jpg -> photo.scrubbed.jpg: removed "))
        #expect(lines[1].hasPrefix("  stays: what the picture shows"))
    }

    @Test func streamsCarryNothingButThePicture() throws {
        let piped = try scrub("-", input: dirty)
        _ = try scrub("photo.jpg")
        #expect(piped.status == 0)
        #expect(piped.output == (try folder.bytes("photo.scrubbed.jpg")))
        #expect(try scrub("-q", "-o", "-", "photo.jpg").output == piped.output)
        let named = try scrub("-o", "out.jpg", "-", input: dirty)
        #expect(named.status == 0)
        #expect(try folder.bytes("out.jpg") == piped.output)
    }

    @Test func outputsOfAPipeAreOrdinaryFiles() throws {
        _ = try Run.shell(
            "umask 022; cat photo.jpg | \"$TOOL\" -q -o out.jpg -", in: folder.path, ["TOOL": Run.scrubber])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("out.jpg").path)[.posixPermissions]
        #expect(mode as? Int == 0o644)
    }

    @Test func checkIsAGate() throws {
        #expect(try scrub("check", "photo.jpg").status == 3)
        _ = try scrub("photo.jpg")
        #expect(try scrub("check", "photo.scrubbed.jpg").status == 0)
        #expect(try scrub("check", "-q", "photo.jpg", "photo.scrubbed.jpg").status == 3)
        #expect(try scrub("check", "photo.jpg", "missing.jpg").status == 1)
        #expect(try scrub("check", "-", input: dirty).status == 3)
    }

    @Test(arguments: [
        ["--unknown", "photo.jpg"], [], ["-o", "a", "--in-place", "photo.jpg"], ["-o", "a", "photo.jpg", "photo.jpg"],
        ["--keep", "nonsense", "photo.jpg"], ["--keep", "trailer", "photo.jpg"], ["-j", "0", "photo.jpg"],
        ["--in-place", "-"], ["--output-dir", "x", "-"], ["-", "-"], ["--keep=icc", "--drop=icc", "photo.jpg"],
        ["--verify", "hope", "photo.jpg"], ["show"], ["check", "--in-place", "photo.jpg"], [""],
        ["show", "-q", "photo.jpg"],
        ["--keep", "exif", "--drop", "orientation", "photo.jpg"],
    ])
    func nonsenseIsAUsageError(arguments: [String]) throws {
        let run = try Run.scrub(arguments, in: folder.path)
        #expect(run.status == 64)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix("secr-scrub: error: "))
        #expect(try folder.names == ["photo.jpg"])
    }

    @Test func failuresAreExplainedAndCounted() throws {
        try folder.write(Array("GIF89a".utf8), to: "anim.gif")
        try folder.write([], to: "empty.jpg")
        let run = try scrub("anim.gif", "empty.jpg", "photo.jpg", "nothing.jpg")
        #expect(run.status == 1)
        #expect(run.errors.contains("secr-scrub: error: 'anim.gif': GIF picture: not a supported format\n"))
        #expect(run.errors.contains("secr-scrub: error: 'empty.jpg': the file is empty\n"))
        #expect(run.errors.contains("secr-scrub: error: 'nothing.jpg': can't open: no such file or directory\n"))
        #expect(run.errors.contains("4 files: 1 scrubbed, 3 failed\n"))
    }

    @Test func foldersNeedTheirOption() throws {
        #expect(try scrub(".").status == 1)
        try folder.write(Array("GIF89a".utf8), to: "sub/anim.gif")
        let run = try scrub("-r", ".")
        #expect(run.status == 3)
        #expect(run.errors.contains("skipped: GIF picture: not a supported format"))
    }

    @Test func refusalsWriteNothing() throws {
        for file in ["hostile/no-eoi.jpg", "hostile/gif.jpg", "hostile/zlib-error.png", "hostile/moov.heic"] {
            try folder.write(Fixture.named(file).bytes, to: "x.jpg")
            for arguments in [["x.jpg"], ["--in-place", "x.jpg"], ["-o", "y.jpg", "x.jpg"], ["-o", "-", "x.jpg"]] {
                let run = try Run.scrub(arguments, in: folder.path)
                #expect(run.status == 1)
                #expect(run.output.isEmpty)
                #expect(try folder.names == ["photo.jpg", "x.jpg"])
                #expect(try folder.bytes("x.jpg") == Fixture.named(file).bytes)
            }
        }
    }

    /// Words of a video, a depth map and names; a gate before and after; nothing of it is left.
    @Test func phonePicturesAreShownAndScrubbed() throws {
        let fixture = Fixture.named("everything.heic")
        try folder.write(fixture.bytes, to: "phone.heic")
        let shown = try scrub("show", "phone.heic")
        #expect(shown.status == 0)
        for words in ["a 3-second video with sound", "depth map", "matte of a person", "CNRY-item-name", "thumbnail"] {
            #expect(shown.text.contains(words), "\(words)")
        }
        #expect(try scrub("check", "phone.heic").status == 3)
        let run = try scrub("phone.heic")
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        #expect(run.text.contains("pixels outside of what the picture was cut to"))
        #expect(try scrub("check", "phone.scrubbed.heic").status == 0)
        let piped = try scrub("-", input: fixture.bytes)
        #expect(try piped.output == folder.bytes("phone.scrubbed.heic"))
    }

    @Test func strangeNamesAreEscapedInMessagesAndExactInResults() throws {
        let run = try Run.shell(
            #"cp photo.jpg "$(printf 'a\377\033[31m\nb.jpg')" && "$TOOL" "$(printf 'a\377\033[31m\nb.jpg')" "$(printf 'no\377\033')""#,
            in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == 1)
        #expect(run.errors.contains(#"'no\xFF\u{1B}': can't open"#))
        #expect(run.output.starts(with: [0x61, 0xFF, 0x1B, 0x5B, 0x33, 0x31, 0x6D, 0x0A, 0x62]))
        #expect(try Run.shell("find . -type f -printf x", in: folder.path).text == "xxx")
    }

    @Test func namesThatLookLikeOptionsAreOperandsBehindTwoHyphens() throws {
        try folder.write(dirty, to: "--in-place")
        try folder.write(dirty, to: "show")
        #expect(try scrub("--", "--in-place", "show").status == 0)
        #expect(try folder.names.contains("--in-place.scrubbed"))
        #expect(try folder.names.contains("show.scrubbed"))
        #expect(try folder.bytes("--in-place") == dirty)
    }

    @Test func jsonIsOneObjectALine() throws {
        try folder.write([], to: "empty.jpg")
        for command in [["--json"], ["show", "--json"], ["check", "--json"]] {
            let run = try Run.scrub(
                command + ["-f", "photo.jpg", "empty.jpg"].filter { $0 != "-f" || command.count == 1 }, in: folder.path)
            for line in run.text.split(separator: "\n") {
                let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                #expect(object["type"] != nil)
                guard let findings = object["findings"] as? [[String: Any]] else { continue }
                for finding in findings {
                    #expect(finding["offset"] is Int && finding["length"] is Int && finding["class"] is String)
                }
            }
            #expect(run.text.contains(#""path":{"text":"photo.jpg"}"#))
        }
    }

    @Test(.enabled(if: Run.canMount, "mounting needs rights")) func aFullDiskLeavesTheOriginal() throws {
        // 300 KiB of room for a picture of about as much, twice.
        let big = try bigPicture()
        let script = """
            mkdir small && mount -t tmpfs -o size=300k none small
            cp big.jpg small/a.jpg; "$TOOL" --in-place small/a.jpg; status=$?
            cmp big.jpg small/a.jpg && ls -A small; umount small; exit $status
            """
        try folder.write(big, to: "big.jpg")
        let run = try Run.shell(script, in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == 1)
        #expect(run.errors.contains("no space left on device"))
        #expect(run.text == "a.jpg\n")
    }

    /// A valid picture of some size: its scan is repeated restart intervals of nothing in particular.
    private func bigPicture() throws -> [UInt8] {
        let gray = try Fixture.named("comment.jpg").bytes
        let scan = try #require(gray.indices.last { gray[$0] == 0xFF && $0 + 1 < gray.count && gray[$0 + 1] == 0xD9 })
        return Array(gray[..<scan]) + [UInt8](repeating: 0x55, count: 200_000) + [0xFF, 0xD9]
    }

    @Test func aKilledProcessLeavesNothing() throws {
        var big = try bigPicture()
        big.insert(contentsOf: [UInt8](repeating: 0x55, count: 30_000_000), at: big.count - 2)
        try folder.write(big, to: "big.jpg")
        for signal in ["INT", "TERM", "KILL"] {
            for delay in ["0.002", "0.01", "0.03"] {
                _ = try Run.shell(
                    "timeout -s \(signal) \(delay) \"$TOOL\" -q --in-place big.jpg", in: folder.path,
                    ["TOOL": Run.scrubber])
                let names = try folder.names
                #expect(names == ["big.jpg", "photo.jpg"])
                try folder.write(big, to: "big.jpg")
            }
        }
    }

    @Test func anInterruptionEndsByItsSignal() throws {
        let run = try Run.shell(
            """
            mkfifo pipe; (sleep 5 > pipe) & "$TOOL" - < pipe > out.jpg & child=$!
            sleep 0.3; kill -TERM $child; wait $child; echo $?
            """, in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.text == "143\n")
    }

    @Test func aClosedPipeIsAnError() throws {
        let run = try Run.shell(
            "\"$TOOL\" show photo.jpg photo.jpg >/dev/full; echo $?", in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.text == "1\n")
        let picture = try Run.shell(
            "\"$TOOL\" -o - photo.jpg >/dev/full; echo $?", in: folder.path, ["TOOL": Run.scrubber])
        #expect(picture.text == "1\n")
    }

    @Test func memoryStaysBounded() throws {
        var big = try bigPicture()
        big.insert(contentsOf: [UInt8](repeating: 0x55, count: 300_000_000), at: big.count - 2)
        try folder.write(big, to: "big.jpg")
        let run = try Run.shell(
            "ulimit -v 400000; \"$TOOL\" -q -o out.jpg big.jpg && grep -m1 . /dev/null; cmp -s out.jpg big.jpg; stat -c %s out.jpg",
            in: folder.path, ["TOOL": Run.scrubber])
        #expect(Int(run.text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0 > 300_000_000)
    }

    @Test(.enabled(if: Run.hasTerminals, "no pseudo-terminals here"))
    func aTerminalGetsNoControlCharacters() throws {
        try folder.write(Fixture.named("comment.jpg").bytes, to: "a.jpg")
        let run = try Run.shell(
            #"cp a.jpg "$(printf 'x\033]0;evil\007.jpg')" && script -qec "$TOOL show --color never *evil*" /dev/null"#,
            in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == 0)
        #expect(!run.output.contains(0x1B) && !run.output.contains(0x07))
    }

    @Test func versionAndHelpGoToStandardOutput() throws {
        #expect(try scrub("--version").text == "secr-scrub 0.1.0\n")
        for arguments in [["--help"], ["-h"], ["show", "--help"], ["check", "-h"]] {
            let run = try Run.scrub(arguments)
            #expect(run.status == 0 && run.errors.isEmpty && run.text.contains("Usage: secr-scrub"))
            #expect(run.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        }
    }
}
