import Foundation
import SecrScrubFiles
import SecrTestSupport
import SystemPackage
import Testing

@Suite struct TimesTests {
    let place: ScrubFolder

    init() throws {
        place = try ScrubFolder()
        for name in ["a.jpg", "b.jpg"] { try place.folder.write(Fixture.named("comment.jpg").bytes, to: name) }
    }

    @Test(arguments: [Naming.none, .hash]) func outputsAreFromTheBeginning(naming: Naming) throws {
        for destination in [Destination.beside, .folder(place.path("out")), .inPlace] {
            let outcomes = place.run(["a.jpg", "b.jpg"], destination) {
                $0.naming = naming
                $0.zeroesTimes = true
            }
            for outcome in outcomes {
                guard case .scrubbed(let path?) = outcome.result else { continue }
                #expect(try place.times(path.string) == [0, 0], "\(path)")
            }
        }
    }

    @Test func outputsThatReplaceSomethingToo() throws {
        place.run(["a.jpg"], .file(place.path("c.jpg"))) { $0.zeroesTimes = true }
        place.run(["a.jpg"], .file(place.path("b.jpg"))) {
            $0.zeroesTimes = true
            $0.overwrites = true
        }
        for name in ["b.jpg", "c.jpg"] { #expect(try place.times(name) == [0, 0]) }
        // The original keeps its own.
        #expect(try place.times("a.jpg")[1] > 0)
    }

    @Test func cleanFilesGetThemInPlace() throws {
        place.run(["a.jpg"], .inPlace)
        #expect(try place.times("a.jpg")[1] > 0)
        #expect(
            place.run(["a.jpg"], .inPlace) {
                $0.zeroesTimes = true
                $0.isDryRun = true
            }.first?.isClean == true)
        #expect(try place.times("a.jpg")[1] > 0)
        #expect(place.run(["a.jpg"], .inPlace) { $0.zeroesTimes = true }.first?.isClean == true)
        #expect(try place.times("a.jpg") == [0, 0])
    }
}
