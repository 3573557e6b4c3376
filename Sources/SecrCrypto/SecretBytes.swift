internal import CSodium

/// A secret in memory of its own, with a single owner.
///
/// The memory is locked, so that it is not swapped out where the system allows that, left out of core dumps, surrounded by
/// guard pages, and cleared when the owner goes. It can't be copied, printed or compared by accident. Between uses it can't
/// be written.
@safe public struct SecretBytes: ~Copyable {
    /// Bytes; no secret.
    public let count: Int
    /// Allocated by the library, and freed with this value.
    private let memory: UnsafeMutableRawPointer

    /// - Parameter fill: writes the secret, `count` bytes. What it throws is passed on.
    public init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        Sodium.start()
        precondition(count >= 0)
        // Safe: one byte at least, so that there is memory to free; checked below.
        guard let memory = unsafe sodium_malloc(max(count, 1)) else { preconditionFailure("no memory for a secret") }
        self.count = count
        unsafe self.memory = unsafe memory
        // Safe: `count` bytes were allocated. Where this throws, the value is whole already, and its end frees them.
        try unsafe fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        unsafe sodium_mprotect_readonly(memory)
    }

    /// Fresh randomness.
    public init(random count: Int) {
        // Safe: as many bytes as there are.
        unsafe self.init(count: count) { unsafe randombytes_buf($0.baseAddress!, $0.count) }
    }

    /// A copy of bytes that are no secret any more or were none yet; whoever holds them has to clear them.
    public init(copying bytes: some Collection<UInt8>) {
        // Safe: as many bytes as there are.
        unsafe self.init(count: bytes.count) { unsafe $0.copyBytes(from: bytes) }
    }

    deinit { unsafe sodium_free(memory) }

    /// Lends the secret for the length of a call. It must not be kept.
    public borrowing func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Safe: the memory lives as long as this value, which is borrowed.
        try unsafe body(UnsafeRawBufferPointer(start: memory, count: count))
    }

    /// A part of the secret, as a secret.
    public borrowing func part(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        // Safe: within the bytes that there are.
        return unsafe withBytes { bytes in
            unsafe SecretBytes(count: range.count) {
                unsafe $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[range]))
            }
        }
    }

    /// This secret and then another one.
    public borrowing func followed(by other: borrowing SecretBytes) -> SecretBytes {
        // Safe: both parts fill exactly what is allocated.
        unsafe withBytes { mine in
            unsafe other.withBytes { theirs in
                unsafe SecretBytes(count: mine.count + theirs.count) {
                    unsafe $0.copyMemory(from: mine)
                    unsafe UnsafeMutableRawBufferPointer(rebasing: $0[mine.count...]).copyMemory(from: theirs)
                }
            }
        }
    }

    /// Whether two secrets are the same, in constant time.
    public borrowing func isEqual(to other: borrowing SecretBytes) -> Bool {
        // Safe: both have `count` bytes.
        guard count == other.count else { return false }
        return unsafe withBytes { mine in
            unsafe other.withBytes { theirs in
                unsafe sodium_memcmp(mine.baseAddress!, theirs.baseAddress!, mine.count) == 0
            }
        }
    }
}

/// Proved by hand: the memory is written only before anybody else can have the value.
extension SecretBytes: @unchecked Sendable {}
