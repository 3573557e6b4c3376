/// What one node tells the others: who it is, and which boxes got cells.
///
/// As text: the sender and the names in hexadecimal digits, 16 and 32 of them each.
struct PostgreSQLNotice: Equatable {
    private static let senderDigits = 16

    let sender: String
    let boxes: [StoredName]

    init(sender: String, boxes: [StoredName]) {
        self.sender = sender
        self.boxes = boxes
    }

    /// A sender that nobody else is.
    static func newSender() -> String { digits((0..<senderDigits / 2).map { _ in .random(in: 0...255) }) }

    var payload: String { boxes.reduce(into: sender) { $0 += Self.digits($1.bytes) } }

    /// `nil` where it is something else.
    init?(_ payload: String) {
        let digits = Array(payload.utf8)
        let size = StoredName.size * 2
        guard digits.count >= Self.senderDigits, (digits.count - Self.senderDigits) % size == 0 else { return nil }
        var boxes: [StoredName] = []
        for start in stride(from: Self.senderDigits, to: digits.count, by: size) {
            guard let bytes = Self.bytes(digits[start..<start + size]) else { return nil }
            boxes.append(StoredName(bytes))
        }
        self.init(sender: String(decoding: digits[..<Self.senderDigits], as: UTF8.self), boxes: boxes)
    }

    private static let alphabet = Array("0123456789abcdef".utf8)

    private static func digits(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.flatMap { [alphabet[Int($0 >> 4)], alphabet[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        let values = digits.compactMap { alphabet.firstIndex(of: $0) }
        guard values.count == digits.count else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }
}
