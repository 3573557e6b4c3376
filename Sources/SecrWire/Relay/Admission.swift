internal import SecrCrypto

/// By what somebody may create a box or store a blob.
public enum Admission: Hashable, Sendable {
    /// Nothing; for relays that are open.
    case none
    /// A proof of knowing an invitation that the operator handed out, 32 bytes.
    case invitation([UInt8])

    /// Bytes of a proof.
    public static let proofSize = BLAKE2b.size

    /// Whether the proof has all of its bytes.
    var isWhole: Bool { if case .invitation(let proof) = self { proof.count == Self.proofSize } else { true } }

    /// - Parameter code: as the operator handed it out.
    public static func invitation(code: String) -> Admission {
        .invitation(BLAKE2b.hash(Domain.invitation + Array(code.utf8)))
    }
}

/// Which admissions a relay asks for; the same for everybody.
public enum AdmissionPolicy: UInt8, CaseIterable, Sendable {
    case open = 0
    case invitation = 1
}
