public import SecrWire

/// Who may create boxes and store blobs: everybody, or whoever has one of the operator's invitations.
public struct AdmissionCheck: Sendable {
    public let policy: AdmissionPolicy
    private let proofs: Set<[UInt8]>

    public static let open = AdmissionCheck(policy: .open, proofs: [])

    /// - Parameter codes: as they are handed out. What is kept of them here does not lead back to a good one.
    public static func invitations(_ codes: [String]) -> AdmissionCheck {
        let proofs = codes.compactMap { code -> [UInt8]? in
            guard case .invitation(let proof) = Admission.invitation(code: code) else { return nil }
            return proof
        }
        return AdmissionCheck(policy: .invitation, proofs: Set(proofs))
    }

    func admits(_ admission: Admission) -> Bool {
        switch (policy, admission) {
        case (.open, _): true
        case (.invitation, .invitation(let proof)): proofs.contains(proof)
        case (.invitation, .none): false
        }
    }
}
