import SecrTestSupport
import Testing

/// A page of the manual that has formats to the byte, and examples.
struct Page {
    static let relay = Page("man/secr-protocol.7")
    static let message = Page("man/secr-message.7")

    let text: String

    private init(_ path: String) { text = (try? Repository.text(path)) ?? "" }

    /// What is below a heading of the page.
    func section(_ heading: String) throws -> Substring {
        let sections = text.split(separator: "\n.S").filter { $0.hasPrefix("s \(heading)\n") }
        try #require(sections.count == 1, "\(heading)")
        return sections[0]
    }

    /// The rows of its tables that begin with a number, without the macros.
    func table(_ heading: String) throws -> [[String]] {
        try section(heading).matches(of: #/(?m)^\.It (0x\w\w .*)$/#).map { row in
            row.1.split(separator: " Ta ").map(String.init)
        }
    }

    /// The lines of the example under a heading, by their labels; those without one go on with what is above them.
    func lines(_ heading: String) throws -> [(label: String, text: String)] {
        let block = try #require(section(heading).firstMatch(of: #/\.Bd -literal -offset indent\n((?s).+?)\.Ed/#)).1
        return block.split(separator: "\n").reduce(into: []) { lines, line in
            let label = String(line.prefix(14)).replacing(#/ +$/#, with: "")
            if label.isEmpty && !lines.isEmpty {
                lines[lines.count - 1].text += line.dropFirst(14)
            } else {
                lines.append((label, String(line.dropFirst(14))))
            }
        }
    }

    /// The same as bytes.
    func example(_ heading: String) throws -> [(label: String, bytes: [UInt8])] {
        try lines(heading).map { ($0.label, hexadecimal($0.text)) }
    }

    /// The bytes of one line.
    func bytes(_ heading: String, _ label: String) throws -> [UInt8] {
        try #require(example(heading).first { $0.label == label }, "\(heading): \(label)").bytes
    }

    /// A frame from its rows; those that are not there are zeros.
    func frame(_ heading: String, _ label: String) throws -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: 512)
        var count = 0
        for (name, bytes) in try example(heading) where name.hasPrefix(label + " ") {
            let offset = try #require(Int(name.dropFirst(label.count + 1)))
            frame.replaceSubrange(offset..<offset + 32, with: bytes)
            count += 1
        }
        try #require(count > 0, "\(heading): \(label)")
        return frame
    }
}
