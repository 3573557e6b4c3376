internal import SecrBytes
public import SecrWire

/// What a store calls a box, a blob or a command that was carried out: 16 bytes that nobody can tell from random ones who
/// does not have the relay's keys.
public struct StoredName: Hashable, Sendable {
    public static let size = 16

    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.size)
        self.bytes = bytes
    }

    /// 32 hexadecimal digits.
    public var digits: String {
        Hexadecimal.text(bytes)
    }
}

/// One thing to do to boxes. Doing it again changes nothing.
public enum BoxChange: Sendable {
    /// A box, empty at first. Where there is one of that name, that one stays as it is.
    ///
    /// - Parameter mark: of the command. If it is known, nothing happens: the box was dropped since.
    case create(StoredName, days: Int, cells: Int, mark: StoredName)
    /// A cell at the end of a box, `sealed` for the last day on which it is there.
    ///
    /// - Parameter mark: of the command. If it is known, the cell was put before, and is not put again.
    case put(StoredName, sealed: [UInt8], expires: Day, mark: StoredName)
    /// Cells up to this number go. Done again, it takes those as well that came meanwhile: nobody may acknowledge what has
    /// not been received.
    case acknowledge(StoredName, upTo: UInt64)
    /// The box goes, with its cells.
    case drop(StoredName)
    /// Somebody still reads the box.
    case touch(StoredName)
}

/// How it went.
public enum BoxOutcome: Hashable, Sendable {
    case done
    /// The box holds as many cells as it may; the mark is not known afterwards.
    case full
    /// There is no such box; the mark is not known afterwards.
    case unknown
}

/// A cell as it lies in a store.
public struct StoredCell: Hashable, Sendable {
    /// 1 for the first cell of a box, then one more for each, whatever is deleted meanwhile.
    public let number: UInt64
    public let expires: Day
    public let sealed: [UInt8]
    /// Whether another one comes after it.
    public let hasMore: Bool

    public init(number: UInt64, expires: Day, sealed: [UInt8], hasMore: Bool) {
        self.number = number
        self.expires = expires
        self.sealed = sealed
        self.hasMore = hasMore
    }
}

/// Everything that is stored about a box, without the cells themselves.
public struct BoxRecord: Hashable, Sendable {
    /// Days that a cell is kept.
    public let days: Int
    /// Cells that it holds at most.
    public let cells: Int
    /// Of the next cell.
    public let next: UInt64
    /// The last day on which somebody read it.
    public let used: Day
    /// Number and last day of each cell.
    public let stored: [UInt64: Day]

    public init(days: Int, cells: Int, next: UInt64, used: Day, stored: [UInt64: Day]) {
        self.days = days
        self.cells = cells
        self.next = next
        self.used = used
        self.stored = stored
    }
}

/// Where boxes lie. One conformance suite holds for all of them; every call may be made from any task.
///
/// A store knows nothing of keys, clocks and waiting: names, marks and cells come as they shall lie there.
public protocol BoxStore: Sendable {
    /// Does all of it or nothing, durably: what this returned survives a power cut.
    ///
    /// Changes to the same box happen in their order. A mark is remembered through `today` and ``BoxLifetime/markDays`` days
    /// after, see ``Command/day``.
    ///
    /// - Returns: an outcome for each, in their order.
    /// - Throws: nothing of it was done; or, where ``StoreError/isUncertain``, all of it or nothing.
    func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome]

    /// The first cell with a number above this one.
    func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell?

    /// Forgets cells whose last day is over, marks that need not be known any more, and boxes that nobody has read for so
    /// many days.
    func expire(today: Day, unusedDays: Int) async throws(StoreError)

    /// Everything that there is about a box, or `nil`.
    func record(of box: StoredName) async throws(StoreError) -> BoxRecord?

    /// Tells which boxes got cells from other relays that share this store.
    ///
    /// - Parameter told: gets the box, or `nil` where it may have been any.
    /// - Throws: where it does not listen; then it may be asked again.
    func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async throws(StoreError)

    /// Bytes that can be put without taking more of the disk, as far as that is known.
    var reusable: Int { get }

    /// Ends all work in an orderly way.
    func close() async
}

extension BoxStore {
    public var reusable: Int { 0 }
}

/// How long things are remembered that have no last day of their own.
public enum BoxLifetime {
    /// Days after the one of its execution on which a command could come once more, and one on which it could still be on
    /// its way, or at another relay whose clock is behind.
    public static let markDays = 3
}

/// What went wrong in a store.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable {
        /// It can't be reached, or has no time now. It is worth trying again.
        case unavailable
        /// No room is left.
        case full
        /// What it holds is not what was put there.
        case damaged
        /// It is not set up as it has to be.
        case unusable
    }

    public let code: Code
    /// What the system or the server said, without anything that was stored.
    public let detail: String
    /// Whether it may have been done all the same.
    public let isUncertain: Bool

    public init(_ code: Code, _ detail: String, isUncertain: Bool = false) {
        self.code = code
        self.detail = detail
        self.isUncertain = isUncertain
    }

    public var description: String { detail }
}
