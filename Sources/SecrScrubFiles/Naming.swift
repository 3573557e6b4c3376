internal import SecrBytes
internal import SecrScrub
internal import SecrSystem
internal import SystemPackage

/// What outputs are called.
public enum Naming: String, Sendable, CaseIterable {
    /// As their inputs are.
    case none
    /// By a digest of the output, which says nothing but what the output says itself.
    case hash
    /// By the day on which the picture was taken.
    case date
}

extension Naming {
    /// Digits of a digest in a name: the first of those that `b2sum -l 256` prints.
    private static let digits = 16

    /// The name that an output should have, and a warning where it is not the one that was asked for.
    ///
    /// - Parameter inspect: tells what the input gives away.
    func wish(
        for input: Input, _ destination: Destination, _ decided: DecidedScrub, inspect: () throws -> Inspection
    ) throws -> (NameWish, warning: String?) {
        let output = try decided.identify()
        let suffix = decided.format.suffix(output.prefix, instead: input.path?.extension?.lowercased())
        var wish = NameWish(
            folder: destination.outputFolder(for: input), stem: "",
            ending: (destination == .beside ? ".\(OutputName.mark)" : "") + ".\(suffix)")
        let name = FilePath(root: nil, input.path?.lastComponent.map { [$0] } ?? []).rawBytes
        if self == .date {
            let taken = try inspect().dayTaken
            // A file that has its name from an earlier run says nothing else about its day any more.
            if let day = taken ?? (destination == .inPlace ? wish.day(in: name) : nil) {
                wish.stem = day
                return (wish, nil)
            }
        }
        wish.stem = String(Hexadecimal.text(output.digest).prefix(Self.digits))
        let isWarned = self == .date && !wish.includes(input)
        return (wish, isWarned ? "the day is not known, so it is named by its content" : nil)
    }
}
