internal import SecrWire

/// How far a file is on its way to a relay.
struct Upload: Sendable {
    /// The blob that comes next, from 0.
    private(set) var next: UInt32 = 0
    /// Of those that are there.
    private(set) var runs: [Attachment.Run] = []

    /// Takes note of the next blob, which is there until a day.
    ///
    /// - Returns: whether that can be told to the other side: not where it is another day again and again.
    mutating func note(_ lastDay: Day) -> Bool {
        if runs.last?.lastDay != lastDay {
            guard runs.count < Attachment.mostRuns else { return false }
            runs.append(Attachment.Run(first: next, lastDay: lastDay))
        }
        next += 1
        return true
    }
}

// How it is stored.
extension Upload {
    private enum Tag {
        static let next: UInt8 = 1, runs: UInt8 = 2
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.next, next)
        fields.set(Tag.runs, runs.map { $0.first.bytes + $0.lastDay.rawValue.bytes })
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        next = try fields.integer(Tag.next)
        for run in try fields.list(Tag.runs) {
            guard run.count == 8 else { throw .damaged }
            runs.append(
                Attachment.Run(first: UInt32(bytes: run[..<4]), lastDay: Day(rawValue: UInt32(bytes: run[4...]))))
        }
    }
}
