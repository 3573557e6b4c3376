import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

@Suite struct PNGTests {
    private func chunks(of bytes: [UInt8]) -> [(type: String, payload: [UInt8])] {
        var chunks: [(String, [UInt8])] = []
        var at = 8
        let reader = ByteReader(bytes)
        while let length = try? reader.uint32(at: at), let payload = try? reader.slice(at: at + 8, count: length) {
            chunks.append((String(decoding: bytes[at + 4..<at + 8], as: UTF8.self), Array(payload)))
            at += 12 + length
        }
        return chunks
    }

    /// Any single changed byte is noticed, wherever it stands.
    @Test(arguments: [
        "everything.png", "animation-regions.png", "palette-4.png", "iccp-rendering.png", "surplus-lines.png",
        "idat-tail-divided.png", "animation-surplus.png",
    ])
    func anyChangedByteIsNoticed(file: String) throws {
        let source = MemorySource(try Fixture.named(file).bytes)
        for policy in [Policy(), Policy(profile: .strict)] {
            let prepared = try Scrubber(policy: policy).prepare(source)
            let good = try prepared.plan.bytes(from: source)
            try prepared.verify(MemorySource(good))
            for index in good.indices {
                var bad = good
                bad[index] ^= 0x01
                #expect(throws: ScrubError.self, "at \(index)") { try prepared.verify(MemorySource(bad)) }
            }
        }
    }

    @Test(arguments: ["rgb-8.png", "animation.png", "surplus-lines.png"]) func aShortenedOutputIsNoticed(file: String)
        throws
    {
        let source = MemorySource(try Fixture.named(file).bytes)
        let prepared = try Scrubber().prepare(source)
        let good = try prepared.plan.bytes(from: source)
        for count in 0..<good.count {
            #expect(throws: ScrubError.self) { try prepared.verify(MemorySource(Array(good[..<count]))) }
        }
    }

    @Test(arguments: Fixture.png) func nothingButAllowedChunksIsLeft(fixture: Fixture) throws {
        let allowed: Set<String> = [
            "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP", "mDCV", "mDCv",
            "cLLI",
            "cLLi", "acTL", "fcTL", "fdAT", "eXIf", "pHYs",
        ]
        let output = try fixture.scrubbed(Scrubber(verification: .decode))
        let chunks = chunks(of: output)
        #expect(chunks.reduce(8) { $0 + 12 + $1.payload.count } == output.count)
        #expect(Set(chunks.map(\.type)).subtracting(allowed) == [])
        #expect(chunks.last?.type == "IEND" && chunks.last?.payload == [])
        #expect(chunks.filter { $0.type == "fcTL" }.count == fixture.frames ?? 0)
        #expect(chunks.contains { $0.type == "iCCP" } == (fixture.icc ?? false))
        for chunk in chunks where chunk.type == "iCCP" { #expect(chunk.payload.starts(with: Array("icc\0\0".utf8))) }
        for chunk in chunks where chunk.type == "eXIf" { #expect(chunk.payload.count == 26) }
    }

    /// Where nothing is wrong with a picture's data, not even their division into chunks changes.
    @Test(arguments: ["idat-many.png", "animation-parts.png", "idat-single-bytes.png"]) func soundDataStayInTheirChunks(
        file: String
    ) throws {
        let bytes = try Fixture.named(file).bytes
        let output = try scrub(bytes)
        func data(_ bytes: [UInt8]) -> [[UInt8]] {
            chunks(of: bytes).filter { ["IDAT", "fdAT"].contains($0.type) }.map(\.payload)
        }
        #expect(data(bytes) == data(output))
        let strict = try scrub(bytes, Scrubber(policy: Policy(profile: .strict)))
        #expect(chunks(of: strict).filter { $0.type == "IDAT" }.count == 1)
    }

    @Test func shapeOfPixelsStaysAndResolutionGoes() throws {
        let kept = chunks(of: try Fixture.named("aspect.png").scrubbed()).first { $0.type == "pHYs" }
        let aspect = try #require(Fixture.named("aspect.png").aspect)
        #expect(kept?.payload == [0, 0, 0, UInt8(aspect[0]), 0, 0, 0, UInt8(aspect[1]), 0])
        #expect(!chunks(of: try Fixture.named("density.png").scrubbed()).contains { $0.type == "pHYs" })
        let strict = Scrubber(policy: Policy(profile: .strict))
        #expect(!chunks(of: try Fixture.named("aspect.png").scrubbed(strict)).contains { $0.type == "pHYs" })
    }

    @Test func orientationCanBeDropped() throws {
        let fixture = Fixture.named("orientation-6-big-endian.png")
        let output = try fixture.scrubbed(Scrubber(policy: Policy(drop: [.orientation])))
        #expect(!chunks(of: output).contains { $0.type == "eXIf" })
        #expect(throws: ScrubError.self) { try fixture.scrubbed(RotationTests.turner) }
    }

    @Test(arguments: [
        ("text.png", FindingClass.comment), ("xmp.png", .xmp), ("exif.png", .exif), ("time.png", .time),
        ("cabx.png", .c2pa), ("vendor-cnry.png", .vendor), ("iccp-texts.png", .icc),
    ])
    func partsAreKeptOnRequest(file: String, kind: FindingClass) throws {
        guard FindingClass.keepable.contains(kind) else { return }
        let fixture = Fixture.named(file)
        let output = try fixture.scrubbed(Scrubber(policy: Policy(keep: [kind])))
        for token in fixture.drop ?? [] where token.class == kind.rawValue {
            #expect(output.firstOffset(of: token.bytes) != nil, "\(token.row)")
        }
    }

    @Test func textsAreShownWithTheirKeywords() throws {
        let findings = try Scrubber().inspect(MemorySource(Fixture.named("text.png").bytes)).findings
        #expect(findings.contains { $0.name == "Author" && $0.reveals == [.person] && $0.value?.isEmpty == false })
        let packed = try Scrubber().inspect(MemorySource(Fixture.named("text-compressed.png").bytes)).findings
        #expect(packed.contains { $0.value?.hasPrefix("CNRY-") == true })
        let raw = try Scrubber().inspect(MemorySource(Fixture.named("raw-profile-exif-plain.png").bytes)).findings
        #expect(raw.contains { $0.kind == .exif && $0.value?.hasPrefix("CNRY-") == true })
    }

    /// Orientation stays, and nothing else that its block says.
    @Test func valuesOfExifAreShownAsRemoved() throws {
        let bytes = try Fixture.named("everything.png").bytes
        let findings = try Scrubber().inspect(MemorySource(bytes)).findings
        let maker = try #require(findings.first { $0.value?.hasPrefix("CNRY-exif-ifd0-make") == true })
        #expect(maker.action == .removed)
        #expect(bytes[maker.range].starts(with: Array("CNRY-exif-ifd0-make".utf8)))
    }

    @Test(arguments: [
        ("trailer-old-tail.png", "remains of an earlier picture"), ("idat-tail.png", "bytes behind the coded picture"),
        ("surplus-lines.png", "bytes behind the last line of the picture"),
        ("vendor-mkbf.png", "source document (Fireworks)"), ("vendor-skrf.png", "the original picture (Skitch)"),
    ])
    func hiddenPicturesAreTold(file: String, name: String) throws {
        let findings = try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).findings
        #expect(findings.contains { $0.name == name && $0.reveals.contains(.picture) && $0.action == .removed })
    }

    @Test func aStillInFrontOfAnAnimationStaysAndIsTold() throws {
        let output = try Fixture.named("animation-other-default.png").scrubbed()
        let findings = try Scrubber().inspect(MemorySource(output)).findings
        #expect(findings.contains { $0.kind == .picture && $0.action == .kept })
        #expect(try Scrubber().inspect(MemorySource(Fixture.named("animation.png").bytes)).findings.isEmpty)
    }

    /// A picture that claims to be huge costs what its data cost, not what it claims.
    @Test(.timeLimit(.minutes(1)), arguments: ["hostile/size-100000.png", "hostile/bomb.png", "hostile/iccp-bomb.png"])
    func claimsCostNothing(file: String) throws {
        _ = try? Fixture.named(file).scrubbed()
    }
}
