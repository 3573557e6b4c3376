/// What may reach the output of a JPEG scrub.
enum JPEGAllowList {
    static let standard = AllowList([
        JPEGNodeKind.startOfImage: .copied,
        .quantizationTables: .copied,
        .huffmanTables: .copied,
        .arithmeticConditioning: .copied,
        .restartInterval: .copied,
        .frameHeader: .copied,
        .scanHeader: .copied,
        .scan: .copied,
        .numberOfLines: .copied,
        .endOfImage: .copied,
        .jfif: .rebuilt,
        .exif: .rebuilt,
        .iccProfile: .rebuilt,
        .adobe: .rebuilt,
        // Only with a gain map, and then only what a renderer needs of it.
        .xmp: .rebuilt,
        .gainMapMetadata: .rebuilt,
        .multiPicture: .rebuilt,
        .trailingGainMap: .rebuilt,
    ])
}
