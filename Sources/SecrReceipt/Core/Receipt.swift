/// What was done to a file: what of it is in the output, what is not, and what the output has beside that.
///
/// Whoever has input and output can make one; it proves nothing about who did. See secr-receipt(5).
package struct Receipt: Sendable, Equatable {
    /// What decided the output.
    package struct Terms: Sendable, Equatable {
        /// Version of the program.
        package var tool: String
        /// Lines of a policy file, and options of the command beside these. Printable ASCII without quotes.
        package var policy: [String]
        package var options: [String]

        package init(tool: String, policy: [String], options: [String]) {
            (self.tool, self.policy, self.options) = (tool, policy, options)
        }

        /// The words of a line of the policy.
        func words(_ setting: String) -> Set<String> {
            let line = policy.first { $0.hasPrefix(setting + " = ") }?.dropFirst(setting.utf8.count + 3) ?? ""
            return Set(line.split(separator: ",").map { String($0.drop { $0 == " " }) })
        }

        var kept: Set<String> { words("keep") }
        var dropped: Set<String> { words("drop") }

        /// Whether nothing of an output is shown but one picture.
        var hasOnePicture: Bool { words("policy") == ["strict"] || dropped.contains("gain-map") }

        /// Whether an output says roughly where, when and with what it was made.
        var isVague: Bool { words("policy") == ["obfuscate"] }

        /// Whether an output may say something of itself.
        var isTalkative: Bool {
            isVague || !kept.isDisjoint(with: ["date", "author", "copyright"])
        }
    }

    /// Bytes of the input that are in the output.
    package struct Copy: Sendable, Equatable {
        /// Where they begin.
        package var input: Int
        package var output: Int
        package var count: Int

        package init(input: Int, output: Int, count: Int) {
            (self.input, self.output, self.count) = (input, output, count)
        }

        var inputRange: Range<Int> { input..<input + count }
        var outputRange: Range<Int> { output..<output + count }
    }

    static let version = 1

    var terms: Terms
    var format: ReceiptFormat
    var inputSize: Int
    var outputSize: Int
    var outputDigest: [UInt8]
    /// Digests of what a decoder makes of input and output.
    var inputEssence: [UInt8] = []
    var outputEssence: [UInt8] = []
    /// In the order of the output.
    var copies: [Copy]
    /// Of the input, what is not in the output.
    var removed: [Part] = []
    /// Of the output, what is not from the input.
    var written: [Part] = []
    var salt: [UInt8]
    /// To all of the above and every byte of both files.
    var commitment: [UInt8] = []

    init(
        _ terms: Terms, _ format: ReceiptFormat, _ copies: [Copy], output: (size: Int, digest: [UInt8]), inputSize: Int,
        salt: [UInt8]
    ) {
        (self.terms, self.format, self.copies, self.inputSize, self.salt) = (terms, format, copies, inputSize, salt)
        (outputSize, outputDigest) = output
    }

    static let digestSize = 32
    /// Pieces of which a receipt tells, and its bytes.
    package static let mostCopies = 1 << 18
    package static let mostBytes = 64 << 20
}
