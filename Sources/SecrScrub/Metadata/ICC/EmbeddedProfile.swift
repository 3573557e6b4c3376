internal import SecrBytes

/// A colour profile as it was found in a picture, with what it means and the form in which it is written.
struct EmbeddedProfile: Sendable {
    let profile: ICCProfile
    /// The common colour space that it means, if any.
    let standard: ICCStandard?
    /// What is written in its place.
    let normalForm: [UInt8]
    /// Whether it is in that form already.
    let isNormal: Bool
    let texts: ICCTexts

    init(_ bytes: [UInt8], limits: Limits) throws(ParseError) {
        guard bytes.count <= limits.iccBytes else {
            throw ParseError(.limit, at: 0, "colour profile: too large")
        }
        profile = try ICCProfile(bytes, limits: limits)
        standard = ICCStandard(profile)
        normalForm = profile.normalForm(standard)
        isNormal = normalForm == bytes
        texts = ICCTexts(isNormal ? [] : bytes, limits: limits)
    }

    /// Whether `other` means the same: exactly, or, where this is a common colour space, to the eye.
    func isKept(by other: EmbeddedProfile) -> Bool {
        profile == other.profile || (standard != nil && profile.looksLike(other.profile))
    }

    /// Of a profile that stays, in a few words.
    var description: String { standard?.name ?? "values that decide colours only" }
}

/// The profile of a picture, or why the one that it has can't be understood; `nil` where it has none.
typealias FoundProfile = Result<EmbeddedProfile, ParseError>?

extension FoundProfile {
    /// Whether an output has a profile.
    func isKept(_ policy: Policy) -> Bool { self != nil && !policy.drops(.icc) }

    /// Colours stay as they are only with a profile that is understood, is kept untouched, or is given up.
    func requireUsable(_ policy: Policy) throws(ScrubError) {
        guard case .failure(let error) = self, !policy.drops(.icc), !policy.keep.contains(.icc) else { return }
        throw ScrubError(
            .refused, "\(error.context); without it colours would change", at: error.offset,
            hint: "--drop icc scrubs the file without the profile")
    }

    /// Whether the profile of an output does what `policy` demands of this one.
    func isHonoured(by written: FoundProfile, _ policy: Policy) -> Bool {
        switch (self, written) {
        case (_, nil): self == nil || policy.drops(.icc)
        case (.success(let old), .success(let new)): old.isKept(by: new)
        case (.failure, .failure): policy.keep.contains(.icc)
        default: false
        }
    }

    /// The colours of a single device or program tell which one it was.
    func limitations(_ policy: Policy) -> [Limitation] {
        guard isKept(policy), case .success(let profile) = self, profile.standard == nil else { return [] }
        return [.ownProfile]
    }
}
