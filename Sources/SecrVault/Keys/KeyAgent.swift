internal import SecrCrypto
public import SecrSystem
public import SystemPackage

/// A process that keeps one area's keys for a while. Whoever connects sends one byte: `R` reads the keys, `S` stops it.
public enum KeyAgent {
    private static let readRequest = UInt8(ascii: "R")
    private static let stopRequest = UInt8(ascii: "S")

    /// What the process does: reads the secret from standard input, and serves it until the time is over, somebody stops
    /// it or a signal comes.
    public static func run(at path: FilePath, seconds: UInt32) throws(SystemError) {
        let input = try OwnedDescriptor.duplicate(0)
        var count = 0
        let secret = try unsafe SecretBytes(count: KeyCache.size) { (buffer) throws(SystemError) in
            count = try unsafe input.fill(buffer)
        }
        guard count == KeyCache.size else { return }
        let listener = try PrivateSocket.Listener(path)
        let last = serve(listener, secret, seconds: seconds)
        try? FileAttributes.remove(path)
        // Whoever stopped it learns from the end of the connection that the name is free, and the secret gone.
        withExtendedLifetime((listener, last)) {}
    }

    /// Returns whoever stopped it.
    private static func serve(
        _ listener: PrivateSocket.Listener, _ secret: consuming SecretBytes, seconds: UInt32
    ) -> OwnedDescriptor? {
        let watch = Stopwatch()
        while !Interruption.isRequested {
            let left = Int(seconds) - Int(watch.seconds)
            guard left > 0 else { return nil }
            switch listener.wait(milliseconds: left * 1_000) {
            case .timeout: return nil
            case .nothing: continue
            case .peer(let peer):
                guard let request = try? peer.readByte() else { continue }
                if request == stopRequest { return peer }
                guard request == readRequest else { continue }
                // Safe: as many bytes as the secret has.
                unsafe secret.withBytes { try? unsafe peer.write($0) }
            }
        }
        return nil
    }

    static func start(
        at path: FilePath, _ secret: borrowing SecretBytes, seconds: UInt32,
        _ startAgent: (FilePath, UInt32, OwnedDescriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        try FileCreation.makeFolders(path.removingLastComponent(), mode: 0o700)
        _ = stop(at: path)
        if try FileStatus.of(path, followSymlinks: false) != nil { try FileAttributes.remove(path) }
        let (output, input) = try BackgroundProcess.pipe()
        try startAgent(path, seconds, output)
        try unsafe secret.withBytes { (bytes) throws(SystemError) in try unsafe input.write(bytes) }
        for _ in 0..<200 {
            if try FileStatus.of(path, followSymlinks: false) != nil { return }
            Pause.sleep(microseconds: 10_000)
        }
        throw SystemError("start an agent at", path, .timedOut)
    }

    static func read(from path: FilePath, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard let peer = PrivateSocket.connect(path), (try? peer.write([readRequest])) != nil else { return false }
        return (try? unsafe peer.fill(buffer)) == buffer.count
    }

    /// Whether there was one.
    static func stop(at path: FilePath) -> Bool {
        guard let peer = PrivateSocket.connect(path) else { return false }
        _ = try? peer.write([stopRequest])
        // Until it is gone.
        _ = try? peer.readByte()
        return true
    }
}
