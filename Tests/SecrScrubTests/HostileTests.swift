import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Damaged and hostile files cost an error or give a right answer, never a crash.
@Suite struct HostileTests {
    /// Files whose damage lies in what is dropped anyway come out clean and show the same; the others are refused.
    @Test(arguments: Fixture.hostile) func isRefusedWithAReasonOrCleaned(fixture: Fixture) throws {
        do {
            let output = try fixture.scrubbed(Scrubber(verification: fixture.decodable ? .decode : .contract))
            #expect(try Scrubber().inspect(MemorySource(output)).findings.isClean)
            for token in fixture.drop ?? [] { #expect(!output.contains(canary: token.bytes), "\(token.row): survives") }
            #expect(!Self.isRefused(fixture))
        } catch let error as ScrubError {
            #expect(error.code != .contract)
            #expect(!error.reason.isEmpty)
            #expect(Self.isRefused(fixture), "\(error)")
        }
    }

    @Test(arguments: Fixture.hostile) func strictIsRefusedWithAReasonOrClean(fixture: Fixture) throws {
        let strict = Scrubber(policy: Policy(profile: .strict))
        do {
            let output = try fixture.scrubbed(strict)
            #expect(try strict.inspect(MemorySource(output)).findings.isClean)
            for token in fixture.drop ?? [] { #expect(!output.contains(canary: token.bytes), "\(token.row): survives") }
        } catch let error as ScrubError {
            #expect(error.code != .contract && !error.reason.isEmpty)
        }
    }

    static func isRefused(_ fixture: Fixture) -> Bool {
        switch fixture.format {
        case .jpeg: refusedJPEG.contains(fixture.file)
        case .png: !cleanedPNG.contains(fixture.file)
        case .heif: !cleanedHEIF.contains(fixture.file)
        case .mp4: !cleanedMP4.contains(fixture.file)
        case .pdf: !cleanedPDF.contains(fixture.file)
        }
    }

    /// Likewise, or it is something that nobody needs.
    static let cleanedHEIF: Set<String> = Set(
        [
            "jpeg", "meta-rest", "nested-meta", "type-two", "handler-two", "meta-two", "number-0", "entries-fewer",
            "entries-more",
            "entries-huge", "entry-open-name", "places-unknown-item", "cycle-auxiliary", "alpha-listed", "alpha-lost",
            "chain-500", "doubled-30",
            "reference-none", "association-twice", "rotation-two", "aperture-zero", "extents-zero",
            "unit-past-end", "unit-zeros", "many-items", "many-boxes", "many-boxes-inside",
        ].map { "hostile/\($0).heic" } + ["unit-past-end", "tmap-short", "tmap-later"].map { "hostile/\($0).avif" })

    static let cleanedMP4: Set<String> = []

    /// Others repair them too, by leaving out what is nested too deeply, no page, or no box.
    static let cleanedPDF = Set(
        ["box-of-words", "chapter-of-a-name", "deep", "page-with-data", "painted-by-a-list"].map { "hostile/\($0).pdf" }
    )

    /// Their damage lies in what is dropped or written anew, or readers show them all the same.
    static let cleanedPNG: Set<String> = Set(
        [
            "bomb", "exif-empty", "exif-far", "exif-loop", "exif-no-tiff", "filter-5", "gama-zero",
            "iccp-grey-for-rgb", "idat-checksum", "iend-checksum", "jpeg", "many-texts", "phys-zero", "plte-index",
            "plte-too-long", "srgb-iccp", "text-checksum", "trns-before-palette", "type-reserved", "zlib-checksum",
            "zlib-no-checksum", "zlib-not-ended",
        ].map { "hostile/\($0).png" })

    /// Those that must not be touched.
    static let refusedJPEG: Set<String> = [
        "hostile/dht-overfull.jpg", "hostile/dht-wrong-length.jpg", "hostile/dqt-wrong-length.jpg",
        "hostile/dri-wrong-length.jpg", "hostile/empty.jpg", "hostile/gif.jpg", "hostile/hierarchical-dhp.jpg",
        "hostile/icc-duplicate-segment.jpg", "hostile/icc-huge-tag-count.jpg", "hostile/icc-missing-segment.jpg",
        "hostile/icc-number-0.jpg", "hostile/icc-offset-out-of-range.jpg", "hostile/icc-too-short.jpg",
        "hostile/jpeg-ls.jpg", "hostile/no-eoi.jpg", "hostile/no-sof.jpg", "hostile/no-sos.jpg",
        "hostile/reserved-marker-02.jpg", "hostile/segment-past-end.jpg", "hostile/sof-no-components.jpg",
        "hostile/sof-wrong-length.jpg", "hostile/soi-eoi.jpg", "hostile/soi-half.jpg", "hostile/soi-only.jpg",
        "hostile/sos-unknown-component.jpg", "hostile/text.jpg", "hostile/tiff.jpg", "hostile/truncated-header.jpg",
        "hostile/truncated-scan.jpg", "hostile/two-sofs.jpg", "hostile/webp.jpg",
    ]

    /// Cut off at every length: refused, or the cut was behind the picture and the result is the same.
    @Test(arguments: Fixture.accepted) func truncationAtEveryLength(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        let whole = try fixture.scrubbed()
        // A gain map that is cut off is no longer one.
        let single = try fixture.scrubbed(Scrubber(policy: Policy(drop: [.gainMap])))
        // A picture that goes to the end of the file, wherever that is.
        if fixture.file.hasPrefix("to-end") { return }
        for count in 0..<bytes.count {
            guard let output = try? scrub(Array(bytes[..<count])) else { continue }
            if fixture.format == .pdf {
                // What is left of it is repaired; an earlier revision is a document.
                #expect(try Scrubber().inspect(MemorySource(output)).findings.isClean, "cut at \(count)")
            } else if fixture.file.hasPrefix("fragments") {
                try expectBeginning(output, of: whole, "cut at \(count)")
            } else {
                #expect(output == whole || output == single, "cut at \(count)")
            }
        }
    }

    /// A stream that was cut off ends earlier: with its last whole fragment.
    private func expectBeginning(_ output: [UInt8], of whole: [UInt8], _ what: Comment) throws {
        let (short, long) = (try MP4File(output), try MP4File(whole))
        #expect(short.tracks.map(\.id) == long.tracks.map(\.id), what)
        for (beginning, track) in zip(short.tracks, long.tracks) {
            #expect(long.payload(of: track).starts(with: short.payload(of: beginning)), what)
        }
    }

    @Test(arguments: ["zlib-cut.png", "no-iend.png", "truncated-data.png", "lines-missing.png"])
    func cutOffPNGPicturesAreScrubbedOnRequest(file: String) throws {
        let fixture = Fixture.named("hostile/\(file)")
        let error = #expect(throws: ScrubError.self) { try fixture.scrubbed() }
        #expect(error?.hint?.contains("--tolerate truncated") == true)
        let tolerant = Scrubber(policy: Policy(tolerate: [.truncated]))
        let output = try fixture.scrubbed(tolerant)
        #expect(output.suffix(8).starts(with: Array("IEND".utf8)))
        #expect(try scrub(output, tolerant) == output)
    }

    @Test(arguments: ["truncated-scan.jpg", "no-eoi.jpg"]) func cutOffPicturesAreScrubbedOnRequest(file: String) throws
    {
        let fixture = Fixture.named("hostile/\(file)")
        let error = #expect(throws: ScrubError.self) { try fixture.scrubbed() }
        #expect(error?.hint?.contains("--tolerate truncated") == true)
        let output = try fixture.scrubbed(Scrubber(policy: Policy(tolerate: [.truncated]), verification: .decode))
        #expect(output.suffix(2) == [0xFF, 0xD9])
        #expect(try scrub(output) == output)
    }

    /// Tolerating truncation never produces anything but a whole, clean file.
    @Test(arguments: ["everything.jpg", "progressive.jpg", "grey.jpg"]) func toleratedTruncationStaysClean(file: String)
        throws
    {
        let fixture = Fixture.named(file)
        let bytes = try fixture.bytes
        let tolerant = Scrubber(policy: Policy(tolerate: [.truncated]))
        for count in stride(from: 0, to: bytes.count, by: 3) {
            guard let output = try? scrub(Array(bytes[..<count]), tolerant) else { continue }
            #expect(output.suffix(2) == [0xFF, 0xD9])
            for token in fixture.drop ?? [] { #expect(!output.contains(canary: token.bytes)) }
        }
    }

    /// Each byte wrong: an error, or an output that is clean.
    @Test(arguments: Fixture.accepted) func aWrongByteAtEveryPlace(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0xFF
            guard let output = try? scrub(damaged) else { continue }
            #expect(try Scrubber().inspect(MemorySource(output), detail: .parts).findings.isClean, "at \(index)")
        }
    }

    /// Random damage: an error, or an output that is clean and has the picture of the damaged input.
    @Test(arguments: Fixture.accepted) func randomDamage(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        var random = Seeded(UInt64(bytes.count))
        for _ in 0..<150 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
                    in: .min ... .max, using: &random)
            }
            for profile in Policy.Profile.allCases {
                let scrubber = Scrubber(policy: Policy(profile: profile, drop: [.gainMap]))
                guard let output = try? scrub(damaged, scrubber) else { continue }
                #expect(try scrubber.inspect(MemorySource(output)).findings.isClean)
            }
            _ = try? Scrubber().inspect(MemorySource(damaged), detail: .values)
        }
    }

    /// Lengths and offsets at their extremes, at every place.
    @Test(arguments: ["everything.jpg", "everything.heic"]) func extremeNumbersAtEveryPlace(file: String) throws {
        let bytes = try Fixture.named(file).bytes
        for index in stride(from: 2, to: bytes.count - 4, by: 2) {
            for pattern: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF]] {
                var damaged = bytes
                damaged.replaceSubrange(index..<index + 4, with: pattern)
                _ = try? Scrubber(policy: Policy(drop: [.gainMap])).prepare(MemorySource(damaged))
                if index % 32 == 0 { _ = try? Scrubber().inspect(MemorySource(damaged), detail: .values) }
            }
        }
    }

    /// What looks like a thousand pictures, or videos, behind the end costs time in proportion to its size.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            [0xFF, 0xD8, 0xFF, 0xE1, 0x0F, 0xFF], [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0], Array("....ftyp".utf8), [0xFF],
        ] as [[UInt8]])
    func trailersTakeLinearTime(pattern: [UInt8]) throws {
        let picture = try Fixture.named("grey.jpg").bytes
        let trailer = Array(repeating: pattern, count: 2_000_000 / pattern.count).joined()
        #expect(try scrub(picture + trailer) == scrub(picture))
    }

    @Test func exifBehindTheFirstScanDecidesNothing() throws {
        let picture = try Fixture.named("grey.jpg").bytes
        let turned = try Fixture.named("orientation-6.jpg").scrubbed()
        let start = try #require(turned.firstOffset(of: [0xFF, 0xE1]))
        let exif = turned[start..<start + 2 + Int(turned[start + 3])]
        #expect(try scrub(picture.dropLast(2) + exif + picture.suffix(2)) == scrub(picture))
    }

    @Test func tooManyPartsAreRefused() throws {
        let bytes: [UInt8] = [0xFF, 0xD8] + Array(repeating: [0xFF, 0xFE, 0, 2], count: 40_000).joined()
        let error = #expect(throws: ScrubError.self) { try scrub(bytes) }
        #expect(error?.reason == "too many parts")
    }

    @Test(arguments: [
        ("mng.png", "MNG"), ("jng.png", "JNG"), ("gif.jpg", "GIF"), ("webp.jpg", "WebP"), ("tiff.jpg", "TIFF"),
    ])
    func otherFormatsAreNamed(file: String, name: String) throws {
        let error = #expect(throws: ScrubError.self) { try Fixture.named("hostile/\(file)").scrubbed() }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.reason.contains(name) == true)
    }

    @Test(
        arguments: [
            ([0xFF, 0x0A, 0, 0], "JPEG XL"), ([0, 0, 0, 12] + Array("JXL ".utf8), "JPEG XL"),
            ([0, 0, 0, 24] + Array("ftypcrx ".utf8), "Canon raw"), ([], "empty"),
            ([1, 2, 3], "not a supported format"),
        ] as [([UInt8], String)])
    func unsupportedContentIsNamed(bytes: [UInt8], name: String) {
        let error = #expect(throws: ScrubError.self) { try scrub(bytes) }
        #expect(error?.reason.contains(name) == true)
    }
}
