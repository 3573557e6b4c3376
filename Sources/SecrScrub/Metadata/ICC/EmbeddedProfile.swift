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

    init(_ bytes: [UInt8], limits: Limits) throws(ParseError) {
        guard bytes.count <= limits.iccBytes else {
            throw ParseError(.limit, at: 0, "colour profile: too large")
        }
        profile = try ICCProfile(bytes, limits: limits)
        standard = ICCStandard(profile)
        normalForm = profile.normalForm(standard)
        isNormal = normalForm == bytes
    }

    /// Whether `other` means the same: exactly, or, where this is a common colour space, to the eye.
    func isKept(by other: EmbeddedProfile) -> Bool {
        profile == other.profile || (standard != nil && profile.looksLike(other.profile))
    }

    /// The colours of a single device or program tell which one it was.
    var limitation: Limitation? { standard == nil ? .ownProfile : nil }

    /// Of a profile that stays, in a few words.
    var description: String { standard?.name ?? "values that decide colours only" }
}
