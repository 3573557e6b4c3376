public import SecrVault
public import SecrWire

/// Something that was said, as the history has it.
public struct Message: Sendable {
    public enum Direction: UInt8, Sendable {
        case outgoing = 1, incoming
    }

    public enum Delivery: Sendable, Equatable {
        /// In the outbox.
        case waiting
        /// The relay has it.
        case sent
        /// The other side has said that it came.
        case arrived
        /// The conversation in which it was sent is over, and it is not known whether it came.
        case unknown
        /// Its file was not in the vault any more before it was sent.
        case failed
    }

    public enum Body: Sendable, Equatable {
        case text(String)
        case attachment(Attachment)
    }

    /// Its place in the history of its contact, from 1.
    public let number: UInt64
    public let direction: Direction
    /// Seconds since 1970: by the clock of whoever said it.
    public let time: UInt64
    /// Seconds since 1970, after which it is deleted here; `nil` for never.
    public let disappears: UInt64?
    public internal(set) var body: Body
    /// Of an outgoing one.
    public internal(set) var delivery = Delivery.waiting
    /// Where in the vault the file of an attachment was put; `nil` before all of it is there. Somebody may have moved it.
    public internal(set) var file: VaultPath?
    /// Whether the file is going to be fetched without that anybody asks again.
    public internal(set) var isWanted = false
    /// See ``Contact``.
    let era: UInt32
    /// The sender's number for it; 0 before it has one, since its file is not with the relay yet.
    var content: UInt64
    /// Of the last cell that it went out in.
    var lastCell: UInt64

    init(
        number: UInt64, _ direction: Direction, time: UInt64, disappears: UInt64?, body: Body, era: UInt32,
        content: UInt64, lastCell: UInt64 = 0, file: VaultPath? = nil
    ) {
        self.number = number
        self.direction = direction
        self.time = time
        self.disappears = disappears
        self.body = body
        self.era = era
        self.content = content
        self.lastCell = lastCell
        self.file = file
    }

    /// `nil` where it is a text.
    public var attachment: Attachment? { if case .attachment(let attachment) = body { attachment } else { nil } }
}

// How it is stored.
extension Message {
    private enum Tag {
        static let direction: UInt8 = 1, time: UInt8 = 2, disappears: UInt8 = 3, content: UInt8 = 4
        static let lastCell: UInt8 = 5, text: UInt8 = 6, attachment: UInt8 = 7, era: UInt8 = 8
        static let file: UInt8 = 9
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.direction, direction.rawValue)
        fields.set(Tag.time, time)
        if let disappears { fields.set(Tag.disappears, disappears) }
        fields.set(Tag.era, era)
        fields.set(Tag.content, content)
        fields.set(Tag.lastCell, lastCell)
        fields[Tag.file] = file?.bytes
        switch body {
        case .text(let text): fields.set(Tag.text, text)
        case .attachment(let attachment): fields[Tag.attachment] = attachment.encoded
        }
        return fields.encoded
    }

    init(number: UInt64, stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        guard let direction = Direction(rawValue: try fields.integer(Tag.direction)) else { throw .damaged }
        let body: Body
        if let attachment = fields[Tag.attachment] {
            guard let attachment = try? Attachment(parsing: attachment) else { throw .damaged }
            body = .attachment(attachment)
        } else {
            body = .text(try fields.text(Tag.text))
        }
        let file: VaultPath?
        do { file = try fields[Tag.file].map { try VaultPath($0) } } catch { throw .damaged }
        self.init(
            number: number, direction, time: try fields.integer(Tag.time),
            disappears: fields[Tag.disappears] == nil ? nil : try fields.integer(Tag.disappears), body: body,
            era: try fields.integer(Tag.era), content: try fields.integer(Tag.content),
            lastCell: try fields.integer(Tag.lastCell), file: file)
    }
}
