internal import CQPDF
internal import Glibc
internal import SecrBytes

/// A document that libqpdf has opened.
///
/// It finds objects, also in files that are damaged, decrypts them, and undoes filters that are rare. Nothing that is
/// written passes through it but for documents that stay encrypted; see ``PDFProtection``.
@safe final class QPDFFile {
    private let document: OpaquePointer
    /// Held until the end, where there is no file that the library can open itself.
    private let memory: UnsafeMutableRawBufferPointer?
    /// The library does not copy it at once.
    private let password: DocumentPassword?
    /// Whether nobody can read it without a password.
    let isProtected: Bool

    /// Each stream can say that its length is that of another one, for which the library calls itself.
    private static let (stack, stackOfStream) = (8 << 20, 4 << 10)

    /// A library reads memory faster than a file, and a larger file takes too much of it.
    private static let held = 16 << 20

    /// - Parameters:
    ///   - password: of whoever may read it.
    ///   - streams: how many there can be.
    /// - Throws: `ParseError` where the file is damaged or too large to be held in memory, `ByteSourceError`, and
    ///   `ScrubError` where the library or the password is missing.
    init(_ source: any ByteSource, password: DocumentPassword?, streams: Int, limits: Limits) throws {
        var memory: UnsafeMutableRawBufferPointer?
        let path = source.size > Self.held ? source.path : nil
        if path == nil {
            guard source.size <= limits.wholePictureBytes else {
                throw ParseError(.limit, at: 0, "a document that is too large")
            }
            unsafe memory = try Self.copy(of: source)
        }
        var (opened, status): (OpaquePointer?, secr_qpdf_status) = (nil, SECR_QPDF_PASSWORD)
        var message = [CChar](repeating: 0, count: Int(SECR_QPDF_MESSAGE))
        let open = { (word: UnsafePointer<CChar>) in
            // Safe: memory and password stay where they are until the document is closed.
            status = unsafe secr_qpdf_open(
                path, memory?.baseAddress?.assumingMemoryBound(to: CChar.self), source.size, word,
                Self.stack + Self.stackOfStream * streams, &opened, &message)
            return status != SECR_QPDF_PASSWORD
        }
        // Most documents that are encrypted have an empty password, whatever was given for others.
        let isOpenToAll = unsafe Self.none.tryEach(open)
        let isOpen = unsafe isOpenToAll || password?.tryEach(open) == true
        guard isOpen, let opened = unsafe opened, status == SECR_QPDF_DONE else {
            unsafe free(memory?.baseAddress)
            throw Self.error(status, message, isWrong: password != nil)
        }
        unsafe document = opened
        unsafe self.memory = memory
        self.password = password
        isProtected = !isOpenToAll
    }

    /// Loads the library, if it is there.
    static func load() { secr_qpdf_load() }

    /// All bytes, to be freed.
    private static func copy(of source: any ByteSource) throws -> UnsafeMutableRawBufferPointer {
        guard let room = unsafe secr_qpdf_room(source.size) else {
            throw ParseError(.limit, at: 0, "a document for which there is no memory")
        }
        let copy = unsafe UnsafeMutableRawBufferPointer(start: room, count: source.size)
        var (window, position) = (ByteWindow(source), 0)
        do {
            // Safe: the pieces are together as long as the source, for which there is room.
            unsafe try window.forEachPiece(in: 0..<source.size) { piece in
                unsafe UnsafeMutableRawBufferPointer(rebasing: copy[position...]).copyMemory(from: piece)
                position += piece.count
            }
        } catch {
            unsafe free(room)
            throw error
        }
        return unsafe copy
    }

    private static let none = unsafe DocumentPassword(UnsafeRawBufferPointer(start: nil, count: 0))

    private static func error(_ status: secr_qpdf_status, _ message: [CChar], isWrong: Bool) -> any Error {
        let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return switch status {
        case SECR_QPDF_MISSING:
            ScrubError(
                .refused, "documents need the library qpdf, which is not there",
                hint: "on Debian: apt-get install libqpdf29 or libqpdf30")
        case SECR_QPDF_PASSWORD:
            isWrong
                ? ScrubError(.password, "the document is encrypted with another password")
                : ScrubError(
                    .password, "the document is encrypted, and opens with a password only",
                    hint: "--password-file tells where it is")
        default: ParseError(.malformed, at: 0, text.isEmpty ? "a document that can't be repaired" : text)
        }
    }

    deinit {
        unsafe secr_qpdf_close(document)
        unsafe free(memory?.baseAddress)
    }

    var isEncrypted: Bool { unsafe secr_qpdf_is_encrypted(document) != 0 }
    /// Of what has been read so far.
    var isRepaired: Bool { unsafe secr_qpdf_is_repaired(document) != 0 }
    /// Such as `1.7`.
    var version: String { unsafe String(cString: secr_qpdf_version(document)) }

    /// What ``together(_:)`` does, and how it ended.
    private struct Visit {
        let body: () throws -> Void
        var failure: (any Error)?
    }

    /// Does what asks for many objects, which is faster at one go.
    func together(_ body: () throws -> Void) throws {
        try withoutActuallyEscaping(body) { body in
            var visit = Visit(body: body)
            // Safe: the library calls back once, with the same address, before it returns.
            unsafe withUnsafeMutablePointer(to: &visit) { visit in
                unsafe secr_qpdf_visit(
                    document,
                    { context in
                        guard let visit = unsafe context?.assumingMemoryBound(to: Visit.self) else { return }
                        do { unsafe try visit.pointee.body() } catch { unsafe visit.pointee.failure = error }
                    }, visit)
            }
            if let failure = visit.failure { throw failure }
        }
    }

    struct Object {
        /// Of a stream, its dictionary.
        var value: PDFValue
        var isStream: Bool
    }

    func object(_ reference: PDFReference) throws(ParseError) -> Object {
        guard let number = Int32(exactly: reference.number), let generation = Int32(exactly: reference.generation)
        else {
            return Object(value: .null, isStream: false)
        }
        let found = unsafe secr_qpdf_object_at(document, number, generation)
        // Safe: as many bytes as the library says, copied before the next call.
        let text = unsafe Array(UnsafeRawBufferPointer(start: found.text, count: found.count))
        return Object(value: try PDFReader.value(text), isStream: unsafe found.is_stream != 0)
    }

    /// Data of a stream, decrypted; `nil` where they can't be read.
    func data(of reference: PDFReference) -> [UInt8]? {
        guard let number = Int32(exactly: reference.number), let generation = Int32(exactly: reference.generation)
        else {
            return nil
        }
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = unsafe secr_qpdf_stream_data(document, number, generation, &data, &count)
        defer { unsafe free(data) }
        // Safe: as many bytes as the library says, copied before they are freed.
        return status == 0 ? unsafe Array(UnsafeRawBufferPointer(start: data, count: count)) : nil
    }

    /// The document as a file that opens with a password only; `nil` where that is impossible.
    ///
    /// The second half of its identifier is always the same, ``SECR_QPDF_IDENTIFIER``.
    func encrypted(with password: DocumentPassword) -> [UInt8]? {
        unsafe password.withText { text in
            var data: UnsafePointer<UInt8>?
            var count = 0
            guard unsafe secr_qpdf_encrypt(document, text, &data, &count) == 0 else { return nil }
            // Safe: as many bytes as the library says, copied while the document is open.
            return unsafe Array(UnsafeRawBufferPointer(start: data, count: count))
        }
    }
}
