/// The extendable output of Keccak with a capacity of 512 bits (FIPS 202, section 6.2).
///
/// Only the derivation of post-quantum key pairs needs it, on a few dozen bytes; swift-crypto has it inside, but does not
/// give it out. It branches on lengths only, and reads no table at a secret place.
package enum SHAKE256 {
    private static let rate = 136

    package static func hash(_ input: [UInt8], count: Int) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        var padded = input
        padded.append(0x1F)
        padded.append(contentsOf: [UInt8](repeating: 0, count: (rate - padded.count % rate) % rate))
        padded[padded.count - 1] |= 0x80
        for start in stride(from: 0, to: padded.count, by: rate) {
            for index in 0..<rate {
                state[index / 8] ^= UInt64(padded[start + index]) << UInt64(index % 8 * 8)
            }
            permute(&state)
        }
        Secret.clear(&padded)
        var output: [UInt8] = []
        output.reserveCapacity(count + rate)
        while output.count < count {
            if !output.isEmpty { permute(&state) }
            for index in 0..<min(rate, count - output.count) {
                output.append(UInt8(truncatingIfNeeded: state[index / 8] >> UInt64(index % 8 * 8)))
            }
        }
        return output
    }

    /// Keccak-f[1600] (section 3.3): 24 rounds of theta, rho, pi, chi, iota. Lane (x, y) is at x + 5y.
    private static func permute(_ a: inout [UInt64]) {
        var c = [UInt64](repeating: 0, count: 5)
        var b = [UInt64](repeating: 0, count: 25)
        for constant in roundConstants {
            for x in 0..<5 { c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] }
            for x in 0..<5 {
                let d = c[(x + 4) % 5] ^ rotated(c[(x + 1) % 5], 1)
                for y in 0..<5 { a[x + 5 * y] ^= d }
            }
            for x in 0..<5 {
                for y in 0..<5 { b[y + 5 * ((2 * x + 3 * y) % 5)] = rotated(a[x + 5 * y], rotations[x + 5 * y]) }
            }
            for x in 0..<5 {
                for y in 0..<5 { a[x + 5 * y] = b[x + 5 * y] ^ (~b[(x + 1) % 5 + 5 * y] & b[(x + 2) % 5 + 5 * y]) }
            }
            a[0] ^= constant
        }
    }

    private static func rotated(_ lane: UInt64, _ by: UInt64) -> UInt64 {
        by == 0 ? lane : lane << by | lane >> (64 - by)
    }

    /// Section 3.2.2: (t + 1)(t + 2)/2 for the lane that is the t-th on the walk (x, y) -> (y, 2x + 3y) from (1, 0).
    private static let rotations: [UInt64] = {
        var table = [UInt64](repeating: 0, count: 25)
        var (x, y) = (1, 0)
        for t in 0..<24 {
            table[x + 5 * y] = UInt64((t + 1) * (t + 2) / 2 % 64)
            (x, y) = (y, (2 * x + 3 * y) % 5)
        }
        return table
    }()

    /// Section 3.2.5: bit 2^j - 1 of the i-th constant is bit j + 7i of the register x^8 + x^6 + x^5 + x^4 + 1.
    private static let roundConstants: [UInt64] = {
        var register: UInt8 = 1
        return (0..<24).map { _ in
            var constant: UInt64 = 0
            for j in 0..<7 {
                if register & 1 == 1 { constant |= 1 << UInt64(1 << j - 1) }
                register = register & 0x80 == 0 ? register << 1 : register << 1 ^ 0x71
            }
            return constant
        }
    }()
}
