/// Values for a statement, as the server has them in binary.
struct PostgreSQLParameters {
    /// The server's numbers of types, see its table `pg_type`.
    private enum ElementType {
        static let bytea: UInt32 = 17
        static let int8: UInt32 = 20
        static let text: UInt32 = 25
        static let uuid: UInt32 = 2_950
    }

    /// One after another.
    private(set) var bytes: [UInt8] = []
    /// Where each of them ends.
    private(set) var ends: [Int] = []

    init() {}

    private mutating func add(_ write: (inout [UInt8]) -> Void) {
        write(&bytes)
        ends.append(bytes.count)
    }

    func adding(_ value: StoredName) -> Self { added { $0 += value.bytes } }

    func adding(_ value: Int64) -> Self { added { $0.append(bigEndian: value) } }

    /// Where a row can lie: the first place on a page.
    func adding(page: Int) -> Self {
        added { bytes in
            bytes.append(bigEndian: UInt32(clamping: page))
            bytes.append(bigEndian: UInt16(0))
        }
    }

    func adding(_ values: [StoredName]) -> Self {
        array(values, of: ElementType.uuid, size: StoredName.size) { $0 += $1.bytes }
    }

    func adding(_ values: [Int64]) -> Self {
        array(values, of: ElementType.int8, size: 8) { $0.append(bigEndian: $1) }
    }

    func adding(_ values: [[UInt8]]) -> Self {
        array(values, of: ElementType.bytea, size: values.first?.count ?? 0) { $0 += $1 }
    }

    func adding(_ values: [String]) -> Self {
        array(values, of: ElementType.text, size: values.first?.utf8.count ?? 0) { $0 += $1.utf8 }
    }

    private func added(_ write: (inout [UInt8]) -> Void) -> Self {
        var copy = self
        copy.add(write)
        return copy
    }

    /// An array of one dimension: how many dimensions, whether there are nulls, the type of elements, how many, the
    /// number of the first, and then each with its size before it.
    private func array<Element>(
        _ values: [Element], of type: UInt32, size: Int, _ write: (inout [UInt8], Element) -> Void
    ) -> Self {
        added { bytes in
            bytes.reserveCapacity(bytes.count + 20 + values.count * (size + 4))
            for word in [values.isEmpty ? 0 : 1, 0, type] { bytes.append(bigEndian: word) }
            if values.isEmpty { return }
            for word in [UInt32(values.count), 1] { bytes.append(bigEndian: word) }
            for value in values {
                let place = bytes.count
                bytes.append(bigEndian: UInt32(0))
                write(&bytes, value)
                let written = UInt32(bytes.count - place - 4)
                for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: written >> (24 - index * 8)) }
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}
