import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// HEIC, HEIF and AVIF: which items stay, as what, and where; seen by a reader of our own.
@Suite struct HEIFTests {
    static let strict = Scrubber(policy: Policy(profile: .strict))

    /// The writer of the fixtures and the reader of these tests agree.
    @Test(arguments: Fixture.heif.filter { $0.file != "trailer-short.heic" })
    func fixturesHoldWhatTheyShould(fixture: Fixture) throws {
        let file = try HEIFFile(fixture.bytes)
        for item in try #require(fixture.items) {
            guard let payload = (item.original ?? item.payload).map({ [UInt8](hexadecimal: $0) }) else { continue }
            let isThere = file.items.contains {
                $0.type == item.type && $0.isHidden == item.hidden && file.payload(of: $0).starts(with: payload)
                    && $0.properties.count >= item.properties.count
            }
            #expect(isThere, "\(item.type)")
        }
    }

    /// Items with their bytes, properties in their order, references, groups, and the primary one.
    private func expectOutput(
        _ output: [UInt8], _ fixture: Fixture, without unneeded: Set<String> = [], isStrict: Bool = false,
        where stays: (Int) -> Bool = { _ in true }, hidden: (Int) -> Bool = { _ in false },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = try HEIFFile(output)
        let all = try #require(fixture.items)
        let places = all.indices.filter(stays)
        let types = places.map { all[$0].type }
        try #require(file.items.map(\.type) == types, "\(fixture)", sourceLocation: sourceLocation)
        let numbers = Dictionary(uniqueKeysWithValues: zip(places, file.items.map(\.id)))
        #expect(file.primary == numbers[fixture.primary ?? 0], sourceLocation: sourceLocation)
        for (place, item) in zip(places, file.items) {
            var expected = all[place]
            expected.properties.removeAll { unneeded.contains($0.type) }
            expected.hidden = expected.hidden || hidden(place)
            if isStrict { expected.payload = expected.strictPayload ?? expected.payload }
            try expect(item, expected, numbers, file, sourceLocation)
        }
        let expected = (fixture.groups ?? []).map { ($0.type, $0.items.compactMap { numbers[$0] }) }
            .filter { $0.1.count > 1 }
        #expect(
            file.groups.map { "\($0.type) \($0.entities)" } == expected.map { "\($0.0) \($0.1)" },
            sourceLocation: sourceLocation)
    }

    private func expect(
        _ item: HEIFFile.Item, _ expected: Fixture.Item, _ numbers: [Int: Int], _ file: HEIFFile,
        _ sourceLocation: SourceLocation
    ) throws {
        #expect(item.isHidden == expected.hidden && item.name.isEmpty, sourceLocation: sourceLocation)
        if let payload = expected.payload {
            #expect(file.payload(of: item) == [UInt8](hexadecimal: payload), sourceLocation: sourceLocation)
        }
        // What only a pair needs goes with the other one.
        let wanted = expected.properties.filter { !file.groups.isEmpty || !["cmin", "cmex"].contains($0.type) }
        let types = wanted.map { "\($0.type) \($0.essential)" }
        try #require(
            item.properties.map { "\($0.box.type) \($0.isEssential)" } == types, sourceLocation: sourceLocation)
        for (property, wanted) in zip(item.properties, wanted) {
            guard let box = wanted.box else { continue }
            #expect(
                file.bytes(of: property.box) == [UInt8](hexadecimal: box), "\(wanted.type)",
                sourceLocation: sourceLocation)
        }
        let references = expected.references.map { "\($0.type) \($0.to.compactMap { numbers[$0] })" }
        #expect(item.references.map { "\($0.type) \($0.to)" } == references, sourceLocation: sourceLocation)
    }

    @Test(arguments: Fixture.heif) func itemsStayAsTheyAre(fixture: Fixture) throws {
        try expectOutput(fixture.scrubbed(), fixture)
    }

    /// Of one picture alone, nobody needs to know where the camera stood; and those that it is made of aren't listed.
    @Test(arguments: Fixture.heif) func strictLeavesThePrimaryPictureAlone(fixture: Fixture) throws {
        let items = try #require(fixture.items)
        let parts = Set(items.flatMap(\.references).filter { $0.type == "dimg" }.flatMap(\.to))
        try expectOutput(fixture.scrubbed(Self.strict), fixture, without: ["cmin", "cmex"], isStrict: true) {
            items[$0].strict
        } hidden: {
            parts.contains($0) && $0 != fixture.primary
        }
    }

    @Test(arguments: Fixture.heif.filter { $0.gainMap == true && $0.file != "everything.heic" })
    func gainMapsGoOnRequest(fixture: Fixture) throws {
        let items = try #require(fixture.items)
        let output = try fixture.scrubbed(Scrubber(policy: Policy(drop: [.gainMap])))
        try expectOutput(output, fixture) { items[$0].strict }
        #expect(output.firstOffset(of: "hdrgainmap") == nil)
        #expect(try !HEIFFile(output).items.contains { ["tmap", "mime"].contains($0.type) })
        #expect(try Scrubber().inspect(MemorySource(fixture.bytes)).limitations.contains(.gainMap))
        let without = try Self.strict.inspect(MemorySource(fixture.bytes))
        #expect(!without.limitations.contains(.gainMap))
    }

    /// A map without its numbers is of no use, and other readers need the rest.
    @Test(arguments: Fixture.heif.filter { $0.file.hasPrefix("gainmap-apple") })
    func appleGainMapsKeepTheirNumbers(fixture: Fixture) throws {
        let file = try HEIFFile(fixture.scrubbed())
        let packet = try #require(file.items.first { $0.type == "mime" })
        let text = String(decoding: file.payload(of: packet), as: UTF8.self)
        #expect(text.contains("HDRGainMapVersion") && text.contains("HDRGainMapHeadroom"))
        #expect(packet.contentType == "application/rdf+xml")
        if fixture.file != "gainmap-apple-note.heic" { #expect(text.contains("4.532783")) }
    }

    // MARK: The frame

    static let boxes: Set<String> = ["ftyp", "meta", "mdat"]
    static let tables: Set<String> = ["hdlr", "pitm", "iloc", "iinf", "iref", "iprp", "idat", "grpl"]

    @Test(arguments: Fixture.heif) func nothingButTablesAndItemsIsLeft(fixture: Fixture) throws {
        for scrubber in [Scrubber(), Self.strict] {
            let output = try fixture.scrubbed(scrubber)
            let file = try HEIFFile(output)
            let sequence = fixture.file.hasPrefix("sequence") ? try MP4File(output) : nil
            #expect(Set(file.top.map(\.type)).subtracting(Self.boxes) == (sequence == nil ? [] : ["moov"]))
            #expect(sequence?.types.isSubset(of: MP4Tests.boxes) != false)
            #expect(Set(file.tables.map(\.type)).subtracting(Self.tables) == [])
            #expect(file.top.map(\.range.count).reduce(0, +) == output.count)
            #expect(!file.items.contains { $0.type == "Exif" || $0.type == "uri " })
            let type = try #require(file.top.first)
            #expect(type.type == "ftyp" && Array(file.content(of: type)[4..<8]) == [0, 0, 0, 0])
            let handler = try #require(file.table("hdlr"))
            #expect(Set(file.content(of: handler)[12...]) == [0])
            expectFullMedia(file, and: sequence?.tracks.flatMap(\.samples) ?? [])
        }
    }

    /// Each byte belongs to an item or a sample, and where these share bytes the input did.
    private func expectFullMedia(_ file: HEIFFile, and samples: [Range<Int>]) {
        let extents = (file.items.flatMap(\.extents) + samples).sorted { $0.lowerBound < $1.lowerBound }
        for box in file.media {
            var end = box.content.lowerBound
            for extent in extents where box.content.contains(extent.lowerBound) {
                #expect(extent.lowerBound <= end, "unused bytes at \(end)")
                end = max(end, extent.upperBound)
            }
            #expect(end == box.content.upperBound, "unused bytes at \(end)")
        }
    }

    @Test(arguments: Fixture.heif) func propertiesAreUsed(fixture: Fixture) throws {
        let file = try HEIFFile(fixture.scrubbed())
        let used = Set(file.items.flatMap(\.properties).map(\.box.range.lowerBound))
        #expect(Set(file.properties.map(\.range.lowerBound)) == used)
    }

    @Test(arguments: Fixture.heif) func onlyKnownBrandsStay(fixture: Fixture) throws {
        let output = try HEIFFile(fixture.scrubbed())
        let type = output.content(of: try #require(output.top.first))
        let brands = stride(from: 0, to: type.count, by: 4).filter { $0 != 4 }
            .map { String(decoding: type[$0..<$0 + 4], as: UTF8.self) }
        let known: Set<String> = ["heic", "avif", "mif1", "miaf", "MiHB", "MiHE", "tmap"]
        let ofSequences: Set<String> = fixture.file.hasPrefix("sequence") ? ["avis", "msf1", "hevc"] : []
        #expect(Set(brands).isSubset(of: known.union(ofSequences)))
        #expect(brands.contains("mif1"))
    }

    // MARK: The contract

    @Test(arguments: [
        "everything.heic", "grid-idat.heic", "tmap.avif", "stereo.heic", "turned-7.heic", "jpeg-segments.heif",
        "profile-full.heic", "property-between.heic", "numbers-large.heic", "gainmap-apple.heic", "hevc-units.heic",
        "av1-units.avif",
    ])
    func anyChangedByteIsNoticed(file: String) throws {
        for scrubber in [Scrubber(), Self.strict] {
            #expect(try Fixture.named(file).unnoticedChanges(scrubber) == [])
        }
    }

    @Test(arguments: ["hevc.heic", "grid-idat.avif", "burst.heic"]) func aShortenedOutputIsNoticed(file: String) throws
    {
        let source = MemorySource(try Fixture.named(file).bytes)
        let prepared = try Scrubber().prepare(source)
        let good = try prepared.plan.bytes(from: source)
        for count in 0..<good.count {
            #expect(throws: ScrubError.self) { try prepared.verify(MemorySource(Array(good[..<count]))) }
        }
    }

    /// The same picture, wherever its bytes lay and in whatever numbers: the same output.
    @Test func placesDoNotMatter() throws {
        let files = Fixture.heif.filter { $0.file.hasPrefix("places-") || $0.file.hasPrefix("box-") }
        for prefix in ["places-", "box-"] {
            let outputs = try Set(files.filter { $0.file.hasPrefix(prefix) }.map { try $0.scrubbed() })
            #expect(outputs.count == 1, "\(prefix)")
        }
    }

    // MARK: Orientation

    @Test(arguments: Fixture.heif) func orientationIsTold(fixture: Fixture) throws {
        let findings = try Scrubber().inspect(MemorySource(fixture.bytes)).findings.filter {
            $0.kind == .orientation && $0.action == .kept
        }
        if fixture.orientation != 1 { #expect(findings.count == 1) }
        if !fixture.file.hasPrefix("turned-1"), fixture.orientation == 1 { #expect(findings.isEmpty) }
    }

    @Test(arguments: ["turned-6.heic", "turned-5.heic", "turned-6.avif"]) func orientationCanBeDropped(file: String)
        throws
    {
        let output = try HEIFFile(Fixture.named(file).scrubbed(Scrubber(policy: Policy(drop: [.orientation]))))
        #expect(!output.properties.contains { ["irot", "imir"].contains($0.type) })
        #expect(throws: ScrubError.self) { try Fixture.named(file).scrubbed(RotationTests.turner) }
    }

    // MARK: Parts that are kept on request

    @Test func keptItemsSayHowTheyArePacked() throws {
        let scrubber = Scrubber(policy: Policy(keep: [.xmp]))
        let output = try Fixture.named("xmp-deflated.heic").scrubbed(scrubber)
        #expect(output.firstOffset(of: "deflate\0") != nil)
        #expect(try scrub(output, scrubber) == output)
        #expect(try Fixture.named("xmp-deflated.heic").scrubbed().firstOffset(of: "deflate\0") == nil)
    }

    @Test(arguments: [
        ("exif.heic", FindingClass.exif), ("xmp.heic", .xmp), ("property-times.heic", .time), ("c2pa-item.heic", .c2pa),
        ("property-texts.heic", .comment), ("depth.heic", .auxiliary), ("uri.heic", .vendor),
        ("box-uuid.heic", .vendor),
        ("profile-texts.heic", .icc), ("box-uuid-c2pa.heic", .c2pa), ("box-uuid-xmp.heic", .xmp),
    ])
    func partsAreKeptOnRequest(file: String, kind: FindingClass) throws {
        let fixture = Fixture.named(file)
        let scrubber = Scrubber(policy: Policy(keep: [kind]))
        let output = try fixture.scrubbed(scrubber)
        for token in fixture.drop ?? [] where token.class == kind.rawValue {
            #expect(output.firstOffset(of: token.bytes) != nil, "\(token.row)")
        }
        #expect(try scrub(output, scrubber) == output)
    }
}
