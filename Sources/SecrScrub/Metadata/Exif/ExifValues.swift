internal import CExif
internal import SecrBytes

/// The values of an Exif block as people read them, by libexif.
///
/// Where an entry lies and what it is called comes from ``ExifBlock``; libexif only says what it means.
@safe final class ExifValues {
    private let data: UnsafeMutablePointer<ExifData>?

    /// - Parameter payload: from `Exif`, NUL, NUL on.
    init(_ payload: [UInt8]) {
        // Safe: libexif copies the bytes. It must not "repair" what it reads: people want to see what is there.
        unsafe data = secr_exif_data_new()
        if let data = unsafe data {
            unsafe secr_exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION)
            unsafe payload.withUnsafeBufferPointer {
                unsafe secr_exif_data_load_data(data, $0.baseAddress, UInt32($0.count))
            }
        }
    }

    deinit {
        if let data = unsafe data { unsafe secr_exif_data_unref(data) }
    }

    /// Loads the library, if it is there.
    static func load() { secr_exif_load() }

    /// The value of a tag; `nil` where libexif knows none.
    func text(_ tag: Int, in directory: ExifBlock.Directory) -> String? {
        let ifd: ExifIfd
        switch directory {
        case .primary: ifd = EXIF_IFD_0
        case .exif: ifd = EXIF_IFD_EXIF
        case .gps: ifd = EXIF_IFD_GPS
        case .interoperability: ifd = EXIF_IFD_INTEROPERABILITY
        case .thumbnail: ifd = EXIF_IFD_1
        case .other: return nil
        }
        guard let content = unsafe content(ifd),
            let entry = unsafe secr_exif_content_get_entry(content, ExifTag(rawValue: UInt32(tag)))
        else { return nil }
        var buffer = [CChar](repeating: 0, count: 256)
        // Safe: the library writes at most as many bytes as it is told, with a NUL at the end.
        return unsafe buffer.withUnsafeMutableBufferPointer { room -> String? in
            guard unsafe secr_exif_entry_get_value(entry, room.baseAddress, UInt32(room.count)) != nil else {
                return nil
            }
            let text = unsafe String(cString: room.baseAddress!)
            return text.isEmpty ? nil : text
        }
    }

    /// What the maker's own notes say, for the makers that libexif knows: titles and values.
    var makerNote: [(title: String, value: String)] {
        guard let data = unsafe data, let note = unsafe secr_exif_data_get_mnote_data(data) else { return [] }
        var values: [(String, String)] = []
        for index in 0..<min(unsafe secr_exif_mnote_data_count(note), 1_024) {
            var buffer = [CChar](repeating: 0, count: 256)
            // Safe: titles are constants of the library; a value is written with at most as many bytes as it is told.
            guard let title = unsafe secr_exif_mnote_data_get_title(note, index),
                unsafe secr_exif_mnote_data_get_value(note, index, &buffer, UInt32(buffer.count)) != nil
            else { continue }
            let value = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if !value.isEmpty { values.append((unsafe String(cString: title), value)) }
        }
        return values
    }

    private func content(_ ifd: ExifIfd) -> UnsafeMutablePointer<ExifContent>? {
        guard let data = unsafe data else { return nil }
        return unsafe ExifContents.content(of: data, ifd)
    }
}

/// The directories of a block in libexif.
enum ExifContents {
    /// Safe: the array has one pointer per directory, and `ifd` is below their number.
    static func content(
        of data: UnsafeMutablePointer<ExifData>, _ ifd: ExifIfd
    ) -> UnsafeMutablePointer<ExifContent>? {
        unsafe withUnsafePointer(to: &data.pointee.ifd) { tuple in
            unsafe tuple.withMemoryRebound(
                to: UnsafeMutablePointer<ExifContent>?.self, capacity: Int(EXIF_IFD_COUNT.rawValue)
            ) { unsafe $0[Int(ifd.rawValue)] }
        }
    }
}
