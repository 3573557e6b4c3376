import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

extension ScrubCommand {
    static let receipt = Option(
        "receipt", value: .file(), help: "Say in this file what was done to a single one, for 'secr-scrub verify'.")

    /// The receipt that is wanted.
    ///
    /// - Parameters:
    ///   - others: options that leave no input or no output to speak of, or another picture.
    ///   - deciding: options on which the output depends.
    static func receipt(
        _ arguments: Arguments, _ destination: Destination, _ policy: Policy, excluding others: [Option],
        deciding: [Option]
    ) throws(UsageError) -> ReceiptOrder? {
        guard let path = try arguments.path(receipt) else { return nil }
        if path == "-" { throw UsageError("a receipt needs a name") }
        for other in others where arguments.has(other) {
            throw UsageError("--receipt and --\(other.long) exclude each other")
        }
        if arguments.operands.contains("-") || destination == .standardOutput {
            throw UsageError("--receipt is about two files that have names", hint: "leave out '-'")
        }
        if arguments.operands.count > 1 || arguments.has(.recursive) || arguments.has(.files0From) {
            throw UsageError("--receipt is about a single file")
        }
        return ReceiptOrder(
            path, tool: SecrScrub.version,
            policy: PolicyFile(policy).text.split(separator: "\n").map(String.init),
            options: deciding.filter(arguments.has).map { "--" + $0.long })
    }
}
