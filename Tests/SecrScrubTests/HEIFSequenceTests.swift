import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// HEIF files that are sequences or animations as well: items and tracks stay, each by its own rules.
@Suite struct HEIFSequenceTests {
    static let strict = Scrubber(policy: Policy(profile: .strict))
    static let fixtures = Fixture.heif.filter { $0.file.hasPrefix("sequence") }

    @Test(arguments: fixtures) func tracksStay(fixture: Fixture) throws {
        let before = try MP4File(fixture.bytes)
        let kept = before.tracks.filter { $0.handler == "pict" || fixture.file == "sequence-alpha.avif" }
        for scrubber in [Scrubber(), Self.strict] {
            let after = try MP4File(fixture.scrubbed(scrubber))
            try #require(after.tracks.map(\.handler) == kept.map(\.handler))
            for (old, new) in zip(kept, after.tracks) {
                #expect(after.payload(of: new) == before.payload(of: old))
                #expect(old.entries == new.entries && old.edits == new.edits)
            }
            #expect(after.tracks.flatMap(\.dates).allSatisfy { $0 == 0 })
            #expect(after.tracks.flatMap(\.name).allSatisfy { $0 == 0 })
        }
    }

    /// The data of items come before those of tracks; a picture that is both is there once.
    @Test func picturesThatAreBothAreThereOnce() throws {
        #expect(Self.fixtures.count == 7)
        for (name, types) in [
            ("sequence.heic", ["ftyp", "meta", "moov", "mdat", "mdat"]),
            ("sequence-shared.heic", ["ftyp", "meta", "moov", "mdat"]),
        ] {
            let output = try Fixture.named(name).scrubbed()
            #expect(try MP4File(output).top.map(\.type) == types)
        }
    }

    @Test func repetitionStays() throws {
        for (name, flags) in [("sequence-repeated.avif", UInt8(1)), ("sequence-depth.heic", 0)] {
            let output = try Fixture.named(name).scrubbed()
            guard let place = output.firstOffset(of: "elst") else {
                #expect(flags == 0)
                continue
            }
            #expect(Array(output[place + 4..<place + 8]) == [0, 0, 0, flags])
        }
    }

    @Test func whatGoesIsTold() throws {
        func findings(_ name: String) throws -> [Finding] {
            try Scrubber().inspect(MemorySource(Fixture.named(name).bytes)).findings
        }
        #expect(try findings("sequence-depth.heic").contains { $0.kind == .timedMetadata && $0.name == "depth map" })
        let noted = try findings("sequence-noted.heic")
        for kind in [FindingClass.exif, .comment, .encoder, .time] {
            #expect(noted.contains { $0.kind == kind && $0.action == .removed }, "\(kind)")
        }
        let summary = try Scrubber().inspect(MemorySource(Fixture.named("sequence.avif").bytes)).summary
        #expect(summary.hasSuffix("a sequence of 3 pictures"))
    }

    @Test(arguments: ["sequence-shared.heic", "sequence-alpha.avif"]) func anyChangedByteIsNoticed(file: String) throws
    {
        #expect(try Fixture.named(file).unnoticedChanges() == [])
    }

    /// Without a list of pictures it is a video.
    @Test func filesOfTracksAloneAreVideos() throws {
        var bytes = try Fixture.named("sequence.avif").bytes
        let list = try #require(MP4File(bytes).top.first { $0.type == "meta" })
        bytes.replaceSubrange(list.range.lowerBound + 4..<list.range.lowerBound + 8, with: Array("free".utf8))
        for brand in ["avif", "mif1"] {
            while let place = bytes.prefix(40).indices.first(where: { bytes[$0...].starts(with: brand.utf8) }) {
                bytes.replaceSubrange(place..<place + 4, with: Array("iso8".utf8))
            }
        }
        #expect(try Scrubber().detect(MemorySource(bytes)) == .handled(.mp4))
        let output = try scrub(bytes)
        #expect(try MP4File(output).tracks.map(\.samples.count) == [3])
        #expect(output.prefix(12).suffix(4).elementsEqual("avis".utf8))
    }
}
