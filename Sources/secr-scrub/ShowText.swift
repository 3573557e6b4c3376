import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

/// What a file gives away, as a person reads it: questions first, technical parts last.
struct ShowText {
    var console: Console

    private static let column = 17

    func print(_ path: FilePath?, _ report: FileInspector.Report) {
        let inspection = report.inspection
        console.line([.name(path), .text(": \(inspection.format.name), \(inspection.summary)")])
        let removed = inspection.findings.filter { $0.action != .kept }
        let hidden = Self.emptyShells(removed)
        for revelation in Revelation.allCases {
            let found = removed.filter { $0.reveals.contains(revelation) && !hidden.contains($0.range) }
            section(revelation.heading, merge(found))
        }
        section("other", merge(removed.filter { $0.reveals.isEmpty && !hidden.contains($0.range) }))
        section("noted outside", report.attributes.map(Wording.line))
        if removed.isEmpty && report.attributes.isEmpty { section("nothing", ["this file is clean"]) }
        section("kept", merge(inspection.findings.filter { $0.action == .kept }))
        section("stays", inspection.limitations.map(\.description), style: .faint)
    }

    private func section(_ heading: String, _ lines: [String], style: Console.Style? = nil) {
        for (index, line) in lines.enumerated() {
            let label = index == 0 ? heading : ""
            let padding = String(repeating: " ", count: max(1, Self.column - label.count))
            let text = style.map { console.styled(line, $0) } ?? line
            console.line("  " + console.styled(label, .bold) + padding + text)
        }
    }

    /// Parts whose values are all listed one by one.
    private static func emptyShells(_ findings: [Finding]) -> Set<Range<Int>> {
        let parts = findings.filter { [.exif, .comment, .time].contains($0.kind) }
        return Set(
            parts.map(\.range).filter { part in
                parts.contains {
                    $0.range != part && part.contains($0.range.lowerBound) && $0.range.upperBound <= part.upperBound
                }
            })
    }

    /// One line per name; equal ones are counted.
    private func merge(_ findings: [Finding]) -> [String] {
        var order: [String] = []
        var counts: [String: Int] = [:]
        for finding in findings {
            let text = finding.name + (finding.value.map { ": " + SafeText.escape($0) } ?? "")
            if counts[text] == nil { order.append(text) }
            counts[text, default: 0] += 1
        }
        return order.map { text in
            let count = counts[text] ?? 1
            return count == 1 ? text : "\(text) (\(count) times)"
        }
    }
}
