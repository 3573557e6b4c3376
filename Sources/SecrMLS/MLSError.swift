/// Why something was refused, and by which rule.
public struct MLSError: Error, Equatable, Sendable {
    public enum Code: String, Sendable {
        /// Bytes that are not what they should be.
        case malformed
        /// Well-formed, but of a version, suite or kind that is not handled here.
        case unsupported
        /// Larger, further ahead or more numerous than ``Limits`` allows.
        case limit
        /// A signature, code or cipher text that nobody with the right key made.
        case notAuthentic
        /// Against a rule of the protocol that every member checks alike.
        case invalid
        /// Refused by the application's ``GroupRules``.
        case refused
        /// Of another group.
        case wrongGroup
        /// Of an epoch that is over and forgotten, or that has not begun.
        case wrongEpoch
        /// The key was used before, or is too old to be kept.
        case keyGone
        /// What this member sent itself.
        case ownMessage
        /// A pre-shared key that this member does not have.
        case unknownPSK
        /// A commit refers to a proposal that this member has not seen.
        case unknownProposal
        /// All members can accept the commit, but its path does not lead here: this member has to join anew.
        case pathFailed
        /// Not in this state of the group: removed, closed by a re-initialisation, or waiting for a commit.
        case notNow
        /// State that is older than what was stored before, or no state at all.
        case badState
    }

    public var code: Code
    /// The section of RFC 9420 whose rule was broken; empty where it is no rule of that document.
    public var clause: String
    /// What was found, in a few lower-case words. Nothing of a message, and no secret.
    public var context: String

    @inline(never)
    package init(_ code: Code, _ clause: String, _ context: String) {
        self.code = code
        self.clause = clause
        self.context = context
    }
}

extension MLSError: CustomStringConvertible {
    public var description: String { clause.isEmpty ? context : "\(context) (RFC 9420, \(clause))" }
}

/// Throws unless a rule holds.
///
/// - Parameter clause: where RFC 9420 has the rule.
func require(
    _ holds: Bool, _ code: MLSError.Code, _ clause: String, _ context: @autoclosure () -> String
) throws(MLSError) {
    if !holds { throw MLSError(code, clause, context()) }
}

/// Throws unless a rule holds that every member checks alike.
func require(_ holds: Bool, _ clause: String, _ context: @autoclosure () -> String) throws(MLSError) {
    try require(holds, .invalid, clause, context())
}
