internal import SecrRelayClient
package import SecrWire

/// A cell that is going to be put, under one nonce however often that is tried.
package struct OutboxCell: Sendable {
    package let sequence: UInt64
    package let nonce: Nonce
    package let cell: [UInt8]
    /// Where it goes; `nil` for wherever the other side takes in messages then.
    package let box: WriteCapability?

    private enum Tag {
        static let nonce: UInt8 = 1, cell: UInt8 = 2, box: UInt8 = 3
    }

    init(sequence: UInt64, cell: [UInt8], box: WriteCapability? = nil) {
        self.sequence = sequence
        nonce = .random()
        self.cell = cell
        self.box = box
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields[Tag.nonce] = nonce.bytes
        fields[Tag.cell] = cell
        fields[Tag.box] = box?.stored
        return fields.encoded
    }

    init(sequence: UInt64, stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        self.sequence = sequence
        let nonce = try fields.bytes(Tag.nonce)
        cell = try fields.bytes(Tag.cell)
        guard nonce.count == Nonce.size, cell.count == Cell.size else { throw .damaged }
        self.nonce = Nonce(nonce)
        box = try fields[Tag.box].map { (stored) throws(MessengerError) in try WriteCapability(stored: stored) }
    }
}
