/// Bytes from a terminal as keys.
package struct KeyReader: Sendable {
    package enum Key: Sendable, Equatable {
        case character(Unicode.Scalar)
        /// What was pasted, with its line ends as `\n`.
        case paste([Unicode.Scalar])
        case enter, newline, backspace, delete
        case left, right, wordLeft, wordRight, up, down, home, end
        /// To the beginning of the line, to its end, or a word.
        case killBackward, killForward, killWordBackward, killWordForward
        case interrupt, endOfInput, suspend, redraw
    }

    private enum Mode { case ground, escape, sequence, single, paste }

    /// More than that of one paste is left out.
    package static let longestPaste = 1 << 20
    private static let pasteEnd = Array("\u{1B}[201~".utf8)

    private var mode = Mode.ground
    /// Of a character or a sequence that is not complete.
    private var bytes: [UInt8] = []
    private var pasted: [UInt8] = []

    package init() {}

    /// Whether a single Esc could be all there is.
    package var isInDoubt: Bool { mode == .escape }

    /// To be called when nothing followed an Esc for a while.
    package mutating func giveUp() {
        if mode == .escape { mode = .ground }
    }

    package mutating func read(_ byte: UInt8) -> Key? {
        switch mode {
        case .ground: return readCharacter(byte)
        case .escape: return readEscaped(byte)
        case .single:
            mode = .ground
            return Self.final(byte, [])
        case .sequence:
            // Parameters, and then a letter (ECMA-48, 5.4).
            if bytes.count < 32, (0x20...0x3F).contains(byte) {
                bytes.append(byte)
                return nil
            }
            mode = .ground
            defer { bytes = [] }
            guard (0x40...0x7E).contains(byte) else { return nil }
            let numbers = String(decoding: bytes, as: UTF8.self).split(separator: ";").map { Int($0) ?? 0 }
            if byte == UInt8(ascii: "~"), numbers.first == 200 {
                mode = .paste
                return nil
            }
            return Self.final(byte, numbers)
        case .paste:
            pasted.append(byte)
            guard byte == UInt8(ascii: "~"), pasted.suffix(Self.pasteEnd.count).elementsEqual(Self.pasteEnd) else {
                if pasted.count > Self.longestPaste + Self.pasteEnd.count {
                    pasted.remove(at: Self.longestPaste)
                }
                return nil
            }
            mode = .ground
            pasted.removeLast(Self.pasteEnd.count)
            defer {
                for index in pasted.indices { pasted[index] = 0 }
                pasted = []
            }
            return .paste(Self.text(pasted.prefix(Self.longestPaste)))
        }
    }

    // MARK: Parts

    private mutating func readCharacter(_ byte: UInt8) -> Key? {
        if !bytes.isEmpty || byte >= 0x80 { return readBeyondASCII(byte) }
        switch byte {
        case 0x1B:
            mode = .escape
            return nil
        case 0x0D: return .enter
        case 0x0A: return .newline
        case 0x7F, 0x08: return .backspace
        case 0x20...0x7E, 0x09: return .character(Unicode.Scalar(byte))
        default: return Self.control[byte]
        }
    }

    private static let control: [UInt8: Key] = [
        0x01: .home, 0x02: .left, 0x03: .interrupt, 0x04: .endOfInput, 0x05: .end, 0x06: .right, 0x0B: .killForward,
        0x0C: .redraw, 0x0E: .down, 0x10: .up, 0x15: .killBackward, 0x17: .killWordBackward, 0x1A: .suspend,
    ]

    private mutating func readBeyondASCII(_ byte: UInt8) -> Key? {
        if !bytes.isEmpty, byte & 0xC0 != 0x80 {
            // The character before was cut off.
            bytes = []
            return readCharacter(byte)
        }
        bytes.append(byte)
        let length = bytes[0] >= 0xF0 ? 4 : bytes[0] >= 0xE0 ? 3 : bytes[0] >= 0xC2 ? 2 : 1
        guard bytes.count == length else { return nil }
        defer { bytes = [] }
        guard let scalar = String(validating: bytes, as: UTF8.self)?.unicodeScalars.first, scalar.value >= 0xA0 else {
            return nil
        }
        return .character(scalar)
    }

    private mutating func readEscaped(_ byte: UInt8) -> Key? {
        mode = .ground
        switch byte {
        case UInt8(ascii: "["):
            mode = .sequence
            return nil
        case UInt8(ascii: "O"):
            mode = .single
            return nil
        case 0x1B:
            mode = .escape
            return nil
        case 0x0D, 0x0A: return .newline
        case 0x7F, 0x08: return .killWordBackward
        case UInt8(ascii: "b"): return .wordLeft
        case UInt8(ascii: "f"): return .wordRight
        case UInt8(ascii: "d"): return .killWordForward
        default: return nil
        }
    }

    private static func final(_ byte: UInt8, _ numbers: [Int]) -> Key? {
        let isByWord = numbers.count > 1 && numbers[1] > 2
        switch Character(Unicode.Scalar(byte)) {
        case "A": return .up
        case "B": return .down
        case "C": return isByWord ? .wordRight : .right
        case "D": return isByWord ? .wordLeft : .left
        case "H": return .home
        case "F": return .end
        case "~":
            switch numbers.first {
            case 1, 7: return .home
            case 4, 8: return .end
            case 3: return isByWord ? .killWordForward : .delete
            // Of xterm, for Enter with Shift or Alt.
            case 27: return numbers.last == 13 ? .newline : nil
            default: return nil
            }
        // The same of others.
        case "u": return numbers.first == 13 ? .newline : nil
        default: return nil
        }
    }

    /// Without what is neither text nor the end of a line.
    private static func text(_ bytes: ArraySlice<UInt8>) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var follows = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\r": scalars.append("\n")
            case "\n": if !follows { scalars.append(scalar) }
            case "\t": scalars.append(scalar)
            default: if scalar.properties.generalCategory != .control { scalars.append(scalar) }
            }
            follows = scalar == "\r"
        }
        return scalars
    }
}
