internal import SecrScrub

/// A ``Limitation`` as a name, and what belongs to it.
struct LimitationCode {
    var name: String
    var number = 0
    var words: [String] = []

    /// Those with nothing but a name.
    private static let simple: [String: Limitation] = [
        "content": .content, "noise": .sensorNoise, "noise-of-photos": .sensorNoiseOfPhotos,
        "own-quantization": .ownQuantization, "own-profile": .ownProfile, "own-primaries": .ownPrimaries,
        "gain-map": .gainMap, "cropped-pixels": .croppedPixels, "subtitles": .subtitles,
        "protected-tracks": .protectedTracks, "pages": .pages, "unread-instructions": .unreadInstructions,
        "inner-notes": .innerNotes, "decrypted": .decrypted, "repaired": .repaired,
        "encoder-decisions": .encoderDecisions,
    ]

    init(name: String, number: Int) {
        (self.name, self.number) = (name, number)
    }

    init(_ limitation: Limitation) {
        switch limitation {
        case .commonQuantization(let quality): (name, number) = ("common-quantization", quality)
        case .hiddenMedia(let seconds): (name, number) = ("hidden-media", seconds)
        case .instructionComments(let count): (name, number) = ("instruction-comments", count)
        case .innerPhotos(let count): (name, number) = ("inner-photos", count)
        case .attachments(let count): (name, number) = ("attachments", count)
        case .codedRemains(let codings): (name, words) = ("coded-remains", codings)
        case .statement(let said): (name, words) = ("statement", said)
        case .keptParts(let kinds): (name, words) = ("kept-parts", kinds.map(\.rawValue))
        case .content, .sensorNoise, .sensorNoiseOfPhotos, .ownQuantization, .ownProfile, .ownPrimaries, .gainMap,
            .croppedPixels, .subtitles, .protectedTracks, .pages, .unreadInstructions, .innerNotes, .decrypted,
            .repaired, .encoderDecisions:
            name = Self.simple.first { $0.value == limitation }?.key ?? ""
        }
    }

    /// `nil` where there is no such.
    var limitation: Limitation? {
        switch name {
        case "common-quantization": .commonQuantization(quality: number)
        case "hidden-media": .hiddenMedia(seconds: number)
        case "instruction-comments": .instructionComments(number)
        case "inner-photos": .innerPhotos(number)
        case "attachments": .attachments(number)
        case "coded-remains": .codedRemains(words)
        case "statement": .statement(words)
        case "kept-parts": .keptParts(words.compactMap(FindingClass.init))
        default: Self.simple[name]
        }
    }
}
