extension Tool {
    /// What `--help` prints.
    func help(for command: Command) -> String {
        var lines = [command.abstract, ""]
        let commands = command.name == nil && !isCollection ? [command] + others : [command]
        for (index, command) in commands.enumerated() {
            lines.append((index == 0 ? "Usage: " : "       ") + usage(of: command))
        }
        if !command.discussion.isEmpty { lines += ["", Self.wrapped(command.discussion, indent: "")] }
        lines += ["", "Options:"] + options(of: command).map(Self.line)
        if command.name == nil && !others.isEmpty {
            lines +=
                ["", isCollection ? "Commands:" : "Other commands:"]
                + others.map { Self.row($0.name ?? "", $0.abstract) }
            lines += ["", "'\(name) COMMAND --help' explains each; \(name)(1) has examples."]
        }
        return lines.joined(separator: "\n")
    }

    /// Whether the main command only tells which others there are.
    private var isCollection: Bool { main.options.isEmpty }

    private func usage(of command: Command) -> String {
        [name, command.name, "[OPTION]...", command.operands].compactMap(\.self).filter { !$0.isEmpty }
            .joined(separator: " ")
    }

    private static let column = 30
    private static let width = 100

    private static func line(_ option: Option) -> String {
        let short = option.short.map { "-\($0), " } ?? "    "
        let name = "--\(option.long)" + (option.value.map { " \($0.name)" } ?? "")
        var help = option.help
        if case .choice(let words) = option.value?.completion { help += " One of: \(words.joined(separator: ", "))." }
        return row(short + name, help)
    }

    /// A name, and what it means in a column beside it.
    private static func row(_ name: String, _ text: String) -> String {
        let indent = String(repeating: " ", count: column + 2)
        return "  " + padded(name) + wrapped(text, indent: indent).dropFirst(indent.count)
    }

    private static func padded(_ text: String) -> String {
        text.count < column
            ? text + String(repeating: " ", count: column - text.count)
            : text + "\n" + String(repeating: " ", count: column + 2)
    }

    /// Text broken into lines of at most ``width`` characters, each behind `indent`.
    private static func wrapped(_ text: String, indent: String) -> String {
        var lines: [String] = []
        var line = indent
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > width && line != indent {
                lines.append(line)
                line = indent
            }
            line += (line == indent ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
