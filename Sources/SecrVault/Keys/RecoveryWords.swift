public import SecrCrypto

/// A secret of 128 bits as ten words that can be read aloud and written down.
///
/// Each word is a proquint (arXiv 0901.4016): consonant, vowel, consonant, vowel, consonant, 16 bits. The last two words
/// are a check, so that a wrong letter is found before an hour is spent with guessing.
public enum RecoveryWords {
    private static let consonants = Array("bdfghjklmnprstvz".utf8)
    private static let vowels = Array("aiou".utf8)
    private static let secretSize = 16
    private static let checkSize = 4
    /// With the hyphens between the words.
    private static let textSize = (secretSize + checkSize) / 2 * 6 - 1

    /// Fresh ones, in lower case with hyphens between them.
    public static func make() -> SecretBytes {
        text(of: SecretBytes(random: secretSize))
    }

    static func text(of secret: borrowing SecretBytes) -> SecretBytes {
        let whole = secret.followed(by: check(secret))
        // Safe: letters and hyphens fill exactly the size.
        return unsafe SecretBytes(count: textSize) { text in
            unsafe whole.withBytes { bytes in
                for word in 0..<bytes.count / 2 {
                    let bits = unsafe Int(bytes[2 * word]) << 8 | Int(bytes[2 * word + 1])
                    let at = word * 6
                    unsafe text[at] = consonants[bits >> 12]
                    unsafe text[at + 1] = vowels[bits >> 10 & 3]
                    unsafe text[at + 2] = consonants[bits >> 6 & 15]
                    unsafe text[at + 3] = vowels[bits >> 4 & 3]
                    unsafe text[at + 4] = consonants[bits & 15]
                    if at + 5 < text.count { unsafe text[at + 5] = UInt8(ascii: "-") }
                }
            }
        }
    }

    /// Whether something that was typed is meant as recovery words.
    public enum Reading: ~Copyable {
        case words(SecretBytes)
        /// They look like it, but a letter is wrong.
        case mistyped
        /// Something else, such as a passphrase.
        case other
    }

    /// Reads words in any case, with anything but letters between them.
    public static func read(_ typed: borrowing SecretBytes) -> Reading {
        var letters = 0
        var isOther = false
        let collected = unsafe SecretBytes(count: max(typed.count, 1)) { output in
            // Safe: at most as many letters as were typed.
            unsafe typed.withBytes { bytes in
                for index in bytes.indices {
                    let byte = unsafe bytes[index] | 0x20
                    let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    if isLetter {
                        unsafe output[letters] = byte
                        letters += 1
                    } else if unsafe bytes[index] >= 0x80 || (0x30...0x39).contains(unsafe bytes[index]) {
                        isOther = true
                    }
                }
            }
        }
        guard !isOther, letters == (secretSize + checkSize) / 2 * 5 else { return .other }
        var isWord = true
        let whole = unsafe SecretBytes(count: secretSize + checkSize) { output in
            // Safe: ten words of five letters, two bytes each.
            unsafe collected.withBytes { letters in
                for word in 0..<output.count / 2 {
                    var bits = 0
                    for place in 0..<5 {
                        let alphabet = place.isMultiple(of: 2) ? consonants : vowels
                        guard let value = alphabet.firstIndex(of: unsafe letters[word * 5 + place]) else {
                            isWord = false
                            return
                        }
                        bits = bits * alphabet.count + value
                    }
                    unsafe output[2 * word] = UInt8(bits >> 8)
                    unsafe output[2 * word + 1] = UInt8(bits & 0xFF)
                }
            }
        }
        guard isWord else { return .other }
        let secret = whole.part(0..<secretSize)
        guard whole.part(secretSize..<secretSize + checkSize).isEqual(to: check(secret)) else { return .mistyped }
        return .words(text(of: secret))
    }

    private static func check(_ secret: borrowing SecretBytes) -> SecretBytes {
        var hasher = BLAKE2b()
        // Safe: the hasher reads what there is.
        unsafe secret.withBytes { unsafe hasher.add(RawSpan(_unsafeBytes: $0)) }
        return hasher.finishSecret().part(0..<checkSize)
    }
}
