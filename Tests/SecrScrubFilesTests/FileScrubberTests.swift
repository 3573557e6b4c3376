import Foundation
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct FileScrubberTests {
    let folder: TemporaryFolder
    let dirty: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        dirty = try Fixture.named("comment.jpg").bytes
    }

    private func run(_ names: [String], _ destination: Destination, _ change: (inout FileScrubber) -> Void = { _ in })
        -> [FileOutcome]
    {
        var files = FileScrubber(scrubber: Scrubber(), destination: destination)
        change(&files)
        let operands = names.map { FilePath(folder.file($0).path) }
        var outcomes: [FileOutcome] = []
        files.run(Inputs(operands, recursive: true)) { outcomes.append($1) }
        return outcomes
    }

    private func code(_ outcome: FileOutcome?) -> FileFailure.Code? {
        if case .failed(let failure) = outcome?.result { failure.code } else { nil }
    }

    @Test func writesBesideAndLeavesTheOriginal() throws {
        try folder.write(dirty, to: "a.jpg")
        #expect(code(run(["a.jpg"], .beside).first) == nil)
        #expect(try folder.names == ["a.jpg", "a.scrubbed.jpg"])
        #expect(try folder.bytes("a.jpg") == dirty)
    }

    @Test func existingOutputsStay() throws {
        try folder.write(dirty, to: "a.jpg")
        try folder.write([1], to: "a.scrubbed.jpg")
        #expect(code(run(["a.jpg"], .beside).first) == .exists)
        #expect(try folder.bytes("a.scrubbed.jpg") == [1])
        #expect(code(run(["a.jpg"], .beside) { $0.overwrites = true }.first) == nil)
        #expect(try folder.bytes("a.scrubbed.jpg").count > 1)
        #expect(try folder.names == ["a.jpg", "a.scrubbed.jpg"])
    }

    @Test func ownOutputsAreNotScrubbedAgain() throws {
        try folder.write(dirty, to: "a.jpg")
        _ = run([""], .beside)
        let outcomes = run([""], .beside) { $0.overwrites = true }
        #expect(try folder.names == ["a.jpg", "a.scrubbed.jpg"])
        #expect(outcomes.contains { if case .ownOutput = $0.result { true } else { false } })
    }

    @Test func aDirtyFileNamedLikeAnOutputIsNotCalledClean() throws {
        try folder.write(dirty, to: "a.scrubbed.jpg")
        #expect(code(run(["a.scrubbed.jpg"], .beside).first) == .refused)
    }

    @Test(arguments: [1, 2, 8]) func replacesManyInPlaceKeepingModes(jobs: Int) throws {
        for index in 0..<20 {
            let file = try folder.write(dirty, to: "\(index).jpg")
            try FileManager.default.setAttributes([.posixPermissions: 0o600 + index % 5], ofItemAtPath: file.path)
        }
        let outcomes = run([""], .inPlace) { $0.jobs = jobs }
        #expect(outcomes.count == 20)
        #expect(
            outcomes.map { $0.path?.lastComponent?.string ?? "" }
                == outcomes.map { $0.path?.lastComponent?.string ?? "" }.sorted())
        for index in 0..<20 {
            #expect(try folder.bytes("\(index).jpg") != dirty)
            let mode = try FileManager.default.attributesOfItem(atPath: folder.file("\(index).jpg").path)[
                .posixPermissions]
            #expect(mode as? Int == 0o600 + index % 5)
        }
        #expect(try folder.names.count == 20)
        let again = run([""], .inPlace)
        #expect(again.allSatisfy { if case .alreadyClean = $0.result { true } else { false } })
    }

    @Test func aSymbolicLinkIsNotReplaced() throws {
        try folder.write(dirty, to: "a.jpg")
        try FileManager.default.createSymbolicLink(atPath: folder.file("link.jpg").path, withDestinationPath: "a.jpg")
        #expect(code(run(["link.jpg"], .inPlace).first) == .refused)
        #expect(try folder.bytes("a.jpg") == dirty)
    }

    @Test func inputAndOutputMustDiffer() throws {
        try folder.write(dirty, to: "a.jpg")
        try FileManager.default.linkItem(at: folder.file("a.jpg"), to: folder.file("b.jpg"))
        let target = FilePath(folder.file("b.jpg").path)
        #expect(code(run(["a.jpg"], .file(target)) { $0.overwrites = true }.first) == .refused)
        #expect(try folder.bytes("b.jpg") == dirty)
    }

    @Test func otherNamesOfAFileAreMentioned() throws {
        try folder.write(dirty, to: "a.jpg")
        try FileManager.default.linkItem(at: folder.file("a.jpg"), to: folder.file("b.jpg"))
        let outcome = run(["a.jpg"], .inPlace).first
        #expect(outcome?.warnings == ["it has 2 names; under the others the original remains"])
        #expect(try folder.bytes("b.jpg") == dirty)
    }

    @Test(arguments: [1, 3]) func allNamesOfAFileInATreeAreReplaced(jobs: Int) throws {
        try folder.write(dirty, to: "in/a.jpg")
        for name in ["b", "c"] {
            try FileManager.default.linkItem(at: folder.file("in/a.jpg"), to: folder.file("in/\(name).jpg"))
        }
        #expect(run(["in"], .inPlace) { $0.jobs = jobs }.map { code($0) } == [nil, nil, nil])
        for name in ["a", "b", "c"] { #expect(try folder.bytes("in/\(name).jpg") != dirty) }
    }

    @Test func aDryRunWritesNothing() throws {
        try folder.write(dirty, to: "a.jpg")
        for destination in [Destination.beside, .inPlace, .folder(FilePath(folder.file("out").path))] {
            _ = run(["a.jpg"], destination) { $0.isDryRun = true }
        }
        #expect(try folder.names == ["a.jpg"])
        #expect(try folder.bytes("a.jpg") == dirty)
    }

    @Test func foldersAreMirrored() throws {
        for name in ["in/x/1.jpg", "in/2.jpg"] { try folder.write(dirty, to: name) }
        _ = run(["in"], .folder(FilePath(folder.file("out").path)))
        #expect(Set(try folder.names) == ["in", "out"])
        #expect(try folder.bytes("out/x/1.jpg") == folder.bytes("out/2.jpg"))
    }

    @Test func equalNamesDoNotOverwriteEachOther() throws {
        for name in ["in/x/1.jpg", "in/y/1.jpg"] { try folder.write(dirty, to: name) }
        let outcomes = run(["in/x/1.jpg", "in/y/1.jpg"], .folder(FilePath(folder.file("out").path)))
        #expect(outcomes.filter { code($0) == .exists }.count == 1)
    }

    @Test(arguments: [1, 2]) func outputsOfTheSameRunAreNotOverwrittenEvenByForce(jobs: Int) throws {
        for name in ["in/x/1.jpg", "in/y/1.jpg"] { try folder.write(dirty, to: name) }
        let outcomes = run(["in/x/1.jpg", "in/y/1.jpg"], .folder(FilePath(folder.file("out").path))) {
            $0.overwrites = true
            $0.jobs = jobs
        }
        #expect(outcomes.map { code($0) } == [nil, .exists])
    }

    @Test func aMissingFolderIsNamed() throws {
        try folder.write(dirty, to: "a.jpg")
        let outcome = run(["a.jpg"], .file(FilePath(folder.file("no/b.jpg").path))).first
        guard case .failed(let failure) = outcome?.result else {
            Issue.record("it should fail")
            return
        }
        #expect(failure.reason == "can't create '\(folder.path)/no/b.jpg': no such file or directory")
    }

    @Test func accessListsSurviveReplacement() throws {
        try folder.write(dirty, to: "a.jpg")
        // Version 2: owner rw, user 12345 rw, group none, mask rw, others none.
        let set = """
            import os, struct
            entries = [(1, 6, -1), (2, 6, 12345), (4, 0, -1), (16, 6, -1), (32, 0, -1)]
            os.setxattr("a.jpg", "system.posix_acl_access", struct.pack("<I", 2)
                        + b"".join(struct.pack("<HHi", *entry) for entry in entries))
            """
        let get =
            "import os; print(os.getxattr('a.jpg', 'system.posix_acl_access').hex(), oct(os.stat('a.jpg').st_mode))"
        guard try Run.program("python3", ["-c", set], in: folder.path).status == 0 else {
            try Test.cancel("no access lists here")
        }
        let before = try Run.program("python3", ["-c", get], in: folder.path).text
        #expect(code(run(["a.jpg"], .inPlace).first) == nil)
        #expect(try folder.bytes("a.jpg") != dirty)
        #expect(try Run.program("python3", ["-c", get], in: folder.path).text == before)
    }

    @Test func foldersWithAccessListsDoNotOpenReplacements() throws {
        try folder.write(dirty, to: "in/a.jpg")
        let set = """
            import os, struct
            entries = [(1, 7, -1), (2, 7, 12345), (4, 5, -1), (16, 7, -1), (32, 5, -1)]
            os.chmod("in/a.jpg", 0o640)
            os.setxattr("in", "system.posix_acl_default", struct.pack("<I", 2)
                        + b"".join(struct.pack("<HHi", *entry) for entry in entries))
            """
        guard try Run.program("python3", ["-c", set], in: folder.path).status == 0 else {
            try Test.cancel("no access lists here")
        }
        #expect(code(run(["in/a.jpg"], .inPlace).first) == nil)
        let get = "import os; print(os.listxattr('in/a.jpg'), oct(os.stat('in/a.jpg').st_mode))"
        #expect(try Run.program("python3", ["-c", get], in: folder.path).text == "[] 0o100640\n")
    }

    @Test func manyFilesNeedFewDescriptors() throws {
        for index in 0..<200 { try folder.write(dirty, to: "in/\(index).jpg") }
        let run = try Run.shell("ulimit -n 128; \"$TOOL\" -q -r --in-place in", in: folder.path, ["TOOL": Run.scrubber])
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func aFileNamedTwiceIsSaidSo() throws {
        try folder.write(dirty, to: "a.jpg")
        #expect(run(["a.jpg", "./a.jpg"], .inPlace).map { code($0) } == [nil, .exists])
        #expect(run(["a.jpg", "./a.jpg"], .beside).map { code($0) } == [nil, .exists])
    }

    @Test func oneBadFileDoesNotStopTheOthers() throws {
        try folder.write(dirty, to: "a.jpg")
        try folder.write(Array(dirty[..<100]), to: "b.jpg")
        try folder.write(Array("text".utf8), to: "c.txt")
        try folder.write(dirty, to: "d.jpg")
        let outcomes = run([""], .beside)
        #expect(outcomes.count == 4)
        #expect(try folder.names.contains("d.scrubbed.jpg"))
        #expect(code(outcomes[1]) == .damaged)
        if case .skipped = outcomes[2].result {} else { Issue.record("what is not supported is skipped in folders") }
    }

    @Test func wrongExtensionsAndSidecarsAreMentioned() throws {
        try folder.write(dirty, to: "a.png")
        for name in ["a.xmp", "a.png.xmp", "a.AAE"] { try folder.write([1], to: name) }
        let outcome = try #require(run(["a.png"], .beside).first)
        #expect(outcome.sidecars == ["a.xmp", "a.AAE", "a.png.xmp"])
        let warnings = outcome.warnings
        #expect(warnings.count == 4)
        #expect(warnings[0] == "its name ends in '.png', but it is a JPEG picture")
    }

    @Test func anUnreadableFileIsAnError() {
        #expect(code(run(["missing.jpg"], .beside).first) == .io)
    }
}

@Suite struct OutputNameTests {
    @Test(arguments: [
        ("a.jpg", "a.scrubbed.jpg"), ("d/a.b.JPEG", "d/a.b.scrubbed.JPEG"), ("noext", "noext.scrubbed"),
        (".hidden", ".hidden.scrubbed"),
        ("/x/a.jpg", "/x/a.scrubbed.jpg"),
    ])
    func standsBeside(name: String, expected: String) {
        #expect(OutputName.beside(FilePath(name)).string == expected)
        #expect(OutputName.isOutput(FilePath(expected)))
        #expect(!OutputName.isOutput(FilePath(name)))
    }

    @Test func keepsBytes() {
        let path = FilePath(rawBytes: [0xFF, 0x2E, 0xFE])
        #expect(OutputName.beside(path).rawBytes == [0xFF] + Array(".scrubbed.".utf8) + [0xFE])
    }
}
