import Foundation
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct NamingTests {
    let place: ScrubFolder
    /// Taken on 18 July 2026, and on no day that is known.
    let dated, undated: [UInt8]

    init() throws {
        place = try ScrubFolder()
        dated = try Fixture.named("everything.jpg").bytes
        undated = try Fixture.named("comment.jpg").bytes
    }

    private static let day = "1989-06-14"

    private func write(_ bytes: [UInt8], _ names: String...) throws {
        for name in names { try place.folder.write(bytes, to: name) }
    }

    /// Of what `b2sum` says.
    private func digest(_ name: String) throws -> String {
        String(try Run.program("b2sum", ["-l", "256", name], in: place.folder.path).text.prefix(16))
    }

    @Test func aDigestOfTheOutputIsItsName() throws {
        try write(undated, "IMG_20240102.JPEG")
        let outcome = place.run(["IMG_20240102.JPEG"], .folder(place.path("out"))) { $0.naming = .hash }.first
        let name = try #require(outcome?.output)
        let digest = try digest("out/\(name)")
        #expect(name == digest + ".jpg")
        #expect(try place.files == ["IMG_20240102.JPEG", "out/\(name)"])
    }

    @Test func equalPicturesGetOneName() throws {
        try write(undated, "in/x/a.jpg", "in/x/b.jpg", "in/y/c.jpg")
        let outcomes = place.run(["in"], .folder(place.path("out"))) { $0.naming = .hash }
        #expect(outcomes.map(\.isDuplicate) == [false, true, false])
        #expect(Set(outcomes.map(\.output)).count == 1)
        #expect(try place.files.filter { $0.hasPrefix("out/") }.count == 2)
    }

    @Test(arguments: [1, 3]) func aDayIsTheNameAndGetsNumbersInTheOrderOfInputs(jobs: Int) throws {
        try write(dated, "in/a.jpg", "in/c.jpg")
        try write(Fixture.named("everything.heic").bytes, "in/b.heic")
        try write(Fixture.named("exif-exififd.jpg").bytes, "in/0.jpg")
        try write([1, 2, 3], "out/\(Self.day).jpg")
        let outcomes = place.run(["in"], .folder(place.path("out"))) {
            $0.naming = .date
            $0.jobs = jobs
        }
        let names = ["-2.jpg", "-3.jpg", ".heic", "-3.jpg"].map { "\(Self.day)\($0)" }
        #expect(outcomes.map(\.output) == names)
        #expect(try place.folder.bytes("out/\(Self.day).jpg") == [1, 2, 3])
    }

    @Test func aDayThatIsNotKnownIsNotGuessed() throws {
        try write(undated, "2024-01-02.jpg")
        let outcome = try #require(
            place.run(["2024-01-02.jpg"], .folder(place.path("out"))) { $0.naming = .date }.first)
        let name = try #require(outcome.output)
        let digest = try digest("out/\(name)")
        #expect(name == digest + ".jpg")
        #expect(outcome.warnings == ["the day is not known, so it is named by its content"])
    }

    @Test func copiesBesideKeepTheirMark() throws {
        try write(dated, "a.jpg")
        #expect(place.run([""], .beside) { $0.naming = .date }.map(\.output) == ["\(Self.day).scrubbed.jpg"])
        // A second run knows the copy, and that it is the same.
        let again = place.run([""], .beside) { $0.naming = .date }
        #expect(again.count == 2 && again[1].isDuplicate)
        if case .ownOutput = again[0].result {} else { Issue.record("the copy is not known") }
        #expect(try place.files == ["\(Self.day).scrubbed.jpg", "a.jpg"])
    }

    @Test(arguments: [Naming.hash, .date]) func inPlaceTheOldNamesGo(naming: Naming) throws {
        try write(dated, "in/a.jpg", "in/sub/b.jpg")
        try write(undated, "in/c.jpg")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: place.path("in/a.jpg").string)
        let names = place.run(["in"], .inPlace) { $0.naming = naming }.map(\.output)
        #expect(!names.contains(nil))
        let files = try place.files
        #expect(files.count == 3)
        #expect(Set(files).isDisjoint(with: ["in/a.jpg", "in/c.jpg", "in/sub/b.jpg"]))
        #expect(files.contains("in/\(names[0]!)"))
        let mode = try FileManager.default.attributesOfItem(atPath: place.path("in/\(names[0]!)").string)
        #expect(mode[.posixPermissions] as? Int == 0o640)
        // Once more, nothing happens.
        #expect(place.run(["in"], .inPlace) { $0.naming = naming }.map(\.isClean) == [true, true, true])
        #expect(try place.files == files)
    }

    @Test func aCleanFileGetsItsNameToo() throws {
        try write(dated, "a.jpg")
        place.run(["a.jpg"], .inPlace)
        let clean = try place.folder.bytes("a.jpg")
        #expect(place.run(["a.jpg"], .inPlace) { $0.naming = .hash }.first?.output?.count == 20)
        let files = try place.files
        #expect(files.count == 1 && files != ["a.jpg"])
        #expect(try place.folder.bytes(files[0]) == clean)
    }

    @Test func inPlaceNoOtherFileIsOverwritten() throws {
        try write(dated, "a.jpg")
        try write(undated, "\(Self.day).jpg")
        #expect(place.run(["a.jpg"], .inPlace) { $0.naming = .date }.first?.output == "\(Self.day)-2.jpg")
        #expect(try place.files == ["\(Self.day)-2.jpg", "\(Self.day).jpg"])
        #expect(try place.folder.bytes("\(Self.day).jpg") == undated)
    }

    @Test func aFileThatHasTheNameAlreadyKeepsIt() throws {
        let names = ["\(Self.day)-7.jpg", "\(Self.day).jpg"]
        for name in names { try write(dated, name) }
        #expect(place.run([""], .inPlace) { $0.naming = .date }.map(\.output) == names)
        #expect(try place.files == names)
        #expect(try place.folder.bytes(names[0]) != dated)
    }

    @Test func aDryRunTellsTheNameAndWritesNothing() throws {
        try write(dated, "a.jpg")
        for destination in [Destination.beside, .inPlace, .folder(place.path("out"))] {
            let foreseen = place.run(["a.jpg"], destination) {
                $0.naming = .hash
                $0.isDryRun = true
            }
            #expect(foreseen.first?.output?.hasSuffix(".jpg") == true)
            #expect(try place.files == ["a.jpg"])
        }
    }
}

@Suite struct DayTakenTests {
    @Test(
        arguments: [
            ("everything.jpg", "1989-06-14"), ("everything.heic", "1989-06-14"), ("comment.jpg", nil),
            ("time.png", nil),
        ] as [(String, String?)]) func isFoundInPictures(file: String, day: String?) throws
    {
        let input = Input(path: FilePath(Fixture.named(file).url.path), relative: "x", isDiscovered: false)
        let report = try FileInspector(scrubber: Scrubber()).inspect(input)
        #expect(report.inspection.dayTaken == day)
    }

    @Test(
        arguments: [
            (.jpeg, "", "jpeg", "jpg"), (.png, "", nil, "png"), (.pdf, "", "txt", "pdf"),
            (.heif, "heic", "jpg", "heic"), (.heif, "avif", nil, "avif"), (.heif, "mif1", "avif", "avif"),
            (.heif, "mif1", "hif", "heif"), (.mp4, "qt  ", "mp4", "mov"), (.mp4, "M4A ", nil, "m4a"),
            (.mp4, "isom", "m4v", "m4v"), (.mp4, "isom", "insv", "mp4"), (.mp4, "3gp4", nil, "3gp"),
        ] as [(FileFormat, String, String?, String)]) func suffixesComeFromTheContent(
            format: FileFormat, brand: String, current: String?, expected: String
        )
    {
        let prefix = [UInt8](repeating: 0, count: 8) + Array(brand.utf8)
        #expect(format.suffix(prefix, instead: current) == expected)
    }
}
