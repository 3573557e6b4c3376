internal import SecrBytes
internal import SecrCrypto

/// What one node tells the others: who it is, and which boxes got cells.
///
/// As text: the sender, 8 bytes, and the names, in hexadecimal digits.
struct PostgreSQLNotice: Equatable {
    private static let senderSize = 8

    /// In digits.
    let sender: String
    let boxes: [StoredName]

    init(sender: String, boxes: [StoredName]) {
        self.sender = sender
        self.boxes = boxes
    }

    /// A sender that nobody else is.
    static func newSender() -> String { Hexadecimal.text(SecureRandom.bytes(senderSize)) }

    var payload: String { boxes.reduce(into: sender) { $0 += $1.digits } }

    /// `nil` where it is something else.
    init?(_ payload: String) {
        guard let bytes = Hexadecimal.bytes(payload), bytes.count >= Self.senderSize,
            (bytes.count - Self.senderSize) % StoredName.size == 0
        else { return nil }
        self.init(
            sender: Hexadecimal.text(Array(bytes[..<Self.senderSize])),
            boxes: stride(from: Self.senderSize, to: bytes.count, by: StoredName.size).map { start in
                StoredName(Array(bytes[start..<start + StoredName.size]))
            })
    }
}
