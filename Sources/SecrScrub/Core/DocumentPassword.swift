internal import Glibc

/// A password that opens documents, in memory that is cleared at the end.
@safe public final class DocumentPassword: Sendable {
    /// Each ends with NUL, and never changes.
    nonisolated(unsafe) private let spellings: [UnsafeMutableBufferPointer<CChar>]

    /// - Parameter bytes: as UTF-8; they are copied.
    public init(_ bytes: UnsafeRawBufferPointer) {
        let given = unsafe Self.copy(bytes)
        unsafe spellings = [given] + (Self.latin(bytes).map { unsafe [$0] } ?? [])
    }

    deinit {
        unsafe spellings.forEach { unsafe Self.wipe($0) }
    }

    private static func wipe(_ copy: UnsafeMutableBufferPointer<CChar>) {
        // Safe: all of it, which nobody uses any more.
        if let base = copy.baseAddress { unsafe explicit_bzero(base, copy.count) }
        unsafe copy.deallocate()
    }

    private static func room(_ count: Int) -> UnsafeMutableBufferPointer<CChar> {
        let room = UnsafeMutableBufferPointer<CChar>.allocate(capacity: count + 1)
        unsafe room.initialize(repeating: 0)
        return unsafe room
    }

    private static func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableBufferPointer<CChar> {
        let copy = unsafe room(bytes.count)
        // Safe: as many as there is room for.
        for place in 0..<bytes.count { unsafe copy[place] = CChar(bitPattern: bytes[place]) }
        return unsafe copy
    }

    /// A byte for each letter, as documents before PDF 2.0 want it; `nil` where that is no other spelling, or impossible.
    private static func latin(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableBufferPointer<CChar>? {
        let copy = unsafe room(bytes.count)
        var (count, place) = (0, 0)
        while place < bytes.count {
            // Safe: within the bytes.
            let byte = unsafe bytes[place]
            if byte < 0x80 {
                unsafe copy[count] = CChar(bitPattern: byte)
            } else if byte == 0xC2 || byte == 0xC3, place + 1 < bytes.count {
                unsafe copy[count] = CChar(bitPattern: (byte & 3) << 6 | bytes[place + 1] & 0x3F)
                place += 1
            } else {
                count = bytes.count
                break
            }
            (count, place) = (count + 1, place + 1)
        }
        if count < bytes.count { return unsafe copy }
        unsafe wipe(copy)
        return nil
    }

    /// Calls `use` with it, as it was given.
    package func withBytes<Failure: Error>(_ use: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        // Safe: all of the first spelling but the NUL behind it.
        try unsafe use(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: spellings[0].dropLast())))
    }

    /// Calls `use` with it, as UTF-8.
    func withText<Result>(_ use: (UnsafePointer<CChar>) -> Result) -> Result {
        // Safe: there is always a NUL, and so a first byte.
        unsafe use(UnsafePointer(spellings[0].baseAddress!))
    }

    /// Calls `open` with one spelling after the other, until it says that one was right.
    func tryEach(_ open: (UnsafePointer<CChar>) -> Bool) -> Bool {
        // Safe: there is always a NUL, and so a first byte.
        unsafe spellings.contains { unsafe $0.baseAddress.map { unsafe open($0) } ?? false }
    }
}
