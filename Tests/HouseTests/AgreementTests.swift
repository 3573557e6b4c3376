import Foundation
import SecrTestSupport
import Testing

/// Help, man page, completions and README say the same.
@Suite struct AgreementTests {
    @Test(arguments: Tool.all) func manPageHasEveryCommandAndNoOther(tool: Tool) throws {
        let commands = Set(try tool.commands)
        let described = try tool.describedCommands
        #expect(commands.count >= 2)
        #expect(described == commands)
    }

    @Test(arguments: Tool.all) func manPageHasEveryOptionAndNoOther(tool: Tool) throws {
        let items = Set(try tool.page.matches(of: #/(?m)^\.It .*Fl -([a-z0-9-]+)/#).map { String($0.1) })
        #expect(try items == tool.options(tool.commands))
    }

    @Test(arguments: Tool.all, ["bash", "zsh", "fish"]) func completionsHaveEverything(tool: Tool, shell: String) throws
    {
        let script = try tool.run(["--completions", shell])
        for option in try tool.options(tool.commands) {
            #expect(script.contains(shell == "fish" ? "-l \(option)" : "--\(option)"), "\(shell) lacks --\(option)")
        }
        for command in try tool.commands { #expect(script.contains(command)) }
    }

    /// Each shell takes its script without a word.
    @Test(arguments: Tool.all, ["bash", "zsh", "fish"]) func completionsAreScripts(tool: Tool, shell: String) throws {
        guard Run.isInstalled(shell) else { return }
        let folder = try TemporaryFolder()
        try folder.write(Array(tool.run(["--completions", shell]).utf8), to: "script")
        let run = try Run.program(shell, ["-n", "script"], in: folder.path)
        #expect(run.status == 0 && run.errors == "")
    }

    /// In lines that name a tool.
    @Test(arguments: ["README.md", "SECURITY.md", "CHANGELOG.md"]) func documentsNameNoOptionThatIsNotThere(
        document: String
    ) throws {
        for line in try Repository.text(document).split(separator: "\n") {
            let tools = Tool.all.filter { line.contains($0.name) }
            if tools.isEmpty { continue }
            let named = line.matches(of: #/(?:^|[^\w-])--([a-z0-9-]{2,})/#).map { String($0.1) }
            if named.isEmpty { continue }
            let known = try tools.reduce(into: Set<String>()) { $0.formUnion(try $1.options($1.commands)) }
            for option in named { #expect(known.contains(option), "\(document) names --\(option)") }
        }
    }

    @Test(arguments: Tool.all) func manPageHasItsSections(tool: Tool) throws {
        let page = try tool.page
        for section in [
            "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "SECURITY",
        ] + tool.sections {
            #expect(page.contains(".Sh \(section)\n"), "no section \(section)")
        }
    }

    @Test(arguments: Tool.all) func manPageHasEveryWordThatOptionsTake(tool: Tool) throws {
        let page = try tool.page
        let helps = try [nil] + tool.commands
        for command in helps {
            let help = try tool.run([command].compactMap(\.self) + ["--help"])
            let flat = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            for list in flat.matches(of: #/One of: ([a-z0-9, -]+)\./#) {
                for word in list.1.components(separatedBy: ", ") {
                    #expect(page.contains(word), "the man page lacks \(word)")
                }
            }
        }
    }

    /// A status means the same for every tool: each page's is on the README's list.
    @Test(arguments: Tool.all) func exitStatusIsThatOfTheHouse(tool: Tool) throws {
        let section = try #require(
            try tool.page.split(separator: ".Sh EXIT STATUS\n").last?.split(separator: "\n.Sh ").first)
        let listed = section.matches(of: #/(?m)^\.It (\d+)$/#).map { String($0.1) }
        let readme = try Repository.text("README.md")
        #expect(!listed.isEmpty)
        for status in listed { #expect(readme.contains("\n| \(status) | "), "README lacks \(status)") }
    }

    /// `install` takes every page that there is.
    @Test func pagesAreKnownToTheMakefile() throws {
        let makefile = try Repository.text("Makefile")
        for tool in Tool.all { #expect(makefile.contains(#/TOOLS := .*\b/#) && makefile.contains(tool.name)) }
        for page in Repository.files(below: "man") where !page.hasSuffix(".1") {
            let isTools = Tool.all.contains { page == "man/\($0.name).\($0.chapter)" }
            #expect(isTools || makefile.contains(page.split(separator: "/")[1]), "\(page) is not installed")
        }
    }
}
