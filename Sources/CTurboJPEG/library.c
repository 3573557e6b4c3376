#include "library.h"

#include "CTurboJPEG.h"

#include <dlfcn.h>
#include <pthread.h>

/* Of the interface that this was compiled for, which differs between systems. The library itself refuses any other. */
#if JPEG_LIB_VERSION >= 80
#define JPEG_NAME "libjpeg.so.8"
#elif JPEG_LIB_VERSION >= 70
#define JPEG_NAME "libjpeg.so.7"
#else
#define JPEG_NAME "libjpeg.so.62"
#endif

#define DEFINE(NAME) __typeof__(NAME) *NAME##_;
SECR_JPEG_FUNCTIONS(DEFINE)
SECR_TURBOJPEG_FUNCTIONS(DEFINE)

static int is_loaded;

static void load(void) {
    void *classic = dlopen(JPEG_NAME, RTLD_NOW | RTLD_LOCAL);
    void *turbo = dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL);
    if (classic == NULL || turbo == NULL) return;
#define FIND_IN(LIBRARY, NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(LIBRARY, #NAME)) == NULL) return;
#define FIND_CLASSIC(NAME) FIND_IN(classic, NAME)
#define FIND_TURBO(NAME) FIND_IN(turbo, NAME)
    SECR_JPEG_FUNCTIONS(FIND_CLASSIC)
    SECR_TURBOJPEG_FUNCTIONS(FIND_TURBO)
    is_loaded = 1;
}

int secr_jpeg_is_there(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

void secr_jpeg_load(void) {
    secr_jpeg_is_there();
}
