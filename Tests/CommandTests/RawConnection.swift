import Foundation

/// A connection to a port of this machine on which anything at all can be sent.
///
/// What waits sleeps in between, so that other tests go on.
final class RawConnection: @unchecked Sendable {
    private var descriptor: CInt
    private var buffer: [UInt8] = []

    struct Failure: Error { let number = errno }

    /// - Parameters:
    ///   - host: an address of this machine.
    ///   - address: of this machine, to come from.
    ///   - receiveBuffer: bytes that the system takes in advance.
    init(
        _ port: UInt16, to host: String = "127.0.0.1", from address: String? = nil, receiveBuffer: CInt? = nil
    ) throws {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure() }
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var isOn: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
        if let address { try Self.with(address, 0) { bind(descriptor, $0, $1) } }
        try Self.with(host, port) { connect(descriptor, $0, $1) }
    }

    deinit { close() }

    private static func with(
        _ host: String, _ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &name.sin_addr)
        let result = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure() }
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    /// Ends it as a machine does that has lost its power and is asked later.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Tells that nothing more is sent.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Sends as much as the other side takes in that time.
    ///
    /// - Returns: how much that is.
    @discardableResult
    func send(_ bytes: [UInt8], within seconds: Double = 10) async throws -> Int {
        let end = ContinuousClock.now + .seconds(seconds)
        var sent = 0
        while sent < bytes.count {
            let count = sendNow(bytes, from: sent)
            if count < 0 {
                guard errno == EAGAIN, ContinuousClock.now < end else { break }
                try await Task.sleep(for: .milliseconds(1))
            } else {
                sent += count
            }
        }
        return sent
    }

    func sendNow(_ bytes: [UInt8], from start: Int = 0) -> Int {
        bytes.withUnsafeBytes { bytes in
            Glibc.send(
                descriptor, bytes.baseAddress! + start, bytes.count - start,
                CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
        }
    }

    struct Response: Equatable, Sendable {
        /// Lines without the one that tells the time.
        var head: [String]
        var body: [UInt8]

        var status: Int { Int(head[0].split(separator: " ").dropFirst().first ?? "") ?? 0 }
    }

    /// The next answer.
    ///
    /// - Returns: `nil` where none came in time, or the connection was closed before.
    func response(within seconds: Double = 10) async throws -> Response? {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if let response = parse() { return response }
            guard try await receive(until: end) else { return nil }
        }
    }

    /// Returns when the next answer begins.
    @discardableResult
    func begins(within seconds: Double) async throws -> Bool {
        if !buffer.isEmpty { return true }
        return try await receive(until: ContinuousClock.now + .seconds(seconds))
    }

    /// The same as ``response(within:)``, for threads.
    func responseNow(within seconds: Double = 10) -> Response? {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            if let response = parse() { return response }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard ContinuousClock.now < end, poll(&waiting, 1, 100) >= 0 else { return nil }
            if waiting.revents != 0, take() == 0 { return nil }
        }
    }

    /// Whether the other side closes it in that time, whatever it sends before.
    func isClosed(within seconds: Double) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            buffer = []
            let count = take()
            if count == 0 || (count < 0 && errno != EAGAIN) { return true }
            if count < 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        return false
    }

    private func receive(until end: ContinuousClock.Instant) async throws -> Bool {
        while true {
            let count = take()
            if count > 0 { return true }
            guard count < 0, errno == EAGAIN, ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func take() -> Int {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { piece in
            let count = recv(descriptor, piece.baseAddress, piece.count, CInt(MSG_DONTWAIT))
            if count > 0 { buffer += piece[..<count] }
            return count
        }
    }

    private func parse() -> Response? {
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        guard buffer.count >= end.upperBound + length else { return nil }
        let body = Array(buffer[end.upperBound..<end.upperBound + length])
        buffer.removeFirst(end.upperBound + length)
        return Response(head: lines.filter { !$0.lowercased().hasPrefix("date:") }, body: body)
    }
}
