public import SecrStream

/// The sizes that objects have: few, so that a size says little (PADMÉ, PETS 2019).
public enum SizeClass {
    /// Bytes of the smallest and of the largest object.
    public static let smallest = 4_096
    public static let largest = 64 << 20

    /// The smallest class that holds `size` bytes; at most an eighth more, and less for large ones.
    public static func roundUp(_ size: Int) -> Int {
        if size <= smallest { return smallest }
        let exponent = Int.bitWidth - 1 - size.leadingZeroBitCount
        let length = Int.bitWidth - exponent.leadingZeroBitCount
        let step = 1 << (exponent - length)
        return (size + step - 1) / step * step
    }

    /// How much plaintext, with padding, an object has that holds at least `size` bytes of it.
    ///
    /// Some classes are no size that a stream can have; the next one is taken then.
    public static func paddedSize(_ size: Int, _ shape: StreamShape) -> Int {
        var sealed = roundUp(shape.sealedSize(ofPlaintext: size))
        while true {
            if let padded = shape.plaintextSize(ofSealed: sealed), padded >= size { return padded }
            sealed = roundUp(sealed + 1)
        }
    }

    /// The most plaintext that fits into one object.
    public static func capacity(_ shape: StreamShape) -> Int {
        var sealed = largest
        while true {
            if let size = shape.plaintextSize(ofSealed: sealed) { return size }
            sealed -= 1 << 20
        }
    }
}
