import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

/// How findings are put into words and into JSON, the same for every subcommand.
enum Wording {
    /// `Exif (location, time, device), XMP and 3 more`: each class once, in the order of the file.
    static func classes(_ findings: [Finding]) -> String {
        var seen: [FindingClass] = []
        for finding in findings where !seen.contains(finding.kind) { seen.append(finding.kind) }
        return seen.map { kind in
            let reveals = findings.filter { $0.kind == kind && $0.kind == .exif }.flatMap(\.reveals)
            let ordered = Revelation.allCases.filter { reveals.contains($0) }.map(\.name)
            return kind.name + (ordered.isEmpty ? "" : " (\(ordered.joined(separator: ", ")))")
        }.joined(separator: ", ")
    }

    /// In one list, with those that are empty left out.
    static func list(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: ", ") }

    static func attributes(_ attributes: [ForeignAttribute]) -> String {
        if attributes.isEmpty { return "" }
        return attributes.contains { $0.reveals.contains(.history) }
            ? "extended attributes (where it comes from)" : "extended attributes"
    }

    /// `user.xdg.origin.url: https://…`
    static func line(_ attribute: ForeignAttribute) -> String {
        SafeText.escape(attribute.name) + ": "
            + (attribute.value.map { SafeText.escape($0) } ?? "\(attribute.size) bytes")
    }

    static func json(_ attribute: ForeignAttribute) -> JSON {
        .object([
            ("name", .string(attribute.name)), ("value", attribute.value.map { .string($0) } ?? .null),
            (
                "reveals",
                .array(Revelation.allCases.filter { attribute.reveals.contains($0) }.map { .string($0.rawValue) })
            ), ("length", .integer(attribute.size)),
        ])
    }

    static func limitations(_ limitations: [Limitation]) -> String {
        limitations.map(\.description).joined(separator: "; ")
    }

    static func json(_ finding: Finding) -> JSON {
        .object([
            ("class", .string(finding.kind.rawValue)), ("name", .string(finding.name)),
            ("value", finding.value.map { .string($0) } ?? .null),
            (
                "reveals",
                .array(Revelation.allCases.filter { finding.reveals.contains($0) }.map { .string($0.rawValue) })
            ),
            ("offset", .integer(finding.range.lowerBound)), ("length", .integer(finding.range.count)),
            ("action", .string(finding.action.rawValue)),
        ])
    }

    /// A file that is not done, as a line.
    static func json(_ path: FilePath?, _ failure: FileFailure) -> String {
        JSON.object([("type", "file"), ("path", JSON(path)), ("error", json(failure))]).text
    }

    static func json(_ failure: FileFailure) -> JSON {
        .object([
            ("code", .string(failure.code.rawValue)), ("message", .string(failure.reason)),
            ("hint", failure.hint.map { .string($0) } ?? .null),
            ("offset", failure.offset.map { .integer($0) } ?? .null),
        ])
    }
}

extension Revelation {
    /// In a list of what a part gives away.
    var name: String {
        switch self {
        case .location: "location"
        case .time: "time"
        case .device: "device"
        case .serial: "serial number"
        case .person: "people"
        case .software: "software"
        case .text: "text"
        case .identifier: "ids"
        case .history: "history"
        case .picture: "pictures"
        case .video: "video"
        case .settings: "settings"
        case .colour: "colour"
        case .leftover: "leftovers"
        }
    }

    /// As the heading of what `show` prints.
    var heading: String {
        switch self {
        case .location: "where"
        case .time: "when"
        case .serial: "serial number"
        case .person: "who"
        case .picture: "hidden pictures"
        default: name
        }
    }
}
