#ifndef SECR_CEXIF_H
#define SECR_CEXIF_H

#include <libexif/exif-data.h>
#include <libexif/exif-mnote-data.h>

/*
 * The functions of libexif that are used, each under its own name behind `secr_`. The library is loaded when the first
 * block is made: most files need none, and every start would take it.
 */

/* Loads the library now, for whoever can't when it is needed. */
void secr_exif_load(void);

/* NULL where there is no memory, or no library. All others take what comes from here. */
ExifData *secr_exif_data_new(void);

void secr_exif_data_unref(ExifData *data);
void secr_exif_data_unset_option(ExifData *data, ExifDataOption option);
void secr_exif_data_set_byte_order(ExifData *data, ExifByteOrder order);
void secr_exif_data_load_data(ExifData *data, const unsigned char *bytes, unsigned int count);
void secr_exif_data_save_data(ExifData *data, unsigned char **bytes, unsigned int *count);
ExifMnoteData *secr_exif_data_get_mnote_data(ExifData *data);
unsigned int secr_exif_mnote_data_count(ExifMnoteData *note);
const char *secr_exif_mnote_data_get_title(ExifMnoteData *note, unsigned int index);
char *secr_exif_mnote_data_get_value(ExifMnoteData *note, unsigned int index, char *text, unsigned int room);
ExifEntry *secr_exif_content_get_entry(ExifContent *content, ExifTag tag);
void secr_exif_content_add_entry(ExifContent *content, ExifEntry *entry);
ExifEntry *secr_exif_entry_new(void);
void secr_exif_entry_unref(ExifEntry *entry);
const char *secr_exif_entry_get_value(ExifEntry *entry, char *text, unsigned int room);

#endif
