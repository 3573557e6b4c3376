internal import CExif
internal import Glibc
internal import SecrBytes

/// Writes what an output says of itself into an Exif block, by libexif.
///
/// Entries are added to a block that ``MinimalExif`` has written, always the same for the same statement.
@safe final class ExifWriter {
    private let data: UnsafeMutablePointer<ExifData>
    private let endianness = EXIF_BYTE_ORDER_MOTOROLA

    /// - Parameter payload: from `Exif`, NUL, NUL on; `nil` for a block with nothing in it.
    /// - Returns: `nil` where there is no memory, or no library.
    init?(_ payload: [UInt8]?) {
        // Safe: libexif copies the bytes. It must add nothing of its own.
        guard let data = unsafe secr_exif_data_new() else { return nil }
        unsafe self.data = data
        unsafe secr_exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION)
        unsafe secr_exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS)
        unsafe secr_exif_data_set_byte_order(data, endianness)
        if let payload {
            unsafe payload.withUnsafeBufferPointer {
                unsafe secr_exif_data_load_data(data, $0.baseAddress, UInt32($0.count))
            }
        }
    }

    deinit { unsafe secr_exif_data_unref(data) }

    /// CIPA DC-008, tables 4 to 15.
    func add(_ statement: Statement) {
        if let device = statement.device { add(0x0110, text: device.rawValue, to: EXIF_IFD_0) }
        if let author = statement.author { add(0x013B, text: author, to: EXIF_IFD_0) }
        if let copyright = statement.copyright { add(0x8298, text: copyright, to: EXIF_IFD_0) }
        if let time = statement.time { add(0x9003, text: time.exif, to: EXIF_IFD_EXIF) }
        guard let position = statement.position else { return }
        add(0x0000, EXIF_FORMAT_BYTE, count: 4, [2, 3, 0, 0], to: EXIF_IFD_GPS)
        add(0x0001, text: position.latitude < 0 ? "S" : "N", to: EXIF_IFD_GPS)
        add(0x0002, degrees: position.latitude, to: EXIF_IFD_GPS)
        add(0x0003, text: position.longitude < 0 ? "W" : "E", to: EXIF_IFD_GPS)
        add(0x0004, degrees: position.longitude, to: EXIF_IFD_GPS)
    }

    /// The block from `Exif` on.
    var payload: [UInt8] {
        var (bytes, count): (UnsafeMutablePointer<UInt8>?, UInt32) = (nil, 0)
        // Safe: the library hands over a buffer of `count` bytes, which is copied and freed here.
        unsafe secr_exif_data_save_data(data, &bytes, &count)
        guard let buffer = unsafe bytes else { return [] }
        defer { unsafe free(buffer) }
        return unsafe Array(UnsafeBufferPointer(start: buffer, count: Int(count)))
    }

    private func add(_ tag: UInt32, text: String, to directory: ExifIfd) {
        let bytes = Array(text.utf8) + [0]
        add(tag, EXIF_FORMAT_ASCII, count: bytes.count, bytes, to: directory)
    }

    /// Degrees, minutes, and hundredths of seconds: a third of a metre.
    private func add(_ tag: UInt32, degrees: Double, to directory: ExifIfd) {
        let hundredths = Int((degrees.magnitude * 360_000).rounded())
        var bytes: [UInt8] = []
        for (value, unit) in [(hundredths / 360_000, 1), (hundredths / 6_000 % 60, 1), (hundredths % 6_000, 100)] {
            bytes.appendBigEndian32(value)
            bytes.appendBigEndian32(unit)
        }
        add(tag, EXIF_FORMAT_RATIONAL, count: 3, bytes, to: directory)
    }

    private func add(_ tag: UInt32, _ format: ExifFormat, count: Int, _ bytes: [UInt8], to directory: ExifIfd) {
        // Safe: the entry owns memory of the size that it is told, and the directory keeps the entry.
        guard let entry = unsafe secr_exif_entry_new() else { return }
        defer { unsafe secr_exif_entry_unref(entry) }
        guard let room = unsafe calloc(1, bytes.count) else { return }
        unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        unsafe entry.pointee.tag = ExifTag(rawValue: tag)
        unsafe entry.pointee.format = format
        unsafe entry.pointee.components = UInt(count)
        unsafe entry.pointee.data = room.assumingMemoryBound(to: UInt8.self)
        unsafe entry.pointee.size = UInt32(bytes.count)
        if let content = unsafe ExifContents.content(of: data, directory) {
            unsafe secr_exif_content_add_entry(content, entry)
        }
    }
}
