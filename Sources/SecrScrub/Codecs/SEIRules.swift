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

    private static let (filler, registered, unregistered) = (3, 4, 5)
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
    private static let nestingHEVC: Set = [133, 162]

    static func verdict(on message: SEIMessage, in content: [UInt8], isHEVC: Bool) -> Verdict {
        switch message.type {
        case filler: .overwritten(.fill)
        case registered: RegisteredUserData.isRendering(content[message.payload]) ? .kept : .overwritten(.userData)
        case unregistered: .overwritten(isText(content[message.payload]) ? .message : .userData)
        case pictureTiming where !isHEVC, timeCode where isHEVC: .clock
        case let type where (isHEVC ? nestingHEVC : nestingAVC).contains(type): .opaque
        case let type: (isHEVC ? hevc : avc).contains(type) ? .kept : .overwritten(.userData)
        }
    }

    /// Whether there are words behind the 16 bytes that say whose message it is.
    private static func isText(_ payload: ArraySlice<UInt8>) -> Bool {
        let text = payload.dropFirst(16).prefix(16)
        return text.count >= 4 && text.allSatisfy { (0x20..<0x7F).contains($0) || [0, 9, 10, 13].contains($0) }
    }

    /// How much of an encoder's message decoders need: from its number, some tell how old encoders went wrong.
    ///
    /// ffmpeg decodes what x264 made up to number 33 in another way, and, where it is lossless with colours for each pixel,
    /// up to 150 (`h264_direct.c`, `h264_mb_template.c`).
    static func neededPrefix(of payload: ArraySlice<UInt8>, isLossless: Bool) -> Int {
        let text = payload.dropFirst(16)
        let name = Array("x264 - core ".utf8)
        guard text.starts(with: name) else { return 0 }
        let digits = text.dropFirst(name.count).prefix { (0x30...0x39).contains($0) }.prefix(6)
        guard let build = Int(String(decoding: digits, as: UTF8.self)), build <= 33 || isLossless && build < 151 else {
            return 0
        }
        return 16 + name.count + digits.count
    }
}
