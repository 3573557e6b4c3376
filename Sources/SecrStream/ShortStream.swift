public import SecrCrypto

/// Streams that are held in memory as a whole: slots, records, roots.
public enum ShortStream {
    /// Seals `plaintext` under a fresh salt.
    public static func seal(
        _ plaintext: [UInt8], _ kind: StreamKind, _ shape: StreamShape = .standard, key: borrowing SecretBytes
    ) -> [UInt8] {
        seal(plaintext, StreamCipher(sealing: kind, shape, key: key))
    }

    /// For published examples; a salt must never be used twice.
    package static func seal(
        _ plaintext: [UInt8], _ kind: StreamKind, _ shape: StreamShape, key: borrowing SecretBytes, salt: [UInt8]
    ) -> [UInt8] {
        seal(plaintext, StreamCipher(kind, shape, key: key, salt: salt))
    }

    /// The same for what is itself a secret.
    public static func sealSecret(
        _ plaintext: borrowing SecretBytes, _ kind: StreamKind, _ shape: StreamShape = .standard,
        key: borrowing SecretBytes
    ) -> [UInt8] {
        // Safe: the pointer does not leave the closure.
        unsafe plaintext.withBytes { unsafe seal($0, StreamCipher(sealing: kind, shape, key: key)) }
    }

    private static func seal(_ plaintext: [UInt8], _ cipher: StreamCipher) -> [UInt8] {
        // Safe: the pointer does not leave the closure.
        unsafe plaintext.withUnsafeBytes { unsafe seal($0, cipher) }
    }

    private static func seal(_ plaintext: UnsafeRawBufferPointer, _ cipher: StreamCipher) -> [UInt8] {
        var sealed = cipher.head
        let size = cipher.shape.sealedSize(ofPlaintext: plaintext.count)
        sealed.append(contentsOf: repeatElement(0, count: size - sealed.count))
        // Safe: behind the head there is as much room as the chunks need.
        unsafe sealed.withUnsafeMutableBytes { sealed in
            let body = unsafe UnsafeMutableRawBufferPointer(rebasing: sealed[StreamShape.headSize...])
            _ = unsafe cipher.sealChunks(plaintext, first: 0, endsStream: true, into: body)
        }
        return sealed
    }

    /// Opens a stream that consists of `sealed` and nothing else.
    public static func open(
        _ sealed: [UInt8], _ kind: StreamKind, _ shape: StreamShape = .standard, key: borrowing SecretBytes
    ) throws(StreamError) -> [UInt8] {
        guard let size = shape.plaintextSize(ofSealed: sealed.count) else { throw .damaged(chunk: 0) }
        let cipher = try StreamCipher(opening: sealed[..<StreamShape.headSize], kind, shape, key: key)
        var plaintext = [UInt8](repeating: 0, count: size)
        var span = plaintext.mutableSpan
        // Safe: the buffer has as much room as such a stream needs.
        var bytes = unsafe span.mutableBytes
        try unsafe bytes.withUnsafeMutableBytes { (target) throws(StreamError) in
            try unsafe cipher.openBody(of: sealed, into: target)
        }
        return plaintext
    }

    /// The same for what is itself a secret, such as a key in a slot.
    public static func openSecret(
        _ sealed: [UInt8], _ kind: StreamKind, _ shape: StreamShape = .standard, key: borrowing SecretBytes
    ) throws(StreamError) -> SecretBytes {
        guard let size = shape.plaintextSize(ofSealed: sealed.count) else { throw .damaged(chunk: 0) }
        let cipher = try StreamCipher(opening: sealed[..<StreamShape.headSize], kind, shape, key: key)
        // Safe: the secret has as much room as such a stream needs.
        return try unsafe SecretBytes(count: size) { (target) throws(StreamError) in
            try unsafe cipher.openBody(of: sealed, into: target)
        }
    }
}

extension StreamCipher {
    /// Opens everything behind the head of a stream that is in memory.
    fileprivate func openBody(of sealed: [UInt8], into target: UnsafeMutableRawBufferPointer) throws(StreamError) {
        // Safe: the pointer does not leave the closure.
        _ = try unsafe sealed.span.bytes.withUnsafeBytes { (source) throws(StreamError) in
            let body = unsafe UnsafeRawBufferPointer(rebasing: source[StreamShape.headSize...])
            return try unsafe openChunks(body, first: 0, endsStream: true, into: target)
        }
    }
}
