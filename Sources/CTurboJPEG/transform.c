#include "CTurboJPEG.h"
#include "library.h"

/* For Exif orientations 1...8: what turns the stored picture upright. */
static const int operations[] = {
    TJXOP_NONE, TJXOP_HFLIP, TJXOP_ROT180, TJXOP_VFLIP, TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270,
};

int secr_jpeg_transform(
    const uint8_t *bytes, size_t count, int orientation, int progressive, uint8_t **result, size_t *result_count,
    char *message) {
    tjtransform transform = {
        .op = operations[orientation - 1],
        .options = TJXOPT_PERFECT | TJXOPT_COPYNONE | (progressive ? TJXOPT_PROGRESSIVE : 0),
    };
    if (!secr_jpeg_is_there()) {
        snprintf(message, SECR_JPEG_MESSAGE, "%s", SECR_JPEG_MISSING);
        return -1;
    }
    unsigned char *buffer = NULL;
    unsigned long size = 0;
    tjhandle handle = tjInitTransform_();
    if (handle == NULL) {
        snprintf(message, SECR_JPEG_MESSAGE, "%s", tjGetErrorStr2_(NULL));
        return -1;
    }
    int status = tjTransform_(handle, bytes, count, 1, &buffer, &size, &transform, TJFLAG_LIMITSCANS);
    if (status != 0) {
        snprintf(message, SECR_JPEG_MESSAGE, "%s", tjGetErrorStr2_(handle));
        tjFree_(buffer);
    } else {
        *result = buffer;
        *result_count = size;
    }
    tjDestroy_(handle);
    return status;
}

void secr_jpeg_free(uint8_t *result) {
    tjFree_(result);
}
