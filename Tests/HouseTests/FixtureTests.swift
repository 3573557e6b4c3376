import SecrTestSupport
import Testing

/// Fixtures come from the scripts beside them.
@Suite(.enabled(if: Run.isInstalled("python3"))) struct FixtureTests {
    @Test func scriptsStillMakeTheSameFiles() throws {
        let run = try Run.program("python3", ["Fixtures/jpeg/make.py", "--check"], in: Repository.root.path)
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test func everyFixtureIsInTheManifest() {
        let files = Set(
            Repository.files(below: "Fixtures/jpeg", suffix: ".jpg").map {
                String($0.dropFirst("Fixtures/jpeg/".count))
            })
        #expect(files == Set(Fixture.all.map(\.file)))
    }
}
