/// An answer. Redirections are answers, too.
public struct HTTPResponse: Sendable {
    /// 200...999.
    public let status: Int
    public let headers: HTTPHeaders
    /// As it was sent; whatever `Content-Encoding` says is still to be undone.
    public let body: [UInt8]
}

/// The headers of an answer, in the order in which they came.
///
/// They are kept as they came, at most ``HTTPClient/maximumHeadSize`` bytes of them, and read where they are asked for.
public struct HTTPHeaders: Sendable, Sequence {
    /// Lines with their ends; the status line first, an empty line last.
    private let head: [UInt8]

    /// `nil` where the head is malformed: lines without a name, or folded ones, which nobody sends any more (RFC 9112,
    /// section 5.2).
    init?(head: [UInt8]) {
        self.head = head
        var lines = Lines(head: head)
        _ = lines.next()
        while let line = lines.next() {
            guard let colon = Self.colon(in: line, of: head), colon > line.lowerBound else { return nil }
            guard head[line.lowerBound..<colon].allSatisfy(RequestCheck.isTokenCharacter) else { return nil }
            guard !head[colon..<line.upperBound].contains(0) else { return nil }
        }
    }

    /// The value of the first header with that name, whatever its case; without the white space around it.
    public subscript(name: String) -> String? {
        var lines = Lines(head: head)
        _ = lines.next()
        while let line = lines.next() {
            if let value = value(of: name.utf8, in: line) { return value }
        }
        return nil
    }

    /// The values of all headers with that name, whatever its case.
    public func all(_ name: String) -> [String] {
        var values: [String] = []
        var lines = Lines(head: head)
        _ = lines.next()
        while let line = lines.next() {
            if let value = value(of: name.utf8, in: line) { values.append(value) }
        }
        return values
    }

    /// All of them; names are in lower case.
    public func makeIterator() -> some IteratorProtocol<(name: String, value: String)> {
        var lines = Lines(head: head)
        _ = lines.next()
        var all: [(name: String, value: String)] = []
        while let line = lines.next() {
            guard let colon = Self.colon(in: line, of: head) else { continue }
            let name = String(decoding: head[line.lowerBound..<colon].map(Self.lowercase), as: UTF8.self)
            all.append((name, text(colon + 1..<line.upperBound)))
        }
        return all.makeIterator()
    }

    private func value(of name: String.UTF8View, in line: Range<Int>) -> String? {
        let count = name.count
        guard line.count > count, head[line.lowerBound + count] == UInt8(ascii: ":") else { return nil }
        guard head[line.prefix(count)].elementsEqual(name, by: { Self.lowercase($0) == Self.lowercase($1) }) else {
            return nil
        }
        return text(line.lowerBound + count + 1..<line.upperBound)
    }

    private func text(_ range: Range<Int>) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var value = head[range].drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }

    private static func colon(in line: Range<Int>, of head: [UInt8]) -> Int? {
        line.first { head[$0] == UInt8(ascii: ":") }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

/// Lines of a head without their ends, up to the empty one.
struct Lines {
    private let head: [UInt8]
    private var position = 0

    init(head: [UInt8]) { self.head = head }

    mutating func next() -> Range<Int>? {
        guard position < head.count else { return nil }
        let start = position
        var end = start
        while end < head.count, head[end] != 0x0A { end += 1 }
        position = end + 1
        if end > start, head[end - 1] == 0x0D { end -= 1 }
        return end > start ? start..<end : nil
    }
}
