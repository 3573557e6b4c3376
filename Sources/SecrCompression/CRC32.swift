internal import CZlib

/// The checksum of PNG chunks (ISO 3309).
package struct CRC32 {
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        // Safe: the library reads as many bytes as there are.
        value = UInt32(unsafe crc32_z(UInt(value), base.assumingMemoryBound(to: UInt8.self), bytes.count))
    }

    package mutating func add(_ bytes: [UInt8]) {
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe add($0) }
    }
}
