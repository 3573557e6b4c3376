extension Seeded {
    package mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }

    /// Something near to a message that is right.
    ///
    /// - Parameter others: to take pieces from.
    package mutating func mutated(_ bytes: [UInt8], _ others: [[UInt8]]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...(below(4) == 0 ? below(6) : 0) { mutate(&bytes, others) }
        return bytes
    }

    private mutating func mutate(_ bytes: inout [UInt8], _ others: [[UInt8]]) {
        let at = below(bytes.count)
        let end = min(bytes.count, at + 1 + below(below(3) == 0 ? bytes.count : 8))
        switch below(11) {
        case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8(below(8))
        case 1 where !bytes.isEmpty: bytes[at] = [0, 1, 2, 3, 0x3F, 0x40, 0x7F, 0x80, 0xBF, 0xC0, 0xFF][below(11)]
        case 2: bytes.insert(contentsOf: self.bytes(1 + below(8)), at: min(at, bytes.count))
        case 3: bytes.removeSubrange(min(at, end)..<end)
        case 4: bytes.insert(contentsOf: Array(bytes[min(at, end)..<end]), at: min(at, end))
        case 5: bytes.removeLast(bytes.count - min(at, bytes.count))
        case 6 where !bytes.isEmpty:
            // A length, or what may be one, a little larger or smaller.
            bytes[at] = bytes[at] &+ [1, 255, 2, 254, 32, 224][below(6)]
        case 7 where bytes.count > 8:
            // A large number in four bytes.
            let start = below(bytes.count - 4)
            let values: [[UInt8]] = [
                [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF, 0xFF, 0xFF], [0xBF, 0xFF, 0xFF, 0xFF],
                [0, 0, 0, 0],
            ]
            bytes.replaceSubrange(start..<start + 4, with: values[below(values.count)])
        case 8:
            // The end of another one.
            guard let other = others.randomElement(using: &self), !other.isEmpty else { return }
            bytes = Array(bytes.prefix(at)) + other.suffix(from: below(other.count))
        case 9:
            // A piece of another one, in place.
            guard let other = others.randomElement(using: &self), !other.isEmpty else { return }
            let start = below(other.count)
            let piece = other[start..<min(other.count, start + 1 + below(64))]
            bytes.replaceSubrange(min(at, bytes.count)..<min(bytes.count, at + piece.count), with: piece)
        default: bytes.append(contentsOf: self.bytes(1 + below(3)))
        }
    }

    /// Where to cut a message off: everywhere in a short one, at some two hundred places in a long one.
    package static func cuts(of count: Int) -> [Int] {
        count <= 400
            ? Array(0..<count) : Array(0..<100) + stride(from: 100, to: count, by: max(1, count / 150)) + [count - 1]
    }
}
