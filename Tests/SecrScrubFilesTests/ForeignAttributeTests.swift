import Foundation
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import SystemPackage
import Testing

/// What browsers and desktops note about a file outside of its content.
@Suite struct ForeignAttributeTests {
    let place: ScrubFolder
    let dirty: [UInt8]
    static let origin = "user.xdg.origin.url"
    static let address = "https://example.org/CNRY?id=7"

    init() throws {
        place = try ScrubFolder()
        dirty = try Fixture.named("comment.jpg").bytes
        try place.folder.write(dirty, to: "a.jpg")
    }

    private func set(_ name: String = "a.jpg", _ attribute: String = origin, _ value: [UInt8] = Array(address.utf8))
        throws
    {
        let script = "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))"
        let digits = value.map { String(format: "%02x", $0) }.joined()
        guard
            try Run.program("python3", ["-c", script, name, attribute, digits], in: place.folder.path).status == 0
        else { try Test.cancel("no extended attributes here") }
    }

    private func names(_ file: String) throws -> String {
        try Run.program(
            "python3", ["-c", "import os, sys; print(*os.listxattr(sys.argv[1]))", file], in: place.folder.path
        ).text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func input(_ name: String) -> Input { Input(path: place.path(name), relative: "x", isDiscovered: false) }

    @Test func noOutputHasThem() throws {
        try set()
        for destination in [Destination.beside, .folder(place.path("out")), .file(place.path("b.jpg"))] {
            let outcome = try #require(place.run(["a.jpg"], destination).first)
            #expect(outcome.attributes.map(\.name) == [Self.origin])
            #expect(outcome.attributes.first?.value == Self.address)
        }
        for file in ["a.scrubbed.jpg", "out/a.jpg", "b.jpg"] { #expect(try names(file) == "") }
        #expect(try names("a.jpg") == Self.origin)
        // The place of a file that has them is taken without them.
        try set("b.jpg")
        place.run(["a.jpg"], .file(place.path("b.jpg"))) { $0.overwrites = true }
        #expect(try names("b.jpg") == "")
    }

    @Test func inPlaceTheyGoAlsoWhereTheContentIsClean() throws {
        try set()
        place.run(["a.jpg"], .inPlace)
        #expect(try names("a.jpg") == "")
        let clean = try place.folder.bytes("a.jpg")
        try set()
        let inspector = FileInspector(scrubber: Scrubber())
        #expect(try !inspector.check(input("a.jpg")).isClean)
        #expect(place.run(["a.jpg"], .inPlace).first?.output == "a.jpg")
        #expect(try names("a.jpg") == "")
        #expect(try place.folder.bytes("a.jpg") == clean)
        #expect(try inspector.check(input("a.jpg")).isClean)
        #expect(place.run(["a.jpg"], .inPlace).first?.isClean == true)
    }

    @Test func aCopyThatHasThemIsNotCalledClean() throws {
        place.run(["a.jpg"], .beside)
        try set("a.scrubbed.jpg")
        #expect(place.run(["a.scrubbed.jpg"], .beside).first?.code == .refused)
    }

    /// Two texts in a binary property list, as a Mac writes it.
    @Test func valuesAreRead() throws {
        let texts = ["https://a.example/CNRY.jpg", "ü"]
        var list = Array("bplist00".utf8) + [0xA2, 1, 2, 0x5F, 0x10, UInt8(texts[0].utf8.count)]
        let second = list.count + texts[0].utf8.count
        list += Array(texts[0].utf8) + [0x61, 0, 0xFC]
        let table = list.count
        list += [8, 11, UInt8(second)] + [0, 0, 0, 0, 0, 0, 1, 1]
        for number in [3, 0, table] { list += [UInt8](repeating: 0, count: 7) + [UInt8(number)] }
        try set("a.jpg", "user.com.apple.metadata:kMDItemWhereFroms", list)
        try set("a.jpg", "user.numbers", [0, 1, 2])
        let report = try FileInspector(scrubber: Scrubber()).inspect(input("a.jpg"))
        #expect(!report.isClean)
        let found = Dictionary(uniqueKeysWithValues: report.attributes.map { ($0.name, $0) })
        let origin = try #require(found["user.com.apple.metadata:kMDItemWhereFroms"])
        #expect(origin.value == texts.joined(separator: ", "))
        #expect(origin.reveals == [.history])
        #expect(found["user.numbers"]?.value == nil && found["user.numbers"]?.size == 3)
    }

    @Test func theCommandTellsThem() throws {
        try set()
        let shown = try Run.scrub(["show", "a.jpg"], in: place.folder.path)
        #expect(shown.text.contains("\(Self.origin): \(Self.address)"))
        let run = try Run.scrub(["--in-place", "--json", "a.jpg"], in: place.folder.path)
        #expect(run.text.contains(#""attributes":[{"name":"\#(Self.origin)","value":"\#(Self.address)""#))
        try set()
        let check = try Run.scrub(["check", "a.jpg"], in: place.folder.path)
        #expect(check.status == 3)
        #expect(check.text.hasPrefix("a.jpg: not clean: extended attributes (where it comes from)\n"))
    }
}
