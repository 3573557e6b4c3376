internal import CSecrShims
internal import Glibc
internal import SystemPackage

/// One of two ends through which processes send each other messages of any length, each with an open file if need be.
public struct MessageChannel: Sendable {
    let descriptor: OwnedDescriptor

    init(_ descriptor: OwnedDescriptor) {
        self.descriptor = descriptor
    }

    static func pair() throws(SystemError) -> (MessageChannel, MessageChannel) {
        var ends: [CInt] = [-1, -1]
        guard unsafe secr_channel(&ends) == 0 else { throw .current("talk to another process", nil) }
        return (MessageChannel(OwnedDescriptor(adopting: ends[0])), MessageChannel(OwnedDescriptor(adopting: ends[1])))
    }

    public struct Message: Sendable {
        public var bytes: [UInt8]
        public var file: OwnedDescriptor?
    }

    /// A packet begins with a byte that says whether another one of the same message follows.
    private static let room = Int(SECR_PACKET_MOST) - 1

    public func send(_ bytes: [UInt8], file: OwnedDescriptor? = nil) throws(SystemError) {
        var file = file
        var rest = bytes[...]
        repeat {
            let part = rest.prefix(Self.room)
            rest = rest.dropFirst(part.count)
            // Safe: the pointer does not leave the closure.
            try unsafe Array(part).span.bytes.withUnsafeBytes { (part) throws(SystemError) in
                try unsafe sendPacket(part, isLast: rest.isEmpty, file: file)
            }
            file = nil
        } while !rest.isEmpty
    }

    /// Sends a secret, from where it is.
    public func sendSecret(_ secret: UnsafeRawBufferPointer) throws(SystemError) {
        guard secret.count <= Self.room else { throw SystemError("talk to another process", nil, .messageTooLong) }
        try unsafe sendPacket(secret, isLast: true, file: nil)
    }

    private func sendPacket(_ part: UnsafeRawBufferPointer, isLast: Bool, file: OwnedDescriptor?) throws(SystemError) {
        var head: UInt8 = isLast ? 0 : 1
        // Safe: as many bytes as are there.
        let sent = retrying {
            unsafe secr_packet_send(descriptor.raw, &head, 1, part.baseAddress, part.count, file?.raw ?? -1)
        }
        guard sent == part.count + 1 else { throw .current("talk to another process", nil) }
    }

    /// Waits for a message.
    ///
    /// - Parameters:
    ///   - limit: bytes of a message that is not too long.
    ///   - seconds: after which waiting fails with `timedOut`; for ever where there are none.
    /// - Returns: `nil` where the other side has ended.
    public func receive(limit: Int, seconds: Int? = nil) throws(SystemError) -> Message? {
        let end = seconds.map { ContinuousClock.now + .seconds($0) }
        var message = Message(bytes: [], file: nil)
        var packet = [UInt8](repeating: 0, count: Int(SECR_PACKET_MOST))
        while true {
            if let end { try wait(until: end) }
            var raw: CInt = -1
            // Safe: the kernel writes at most as many bytes as the array holds.
            let got = retrying { unsafe secr_packet_receive(descriptor.raw, &packet, packet.count, &raw) }
            if got == 0 || (got < 0 && lastErrno == ECONNRESET) { return nil }
            guard got > 0 else { throw .current("listen to another process", nil) }
            if raw >= 0 { message.file = OwnedDescriptor(adopting: raw) }
            guard message.bytes.count + got - 1 <= limit else {
                throw SystemError("listen to another process", nil, .messageTooLong)
            }
            message.bytes += packet[1..<got]
            if packet[0] == 0 { return message }
        }
    }

    /// Receives what ``sendSecret(_:)`` sent, and clears it when `use` is done.
    public func receiveSecret<Result>(
        _ use: (UnsafeRawBufferPointer) -> Result
    ) throws(SystemError) -> Result? {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(SECR_PACKET_MOST), alignment: 1)
        defer {
            // Safe: all of it, which nobody uses any more.
            unsafe explicit_bzero(room.baseAddress!, room.count)
            unsafe room.deallocate()
        }
        var raw: CInt = -1
        // Safe: the kernel writes at most as many bytes as there is room for.
        let got = retrying { unsafe secr_packet_receive(descriptor.raw, room.baseAddress, room.count, &raw) }
        if raw >= 0 { _ = Glibc.close(raw) }
        guard got >= 0 else { throw .current("listen to another process", nil) }
        return got == 0 ? nil : unsafe use(UnsafeRawBufferPointer(rebasing: room[1..<got]))
    }

    private func wait(until end: ContinuousClock.Instant) throws(SystemError) {
        let left = max(.zero, end - .now) / .milliseconds(1)
        let ready = retrying { secr_wait_readable(descriptor.raw, CInt(min(left, Double(CInt.max)))) }
        if ready == 0 { throw SystemError("listen to another process", nil, .timedOut) }
        if ready < 0 { throw .current("listen to another process", nil) }
    }
}
