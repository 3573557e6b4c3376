internal import SecrBytes

/// Tells marker segments apart that belong to applications, by what stands at their start.
enum JPEGApplicationSegment {
    /// How many bytes of a payload are looked at.
    static let prefixLength = 48

    static let xmpSignature: StaticString = "http://ns.adobe.com/xap/1.0/\0"

    private struct Signature {
        /// The n of APPn; `nil` for any.
        var application: Int?
        var prefix: StaticString
        var kind: JPEGNodeKind
        var label: String

        init(_ application: Int?, _ prefix: StaticString, _ kind: JPEGNodeKind, _ label: String) {
            self.application = application
            self.prefix = prefix
            self.kind = kind
            self.label = label
        }
    }

    private static let signatures: [Signature] = [
        Signature(0, "JFXX\0", .jfifExtension, "JFIF thumbnail"),
        Signature(0, "AVI1", .application, "AVI frame data"),
        Signature(0, "Ocad", .application, "Photobucket data"),
        // Any byte may follow "Exif" and NUL: readers accept that (Skia, ExifTool), so orientation counts there too.
        Signature(1, "Exif\0", .exif, "Exif"),
        Signature(1, xmpSignature, .xmp, "XMP"),
        Signature(1, "http://ns.adobe.com/xmp/extension/\0", .xmpExtension, "extended XMP"),
        Signature(1, "FLIR\0", .application, "thermal picture (FLIR)"),
        Signature(1, "QVCI\0", .application, "Casio data"),
        Signature(2, "ICC_PROFILE\0", .iccProfile, "colour profile"),
        Signature(2, JPEGMultiPictureIndex.signature, .multiPicture, "multi-picture index"),
        Signature(2, ISOGainMap.signature, .gainMapMetadata, "gain map parameters"),
        Signature(2, "FPXR\0", .application, "FlashPix data"),
        Signature(3, "Meta\0", .application, "Kodak data"),
        Signature(3, "META\0", .application, "Kodak data"),
        Signature(3, "Stim\0", .application, "stereo data"),
        Signature(3, "_JPSJPS_", .application, "stereo data"),
        Signature(4, "SCALADO\0", .application, "Scalado data"),
        Signature(4, "FPXR\0", .application, "FlashPix data"),
        Signature(4, "QTI Debug", .application, "camera debug data (Qualcomm)"),
        Signature(5, "RMETA\0", .application, "Ricoh data"),
        Signature(5, "ssuniqueid\0", .application, "unique id of the picture (Samsung)"),
        Signature(6, "EPPIM\0", .application, "Toshiba print data"),
        Signature(6, "NITF\0", .application, "NITF data"),
        Signature(6, "GoPro\0", .application, "telemetry (GoPro)"),
        Signature(7, "PENTAX", .application, "Pentax data"),
        Signature(7, "RICOH", .application, "Ricoh data"),
        Signature(7, "HUAWEI", .application, "Huawei data"),
        Signature(7, "DJI-DBG", .application, "debug data (DJI)"),
        Signature(7, "\u{1A}Qualcomm", .application, "camera data (Qualcomm)"),
        Signature(8, "SPIFF\0", .application, "SPIFF header"),
        Signature(nil, "SEAL\0", .application, "SEAL signature"),
        Signature(9, "Media Jukebox\0", .application, "Media Jukebox data"),
        Signature(10, "UNICODE\0", .comment, "comment"),
        Signature(10, "AROT\0", .application, "brightness data (Apple)"),
        Signature(11, "HDR_RI", .application, "JPEG-HDR residual"),
        Signature(12, "Ducky", .application, "\u{201C}save for web\u{201D} data"),
        Signature(13, "Photoshop 3.0\0", .photoshop, "Photoshop and IPTC data"),
        Signature(13, "Adobe_CM", .application, "Adobe colour data"),
    ]

    /// - Parameter prefix: the first bytes of a payload whose whole length is `length`.
    static func classify(application: Int, prefix: [UInt8], length: Int) -> (JPEGNodeKind, label: String) {
        if application == 0, length >= JFIFHeader.minimumLength, prefix.hasPrefix(JFIFHeader.signature) {
            return (.jfif, "resolution")
        }
        if application == 14, length >= AdobeMarker.minimumLength, prefix.hasPrefix("Adobe") {
            return (.adobe, "encoder version and flags")
        }
        if application == 0, prefix.dropFirst(6).hasPrefix("HEAPJPGM") { return (.application, "Canon data") }
        if application == 11, prefix.hasPrefix("JP") {
            let isContentCredentials = prefix.firstOffset(of: "jumb") != nil
            return (.contentCredentials, isContentCredentials ? "content credentials (C2PA)" : "JPEG extension boxes")
        }
        for signature in signatures where signature.application ?? application == application {
            if prefix.hasPrefix(signature.prefix) { return (signature.kind, signature.label) }
        }
        return (.application, "data of an unknown program (APP\(application))")
    }
}
