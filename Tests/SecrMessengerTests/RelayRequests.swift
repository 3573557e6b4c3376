import SecrTestSupport
import SecrWire

/// What was asked of a relay over plain connections, as somebody sees it who sits in between.
struct RelayRequests {
    private(set) var commands: [Command] = []
    /// What was put into boxes, in no order, also if the relay did not take it.
    private(set) var cells: [[UInt8]] = []

    init(_ forwarder: Forwarder) throws {
        for passage in forwarder.passages {
            var rest = passage.sent[...]
            while let body = Self.nextBody(&rest) {
                guard !body.isEmpty else { continue }
                let command = try Command(parsing: body)
                commands.append(command)
                if command.request == .put { cells.append(Array(body[Command.size...])) }
            }
        }
    }

    /// Of the next request of HTTP that is complete.
    private static func nextBody(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased().split(separator: "\r\n")
        let length = lines.first { $0.hasPrefix("content-length:") }.flatMap { line in
            Int(line.drop { !$0.isNumber })
        }
        let start = end.upperBound
        guard bytes.endIndex - start >= length ?? 0 else { return nil }
        defer { bytes = bytes[(start + (length ?? 0))...] }
        return Array(bytes[start..<start + (length ?? 0)])
    }
}
