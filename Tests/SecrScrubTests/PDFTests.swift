import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Documents: what is kept on conditions, and what `show` says of them.
@Suite struct PDFTests {
    private func findings(_ file: String) throws -> [Finding] {
        try Scrubber().inspect(MemorySource(Fixture.named(file).bytes)).findings
    }

    @Test func claimsStayAndNothingElseOfTheirPacketDoes() throws {
        let output = try Fixture.named("claim.pdf").scrubbed()
        for text in [
            "pdfaid:part=\"2\" pdfaid:conformance=\"A\"", "pdfuaid:part=\"1\"",
            "<pdfaProperty:name>part</pdfaProperty:name>", "Findings &amp; methods &lt;2026&gt;",
        ] {
            #expect(output.firstOffset(of: Array(text.utf8)) != nil, "\(text)")
        }
        let kept = try findings("claim.pdf").filter { $0.action == .kept }
        #expect(kept.map(\.value) == ["PDF/A-2a and PDF/UA-1", "Findings & methods <2026>"])
    }

    /// Where XMP is asked for, all of it stays.
    @Test func keepingXMPKeepsThePacket() throws {
        let output = try Fixture.named("claim.pdf").scrubbed(Scrubber(policy: Policy(keep: [.xmp])))
        #expect(output.firstOffset(of: Array("<dc:creator>".utf8)) != nil)
    }

    /// ISO 19005-1 is older than streams of objects.
    @Test func oldArchivesGetNoObjectStreams() throws {
        let output = try Fixture.named("claim-archive.pdf").scrubbed()
        #expect(output.firstOffset(of: Array("/ObjStm".utf8)) == nil)
        #expect(output.firstOffset(of: Array("pdfaid:part=\"1\" pdfaid:conformance=\"B\"".utf8)) != nil)
        #expect(output.firstOffset(of: Array("dc:title".utf8)) == nil)
        let other = try Fixture.named("information-packed.pdf").scrubbed()
        #expect(other.firstOffset(of: Array("/ObjStm".utf8)) != nil)
    }

    @Test(arguments: ["hostile/signed.pdf", "hostile/signed-unseen.pdf"])
    func signaturesGoOnRequestOnly(file: String) throws {
        let fixture = Fixture.named(file)
        #expect(throws: ScrubError.self) { try fixture.scrubbed() }
        var scrubber = Scrubber()
        scrubber.breaksSignatures = true
        let source = MemorySource(try fixture.bytes)
        #expect(try scrubber.inspect(source).findings.contains { $0.name == "signature" && $0.action == .removed })
        let output = try fixture.scrubbed(scrubber)
        #expect(output.firstOffset(of: Array("ByteRange".utf8)) == nil)
        // A field that is shown can be signed again, and nothing is left to refuse.
        #expect((output.firstOffset(of: Array("/FT/Sig".utf8)) != nil) == (file == "hostile/signed.pdf"))
        #expect(try scrub(output) == output)
    }

    @Test func commentsAmongInstructionsAreCountedAndGoWhereThePolicyIsStrict() throws {
        let fixture = Fixture.named("remarks.pdf")
        let source = MemorySource(try fixture.bytes)
        #expect(try Scrubber().prepare(source).limitations.contains(.instructionComments(3)))
        let strict = Scrubber(policy: Policy(profile: .strict))
        let limitations = try strict.prepare(source).limitations
        #expect(
            !limitations.contains {
                if case .instructionComments = $0 { true } else { false }
            })
        // What is packed anew is looked at by `PDFJudgeTests`.
        let output = try fixture.scrubbed(strict)
        #expect(try Scrubber().prepare(MemorySource(output)).limitations == limitations)
    }

    @Test func whatAPhotoAmongInstructionsSaysIsReported() throws {
        let limitations = try Scrubber().prepare(MemorySource(Fixture.named("inline.pdf").bytes)).limitations
        #expect(!limitations.contains { $0.isOpaque })
        #expect(try findings("inline.pdf").contains { $0.name == "metadata inside a picture" && $0.action == .removed })
    }

    @Test func earlierVersionsAreTold() throws {
        let version = try #require(try findings("revisions.pdf").first { $0.name == "earlier versions" })
        #expect(version.value == "1 earlier version is still inside; page 1 changed")
        #expect(try !findings("information.pdf").contains { $0.name == "earlier versions" })
    }

    @Test func whatIsHiddenIsTold() throws {
        let kept = try findings("hidden.pdf").filter { $0.action == .kept }
        #expect(
            kept.map { "\($0.name): \($0.value ?? "")" } == [
                "layer that is not shown: Names of owners", "what lies outside of the frame: page 2",
                "link that tells who follows it: https://example.org/?id=7&utm_campaign=spring",
            ])
        #expect(try !findings("plain.pdf").contains { $0.action == .kept })
    }
}
