/// What may reach the output of a PNG scrub.
enum PNGAllowList {
    static let standard = AllowList([
        PNGNodeKind.signature: .copied,
        .header: .copied,
        .palette: .copied,
        .transparency: .copied,
        .gamma: .copied,
        .chromaticities: .copied,
        .standardRGB: .copied,
        .codingIndependent: .copied,
        .masteringDisplay: .copied,
        .contentLight: .copied,
        .significantBits: .copied,
        .animationControl: .copied,
        .frameControl: .rebuilt,
        .imageData: .rebuilt,
        .frameData: .rebuilt,
        .end: .rebuilt,
        .iccProfile: .rebuilt,
        .exif: .rebuilt,
        .pixelSize: .rebuilt,
    ])
}
