import SecrTestSupport
import Testing

/// Fixtures come from the scripts beside them.
@Suite(.enabled(if: Run.isInstalled("python3"))) struct FixtureTests {
    @Test(arguments: Fixture.Format.allCases) func scriptsStillMakeTheSameFiles(format: Fixture.Format) throws {
        let run = try Run.program("python3", ["Fixtures/\(format)/make.py", "--check"], in: Repository.root.path)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test(arguments: Fixture.Format.allCases) func everyFixtureIsInTheManifest(format: Fixture.Format) {
        let folder = "Fixtures/\(format)/"
        let files = format.suffixes.flatMap { Repository.files(below: String(folder.dropLast()), suffix: $0) }
            .map { String($0.dropFirst(folder.count)) }
        #expect(Set(files) == Set(Fixture.all.filter { $0.format == format }.map(\.file)))
    }
}
