internal import CCurl
internal import Glibc
internal import SecrSystem

/// Some of the transfers under way, with their connections and those that are kept. It belongs to the engine's thread.
///
/// To find a free connection, libcurl looks through all of them to the same host; a lane has few enough.
@safe final class Lane {
    /// Most transfers at a time.
    static let capacity = 256

    /// Stands in the tags of its sockets.
    let number: UInt32
    /// Transfers under way.
    private(set) var running = 0 {
        didSet { tally.running += running - oldValue }
    }
    /// When libcurl wants to be called, whatever sockets say; nanoseconds of ``now``.
    private(set) var deadline: UInt64?

    /// Freed with this object; never `nil` after it was made.
    private var multi: UnsafeMutableRawPointer?
    /// Counted by libcurl's callbacks; freed after its handle.
    private let sockets: UnsafeMutablePointer<secr_curl_sockets>
    private let tally: Tally
    private let queue: ReadinessQueue

    init?(number: UInt32, queue: ReadinessQueue, tally: Tally) {
        self.number = number
        self.queue = queue
        self.tally = tally
        unsafe sockets = .allocate(capacity: 1)
        unsafe sockets.initialize(to: secr_curl_sockets(here: 0, all: tally.sockets))
        // Safe: libcurl calls back only while it is called, and this object lives longer than its handle.
        unsafe multi = unsafe secr_curl_multi_new(
            { _, socket, what, context, _ in
                unsafe Unmanaged<Lane>.fromOpaque(context!).takeUnretainedValue().watch(socket, what)
                return 0
            },
            { _, milliseconds, context in
                unsafe Unmanaged<Lane>.fromOpaque(context!).takeUnretainedValue().setTimer(milliseconds)
                return 0
            }, Unmanaged.passUnretained(self).toOpaque())
        guard unsafe multi != nil else { return nil }
    }

    deinit {
        if let multi = unsafe multi { unsafe secr_curl_multi_free(multi) }
        unsafe sockets.deallocate()
    }

    var hasConnections: Bool { unsafe sockets.pointee.here > 0 }

    /// Starts a transfer. Returns whether that went well.
    func add(_ handle: EasyHandle) -> Bool {
        // Safe: both handles live; the engine keeps `handle` until it is removed.
        guard unsafe secr_curl_count_sockets(handle.raw, sockets) == CURLE_OK,
            unsafe secr_curl_multi_add(multi, handle.raw) == CURLM_OK
        else { return false }
        handle.lane = self
        running += 1
        return true
    }

    /// Ends a transfer. One that is not done takes its connection along.
    func remove(_ handle: EasyHandle) {
        unsafe secr_curl_multi_remove(multi, handle.raw)
        running -= 1
    }

    /// Lets libcurl use a socket.
    func act(_ event: ReadinessQueue.Event) {
        let socket = CInt(truncatingIfNeeded: event.tag)
        let bits =
            (event.isReadable ? CURL_CSELECT_IN : 0) | (event.isWritable ? CURL_CSELECT_OUT : 0)
            | (event.hasFailed ? CURL_CSELECT_ERR : 0)
        limitConnections(ending: 1)
        unsafe secr_curl_multi_act(multi, socket, bits)
    }

    /// Lets libcurl do what it wanted to do at about this time.
    func actOnTime(_ now: UInt64) {
        guard let deadline, deadline <= now else { return }
        self.deadline = nil
        limitConnections(ending: running)
        unsafe secr_curl_multi_act(multi, CURL_SOCKET_BAD, 0)
    }

    /// One of the transfers that are done, still to be removed.
    func finished() -> (EasyHandle, CURLcode)? {
        var result = CURLE_OK
        guard let context = unsafe secr_curl_multi_finished(multi, &result) else { return nil }
        return unsafe (EasyHandle.of(context), result)
    }

    private func watch(_ socket: curl_socket_t, _ what: CInt) {
        guard what != CURL_POLL_REMOVE else { return queue.forget(socket) }
        let isReading = what == CURL_POLL_IN || what == CURL_POLL_INOUT
        let isWriting = what == CURL_POLL_OUT || what == CURL_POLL_INOUT
        // A socket that can't be watched is one whose time will be over.
        try? queue.watch(
            socket, isReading: isReading, isWriting: isWriting,
            tag: UInt64(number) << 32 | UInt64(UInt32(bitPattern: socket)))
    }

    private func setTimer(_ milliseconds: Int) {
        deadline = milliseconds < 0 ? nil : Self.now + UInt64(milliseconds) * 1_000_000
    }

    /// libcurl closes a connection that nobody uses when a transfer ends and there are more connections than the limit,
    /// those in use among them.
    ///
    /// - Parameter ending: how many transfers may end before the limit is set anew.
    private func limitConnections(ending: Int) {
        // Safe: the handle and the count live. 0 would be no limit.
        unsafe secr_curl_multi_set_number(
            multi, CURLMOPT_MAXCONNECTS, max(1, sockets.pointee.here - ending + tally.room))
    }

    /// Nanoseconds of a clock that nobody sets.
    static var now: UInt64 {
        var time = timespec()
        // Safe: the time outlives the call.
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Counts what all lanes of a client have.
@safe final class Tally {
    /// Most connections that are kept while nobody uses them.
    private let mostIdle: Int
    /// Transfers under way.
    var running = 0
    /// How many are open; counted by libcurl's callbacks, and freed with this object.
    let sockets: UnsafeMutablePointer<Int>

    init(mostIdle: Int) {
        self.mostIdle = mostIdle
        unsafe sockets = .allocate(capacity: 1)
        unsafe sockets.initialize(to: 0)
    }

    deinit { unsafe sockets.deallocate() }

    /// How many more connections may be kept, each transfer having one; negative where there are too many.
    var room: Int { unsafe mostIdle - (sockets.pointee - running) }
}
