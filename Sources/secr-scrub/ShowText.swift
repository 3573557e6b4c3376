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
        if removed.isEmpty { section("nothing", ["this file is clean"]) }
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

    /// Exif blocks whose values are all listed one by one.
    private static func emptyShells(_ findings: [Finding]) -> Set<Range<Int>> {
        let values = findings.filter { $0.kind == .exif && $0.reveals.count == 1 }
        let blocks = findings.filter { $0.kind == .exif && $0.reveals.count > 1 }
        return Set(blocks.map(\.range).filter { block in values.contains { block.contains($0.range.lowerBound) } })
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
