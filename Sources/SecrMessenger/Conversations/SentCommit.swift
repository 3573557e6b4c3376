internal import SecrWire

/// A commit of this device that the other side may not have: without it nothing of what follows can be opened, so it is sent
/// again from time to time until something comes that shows it is there.
struct SentCommit: Sendable {
    let message: [UInt8]
    /// Of its first cell.
    let sequence: UInt64
    /// The key of the epoch that it ended.
    let wrap: WireSecret
    /// How often it was sent again.
    var repetitions: UInt8 = 0

    static let mostRepetitions: UInt8 = 8

    init(_ message: [UInt8], sequence: UInt64, wrap: WireSecret) {
        self.message = message
        self.sequence = sequence
        self.wrap = wrap
    }

    /// Seconds until the next time: a day, and then twice as long each time, up to 16 days.
    var patience: UInt64 { 86_400 << UInt64(min(repetitions, 4)) }
}

// How it is stored.
extension SentCommit {
    private enum Tag {
        static let message: UInt8 = 1, sequence: UInt8 = 2, wrap: UInt8 = 3, repetitions: UInt8 = 4
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields[Tag.message] = message
        fields.set(Tag.sequence, sequence)
        fields[Tag.wrap] = wrap.bytes
        fields.set(Tag.repetitions, repetitions)
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        message = try fields.bytes(Tag.message)
        sequence = try fields.integer(Tag.sequence)
        wrap = try WireSecret(stored: fields.bytes(Tag.wrap))
        repetitions = try fields.integer(Tag.repetitions)
    }
}
