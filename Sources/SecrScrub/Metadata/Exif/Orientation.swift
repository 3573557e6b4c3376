/// How a viewer has to turn a picture (CIPA DC-008, tag 0x0112): 1...8.
enum Orientation {
    /// In words, for a person.
    static func name(_ number: Int) -> String { names[number - 1] }

    private static let names = [
        "upright", "mirrored", "upside down", "upside down and mirrored", "mirrored, turned left", "turned right",
        "mirrored, turned right", "turned left",
    ]
}
