public import SecrWire

/// What a relay allows, to everybody alike.
public struct RelayLimits: Sendable {
    /// Most days that a cell is kept.
    public var boxDays = 30
    /// Most cells that a box holds.
    public var boxCells = 256
    /// Days without a reader after which a box goes.
    public var unusedDays = 90
    /// Most days that a blob is kept.
    public var blobDays = 30
    /// Most seconds that a get waits.
    public var wait = 60
    /// Most gets that wait at a time. Those that come then are answered at once.
    public var waits = 20_000
    /// Most gets that wait at a time for one address.
    public var waitsPerAddress = 256
    /// Most commands that wait to be stored. Those that come then are told that the relay is busy.
    public var queue = 4_096
    /// Bytes of blobs that are being sent or received at a time. Each is in memory up to five times for a moment, as it came,
    /// sealed and opened.
    public var blobMemory = 96 << 20
    /// Blobs that one address sends or receives at a time.
    public var blobsPerAddress = 8
    /// Bytes of blobs that are kept.
    public var blobStorage = 64 << 30
    /// Commands of one address in a second, over time, and how many more in a burst. Zero: as many as there are.
    public var rate = 100
    public var burst = 500
    /// Most connections.
    public var connections = 25_000
    /// Most connections of one address. Those that come then are closed at once.
    public var connectionsPerAddress = 512

    public init() {}

    public func terms(day: Day, admission: AdmissionPolicy) -> Terms {
        Terms(
            day: day, admission: admission, boxDays: boxDays, boxCells: boxCells, blobDays: blobDays, wait: wait)
    }
}
