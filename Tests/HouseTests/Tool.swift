import SecrTestSupport
import Testing

/// A tool of the house, as it describes itself.
struct Tool: Sendable, CustomTestStringConvertible {
    let name: String
    /// Of the manual.
    let chapter: Int
    /// The sections that its page has beside those of every page.
    let sections: [String]

    static let all = [
        Tool(name: "secr-scrub", chapter: 1, sections: []),
        Tool(name: "secr-vault", chapter: 1, sections: ["COMMANDS"]),
        Tool(name: "secr-chat", chapter: 1, sections: ["COMMANDS"]),
        Tool(name: "secr-relay", chapter: 8, sections: ["COMMANDS"]),
    ]

    var testDescription: String { name }

    func run(_ arguments: [String]) throws -> String { try Run.program(Run.built(name), arguments).text }

    /// Its man page.
    var page: String { get throws { try Repository.text("man/\(name).\(chapter)") } }

    /// The commands that its help lists.
    var commands: [String] {
        get throws {
            let list = try run(["--help"]).split(separator: "ommands:\n").last ?? ""
            return list.matches(of: #/(?m)^  ([a-z]+) /#).map { String($0.1) }
        }
    }

    /// Those that its page describes.
    var describedCommands: Set<String> {
        get throws { Set(try page.matches(of: #/(?m)^\.It (?:Nm )?Cm ([a-z]+)/#).map { String($0.1) }) }
    }

    /// The long options that help lists for a command, or without one.
    func options(_ command: String?) throws -> Set<String> {
        let help = try run([command].compactMap(\.self) + ["--help"])
        return Set(help.matches(of: #/(?m)^  (?:-\w, |    )--([a-z0-9-]+)/#).map { String($0.1) })
    }

    func options(_ commands: [String]) throws -> Set<String> {
        try commands.reduce(into: options(nil)) { $0.formUnion(try options($1)) }
    }
}
