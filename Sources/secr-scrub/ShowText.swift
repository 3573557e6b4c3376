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
        let isPart = Set(removed.filter { $0.reveals.count > 1 }.map(\.name))
        for revelation in Revelation.allCases {
            let found = removed.filter { $0.reveals.contains(revelation) && !isPart.contains($0.name) }
            section(revelation.heading, merge(found))
        }
        section("other", merge(removed.filter { $0.reveals.isEmpty }))
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

    /// One line per name; equal ones are counted.
    private func merge(_ findings: [Finding]) -> [String] {
        var lines: [(text: String, count: Int)] = []
        for finding in findings {
            let text = finding.name + (finding.value.map { ": " + console.safe($0) } ?? "")
            if let index = lines.firstIndex(where: { $0.text == text }) {
                lines[index].count += 1
            } else {
                lines.append((text, 1))
            }
        }
        return lines.map { $0.count == 1 ? $0.text : "\($0.text) (\($0.count) times)" }
    }
}
