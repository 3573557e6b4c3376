import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What is said of a HEIF file, and why one is refused.
@Suite struct HEIFFindingTests {
    private func findings(_ file: String, _ scrubber: Scrubber = Scrubber()) throws -> [Finding] {
        try scrubber.inspect(MemorySource(Fixture.named(file).bytes)).findings
    }

    @Test(arguments: ["motion-video.heic", "motion-video.avif", "everything.heic"]) func motionVideosAreTold(
        file: String
    ) throws {
        let video = try #require(try findings(file).first { $0.kind == .video })
        #expect(video.name == "a 3-second video with sound")
        #expect(video.action == .removed && video.reveals.contains(.video))
    }

    /// File, class, and words of the name.
    @Test(arguments: [
        ("thumbnail.heic", FindingClass.thumbnail, "thumbnail"), ("thumbnail-jpeg.heic", .thumbnail, "thumbnail"),
        ("depth.heic", .auxiliary, "depth map"), ("depth-cicp.heic", .auxiliary, "depth map"),
        ("disparity.heic", .auxiliary, "depth map"), ("matte.heic", .auxiliary, "matte of a person"),
        ("matte-skin.heic", .auxiliary, "matte of a person"),
        ("auxiliary-unknown.heic", .auxiliary, "auxiliary picture"),
        ("hidden.heic", .picture, "a picture that no viewer shows"), ("exif.heic", .exif, "Exif"),
        ("xmp.heic", .xmp, "XMP"), ("c2pa-item.heic", .c2pa, "content credentials"),
        ("names.heic", .comment, "names and types of items"),
        ("slack.heic", .gap, "bytes that belong to nothing"), ("property-times.heic", .time, "time of creation"),
        ("samsung.heic", .vendor, "Samsung data"), ("box-uuid-c2pa.heic", .c2pa, "a maker's box"),
        ("trailer-jpeg.heic", .picture, "another picture"), ("handler-name.heic", .encoder, "name of the handler"),
    ])
    func whatGoesIsNamed(file: String, kind: FindingClass, name: String) throws {
        let found = try findings(file)
        #expect(found.contains { $0.kind == kind && $0.name == name && $0.action == .removed }, "\(found.map(\.name))")
    }

    @Test(arguments: [
        ("burst.heic", "a further picture", 2), ("stereo.heic", "the picture for the other eye", 1),
        ("exif-second.heic", "a further picture", 1), ("hevc.heic", "a further picture", 0),
        ("grid-idat.heic", "a further picture", 0),
    ])
    func furtherPicturesAreTold(file: String, name: String, count: Int) throws {
        let found = try findings(file).filter { $0.name == name }
        #expect(found.count == count && found.allSatisfy { $0.kind == .picture && $0.action == .kept })
        let strict = try findings(file, HEIFTests.strict).filter { $0.name == name }
        #expect(strict.count == count && strict.allSatisfy { $0.action == .removed })
    }

    @Test func valuesOfExifAndXMPAreShown() throws {
        let found = try findings("everything.heic")
        for value in [
            "CNRY-exif-ifd0-make", "CNRY-xmp-creatortool", "CNRY-udes-name", "CNRY-exif-of-the-second-picture",
        ] {
            #expect(found.contains { $0.value?.hasPrefix(value) == true && $0.action == .removed }, "\(value)")
        }
        let position = try #require(found.first { $0.name == "position" })
        #expect(position.reveals == [.location])
    }

    /// A Live Photo is paired with its video by a number in Apple's maker's note.
    @Test func liveSeriesAreTold() throws {
        let found = try Scrubber().inspect(MemorySource(Fixture.named("live-photo.heic").bytes)).findings
        #expect(found.contains { $0.value?.hasPrefix("CNRY-makernote-apple-contentidentifier") == true })
        #expect(found.contains { $0.value?.hasPrefix("CNRY-makernote-apple-burstuuid") == true })
    }

    @Test(arguments: Fixture.heif) func croppedPixelsAreTold(fixture: Fixture) throws {
        let told = try Scrubber().inspect(MemorySource(fixture.bytes)).limitations
        let cropping = ["aperture.heic", "aperture.avif", "aperture-moved-and-turned.heic"]
        if cropping.contains(fixture.file) { #expect(told.contains(.croppedPixels)) }
        let hasAperture = try HEIFFile(fixture.bytes).properties.contains { $0.type == "clap" }
        if !hasAperture || fixture.file == "aperture-whole.heic" { #expect(!told.contains(.croppedPixels)) }
    }

    @Test(arguments: ["hevc-units.heic", "av1-units.avif", "avc-units.heif"]) func whatEncodersSayIsTold(file: String)
        throws
    {
        let found = try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).findings
        #expect(found.contains { [.encoder, .vendor].contains($0.kind) && $0.value?.contains("CNRY-") == true })
    }

    /// Sound files that nobody can scrub, and damaged ones: the code, and words of the reason.
    @Test(arguments: [
        ("protected.heic", ScrubError.Code.refused, "protected"), ("protected-no-scheme.heic", .refused, "protected"),
        ("data-elsewhere.heic", .refused, "does not lie in this file"),
        ("data-beside.heic", .refused, "does not lie in this file"),
        ("data-of-item.heic", .refused, "does not lie in this file"),
        ("data-method-3.heic", .refused, "does not lie in this file"), ("moov.heic", .refused, "no pictures"),
        ("moov-first.heic", .refused, "no pictures"), ("moov.avif", .refused, "no pictures"),
        ("moof.heic", .refused, "fragments"),
        ("mini.avif", .refused, "mini"), ("mini.heic", .refused, "mini"),
        ("property-essential.heic", .refused, "must be understood"),
        ("property-essential-uuid.heic", .refused, "must be understood"),
        ("property-essential-colors.heic", .refused, "must be understood"),
        ("primary-unknown.heic", .refused, "unknown kind"),
        ("primary-derived.heic", .refused, "unknown kind"), ("primary-of-unknown.heic", .refused, "unknown kind"),
        ("primary-text.heic", .refused, "unknown kind"), ("primary-none.heic", .damaged, "main picture"),
        ("number-twice.heic", .damaged, "two items with one number"), ("cycle-2.heic", .damaged, "made of itself"),
        ("cycle-grid.heic", .damaged, "made of itself"), ("grid-missing-tile.heic", .damaged, "put together wrongly"),
        ("grid-lost-tile.heic", .damaged, "not there"), ("place-past-end.heic", .refused, "beyond its end"),
        ("place-overflow.heic", .damaged, "number"), ("size-past-end.heic", .refused, "beyond its end"),
        ("properties-missing.heic", .damaged, "how it is coded"), ("jpeg-2000.heif", .refused, "j2k1"),
    ])
    func refusalsSayWhy(file: String, code: ScrubError.Code, words: String) throws {
        let error = #expect(throws: ScrubError.self) { try Fixture.named("hostile/\(file)").scrubbed() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }

    /// Counts and nesting that promise too much cost nothing.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: Fixture.hostile.filter { fixture in
            fixture.format == .heif
                && ["many", "chain", "doubled", "nested", "huge", "places-", "cycle"].contains {
                    fixture.file.contains($0)
                }
        })
    func claimsCostNothing(fixture: Fixture) throws {
        _ = try? fixture.scrubbed()
        _ = try? Scrubber().inspect(MemorySource(fixture.bytes))
    }
}
