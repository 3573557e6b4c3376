import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Gain maps stay where a viewer can use them, as files of their own with nothing in them but what it needs.
@Suite struct GainMapTests {
    static let kept = Fixture.jpeg.filter { $0.gainMapKept == true }
    static let others = Fixture.jpeg.filter { $0.gainMap == true && $0.gainMapKept != true }

    private func finding(_ fixture: Fixture, _ policy: Policy = Policy()) throws -> Finding? {
        try Scrubber(policy: policy).inspect(MemorySource(fixture.bytes), detail: .parts).findings
            .first { $0.kind == .gainMap && $0.name.contains("gain map") }
    }

    /// Where the second picture begins.
    private func secondPicture(in output: [UInt8]) -> Int? {
        let end = output.firstOffset(of: [0xFF, 0xD9, 0xFF, 0xD8])
        return end.map { $0 + 2 }
    }

    @Test(arguments: kept) func theIndexPointsAtBothPictures(fixture: Fixture) throws {
        let output = try fixture.scrubbed()
        let second = try #require(secondPicture(in: output))
        let index = try #require(output.firstOffset(of: "MPF\0")) + 4
        let reader = ByteReader(output)
        let entries = try index + reader.uint32(at: index + 42)
        #expect(try reader.uint32(at: entries + 4) == second)
        #expect(try reader.uint32(at: entries + 8) == 0)
        #expect(try reader.uint32(at: entries + 20) == output.count - second)
        #expect(try index + reader.uint32(at: entries + 24) == second)
    }

    @Test(arguments: kept) func itsLengthIsThatOfTheFileBehind(fixture: Fixture) throws {
        let output = try fixture.scrubbed()
        guard let length = output.firstOffset(of: "Item:Length=\"") else { return }
        let digits = output[(length + 13)...].prefix { $0 != UInt8(ascii: "\"") }
        #expect(
            Int(String(decoding: digits, as: UTF8.self)) == output.count - (try #require(secondPicture(in: output))))
    }

    @Test(arguments: kept) func bothPicturesAreFilesOfTheirOwn(fixture: Fixture) throws {
        let output = try fixture.scrubbed(Scrubber(verification: .decode))
        let second = try #require(secondPicture(in: output))
        for picture in [Array(output[..<second]), Array(output[second...])] {
            _ = try scrub(picture, Scrubber(verification: .decode))
        }
    }

    @Test(arguments: kept) func itGoesOnRequestAndUnderStrict(fixture: Fixture) throws {
        let alone = try fixture.scrubbed(Scrubber(policy: Policy(drop: [.gainMap])))
        #expect(secondPicture(in: alone) == nil)
        #expect(alone.firstOffset(of: "MPF\0") == nil && alone.firstOffset(of: "hdrgm") == nil)
        #expect(secondPicture(in: try fixture.scrubbed(Scrubber(policy: Policy(profile: .strict)))) == nil)
        #expect(try finding(fixture)?.action == .kept)
        #expect(try finding(fixture, Policy(drop: [.gainMap]))?.action == .removed)
    }

    @Test(arguments: others) func oneThatNobodyCanUseGoesAndIsNamed(fixture: Fixture) throws {
        #expect(secondPicture(in: try fixture.scrubbed()) == nil)
        let finding = try #require(try finding(fixture))
        #expect(finding.action == .removed)
        #expect(finding.name == "gain map that no viewer can use")
    }

    /// Of a map that is damaged, or that nothing announces, the first picture alone remains.
    @Test(arguments: kept) func oneThatIsCutOffGoes(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        let start = try #require(bytes.firstOffset(of: [0xFF, 0xD9]))
        let alone = try fixture.scrubbed(Scrubber(policy: Policy(drop: [.gainMap])))
        for count in stride(from: start + 2, to: bytes.count, by: 37) {
            let output = try scrub(Array(bytes[..<count]))
            #expect(try output == alone || output == fixture.scrubbed())
        }
    }

    /// Numbers of Apple's maker's note, and the headroom that follows from them.
    @Test(arguments: [
        ("gainmap-apple.jpg", "4.914144"), ("gainmap-apple-low.jpg", "3.482202"),
        ("gainmap-apple-headroom.jpg", "4.532783"),
    ])
    func headroomIsThatOfApple(file: String, headroom: String) throws {
        let output = try Fixture.named(file).scrubbed()
        #expect(output.firstOffset(of: Array("<HDRGainMap:HDRGainMapHeadroom>\(headroom)<".utf8)) != nil)
        #expect(output.firstOffset(of: "Apple iOS") == nil)
    }

    /// Digits beyond those that mean something could mean something else.
    @Test func numbersAreWrittenAnew() throws {
        let bytes = try Fixture.named("gainmap-hdrgm.jpg").bytes
        let place = try #require(bytes.firstOffset(of: "hdrgm:GainMapMin=\"0\""))
        let text = Array("hdrgm:GainMapMin=\"0.0000000000031337421\"".utf8)
        var changed = bytes
        changed.replaceSubrange(place..<place + 20, with: text)
        let segment = try #require(bytes[..<place].lastIndex(of: 0xE1))
        let length = Int(bytes[segment + 1]) << 8 + Int(bytes[segment + 2]) + text.count - 20
        changed[segment + 1] = UInt8(length >> 8)
        changed[segment + 2] = UInt8(length & 0xFF)
        let output = try scrub(changed)
        #expect(output.firstOffset(of: "31337421") == nil)
        #expect(output.firstOffset(of: "hdrgm:GainMapMin=\"0.000000\"") != nil)
    }

    @Test(arguments: kept) func itIsToldToStay(fixture: Fixture) throws {
        #expect(try Scrubber().inspect(MemorySource(fixture.bytes)).limitations.contains(.gainMap))
        let strict = Scrubber(policy: Policy(profile: .strict))
        #expect(try !strict.inspect(MemorySource(fixture.bytes)).limitations.contains(.gainMap))
    }

    @Test func keptXMPWouldContradictIt() throws {
        let error = #expect(throws: ScrubError.self) {
            try Fixture.named("gainmap-ultrahdr.jpg").scrubbed(Scrubber(policy: Policy(keep: [.xmp])))
        }
        #expect(error?.code == .refused)
    }

    @Test func aPictureWithOneCanNotBeTurned() throws {
        var turned = try Fixture.named("gainmap-ultrahdr.jpg").bytes
        turned.insert(contentsOf: Segments.exif([(tag: 0x0112, value: 6)]), at: 2)
        let error = #expect(throws: ScrubError.self) { try scrub(turned, RotationTests.turner) }
        #expect(error?.hint?.contains("--drop gain-map") == true)
        let turner = Scrubber(policy: Policy(drop: [.gainMap]), bakesOrientation: true)
        #expect(try scrub(turned, turner).firstOffset(of: "Exif") == nil)
    }

    /// Parameters are part of the contract.
    @Test(arguments: ["gainmap-ultrahdr.jpg", "gainmap-iso-21496.jpg"]) func changedParametersAreNoticed(file: String)
        throws
    {
        let source = MemorySource(try Fixture.named(file).bytes)
        let prepared = try Scrubber().prepare(source)
        let good = try prepared.plan.bytes(from: source)
        try prepared.verify(MemorySource(good))
        let second = try #require(secondPicture(in: good))
        for index in good.indices where index >= second {
            var bad = good
            bad[index] ^= 1
            #expect(throws: ScrubError.self, "at \(index)") { try prepared.verify(MemorySource(bad)) }
        }
    }
}
