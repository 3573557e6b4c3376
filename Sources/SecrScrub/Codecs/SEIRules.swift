internal import SecrBytes

/// What becomes of messages between coded pictures. An allow-list: what is not known to be of use is written over.
enum SEIRules {
    enum Verdict: Equatable {
        case kept
        /// Everything in it.
        case overwritten(CodedPart)
        /// Times of day among other things.
        case clock
        /// Kept, with messages inside that are not looked into.
        case opaque
    }

    private static let (filler, registered) = (3, 4)
    static let unregistered = 5
    private static let (pictureTiming, timeCode) = (1, 136)

    /// ISO/IEC 14496-10, D.1: buffering, timing, recovery, freezing, film grain, stereo, tone mapping, layers, views, depth,
    /// orientation, colours, brightness, spheres.
    private static let avc = Set([0, 2] + Array(6...29) + Array(31...36) + Array(38...47) + Array(49...54) + [56])
        .union([137, 142, 144] + Array(147...156) + [200, 201])
    /// ISO/IEC 23008-2, D.2 and annexes F to I.
    private static let hevc = Set([0, 1, 2, 6, 9, 15, 16, 17, 19, 22, 23, 45, 47, 56])
        .union(Array(128...132) + [134, 135] + Array(137...156) + [160, 161, 163, 164, 165, 167, 168])
        .union(Array(176...181) + [200, 201])
    private static let nestingAVC: Set = [30, 37, 48]
    /// Also of regions, and of what can be cut out of a picture.
    private static let nestingHEVC: Set = [133, 157, 158, 159, 162]

    static func verdict(on message: SEIMessage, in content: [UInt8], isHEVC: Bool) -> Verdict {
        switch message.type {
        case filler: .overwritten(.fill)
        case registered: RegisteredUserData.isRendering(content[message.payload]) ? .kept : .overwritten(.userData)
        case unregistered where isCaption(content[message.payload]): .kept
        case unregistered: .overwritten(isText(content[message.payload]) ? .message : .userData)
        case pictureTiming where !isHEVC, timeCode where isHEVC: .clock
        case let type where (isHEVC ? nestingHEVC : nestingAVC).contains(type): .opaque
        case let type: (isHEVC ? hevc : avc).contains(type) ? .kept : .overwritten(.userData)
        }
    }

    /// The number of Blu-ray, whose captions begin as those of ATSC. Cameras write dates and places under the same.
    private static let disc: [UInt8] = [
        0x17, 0xEE, 0x8C, 0x60, 0xF8, 0x4D, 0x11, 0xD9, 0x8C, 0xD6, 0x08, 0x00, 0x20, 0x0C, 0x9A, 0x66,
    ]

    private static func isCaption(_ payload: ArraySlice<UInt8>) -> Bool {
        let data = payload.dropFirst(disc.count)
        return payload.starts(with: disc) && data.hasPrefix(RegisteredUserData.captions)
            && data.dropFirst(4).first.map(RegisteredUserData.captionTypes.contains) == true
    }

    /// What is written over a message.
    ///
    /// Data that somebody registered begin with a country, and FF would say that the country follows: ffmpeg drops the rest
    /// of a unit of HEVC where there are too few bytes for that. Nobody has FE.
    static func fill(of message: SEIMessage) -> UInt8 { message.type == registered ? 0xFE : 0xFF }

    /// Whether there are words behind the 16 bytes that say whose message it is.
    private static func isText(_ payload: ArraySlice<UInt8>) -> Bool {
        let text = payload.dropFirst(16).prefix(16)
        return text.count >= 4 && text.allSatisfy { (0x20..<0x7F).contains($0) || [0, 9, 10, 13].contains($0) }
    }

    /// How much of an encoder's message decoders need: from its number, some tell how old encoders went wrong.
    ///
    /// ffmpeg decodes what x264 made up to number 33 in another way, doubles its rate up to 43, and adds up lossless pictures
    /// in another way up to 150 (`h264_direct.c`, `h264_slice.c`, `h264_mb.c`).
    static func neededPrefix(of payload: ArraySlice<UInt8>, isLossless: Bool) -> Int {
        let text = payload.dropFirst(16)
        let name = Array("x264 - core ".utf8)
        guard text.starts(with: name) else { return 0 }
        let digits = text.dropFirst(name.count).prefix { (0x30...0x39).contains($0) }.prefix(6)
        guard let build = Int(String(decoding: digits, as: UTF8.self)), build < 44 || isLossless && build < 151 else {
            return 0
        }
        return 16 + name.count + digits.count
    }
}
