import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// MP4, QuickTime, M4A and 3GP: which tracks stay, as what, and where; seen by a reader of our own.
@Suite struct MP4Tests {
    static let strict = Scrubber(policy: Policy(profile: .strict))

    @Test(arguments: Fixture.mp4) func tracksStayAsTheyAre(fixture: Fixture) throws {
        let file = try MP4File(fixture.scrubbed())
        let expected = try #require(fixture.tracks)
        try #require(file.tracks.map(\.handler) == expected.map(\.handler))
        for (track, expected) in zip(file.tracks, expected) {
            #expect(track.entries == [[UInt8](hexadecimal: expected.entry)])
            #expect(track.edits == expected.edits)
            if !expected.samples.isEmpty {
                #expect(file.payload(of: track) == expected.samples.map { [UInt8](hexadecimal: $0) })
            }
        }
        let strict = try MP4File(fixture.scrubbed(Self.strict))
        for (track, expected) in zip(strict.tracks, expected) where !expected.samples.isEmpty {
            let samples = expected.strictSamples ?? expected.samples
            #expect(strict.payload(of: track) == samples.map { [UInt8](hexadecimal: $0) })
        }
    }

    // MARK: The frame

    static let boxes: Set<String> = [
        "mvhd", "trak", "tkhd", "mdia", "mdhd", "hdlr", "minf", "vmhd", "smhd", "nmhd", "dinf", "dref", "stbl", "stsd",
        "stts", "ctts", "cslg", "stss", "sdtp", "stsc", "stsz", "stco", "sgpd", "sbgp", "edts", "elst", "tref", "forc",
        "auxl",
        "udta", "tsel", "kind", "tapt", "clef", "prof", "enof", "gmhd", "gmin",
        "elng", "mvex", "mehd", "trex", "mfhd", "traf", "tfhd", "tfdt", "trun",
        "saiz", "saio", "senc", "pssh",
    ]

    @Test(arguments: Fixture.mp4) func nothingButTablesAndSamplesIsLeft(fixture: Fixture) throws {
        for scrubber in [Scrubber(), Self.strict] {
            let output = try fixture.scrubbed(scrubber)
            let file = try MP4File(output)
            let types = Set(file.top.map(\.type))
            #expect(types.isSuperset(of: ["ftyp", "moov", "mdat"]))
            #expect(types.isSubset(of: ["ftyp", "moov", "mdat", "moof", "sidx", "mfra"]))
            #expect(types.contains("moof") == fixture.file.hasPrefix("fragments"))
            #expect(file.top.map(\.range.count).reduce(0, +) == output.count)
            let others = file.types.subtracting(Self.boxes)
            let more: [String: Set<String>] = ["gapless": ["meta"], "sphere.": ["uuid"]]
            #expect(others == more[String(fixture.file.prefix(7)), default: []])
            #expect((file.dates + file.tracks.flatMap(\.dates)).allSatisfy { $0 == 0 })
            #expect(file.tracks.flatMap(\.name).allSatisfy { $0 == 0 })
            if fixture.file == "packed.mov" { continue }
            let samples = file.tracks.flatMap(\.samples).sorted { $0.lowerBound < $1.lowerBound }
            for data in file.top.filter({ $0.type == "mdat" }).map(\.content) {
                var end = data.lowerBound
                for sample in samples where data.contains(sample.lowerBound) {
                    #expect(sample.lowerBound <= end, "unused bytes at \(end)")
                    end = max(end, sample.upperBound)
                }
                #expect(end == data.upperBound)
            }
        }
    }

    /// The same video, whatever lay around it: the same output.
    @Test func placesDoNotMatter() throws {
        let files = Fixture.mp4.filter {
            ["box-", "trailer-", "key", "user-", "item"].contains(where: $0.file.hasPrefix)
        }
        let outputs = try Set(files.filter { $0.file.hasSuffix(".mp4") }.map { try $0.scrubbed() })
        #expect(files.count > 15 && outputs.count == 1)
    }

    @Test func tablesStayOnTheirSide() throws {
        let first = try MP4File(Fixture.named("plain.mp4").scrubbed())
        let last = try MP4File(Fixture.named("tables-last.mp4").scrubbed())
        #expect(first.top.map(\.type) == ["ftyp", "moov", "mdat"] && last.top.map(\.type) == ["ftyp", "mdat", "moov"])
    }

    @Test(arguments: [
        "fragments-index.mp4", "fragments-file.mp4", "several.mp4", "chunks.mp4", "edited.mp4", "groups.mp4",
        "gapless.m4a", "names.mov", "stream-avc.mp4", "stream-several.mp4",
    ])
    func anyChangedByteIsNoticed(file: String) throws {
        #expect(try Fixture.named(file).unnoticedChanges() == [])
    }

    @Test(arguments: ["stream-avc.mp4", "stream-several.mp4", "stream-av1.mp4"])
    func anyChangedByteIsNoticedWhereSomethingIsLeftOut(file: String) throws {
        #expect(try Fixture.named(file).unnoticedChanges(Self.strict) == [])
    }

    /// What is a message in one sample can be a picture in another that lies upon it: then nothing is written over.
    @Test(arguments: [Scrubber(), strict]) func samplesThatLieUponEachOtherStay(scrubber: Scrubber) throws {
        var bytes = try Fixture.named("stream-avc.mp4").bytes
        let table = try #require(bytes.firstOffset(of: Array("stco".utf8))) + 12
        let first = try ByteReader(bytes).uint32(at: table)
        bytes.replaceSubrange(table + 4..<table + 8, with: FourCC(rawValue: UInt32(first + 20)).bytes)
        let before = try MP4File(bytes)
        let after = try MP4File(scrub(bytes, scrubber))
        #expect(before.payload(of: before.tracks[0]) == after.payload(of: after.tracks[0]))
        #expect(try scrubber.inspect(MemorySource(bytes)).limitations.contains(.codedRemains(["avc1"])))
    }

    @Test func tablesComeFirstOnRequest() throws {
        var scrubber = Scrubber()
        scrubber.putsTablesFirst = true
        let fixture = Fixture.named("tables-last.mp4")
        for scrubber in [scrubber, Self.strict] {
            let output = try fixture.scrubbed(scrubber)
            #expect(try MP4File(output).top.map(\.type) == ["ftyp", "moov", "mdat"])
            #expect(try scrub(output, scrubber) == output)
        }
        // Clean in itself, but not in this order.
        let clean = try MemorySource(fixture.scrubbed())
        #expect(try Scrubber().inspect(clean).findings.isClean && !scrubber.inspect(clean).findings.isClean)
    }

    /// Which program wrote it is not to be seen by the type of the file.
    @Test func strictKnowsOneType() throws {
        let types = try Fixture.mp4.filter { $0.file.hasSuffix(".mp4") && !$0.file.hasPrefix("frag") }.map { fixture in
            let output = try fixture.scrubbed(Self.strict)
            let type = try #require(MP4File(output).top.first)
            return Array(output[type.range])
        }
        #expect(Set(types).count == 1)
    }

    /// What was cut off stays and is told, unless it is to go; then as much goes as decoders do not need.
    @Test func whatWasCutOffGoesOnRequest() throws {
        var scrubber = Scrubber()
        scrubber.dropsHidden = true
        let fixture = Fixture.named("cut.mp4")
        let (whole, short) = (try MP4File(fixture.scrubbed()), try MP4File(fixture.scrubbed(scrubber)))
        #expect(whole.tracks.map(\.samples.count) == [12, 12] && short.tracks.map(\.samples.count) == [5, 3])
        #expect(short.tracks.map(\.edits) == [[[200, 220, 0x10000]], [[200, 20, 0x10000]]])
        #expect(short.payload(of: short.tracks[1]) == Array(whole.payload(of: whole.tracks[1])[6..<9]))
        #expect(short.payload(of: short.tracks[0]) == Array(whole.payload(of: whole.tracks[0])[4..<9]))
        let table = try #require(short.bytes.firstOffset(of: "stss"))
        #expect(Array(short.bytes[table + 8..<table + 20]) == [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 5])
        #expect(try scrub(short.bytes, scrubber) == short.bytes)
        #expect(short.bytes.firstOffset(of: whole.payload(of: whole.tracks[1])[2]) == nil)
        let found = try scrubber.inspect(MemorySource(fixture.bytes))
        #expect(found.findings.contains { $0.kind == .hidden && $0.value == "1 second" && $0.action == .removed })
        #expect(found.limitations.allSatisfy { if case .hiddenMedia = $0 { false } else { true } })
        let left = try Scrubber().inspect(MemorySource(fixture.bytes)).limitations
        #expect(left.contains(.hiddenMedia(seconds: 1)))
    }

    @Test func whatDecodersNeedStays() throws {
        var scrubber = Scrubber()
        scrubber.dropsHidden = true
        let file = try MP4File(Fixture.named("cut-before.mp4").scrubbed(scrubber))
        #expect(file.tracks.map(\.samples.count) == [6] && file.tracks[0].edits == [[100, 440, 0x10000]])
        for name in ["plain.mp4", "fragments.mp4", "groups.mp4"] {
            #expect(try Fixture.named(name).scrubbed(scrubber) == Fixture.named(name).scrubbed(), "\(name)")
        }
    }

    /// Its tables are as damaged as can be, and its edits ask for anything.
    @Test(arguments: ["cut.mp4", "cut-before.mp4"]) func damagedCutsAreHarmless(file: String) throws {
        var scrubber = Scrubber()
        scrubber.dropsHidden = true
        let bytes = try Fixture.named(file).bytes
        let edit = try #require(bytes.firstOffset(of: "elst")) + 8
        for index in bytes.indices.dropLast() {
            for width in [1, 4] where index + width <= bytes.count {
                var damaged = bytes
                for place in index..<index + width { damaged[place] ^= 0xFF }
                // Of whole numbers only those of the edit list; its time can then be as long as the units of media are small.
                if width == 4 {
                    guard (edit..<edit + 20).contains(index), let scale = bytes.firstOffset(of: "mdhd") else {
                        continue
                    }
                    damaged.replaceSubrange(scale + 16..<scale + 20, with: [0xFF, 0xFF, 0xFF, 0xFF])
                }
                guard let output = try? scrub(damaged, scrubber) else { continue }
                #expect(try scrubber.inspect(MemorySource(output), detail: .parts).findings.isClean, "at \(index)")
            }
        }
    }

    /// Places have 64 bits where the data are that large.
    @Test(arguments: ["chunks.mp4", "protected.mp4"]) func moreThanFourGigabytes(file: String) throws {
        var head = try Fixture.named(file).bytes
        let track = try #require(MP4File(head).tracks.last)
        // Of the last track the table of sizes, with three samples of almost two gigabytes; data go on to the end.
        let sizes = try #require(head.indices.last { head[$0...].starts(with: "stsz".utf8) }) + 16
        let size = 0x7000_0000
        for sample in 0..<3 {
            head.replaceSubrange(sizes + 4 * sample..<sizes + 4 * sample + 4, with: [0x70, 0, 0, 0])
        }
        let media = try #require(head.firstOffset(of: "mdat"))
        head.replaceSubrange(media - 4..<media, with: [0, 0, 0, 0])
        let source = ZeroFilledSource(head: head, size: track.samples[0].lowerBound + 3 * size)
        var last = Scrubber()
        last.putsTablesFirst = true
        for scrubber in [Scrubber(), last, Self.strict] {
            let prepared = try scrubber.prepare(source)
            #expect(prepared.plan.size > 3 * size)
            #expect(
                prepared.plan.pieces.contains {
                    if case .bytes(let all) = $0 { all.firstOffset(of: "co64") != nil } else { false }
                })
            let output = PlannedSource(plan: prepared.plan, source: source)
            try prepared.verify(output)
            // What decrypts samples is found from a place of as many bits.
            guard let vector = Fixture.named(file).keep?.first(where: { $0.row == "initialisation vector" }) else {
                continue
            }
            let all = prepared.plan.pieces.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
            let tables = try #require(all.first { $0.firstOffset(of: "saio") != nil })
            let place = try #require(tables.firstOffset(of: "saio")) + 12
            #expect(tables[place - 8] == 1)
            let offset = tables[place..<place + 8].reduce(0) { $0 << 8 | Int($1) }
            var found: [UInt8] = Array(repeating: 0, count: vector.bytes.count)
            try output.read(offset..<offset + found.count, into: &found)
            #expect(found == vector.bytes)
        }
    }

    // MARK: Fragments

    @Test func indexesPointToFragments() throws {
        for name in ["fragments-index.mp4", "fragments-sent.mp4", "fragments-events.mp4", "fragments-positions.mp4"] {
            let file = try MP4File(Fixture.named(name).scrubbed())
            let fragments = file.top.filter { $0.type == "moof" }.map(\.range.lowerBound)
            let end = try #require(file.top.last)
            #expect(fragments.count == 3)
            if name != "fragments-positions.mp4" {
                #expect(file.index == fragments + [end.range.lowerBound], "\(name)")
            }
            #expect(file.access == fragments, "\(name)")
            // Where the index at the end begins, counted from the end.
            #expect(file.bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) } == end.range.count)
        }
    }

    @Test func anIndexThatDoesNotFitGoes() throws {
        let file = try MP4File(Fixture.named("fragments-unindexed.mp4").scrubbed())
        #expect(!file.top.contains { $0.type == "sidx" })
        #expect(
            try findings("fragments-unindexed.mp4").contains { $0.kind == .table && $0.name.contains("does not fit") })
    }

    /// Times that count from 1970 say when it was; those that count from somewhere else stay, but for `strict`.
    @Test func aStreamsClockGoes() throws {
        func times(_ name: String, _ scrubber: Scrubber = Scrubber()) throws -> Set<Int> {
            try Set(MP4File(Fixture.named(name).scrubbed(scrubber)).tracks.flatMap(\.decodeTimes))
        }
        #expect(try times("fragments-epoch.mp4") == [0, 100, 200])
        #expect(try times("fragments-long.mp4") == [5_000, 5_100, 5_200])
        #expect(try times("fragments-long.mp4", Self.strict) == [0, 100, 200])
        let clock = try #require(findings("fragments-epoch.mp4").first { $0.name == "when the stream began" })
        #expect(clock.kind == .time && clock.value == "2023-11-14 22:13:20")
    }

    /// The place of what decrypts samples counts from their fragment, or from the beginning of the file.
    @Test(arguments: ["fragments-protected.mp4", "protected.mp4", "protected-last.mp4"])
    func protectedTracksCanBeDecrypted(_ name: String) throws {
        let fixture = Fixture.named(name)
        let token = try #require(fixture.keep?.first { $0.row == "initialisation vector" })
        let file = try MP4File(fixture.scrubbed())
        let fragments = file.top.filter { $0.type == "moof" }.map(\.range)
        #expect(fragments.count == (name.hasPrefix("fragments") ? 3 : 0))
        let parts = fragments.isEmpty ? [0..<file.bytes.count] : fragments
        let vectors = Array(repeating: token.bytes, count: fragments.isEmpty ? 3 : 1).flatMap(\.self)
        for part in parts {
            let tables = Array(file.bytes[part])
            let place = try #require(tables.firstOffset(of: "saio")) + 12
            let offset = tables[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            #expect(Array(tables[offset..<offset + vectors.count]) == vectors)
        }
        let limitations = try Scrubber().inspect(MemorySource(fixture.bytes)).limitations
        #expect(limitations.contains(.protectedTracks) && limitations.contains(where: \.isOpaque))
    }

    // MARK: What is said

    private func findings(_ file: String) throws -> [Finding] {
        try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).findings
    }

    /// File, class, and words of the name.
    @Test(arguments: [
        ("track-gopro.mp4", FindingClass.timedMetadata, "GoPro telemetry"),
        ("track-camm.mp4", .timedMetadata, "motion"),
        ("track-apple.mov", .timedMetadata, "Apple"), ("timecode.mov", .timedMetadata, "timecode"),
        ("chapters.mov", .timedMetadata, "chapters"), ("subtitles-positions-1.mp4", .timedMetadata, "positions"),
        ("dates.mp4", .time, "time of creation"), ("names.mov", .encoder, "handler"),
        ("compressor.mov", .encoder, "compressor"), ("messages.mp4", .encoder, "hvcC"), ("alias.mov", .vendor, "path"),
        ("slack.mp4", .gap, "no track"), ("fragments-sent.mp4", .timedMetadata, "clock"),
        ("groups-unknown.mp4", .table, "do not need"),
        ("fragments-clock.mp4", .timedMetadata, "clock"), ("fragments-events.mp4", .timedMetadata, "event"),
        ("fragments-positions.mp4", .timedMetadata, "GoPro"), ("box-uuid-c2pa.mp4", .c2pa, "maker"),
        ("preview.mov", .thumbnail, "preview"),
    ])
    func whatGoesIsNamed(file: String, kind: FindingClass, words: String) throws {
        let found = try findings(file)
        #expect(
            found.contains { $0.kind == kind && $0.name.contains(words) && $0.action != .kept }, "\(found.map(\.name))")
    }

    @Test func textsAreShown() throws {
        for (file, name, value) in [
            ("keys.mov", "position", "CNRY-iso-6709"), ("keys.mov", "Live Photo", "CNRY-content-identifier"),
            ("user-texts.mov", "maker", "CNRY-udta-maker"), ("items.mp4", "software", "CNRY-encoder-item"),
        ] {
            let found = try findings(file)
            #expect(found.contains { $0.name.contains(name) && $0.value?.hasPrefix(value) == true }, "\(file): \(name)")
        }
    }

    @Test(arguments: [
        (
            "positions-gopro.mp4",
            "2 points between 2023-11-14 22:13:20 and 2023-11-14 22:13:20, the first at -37.79000, 144.90000"
        ),
        (
            "positions-gopro-9.mp4",
            "2 points between 2023-11-14 22:13:20 and 2023-11-14 22:13:20, the first at -37.79000, 144.90000"
        ),
        (
            "positions-motion.mp4",
            "2 points between 2023-11-14 22:13:38 and 2023-11-14 22:13:38, the first at -37.79000, 144.90000"
        ),
        (
            "positions-sentences.mp4",
            "1 point between 2023-11-14 22:13:20 and 2023-11-14 22:13:20, the first at -37.79000, 144.90000"
        ),
    ])
    func placesAreCounted(file: String, value: String) throws {
        let found = try #require(findings(file).first { $0.name == "GPS track" })
        #expect(found.value == value && found.reveals == [.location])
    }

    @Test func whatStaysIsTold() throws {
        func limitations(_ file: String) throws -> [Limitation] {
            try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).limitations
        }
        #expect(try limitations("subtitles.mp4").contains(.subtitles))
        #expect(try !limitations("plain.mp4").contains(.subtitles))
        #expect(try !limitations("plain.mp4").contains { if case .hiddenMedia = $0 { true } else { false } })
    }

    @Test(arguments: [
        ("fragment-run-huge.mp4", ScrubError.Code.damaged, "too many"),
        ("fragment-past-end.mp4", .damaged, "not in the file"),
        ("fragment-in-front.mp4", .damaged, "in front of the file"),
        ("fragment-no-track.mp4", .damaged, "of no track"), ("fragment-no-header.mp4", .damaged, "without a header"),
        ("fragment-entry.mp4", .damaged, "nothing describes"), ("fragment-shared.mp4", .refused, "share their data"),
        ("fragment-first.mp4", .refused, "in front of its movie"), ("elsewhere.mp4", .refused, "another file"),
        ("protected.mp4", .refused, "protected"), ("protected-elsewhere.mp4", .refused, "protected"),
        ("palette.mov", .refused, "palette"),
        ("texts-unknown.mp4", .refused, "unknown kind"), ("only-data.mp4", .refused, "no pictures"),
        ("stsz-huge.mp4", .damaged, "past the end"), ("stsz-uniform-huge.mp4", .damaged, "nowhere"),
        ("stco-past-end.mp4", .damaged, "not in the file"), ("stsc-entry.mp4", .damaged, "nothing describes"),
        ("stsc-none.mp4", .damaged, "nowhere"), ("descriptor-short.m4a", .damaged, "ends early"),
        ("no-movie.mp4", .damaged, "moov"),
    ])
    func refusalsSayWhy(file: String, code: ScrubError.Code, words: String) throws {
        let error = #expect(throws: ScrubError.self) { try Fixture.named("hostile/\(file)").scrubbed() }
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
}
