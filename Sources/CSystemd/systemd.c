#include "CSystemd.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define FUNCTIONS(USE) \
    USE(sd_bus_open_system) USE(sd_bus_flush_close_unref) USE(sd_bus_call_method) USE(sd_bus_match_signal) \
    USE(sd_bus_process) USE(sd_bus_message_read) USE(sd_bus_message_unref)

#define POINTER(NAME) static __typeof__(NAME) *NAME##_;
FUNCTIONS(POINTER)

static int is_loaded;

static void load(void) {
    void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
#define FIND(NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(library, #NAME)) == NULL) return;
    FUNCTIONS(FIND)
    is_loaded = 1;
}

struct secr_sleep_watch {
    sd_bus *bus;
    /* As long as it is open, the machine waits. */
    int inhibitor;
    int is_near;
};

static const char *const service = "org.freedesktop.login1", *const object = "/org/freedesktop/login1",
                         *const interface = "org.freedesktop.login1.Manager";

static int note(sd_bus_message *message, void *context, sd_bus_error *error) {
    secr_sleep_watch *watch = context;
    int begins = 0;
    (void)error;
    /* It comes once more when the machine is awake again. */
    if (sd_bus_message_read_(message, "b", &begins) >= 0 && begins) watch->is_near = 1;
    return 0;
}

static int inhibit(secr_sleep_watch *watch, const char *who, const char *why) {
    sd_bus_message *answer = NULL;
    int given = -1;
    if (sd_bus_call_method_(
            watch->bus, service, object, interface, "Inhibit", NULL, &answer, "ssss", "sleep", who, why, "delay") >= 0
        && sd_bus_message_read_(answer, "h", &given) >= 0)
        watch->inhibitor = fcntl(given, F_DUPFD_CLOEXEC, 3);
    sd_bus_message_unref_(answer);
    return watch->inhibitor >= 0;
}

secr_sleep_watch *secr_sleep_watch_begin(const char *who, const char *why) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    secr_sleep_watch *watch = is_loaded ? calloc(1, sizeof *watch) : NULL;
    if (watch == NULL) return NULL;
    watch->inhibitor = -1;
    /* The signal first, so that none is missed. */
    if (sd_bus_open_system_(&watch->bus) >= 0
        && sd_bus_match_signal_(watch->bus, NULL, service, object, interface, "PrepareForSleep", note, watch) >= 0
        && inhibit(watch, who, why))
        return watch;
    secr_sleep_watch_end(watch);
    return NULL;
}

int secr_sleep_watch_look(secr_sleep_watch *watch) {
    int status;
    while ((status = sd_bus_process_(watch->bus, NULL)) > 0) {}
    return watch->is_near ? 1 : status < 0 ? -1 : 0;
}

void secr_sleep_watch_end(secr_sleep_watch *watch) {
    if (watch->bus != NULL) sd_bus_flush_close_unref_(watch->bus);
    if (watch->inhibitor >= 0) close(watch->inhibitor);
    free(watch);
}
