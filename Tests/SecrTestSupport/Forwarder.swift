import Foundation
import Synchronization

/// Takes connections at a port of this machine and passes each on to one of several others, as a load balancer does;
/// and remembers what went through, if it is asked to.
///
/// Where one does not take a connection, another one gets it. A connection ends on both sides as soon as it ends on
/// one.
package final class Forwarder: Sendable {
    /// What went through one connection.
    package struct Passage: Sendable {
        /// From who connected.
        package fileprivate(set) var sent: [UInt8] = []
        package fileprivate(set) var answered: [UInt8] = []
    }

    package struct Failure: Error { let number = errno }

    package let port: UInt16
    private let listener: CInt
    private let traffic: Traffic

    /// - Parameters:
    ///   - ports: on 127.0.0.1, where connections can go.
    ///   - records: whether to remember what goes through.
    package init(to ports: [UInt16], records: Bool = false) throws {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard listener >= 0 else { throw Failure() }
        guard LocalSocket.bind(listener, 0), listen(listener, 128) == 0, let port = LocalSocket.port(of: listener)
        else {
            let failure = Failure()
            close(listener)
            throw failure
        }
        self.port = port
        traffic = Traffic(ports, records: records)
        Thread.detachNewThread { [listener, traffic] in
            while true {
                let client = accept(listener, nil, nil)
                if client < 0 && (errno == EINTR || errno == ECONNABORTED) { continue }
                guard client >= 0 else { break }
                Thread.detachNewThread { traffic.pass(client) }
            }
            close(listener)
        }
    }

    deinit {
        // Whoever waits for a connection is told so.
        shutdown(listener, CInt(SHUT_RDWR))
        traffic.end()
    }

    package var origin: String { "http://127.0.0.1:\(port)" }

    /// How many connections each of the ports got so far.
    package var connections: [Int] { traffic.connections }

    /// What went through until now, by connection.
    package var passages: [Passage] { traffic.passages }
}

/// The connections of a forwarder.
private final class Traffic: Sendable {
    private struct State {
        var connections: [Int]
        var passages: [Forwarder.Passage] = []
        var open: Set<CInt> = []
        var isOver = false
    }

    private let ports: [UInt16]
    private let records: Bool
    private let state: Mutex<State>

    init(_ ports: [UInt16], records: Bool) {
        self.ports = ports
        self.records = records
        state = Mutex(State(connections: [Int](repeating: 0, count: ports.count)))
    }

    var connections: [Int] { state.withLock(\.connections) }
    var passages: [Forwarder.Passage] { state.withLock(\.passages) }

    func end() {
        state.withLock { state in
            state.isOver = true
            for descriptor in state.open { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }

    /// Connects to a port that takes it, in no order.
    private func connect() -> (server: CInt, place: Int)? {
        for place in ports.indices.shuffled() {
            let server = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
            guard server >= 0 else { return nil }
            if LocalSocket.connect(server, ports[place]) { return (server, place) }
            close(server)
        }
        return nil
    }

    /// Serves one connection until it ends.
    func pass(_ client: CInt) {
        guard let (server, place) = connect() else {
            close(client)
            return
        }
        let passage = state.withLock { state -> Int? in
            if state.isOver { return nil }
            state.open.formUnion([client, server])
            state.connections[place] += 1
            if records { state.passages.append(Forwarder.Passage()) }
            return state.passages.count - 1
        }
        if let passage {
            for descriptor in [client, server] { LocalSocket.sendAtOnce(descriptor) }
            while passSome(client, server, passage) {}
        }
        // Nobody may shut down what has the same number afterwards.
        state.withLock { state in state.open.subtract([client, server]) }
        close(client)
        close(server)
    }

    /// - Returns: whether both are still there.
    private func passSome(_ client: CInt, _ server: CInt, _ passage: Int) -> Bool {
        var waiting = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&waiting, 2, -1) > 0 else { return errno == EINTR }
        for (place, one) in waiting.enumerated() where one.revents != 0 {
            var piece = [UInt8](repeating: 0, count: 65_536)
            let count = recv(one.fd, &piece, piece.count, 0)
            guard count > 0 else { return false }
            let bytes = piece[..<count]
            // Noted first: whoever has an answer finds it here.
            if records {
                state.withLock { state in
                    if place == 0 {
                        state.passages[passage].sent += bytes
                    } else {
                        state.passages[passage].answered += bytes
                    }
                }
            }
            guard LocalSocket.send(bytes, to: place == 0 ? server : client) else { return false }
        }
        return true
    }
}

/// Sockets of this machine.
private enum LocalSocket {
    static func bind(_ descriptor: CInt, _ port: UInt16) -> Bool { with(port) { Glibc.bind(descriptor, $0, $1) } == 0 }

    static func connect(_ descriptor: CInt, _ port: UInt16) -> Bool {
        with(port) { Glibc.connect(descriptor, $0, $1) } == 0
    }

    private static func with(_ port: UInt16, _ work: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                work($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    static func port(of descriptor: CInt) -> UInt16? {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return result == 0 ? UInt16(bigEndian: name.sin_port) : nil
    }

    static func sendAtOnce(_ descriptor: CInt) {
        var isOn: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
    }

    static func send(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let count = Glibc.send(
                    descriptor, bytes.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }
}
