package import SecrBytes

/// Looks through pictures in AVC and HEVC: messages between slices, and units that fill up room.
package struct NALCleaner: SampleCleaner {
    package enum Coding { case avc, hevc }

    private let coding: Coding
    /// Bytes of the size in front of each unit.
    private let lengthSize: Int
    private let limits: Limits
    private var parameters: [AVCParameters] = []
    /// Whether there are others that could not be read.
    private var isUnsure = false
    private static let mostParameters = 32

    /// - Parameter configuration: the content of `avcC` or `hvcC` (ISO/IEC 14496-15, 5.3.3 and 8.3.3).
    package init(_ coding: Coding, configuration: [UInt8], limits: Limits) throws(ParseError) {
        self.coding = coding
        self.limits = limits
        let reader = ByteReader(configuration)
        lengthSize = try reader.uint8(at: coding == .avc ? 4 : 21) & 3 + 1
        guard coding == .avc else { return }
        var at = 6
        for _ in 0..<(try reader.uint8(at: 5) & 0x1F) {
            let size = try reader.uint16(at: at)
            learn(Array(try reader.slice(at: at + 2, count: size)))
            at += 2 + size
        }
    }

    /// Of AVC, how a sequence is coded. Without it nobody knows where the times are.
    private mutating func learn(_ unit: [UInt8]) {
        guard let found = try? AVCParameters(EscapedUnit(unit).content) else { return isUnsure = true }
        guard !parameters.contains(where: { $0.layout == found.layout && $0.profile == found.profile }) else { return }
        guard parameters.count < Self.mostParameters else { return isUnsure = true }
        parameters.append(found)
    }

    private enum Kind { case picture, message, filler, parameters, unknown }

    private func kind(_ header: UInt8) -> Kind {
        if coding == .avc {
            return switch header & 0x1F {
            case 6: .message
            case 7: .parameters
            case 12: .filler
            // Layers and parameters of Dolby Vision are 28 and 30.
            case 1...5, 8...11, 13...15, 19...21, 28, 30: .picture
            default: .unknown
            }
        }
        return switch header >> 1 & 0x3F {
        case 39, 40: .message
        case 38: .filler
        // The same of Dolby Vision are 62 and 63.
        case 0...9, 16...21, 32...37, 62, 63: .picture
        default: .unknown
        }
    }

    package mutating func clean(
        _ sample: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws {
        var (at, isKnown) = (sample.lowerBound, true)
        while at < sample.upperBound {
            guard sample.upperBound - at >= lengthSize else {
                throw ParseError(.truncated, at: at, "a picture that ends early")
            }
            var size = 0
            for place in at..<at + lengthSize { size = size << 8 | Int(try window.byte(at: place)) }
            at += lengthSize
            guard size <= sample.upperBound - at else {
                throw ParseError(.truncated, at: at, "a picture that ends early")
            }
            let unit = at..<at + size
            let whole = at - lengthSize..<unit.upperBound
            at = unit.upperBound
            if unit.isEmpty { continue }
            switch kind(try window.byte(at: unit.lowerBound)) {
            case .picture: continue
            case .message:
                switch try cleanMessages(unit, &window, &found) {
                case .used: break
                case .empty: try found.leaveOut(whole)
                case .unknown: isKnown = false
                }
            case .filler:
                try fill(unit, &window, &found)
                try found.leaveOut(whole)
            case .parameters: try learn(unit, &window)
            case .unknown: isKnown = false
            }
        }
        guard isKnown else {
            throw ParseError(.unsupported, at: sample.lowerBound, "something between the pictures that is not known")
        }
    }

    private mutating func learn(_ unit: Range<Int>, _ window: inout ByteWindow) throws {
        guard unit.count <= limits.codedPartBytes else { return isUnsure = true }
        learn(try window.bytes(in: unit))
    }

    private var headerSize: Int { coding == .avc ? 1 : 2 }

    /// What is left of a unit of messages.
    private enum Rest {
        case empty
        case used
        /// Some could not be looked into.
        case unknown
    }

    private func cleanMessages(
        _ range: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings
    ) throws -> Rest {
        guard range.count <= limits.codedPartBytes else { return .unknown }
        let unit = EscapedUnit(try window.bytes(in: range))
        let (messages, isWhole) = SEIMessage.all(in: unit.content, from: headerSize)
        var (isKnown, isUsed) = (isWhole, false)
        for message in messages where !message.payload.isEmpty {
            switch SEIRules.verdict(on: message, in: unit.content, isHEVC: coding == .hevc) {
            case .kept: isUsed = true
            case .opaque: isKnown = false
            case .overwritten(let part):
                let needed = neededPrefix(of: message, in: unit)
                isUsed = isUsed || needed > 0
                let text = message.payload.dropFirst(needed)
                let new = unit.filling(text, with: SEIRules.fill(of: message))
                try replace(text, of: unit, by: new, at: range, as: part, &found)
            case .clock:
                isUsed = true
                isKnown = try cleanTimes(in: message, of: unit, at: range, &found) && isKnown
            }
        }
        return isKnown ? isUsed ? .used : .empty : .unknown
    }

    /// Of an encoder's message, what stays. Where it is not known how the pictures are coded, it is as if they were lossless.
    private func neededPrefix(of message: SEIMessage, in unit: EscapedUnit) -> Int {
        guard coding == .avc, message.type == SEIRules.unregistered else { return 0 }
        let isLossless = isUnsure || parameters.isEmpty || parameters.contains { $0.profile == 244 }
        return SEIRules.neededPrefix(of: unit.content[message.payload], isLossless: isLossless)
    }

    private func replace(
        _ part: Range<Int>, of unit: EscapedUnit, by new: [UInt8], at range: Range<Int>, as kind: CodedPart,
        _ found: inout CodedFindings
    ) throws {
        let (place, start) = (unit.rawRange(of: part), range.lowerBound)
        try found.replace(
            start + place.lowerBound..<start + place.upperBound, Array(unit.raw[place]), by: new, as: kind)
    }

    /// Returns whether it is known how times of day are written, and others could be written over them.
    private func cleanTimes(
        in message: SEIMessage, of unit: EscapedUnit, at range: Range<Int>, _ found: inout CodedFindings
    ) throws -> Bool {
        let start = message.payload.prefix(ClockTimes.mostBytes)
        let payload = unit.content[start]
        var times: ClockTimes?
        if coding == .hevc {
            times = try? ClockTimes(hevc: payload)
        } else if !isUnsure, let layout = parameters.first?.layout, parameters.allSatisfy({ $0.layout == layout }) {
            times = try? ClockTimes(avc: payload, layout)
        }
        guard let times else { return false }
        if times.isEmpty { return true }
        // Of two times, each can need its own, because of escape bytes in the midst of them.
        let same = times.neutral { unit.writing($0, over: start) }
        guard let new = same ?? unit.writing(free: times.mask, over: start) else { return false }
        try replace(start, of: unit, by: new, at: range, as: .clock, &found)
        return true
    }

    /// Bytes of a unit that only takes up room are all the same, but for the last.
    private func fill(_ unit: Range<Int>, _ window: inout ByteWindow, _ found: inout CodedFindings) throws {
        var at = unit.lowerBound + headerSize
        while at < unit.upperBound {
            let part = at..<min(unit.upperBound, at + limits.codedPartBytes)
            let old = try window.bytes(in: part)
            var new = [UInt8](repeating: 0xFF, count: old.count)
            if part.upperBound == unit.upperBound { new[new.count - 1] = 0x80 }
            try found.replace(part, old, by: new, as: .fill)
            at = part.upperBound
        }
    }
}
