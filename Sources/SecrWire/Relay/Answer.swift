/// What a relay says to a command: a frame of ``size`` bytes, and for a get or a fetch what was asked for behind it.
///
/// The answer to a get has a cell behind it in any case; where ``status`` is not ``Status/done``, it is zeros.
public struct Answer: Hashable, Sendable {
    public static let size = Frame.size

    public enum Status: UInt8, CaseIterable, Sendable {
        /// As it was asked. An acknowledgement, a drop and a removal are told to be done where there was nothing, too.
        case done = 0
        /// There is no such cell, no such box, no such blob, or it was not for this key to ask; all the same.
        case nothing = 1
        /// There is no such box, or it is not for this key to create, write or store there; all the same.
        case refused = 2
        /// The box holds as many cells as it may. Later.
        case full = 3
        /// The command is of another day than the relay's.
        case day = 4
        /// The relay's operator asks for another admission.
        case admission = 5
        /// Too much is going on, or something failed; it may have been done all the same. Later.
        case busy = 6
        /// More days or more cells than this relay offers, see ``Terms``; or there is no room left on it.
        case limit = 7
    }

    public let status: Status
    /// The day at the relay.
    public let day: Day
    /// That of the command.
    public let nonce: Nonce
    /// Of a get: the number of the cell.
    public let number: UInt64
    /// Of a get: whether another cell comes after it.
    public let hasMore: Bool
    /// Of a put, a store or a fetch: the last day on which it is there. Zero where that does not matter.
    public let expires: Day

    public init(
        _ status: Status, to nonce: Nonce, day: Day, number: UInt64 = 0, hasMore: Bool = false,
        expires: Day = Day(rawValue: 0)
    ) {
        self.status = status
        self.nonce = nonce
        self.day = day
        self.number = number
        self.hasMore = hasMore
        self.expires = expires
    }

    /// The frame.
    ///
    /// - Parameter capacity: bytes to have room for, so that a payload can follow.
    public func encoded(capacity: Int = size) -> [UInt8] {
        var frame: [UInt8] = []
        frame.reserveCapacity(max(capacity, Frame.size))
        frame.append(contentsOf: repeatElement(0, count: Frame.size))
        frame[0] = Frame.version
        frame[1] = status.rawValue
        frame[2] = hasMore ? 1 : 0
        frame.write(day.rawValue, at: 4)
        frame.write(nonce.bytes, at: 8)
        frame.write(number, at: 24)
        frame.write(expires.rawValue, at: 32)
        return frame
    }

    /// Reads an answer, and what is behind its frame: no byte more or less than what there is to say.
    ///
    /// - Parameter command: what was asked.
    public init(parsing bytes: [UInt8], to command: Command) throws(WireError) {
        let frame = try FrameReader(bytes)
        guard let status = Status(rawValue: frame.uint8(1)), command.request.statuses.contains(status) else {
            throw WireError(.unknown, at: 1)
        }
        guard frame.uint8(2) <= 1 else { throw WireError(.range, at: 2) }
        self.init(
            status, to: Nonce(frame.bytes(8..<24)), day: Day(rawValue: frame.uint32(4)), number: frame.uint64(24),
            hasMore: frame.uint8(2) == 1, expires: Day(rawValue: frame.uint32(32)))
        guard nonce == command.nonce else { throw WireError(.nonce, at: 8) }
        try frame.demandZeros(3..<4)
        try frame.demandZeros(36..<Frame.size)
        switch command.request {
        case .get(let after, _) where status == .done:
            guard number > after else { throw WireError(.range, at: 24) }
            try frame.demandZeros(32..<36)
        case .put where status == .done, .store where status == .done:
            try frame.demandZeros(2..<3)
            try frame.demandZeros(24..<32)
        case .fetch(_, let asked) where status == .done:
            guard expires == asked else { throw WireError(.range, at: 32) }
            try frame.demandZeros(2..<3)
            try frame.demandZeros(24..<32)
        default:
            try frame.demandZeros(2..<3)
            try frame.demandZeros(24..<36)
        }
        let isShort = if case .fetch = command.request { status != .done } else { false }
        guard bytes.count == (isShort ? Frame.size : command.request.answerSize) else {
            throw WireError(.size, at: bytes.count)
        }
        // The cell of a get that found none.
        if status != .done { try frame.demandZeros(Frame.size..<bytes.count) }
    }
}

extension Request {
    /// What a relay can say to this.
    public var statuses: Set<Answer.Status> {
        switch self {
        case .create: [.done, .refused, .day, .admission, .busy, .limit]
        case .put: [.done, .refused, .full, .day, .busy, .limit]
        case .get, .fetch: [.done, .nothing, .day, .busy]
        case .acknowledge, .drop, .remove: [.done, .day, .busy]
        case .store: [.done, .refused, .day, .admission, .busy, .limit]
        }
    }
}
