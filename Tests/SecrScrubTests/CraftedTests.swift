import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Files made to slip through: each was once a way in.
@Suite struct CraftedTests {
    let grey: [UInt8]
    let tolerant = Scrubber(policy: Policy(tolerate: [.truncated]), verification: .decode)

    init() throws { grey = try Fixture.named("grey.jpg").bytes }

    private func isClean(_ bytes: [UInt8]) throws -> Bool {
        try Scrubber().prepare(MemorySource(bytes)).findings.isClean
    }

    // MARK: Colour profiles

    @Test(arguments: [4, 5, 7, 8, 40]) func elementsOfUnknownContentAreRefused(count: Int) {
        let element = Array(Array("mpet\0\0\0\0a name that nobody should read....".utf8).prefix(count))
        let profile = Segments.profile(tags: [("D2B0", 0, element.count)], elements: element)
        let error = #expect(throws: ScrubError.self) { try scrub(Segments.inserting(Segments.icc(profile), in: grey)) }
        #expect(error?.code == .refused)
    }

    /// A curve under the name of something else would carry any bytes.
    @Test(arguments: ["bkpt", "gamt", "chad", "wtpt", "A2B0"] as [FourCC]) func elementsUnderAWrongNameAreRefused(
        name: FourCC
    ) {
        var curve: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0]
        curve.appendBigEndian32(8)
        curve += Array("SIXTEEN SECRETS!".utf8)
        let profile = Segments.profile(tags: [(name, 0, curve.count)], elements: curve)
        #expect(throws: ScrubError.self) { try scrub(Segments.inserting(Segments.icc(profile), in: grey)) }
    }

    /// Like sRGB at each number of eight bits, and nothing like it between them.
    @Test func spikesBetweenTheSamplesAreNoStandard() throws {
        let standard = try Fixture.named("icc-like-srgb.jpg").scrubbed()
        let start = try #require(standard.firstOffset(of: "acsp")) - 36
        let reader = ByteReader(standard)
        var profile = try Array(reader.slice(at: start, count: reader.uint32(at: start)))
        let place = try #require(profile.firstOffset(of: "curv"))
        var curve: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0]
        curve.appendBigEndian32(511)
        for index in 0..<511 {
            curve += index.isMultiple(of: 2) ? profile[place + 12 + index..<place + 14 + index] : [0, 0]
        }
        // The curve is the last element: it may grow where it stands.
        let old = 12 + 2 * 256
        profile.replaceSubrange(place..<place + old, with: curve)
        var size: [UInt8] = []
        size.appendBigEndian32(profile.count)
        profile.replaceSubrange(0..<4, with: size)
        for entry in stride(from: 132, to: 132 + 12 * Int(profile[131]), by: 12)
        where profile[(entry + 1)...].starts(with: Array("TRC".utf8)) {
            var length: [UInt8] = []
            length.appendBigEndian32(curve.count)
            profile.replaceSubrange(entry + 8..<entry + 12, with: length)
        }
        let file = Segments.inserting(Segments.icc(profile), in: try Fixture.named("three-scans.jpg").bytes)
        #expect(try Scrubber().inspect(MemorySource(file)).limitations.contains(.ownProfile))
        let output = try scrub(file)
        #expect(output.firstOffset(of: Array(curve[12..<40])) != nil)
    }

    @Test func textInPlaceOfAColourSpaceIsRefused() {
        let curve: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]
        let profile = Segments.profile(colorSpace: "JANE", tags: [("kTRC", 0, 12)], elements: curve)
        #expect(throws: ScrubError.self) { try scrub(Segments.inserting(Segments.icc(profile), in: grey)) }
    }

    @Test func overlappingElementsDoNotGrowWithoutEnd() throws {
        var curve: [UInt8] = Array("curv".utf8) + [0, 0, 0, 0]
        curve.appendBigEndian32(1_000_000)
        curve += [UInt8](repeating: 7, count: 2_000_000)
        let names: [FourCC] = ["rTRC", "gTRC", "bTRC", "kTRC"]
        // Each begins like a curve of its own a little further on, so that none is shared.
        var elements = curve
        for index in names.indices { elements.replaceSubrange(index * 16..<index * 16 + 12, with: curve[..<12]) }
        elements += [UInt8](repeating: 7, count: 64)
        let tags = names.enumerated().map { (name: $1, offset: $0 * 16, count: 2_000_012) }
        let file = Segments.inserting(Segments.icc(Segments.profile(tags: tags, elements: elements)), in: grey)
        let error = #expect(throws: ScrubError.self) { try scrub(file) }
        #expect(error?.reason.contains("too large") == true)
    }

    @Test func theCutOfAProfileIsNobodysMark() throws {
        let picture = try Fixture.named("icc-rendering.jpg").scrubbed()
        #expect(try isClean(picture))
        let start = try #require(picture.firstOffset(of: [0xFF, 0xE2]))
        let end = start + 2 + Int(picture[start + 2]) << 8 + Int(picture[start + 3])
        let cut = picture[..<start] + Segments.icc(Array(picture[start + 18..<end]), chunk: 74) + picture[end...]
        #expect(try !isClean(Array(cut)))
        #expect(try scrub(Array(cut)) == picture)
    }

    // MARK: Structure

    @Test func theOrderOfSegmentsIsNobodysMark() throws {
        let picture = try Fixture.named("orientation-6.jpg").scrubbed()
        let jfif = Array(picture[2..<20])
        let exif = Array(picture[20..<20 + 2 + Int(picture[23])])
        let swapped = Array(picture[..<2]) + exif + jfif + picture[(20 + exif.count)...]
        #expect(try !isClean(swapped))
        #expect(try scrub(swapped) == picture)
    }

    /// Cut right behind a scan header, tables in front of it are still needed.
    @Test(arguments: ["three-scans.jpg", "progressive.jpg", "progressive-420-restart.jpg"])
    func picturesCutBehindAScanHeaderDecodeTheSame(file: String) throws {
        let picture = try Fixture.named(file).bytes
        for start in Segments.offsets(of: 0xDA, in: picture) {
            let end = start + 2 + Int(picture[start + 3])
            for profile in Policy.Profile.allCases {
                var scrubber = tolerant
                scrubber.policy.profile = profile
                _ = try scrub(Array(picture[..<end]), scrubber)
                // The same with the end where the data should be, which is no truncation.
                _ = try scrub(Array(picture[..<end]) + [0xFF, 0xD9], scrubber)
            }
        }
    }

    @Test(arguments: [[0xFF, 0x01], [0xFF, 0xD8]] as [[UInt8]]) func strayMarkersInThePictureAreRefused(marker: [UInt8])
        throws
    {
        let picture = try Fixture.named("restart.jpg").bytes
        let restart = try #require(Segments.offsets(of: 0xD1, in: picture).first)
        #expect(throws: ScrubError.self) { try scrub(Array(picture[..<restart]) + marker + picture[restart...]) }
    }

    @Test func aNumberOfLinesIsKeptOnceAndOnlyWhereItIsNeeded() throws {
        let picture = try Fixture.named("dnl-height.jpg").bytes
        let whole = try scrub(picture)
        let lines = try #require(Segments.offsets(of: 0xDC, in: picture).last)
        let needed = Array(picture[lines..<lines + 6])
        let note = Segments.segment(0xDC, Array("a name in a number of lines".utf8))
        #expect(try scrub(Segments.inserting(note, in: picture)) == whole)
        #expect(try scrub(Segments.inserting(needed, in: picture)) == whole)
        #expect(try scrub(Array(picture[..<(lines + 6)]) + needed + note + picture[(lines + 6)...]) == whole)
        #expect(try scrub(Segments.inserting(note, in: grey)) == scrub(grey))
    }

    @Test func aSecondPictureInFurtherScansIsRefused() throws {
        let scan = try #require(Segments.offsets(of: 0xDA, in: grey).first)
        let twice = Array(grey.dropLast(2)) + grey[scan...]
        #expect(throws: ScrubError.self) { try scrub(twice) }
    }

    @Test func endlessTablesAreRefused() throws {
        let table = try #require(Segments.offsets(of: 0xDB, in: grey).first)
        let segment = Array(grey[table..<table + 2 + Int(grey[table + 2]) << 8 + Int(grey[table + 3])])
        let many = Array(Array(repeating: segment, count: 20_000).joined())
        #expect(throws: ScrubError.self) { try scrub(Segments.inserting(many, in: grey)) }
    }

    // MARK: Orientation

    @Test func orientationIsFoundAmongThousandsOfEntries() throws {
        let entries = [(tag: 0x0112, value: 6)] + (0..<2_000).map { (tag: 0x9000 + $0, value: 1) }
        let output = try scrub(Segments.inserting(Segments.exif(entries), in: grey))
        #expect(output.firstOffset(of: "Exif\0\0") != nil)
    }

    @Test func orientationIsFoundBehindAnEmptyBlock() throws {
        let empty = Segments.segment(0xE1, Array("Exif\0\0garbage!".utf8))
        let output = try scrub(Segments.inserting(empty + Segments.exif([(tag: 0x0112, value: 6)]), in: grey))
        #expect(output.firstOffset(of: "Exif\0\0") != nil)
        #expect(output.firstOffset(of: "garbage!") == nil)
    }

    @Test func picturesOfOblongPixelsCanBeTurned() throws {
        let output = try Fixture.named("jfif-aspect-orientation-6.jpg")
            .scrubbed(Scrubber(verification: .decode, bakesOrientation: true))
        let jfif = try #require(output.firstOffset(of: "JFIF\0"))
        let aspect = try #require(Fixture.named("jfif-aspect-orientation-6.jpg").aspect)
        #expect(Array(output[jfif + 8..<jfif + 12]) == [0, UInt8(aspect[1]), 0, UInt8(aspect[0])])
    }

    @Test func adobeRGBStaysWhenTheProfileGoes() throws {
        let output = try Fixture.named("adobe-rgb-interop-icc.jpg").scrubbed(Scrubber(policy: Policy(drop: [.icc])))
        #expect(output.firstOffset(of: "R03\0") != nil)
        #expect(output.firstOffset(of: "ICC_PROFILE") == nil)
    }
}
