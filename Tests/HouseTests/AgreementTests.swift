import Foundation
import SecrTestSupport
import Testing

/// Help, man page, completions and README say the same.
@Suite struct AgreementTests {
    static let commands = [[], ["show"], ["check"]]

    /// The long options that help lists.
    static func helpOptions(_ command: [String]) throws -> Set<String> {
        let help = try Run.scrub(command + ["--help"]).text
        return Set(help.matches(of: #/(?m)^  (?:-\w, |    )--([a-z-]+)/#).map { String($0.1) })
    }

    static func allHelpOptions() throws -> Set<String> {
        try commands.reduce(into: []) { $0.formUnion(try helpOptions($1)) }
    }

    @Test func manPageHasEveryOptionAndNoOther() throws {
        let page = try Repository.text("man/secr-scrub.1")
        let items = Set(page.matches(of: #/(?m)^\.It .*Fl -([a-z-]+)/#).map { String($0.1) })
        #expect(try items == Self.allHelpOptions())
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsHaveEveryOption(shell: String) throws {
        let script = try Run.scrub(["--completions", shell]).text
        for option in try Self.allHelpOptions() {
            #expect(script.contains(shell == "fish" ? "-l \(option)" : "--\(option)"), "\(shell) lacks --\(option)")
        }
        for command in ["show", "check"] { #expect(script.contains(command)) }
    }

    @Test func readmeNamesNoOptionThatIsNotThere() throws {
        let known = try Self.allHelpOptions()
        for document in ["README.md", "SECURITY.md", "CHANGELOG.md"] {
            let lines = try Repository.text(document).split(separator: "\n").filter { $0.contains("secr-scrub") }
            for option in lines.joined(separator: "\n").matches(of: #/(?:^|[^\w-])--([a-z-]{2,})/#)
                .map({ String($0.1) })
            {
                #expect(known.contains(option), "\(document) names --\(option)")
            }
        }
    }

    @Test func manPageHasItsSections() throws {
        let page = try Repository.text("man/secr-scrub.1")
        for section in [
            "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SECURITY",
        ] {
            #expect(page.contains(".Sh \(section)"), "no section \(section)")
        }
    }

    @Test func manPageHasEveryWordOfKeepAndDrop() throws {
        let page = try Repository.text("man/secr-scrub.1")
        let help = try Run.scrub(["--help"]).text
        let flat = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for list in flat.matches(of: #/separated by commas\. One of: ([a-z0-9, -]+)\./#) {
            for word in list.1.components(separatedBy: ", ") {
                #expect(page.contains(word), "the man page lacks \(word)")
            }
        }
    }
}
