import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// One planted token for every row of the leak catalogue: what must go is gone, what must stay is there.
@Suite struct CanaryTests {
    @Test(arguments: Fixture.accepted) func droppedTokensAreGone(fixture: Fixture) throws {
        let input = try fixture.bytes
        let output = try fixture.scrubbed()
        for token in fixture.drop ?? [] {
            #expect(input.firstOffset(of: token.bytes) != nil, "\(token.row): not planted")
            #expect(!output.contains(canary: token.bytes), "\(token.row): survives")
        }
    }

    /// Those of documents can be packed; `PDFJudgeTests` looks for them.
    @Test(arguments: Fixture.accepted.filter { $0.format != .pdf }) func keptTokensAreThere(fixture: Fixture) throws {
        let output = try fixture.scrubbed()
        for token in fixture.keep ?? [] {
            #expect(output.firstOffset(of: token.bytes) != nil, "\(token.row): lost")
        }
    }

    @Test(arguments: Fixture.accepted) func strictDropsAtLeastAsMuch(fixture: Fixture) throws {
        let output = try fixture.scrubbed(Scrubber(policy: Policy(profile: .strict)))
        for token in fixture.drop ?? [] { #expect(!output.contains(canary: token.bytes), "\(token.row): survives") }
    }

    /// Every planted token lies within a finding that says it goes.
    @Test(arguments: Fixture.accepted) func whatIsDroppedIsReported(fixture: Fixture) throws {
        let input = try fixture.bytes
        let findings = try Scrubber().inspect(MemorySource(input), detail: .parts).findings
        #expect(findings.isClean == (fixture.drop ?? []).isEmpty || fixture.drop?.isEmpty != false)
        for token in fixture.drop ?? [] {
            let place = try #require(input.firstOffset(of: token.bytes))
            #expect(findings.contains { $0.range.contains(place) && $0.action != .kept }, "\(token.row): not reported")
        }
    }

    @Test(arguments: Fixture.accepted) func scrubbedFilesAreCleanAndStayTheSame(fixture: Fixture) throws {
        for policy in [Policy(), Policy(profile: .strict)] {
            let scrubber = Scrubber(policy: policy)
            let once = try fixture.scrubbed(scrubber)
            #expect(try scrubber.inspect(MemorySource(once)).findings.isClean)
            #expect(try scrub(once, scrubber) == once)
        }
    }

    /// The other way round: a dirty kind on the allow-list would be noticed by the tests above.
    @Test(arguments: Self.dirtyKinds) func dirtyKindOnTheListIsNoticed(format: FileFormat, kind: String) throws {
        var mutated = Scrubber()
        mutated.allowLists[format] = AllowList.standard(for: format).adding(kindNamed: kind)
        let isNoticed = Fixture.accepted.filter { $0.format.rawValue == format.rawValue }.contains { fixture in
            guard let tokens = fixture.drop, let input = try? fixture.bytes else { return false }
            let source = MemorySource(input)
            guard let prepared = try? mutated.prepare(source), let output = try? prepared.plan.bytes(from: source)
            else {
                return false
            }
            return tokens.contains { output.contains(canary: $0.bytes) }
                || (try? Scrubber().inspect(MemorySource(output)).findings.isClean) != true
        }
        #expect(isNoticed, "no fixture has a canary in '\(kind)'")
    }

    static let dirtyKinds = FileFormat.allCases.flatMap { format in
        AllowList.standard(for: format).otherKinds.map { (format, $0) }
    }

    @Test func everyByteBelongsToTheOutputOrIsAccountedFor() throws {
        for fixture in Fixture.accepted {
            let source = MemorySource(try fixture.bytes)
            let plan = try Scrubber().prepare(source).plan
            #expect(plan.size == (try plan.bytes(from: source)).count)
        }
    }
}
