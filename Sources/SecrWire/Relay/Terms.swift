/// What a relay offers, to everybody alike: a frame of ``size`` bytes that is there for the asking.
public struct Terms: Hashable, Sendable {
    public static let size = Frame.size

    /// The day at the relay.
    public let day: Day
    public let admission: AdmissionPolicy
    /// Most days that a cell is kept.
    public let boxDays: Int
    /// Most cells that a box holds.
    public let boxCells: Int
    /// Most days that a blob is kept.
    public let blobDays: Int
    /// Most seconds that a get waits.
    public let wait: Int

    public init(day: Day, admission: AdmissionPolicy, boxDays: Int, boxCells: Int, blobDays: Int, wait: Int) {
        precondition(Command.lives.contains(boxDays) && Command.capacities.contains(boxCells))
        precondition(Command.lives.contains(blobDays) && Command.waits.contains(wait))
        self.day = day
        self.admission = admission
        self.boxDays = boxDays
        self.boxCells = boxCells
        self.blobDays = blobDays
        self.wait = wait
    }

    public func encoded() -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: Frame.size)
        frame[0] = Frame.version
        frame[1] = admission.rawValue
        frame.write(day.rawValue, at: 4)
        frame.write(UInt16(boxDays), at: 8)
        frame.write(UInt16(boxCells), at: 10)
        frame.write(UInt16(blobDays), at: 12)
        frame.write(UInt16(wait), at: 14)
        return frame
    }

    public init(parsing bytes: [UInt8]) throws(WireError) {
        let frame = try FrameReader(bytes)
        guard bytes.count == Frame.size else { throw WireError(.size, at: bytes.count) }
        guard let admission = AdmissionPolicy(rawValue: frame.uint8(1)) else { throw WireError(.unknown, at: 1) }
        try frame.demandZeros(2..<4)
        try frame.demandZeros(16..<Frame.size)
        self.init(
            day: Day(rawValue: frame.uint32(4)), admission: admission,
            boxDays: try frame.number(8, in: Command.lives), boxCells: try frame.number(10, in: Command.capacities),
            blobDays: try frame.number(12, in: Command.lives), wait: try frame.number(14, in: Command.waits))
    }
}

/// Where a relay answers.
public enum Route {
    /// POST, a command upon a box.
    public static let box = "/v1/box"
    /// POST, a command upon a blob.
    public static let blob = "/v1/blob"
    /// GET, ``Terms``.
    public static let terms = "/v1/terms"
    /// GET, `ok` while the relay can store and read.
    public static let health = "/health"
}
