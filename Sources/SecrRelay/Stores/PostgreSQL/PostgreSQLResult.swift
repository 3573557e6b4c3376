internal import CPQ

/// What a statement answered.
@safe final class PostgreSQLResult {
    /// `nil` where the library has no memory for one.
    private let handle: OpaquePointer

    init(adopting handle: OpaquePointer) { unsafe self.handle = unsafe handle }

    // Safe: nobody has a pointer to what is in it; values are copied.
    deinit { unsafe PQclear(handle) }

    var status: ExecStatusType { unsafe PQresultStatus(handle) }

    /// Of rows.
    var count: Int { Int(unsafe PQntuples(handle)) }

    /// What the server says about an error, by the letter of the protocol for it.
    private func field(_ name: Unicode.Scalar) -> String? {
        // Safe: a string of the result, which is there; copied.
        unsafe PQresultErrorField(handle, CInt(name.value)).map { unsafe String(cString: $0) }
    }

    func failure(of request: Int? = nil) -> PostgreSQLFailure {
        var failure = PostgreSQLFailure(state: field("C") ?? "", message: field("M") ?? "the connection is broken")
        failure.request = request
        failure.isFatal = ["FATAL", "PANIC"].contains(field("V"))
        return failure
    }

    /// `nil` for a null.
    func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        let (row, column) = (CInt(row), CInt(column))
        guard unsafe PQgetisnull(handle, row, column) == 0, let start = unsafe PQgetvalue(handle, row, column)
        else { return nil }
        // Safe: as many bytes as the library says belong to the result, which is there; copied.
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column))))
    }

    /// Of a text result.
    func text(_ row: Int, _ column: Int) -> String? { bytes(row, column).map { String(decoding: $0, as: UTF8.self) } }

    /// Of a binary result; an integer of any size, or a truth value.
    func integer(_ row: Int, _ column: Int) throws(PostgreSQLFailure) -> Int64 {
        guard let bytes = bytes(row, column), [1, 2, 4, 8].contains(bytes.count) else {
            throw .unexpected("an integer is none")
        }
        let start: Int64 = bytes[0] >= 0x80 ? -1 : 0
        return bytes.reduce(start) { $0 << 8 | Int64($1) }
    }

    func name(_ row: Int, _ column: Int) throws(PostgreSQLFailure) -> StoredName {
        guard let bytes = bytes(row, column), bytes.count == StoredName.size else {
            throw .unexpected("a name is none")
        }
        return StoredName(bytes)
    }

    /// The first column of all rows.
    func names() throws(PostgreSQLFailure) -> [StoredName] {
        var names: [StoredName] = []
        for row in 0..<count { names.append(try name(row, 0)) }
        return names
    }
}
